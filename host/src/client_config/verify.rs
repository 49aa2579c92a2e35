//! Proves that two configurations differ in our entry and in nothing else. The host's own check: a connector's word
//! is not taken for it, and none of its code is used here.

mod json;
mod toml;
mod yaml;

#[cfg(test)]
mod tests;

use std::ops::Range;

/// How much is shown of what nobody asked for.
const SHOWN_CHARACTERS: usize = 100;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// How a configuration is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Json5,
    Toml,
    Yaml,
}

/// Where our entry is in a configuration.
#[derive(Debug, Clone, Copy)]
pub struct Slot<'a> {
    pub format: Format,
    /// The keys from the root to what holds the servers.
    pub container: &'a [String],
    /// The servers are a list of maps, of which this field is the name.
    pub name_field: Option<&'a str>,
    pub name: &'a str,
    /// What a new file begins with.
    pub head: &'a str,
}

/// A value that our entry may hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    Text(&'a str),
    Bool(bool),
    Number(i64),
}

/// What a change did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub entry_existed: bool,
    pub created_container: bool,
}

/// A value that our entry holds.
#[derive(Debug, PartialEq)]
enum Word {
    Text(String),
    Bool(bool),
    Number(i64),
    /// As it is spelled.
    Other(String),
}

/// All of a configuration but our entry, and what our entry says. Nothing but this is known of a format here.
#[derive(Debug, Default)]
struct Outline<'a> {
    /// Every word, bracket and comment in order, save commas, our entry and what is around it and holds nothing else.
    rest: Vec<&'a str>,
    /// What stands before, between and after these: white space and commas, or none where what is ours was taken out.
    /// Empty of a blank text.
    gaps: Vec<Option<&'a str>>,
    /// How many commas are in each gap; none between the brackets that our entry is in, where commas come and go.
    commas: Vec<Option<usize>>,
    /// What the rest means, where white space has a say in that.
    meaning: Vec<String>,
    has_container: bool,
    entry: Option<Vec<Word>>,
}

/// Checks that the entry came or changed, nothing else did, and that it says only what is `allowed` or what the old
/// entry said. The error says what is wrong.
pub fn check_connected(old: Option<&str>, new: &str, slot: Slot, allowed: &[Scalar]) -> Result<Difference, String> {
    let old = old.unwrap_or_default();
    let (before, after) = (Outline::of(old, slot)?, Outline::of(new, slot)?);
    check_rest(old, new, (&before, &after), slot)?;
    let Some(entry) = &after.entry else { return Err("the entry is not there".to_owned()) };
    let known = before.entry.as_deref().unwrap_or_default();
    match entry.iter().find(|word| !allowed.iter().any(|scalar| word.is(scalar)) && !known.contains(word)) {
        Some(word) => Err(format!("the entry says {}, which nobody asked for", word.shown())),
        None => Ok(Difference {
            entry_existed: before.entry.is_some(),
            created_container: after.has_container && !before.has_container,
        }),
    }
}

/// Checks that the entry is gone and that nothing else is; a `new` of none stands for an empty document.
pub fn check_disconnected(old: &str, new: Option<&str>, slot: Slot) -> Result<(), String> {
    let (before, after) = (Outline::of(old, slot)?, Outline::of(new.unwrap_or_default(), slot)?);
    check_rest(old, new.unwrap_or(old), (&before, &after), slot)?;
    match after.entry {
        Some(_) => Err("the entry is still there".to_owned()),
        None => Ok(()),
    }
}

fn check_rest(old: &str, new: &str, (before, after): (&Outline, &Outline), slot: Slot) -> Result<(), String> {
    let head = Outline::of(slot.head, slot)?;
    let is_head = |blank: &Outline, other: &Outline| blank.gaps.is_empty() && other.has_the_rest_of(&head);
    let same = before.has_the_rest_of(after) || is_head(before, after) || is_head(after, before);
    if !same || has_mark(old) != has_mark(new) {
        return Err("something else than our entry differs".to_owned());
    }
    if !before.has_the_gaps_of(after) {
        return Err("white space far from our entry differs".to_owned());
    }
    match slot.format {
        Format::Json => json::check_strictness(without_mark(old), without_mark(new)),
        Format::Json5 | Format::Toml | Format::Yaml => Ok(()),
    }
}

impl<'a> Outline<'a> {
    fn of(text: &'a str, slot: Slot) -> Result<Self, String> {
        let text = without_mark(text);
        let is_blank = text.trim().is_empty();
        match slot.format {
            Format::Json | Format::Json5 if is_blank => Ok(json::blank()),
            Format::Toml | Format::Yaml if is_blank => Ok(Self::default()),
            Format::Json | Format::Json5 => json::outline(text, slot),
            Format::Toml => toml::outline(text, slot),
            Format::Yaml => yaml::outline(text, slot),
        }
    }

    /// Cuts `text` into words, brackets and what is between them. `ours` are in order and do not overlap; `around` are
    /// the brackets that our entry is in.
    fn cut(text: &'a str, ours: &[Range<usize>], around: &Range<usize>) -> Self {
        let (mut outline, mut behind) = (Self::default(), 0);
        for part in ours {
            outline.cut_further(text, behind..part.start, around);
            if let Some(gap) = outline.gaps.last_mut() {
                *gap = None;
            }
            behind = part.end;
        }
        outline.cut_further(text, behind..text.len(), around);
        outline
    }

    /// The last gap goes on with what `range` starts with.
    fn cut_further(&mut self, text: &'a str, range: Range<usize>, around: &Range<usize>) {
        let is_gap = |character: char| character.is_whitespace() || character == ',';
        let is_bracket = |character: char| "[]{}".contains(character);
        let (mut at, mut goes_on) = (range.start, !self.gaps.is_empty());
        loop {
            let rest = &text[at..range.end];
            let gap = &rest[..rest.find(|character| !is_gap(character)).unwrap_or(rest.len())];
            let commas = (!around.contains(&at)).then(|| gap.matches(',').count());
            match self.commas.last_mut().filter(|_| goes_on) {
                Some(before) => *before = before.zip(commas).map(|(before, commas)| before + commas),
                None => {
                    self.gaps.push(Some(gap));
                    self.commas.push(commas);
                }
            }
            goes_on = false;
            let rest = &rest[gap.len()..];
            let Some(first) = rest.chars().next() else { return };
            let length = match is_bracket(first) {
                true => first.len_utf8(),
                false => rest.find(|character| is_gap(character) || is_bracket(character)).unwrap_or(rest.len()),
            };
            self.rest.push(&rest[..length]);
            at += gap.len() + length;
        }
    }

    fn has_the_rest_of(&self, other: &Outline) -> bool {
        self.rest == other.rest && self.meaning == other.meaning
    }

    /// Whether white space is the same but where our entry was or is; a comma before it may have a comment between. A
    /// blank text had none.
    fn has_the_gaps_of(&self, other: &Outline) -> bool {
        let without_commas = |gap: &str| gap.replace(',', "");
        let commas = self.commas.iter().zip(&other.commas);
        self.gaps.iter().zip(&other.gaps).zip(commas).all(|(pair, (commas, others))| match pair {
            (Some(one), Some(another)) if commas.is_none() || others.is_none() => {
                without_commas(one) == without_commas(another)
            }
            (Some(one), Some(another)) => one == another,
            (None, _) | (_, None) => commas.is_none() || others.is_none() || commas == others,
        })
    }
}

impl Word {
    /// A number as it is spelled.
    fn number(spelled: &str) -> Self {
        spelled.parse().map_or_else(|_| Self::Other(spelled.to_owned()), Self::Number)
    }

    fn is(&self, scalar: &Scalar) -> bool {
        match (self, scalar) {
            (Self::Text(text), Scalar::Text(allowed)) => text == allowed,
            (Self::Bool(value), Scalar::Bool(allowed)) => value == allowed,
            (Self::Number(number), Scalar::Number(allowed)) => number == allowed,
            (Self::Text(_) | Self::Bool(_) | Self::Number(_) | Self::Other(_), _) => false,
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Text(text) => format!("{:?}", text.chars().take(SHOWN_CHARACTERS).collect::<String>()),
            Self::Bool(value) => value.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Other(spelled) => spelled.chars().take(SHOWN_CHARACTERS).collect(),
        }
    }
}

fn has_mark(text: &str) -> bool {
    text.starts_with(BYTE_ORDER_MARK)
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}
