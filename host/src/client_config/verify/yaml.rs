//! What of a YAML text is ours: the lines of our entry, or a member between brackets.

mod node;

use std::ops::Range;

use super::{Outline, Slot, Word};
use node::{Node, Pair, What};

/// Keys of a map that means another one's pairs, too.
const MERGE: &str = "<<";

/// `text` is not blank, and has no byte order mark.
pub(super) fn outline<'a>(text: &'a str, slot: Slot) -> Result<Outline<'a>, String> {
    let root = node::parse(text)?;
    let way = way(&root, slot)?;
    let depth = slot.container.len();
    let mut findings = Findings { text, way: &way, depth, ours: Vec::new(), meaning: Vec::new() };
    findings.inside(&root, 0);
    let Findings { ours, meaning, .. } = findings;
    let mut containers = [&root].into_iter().chain(way.iter().take(depth).copied());
    let brackets = containers.find(|node| node.has_brackets).map_or(0..0, |node| node.range.clone());
    Ok(Outline {
        meaning,
        has_container: way.len() >= depth,
        entry: way.get(depth).map(|entry| words(entry, text)).transpose()?,
        ..Outline::cut(text, &ours, &brackets)
    })
}

/// The values that lead to our entry, as far as they are there, and our entry last.
fn way<'n>(root: &'n Node, slot: Slot) -> Result<Vec<&'n Node>, String> {
    let (mut parent, mut way) = (root, Vec::new());
    for key in slot.container {
        check_plainness(parent)?;
        match value(parent, key)? {
            Some(inner) => parent = inner,
            None => return Ok(way),
        }
        way.push(parent);
    }
    check_plainness(parent)?;
    way.extend(match (&parent.what, slot.name_field) {
        (What::Nothing, _) => None,
        (What::List(items), Some(field)) => {
            let named = items.iter().map(|item| &item.value).filter(|value| value.is_named(field, slot.name));
            only(named, slot.name)?
        }
        (_, Some(_)) => return Err("what holds the servers is not a list".to_owned()),
        (_, None) => value(parent, slot.name)?,
    });
    Ok(way)
}

/// What a map says under `key`.
fn value<'n>(map: &'n Node, key: &str) -> Result<Option<&'n Node>, String> {
    match &map.what {
        What::Nothing => Ok(None),
        What::Map(pairs) => {
            let found = pairs.iter().filter(|pair| pair.key.text() == Some(key)).map(|pair| &pair.value);
            only(found, key)
        }
        What::Text { .. } | What::Alias | What::List(_) => Err(format!("what should hold {key:?} is not a map")),
    }
}

fn only<T>(mut found: impl Iterator<Item = T>, name: &str) -> Result<Option<T>, String> {
    let first = found.next();
    match found.next() {
        Some(_) => Err(format!("{name:?} is there twice")),
        None => Ok(first),
    }
}

/// Nothing on the way may be elsewhere in truth.
fn check_plainness(node: &Node) -> Result<(), String> {
    let is_merged = match &node.what {
        What::Map(pairs) => pairs.iter().any(|pair| pair.key.text() == Some(MERGE)),
        What::Nothing | What::Text { .. } | What::Alias | What::List(_) => false,
    };
    if node.mark.is_some() || is_merged {
        return Err("an anchor, a tag or a merge is on the way to the entry".to_owned());
    }
    Ok(())
}

/// Every value in `node`, names of fields aside. What another place could refer to, or what refers to one, is a value.
fn words(node: &Node, text: &str) -> Result<Vec<Word>, String> {
    let spelled = || Word::Other(text[node.range.clone()].to_owned());
    let mut words: Vec<Word> = node.mark.iter().map(|mark| Word::Other(mark.clone())).collect();
    match &node.what {
        What::Nothing => words.push(Word::Other("null".to_owned())),
        What::Alias => words.push(spelled()),
        What::Text { text, is_plain: false } => words.push(Word::Text(text.clone())),
        What::Text { text, is_plain: true } => words.push(plain(text)),
        What::List(items) => {
            for item in items {
                words.extend(self::words(&item.value, text)?);
            }
        }
        What::Map(pairs) => {
            for (at, Pair { key, value, .. }) in pairs.iter().enumerate() {
                match key.text() {
                    Some(name) if pairs[..at].iter().any(|other| other.key.text() == Some(name)) => {
                        return Err(format!("the entry says {name:?} twice"));
                    }
                    Some(name) if name != MERGE && key.mark.is_none() => {}
                    Some(_) | None => words.push(spelled()),
                }
                words.extend(self::words(value, text)?);
            }
        }
    }
    Ok(words)
}

/// What a plain word means, where all versions of YAML agree.
fn plain(text: &str) -> Word {
    const AMBIGUOUS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "null", "true", "false"];
    match text {
        "true" => Word::Bool(true),
        "false" => Word::Bool(false),
        _ if AMBIGUOUS.iter().any(|word| text.eq_ignore_ascii_case(word)) => Word::Other(text.to_owned()),
        _ if text.starts_with(|first: char| first.is_alphabetic() || first == '/' || first == '_') => {
            Word::Text(text.to_owned())
        }
        _ => Word::number(text),
    }
}

/// What is ours, collected from the start of the text to its end, and what everything else means.
struct Findings<'f> {
    text: &'f str,
    way: &'f [&'f Node],
    /// How many of the way are containers.
    depth: usize,
    ours: Vec<Range<usize>>,
    meaning: Vec<String>,
}

impl Findings<'_> {
    fn is_next(&self, node: &Node, depth: usize) -> bool {
        self.way.get(depth).is_some_and(|next| std::ptr::eq(*next, node))
    }

    /// A container, in which the way goes on at `depth`.
    fn inside(&mut self, node: &Node, depth: usize) {
        match &node.what {
            What::Map(pairs) => {
                for pair in pairs {
                    match self.is_next(&pair.value, depth) {
                        true if depth == self.depth => self.entry(pair.key.range.start, pair.end(), node),
                        true => self.container(pair, depth),
                        false => self.foreign_pair(pair),
                    }
                }
            }
            What::List(items) => {
                for item in items {
                    match self.is_next(&item.value, depth) {
                        true => self.entry(item.start, item.end(), node),
                        false => self.foreign(&item.value),
                    }
                }
            }
            What::Nothing | What::Text { .. } | What::Alias => {}
        }
    }

    fn entry(&mut self, start: usize, end: usize, parent: &Node) {
        let end = start + self.text[start..end].trim_end().len();
        let line_end = self.text[end..].find('\n').map_or(self.text.len(), |rest| end + rest);
        self.ours.push(start..if parent.has_brackets { end } else { line_end });
    }

    /// What leads to our entry is ours as far as nothing else is in it; comments never are.
    fn container(&mut self, pair: &Pair, depth: usize) {
        let Range { start, end } = pair.value.range;
        if !self.holds_only_ours(&pair.value, depth + 1) {
            self.foreign(&pair.key);
            self.meaning.push("(".to_owned());
            self.inside(&pair.value, depth + 1);
            self.meaning.push(")".to_owned());
            return;
        }
        self.ours.push(pair.key.range.start..pair.colon);
        if pair.value.has_brackets {
            self.ours.push(start..start + 1);
        }
        self.inside(&pair.value, depth + 1);
        if pair.value.has_brackets {
            self.ours.push(end - 1..end);
        }
    }

    fn holds_only_ours(&self, node: &Node, depth: usize) -> bool {
        match &node.what {
            What::Nothing => true,
            What::Map(pairs) => pairs.iter().all(|pair| {
                self.is_next(&pair.value, depth)
                    && (depth == self.depth || self.holds_only_ours(&pair.value, depth + 1))
            }),
            What::List(items) => items.iter().all(|item| self.is_next(&item.value, depth)),
            What::Text { .. } | What::Alias => false,
        }
    }

    fn foreign_pair(&mut self, pair: &Pair) {
        self.foreign(&pair.key);
        self.foreign(&pair.value);
    }

    fn foreign(&mut self, node: &Node) {
        self.meaning.extend(node.mark.clone());
        match &node.what {
            What::Nothing => self.meaning.push("nothing".to_owned()),
            What::Alias => self.meaning.push(self.text[node.range.clone()].to_owned()),
            What::Text { text, is_plain } => self.meaning.push(format!("{is_plain} {text}")),
            What::Map(pairs) => {
                self.meaning.push("{".to_owned());
                pairs.iter().for_each(|pair| self.foreign_pair(pair));
                self.meaning.push("}".to_owned());
            }
            What::List(items) => {
                self.meaning.push("[".to_owned());
                items.iter().for_each(|item| self.foreign(&item.value));
                self.meaning.push("]".to_owned());
            }
        }
    }
}
