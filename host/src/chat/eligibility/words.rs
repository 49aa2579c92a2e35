//! A prompt as the gate reads it: lower-case words, what ends after each, and which stand in quotes. Knows no meanings.

use super::dictionary::{Class, Dictionary, Traits};

/// What ends after a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    None,
    /// A comma, a semicolon, a bracket, a dash.
    Clause,
    Colon,
    /// A full stop, a question mark, the end of a line.
    Sentence,
}

#[derive(Debug, Clone)]
pub(super) struct Word {
    /// In lower case, with a straight apostrophe; `what's` is two words.
    pub(super) text: String,
    pub(super) traits: Traits,
    pub(super) stop: Stop,
    /// It begins with a capital.
    pub(super) is_capital: bool,
    /// It begins with one and opens no sentence.
    pub(super) is_name: bool,
    pub(super) is_quoted: bool,
    pub(super) line: usize,
}

impl Word {
    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text
    }

    pub(super) fn is_any(&self, texts: &[&str]) -> bool {
        texts.contains(&self.text.as_str())
    }

    pub(super) fn has(&self, class: Class) -> bool {
        self.traits.has(class)
    }
}

/// Words whose `'s` is a verb.
const BEFORE_IS: &[&str] =
    &["what", "who", "how", "where", "when", "why", "it", "that", "he", "she", "there", "here", "this", "which"];

/// The same without their apostrophe.
const RUN_TOGETHER: &[(&str, &str)] = &[("whats", "what"), ("whos", "who"), ("hows", "how"), ("wheres", "where")];

/// The words of a text.
pub(super) fn words(text: &str, dictionary: &Dictionary) -> Vec<Word> {
    let mut reading = Reading { dictionary, words: Vec::new(), line: 0, opens: true };
    let mut rest = text;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        if let Some((inside, after)) = quoted(rest, before) {
            reading.push_span(inside, true);
            (before, rest) = ('"', after);
        } else {
            let end = next_quote(rest);
            reading.push_span(&rest[..end], false);
            before = rest[..end].chars().next_back().unwrap_or(first);
            rest = &rest[end..];
        }
    }
    reading.words
}

/// What stands in the quotes that open here, and the rest after them.
fn quoted(text: &str, before: char) -> Option<(&str, &str)> {
    let open = text.chars().next()?;
    let close = match open {
        '"' | '`' => open,
        '\u{201c}' => '\u{201d}',
        '\u{2018}' => '\u{2019}',
        '\u{ab}' => '\u{bb}',
        '\'' if !before.is_alphanumeric() => '\'',
        _ => return None,
    };
    let inside = &text[open.len_utf8()..];
    let ends = |at: usize| {
        let is_apostrophe = matches!(close, '\'' | '\u{2019}');
        at > 0 && (!is_apostrophe || !inside[at + close.len_utf8()..].starts_with(char::is_alphanumeric))
    };
    let at = inside.match_indices(close).map(|(at, _)| at).find(|at| ends(*at))?;
    Some((&inside[..at], &inside[at + close.len_utf8()..]))
}

/// Where the next quote may open; at least one character further on.
fn next_quote(text: &str) -> usize {
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        let opens = match character {
            '"' | '`' | '\u{201c}' | '\u{2018}' | '\u{ab}' => true,
            '\'' => !before.is_alphanumeric(),
            _ => false,
        };
        if opens && at > 0 {
            return at;
        }
        before = character;
    }
    text.len()
}

/// How a word begins, and whether a sentence begins with it.
#[derive(Clone, Copy)]
struct Capital {
    is_capital: bool,
    opens: bool,
}

impl Capital {
    const NONE: Self = Self { is_capital: false, opens: false };
}

struct Reading<'a> {
    dictionary: &'a Dictionary,
    words: Vec<Word>,
    line: usize,
    /// The next word opens a sentence.
    opens: bool,
}

impl Reading<'_> {
    fn push_span(&mut self, span: &str, is_quoted: bool) {
        let mut start = None;
        let mut characters = span.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            let inside =
                character.is_alphanumeric() || is_mark(character) || (start.is_some() && joins(character, next));
            if inside {
                start.get_or_insert(at);
                continue;
            }
            if let Some(start) = start.take() {
                self.push_word(&span[start..at], is_quoted);
            }
            self.punctuate(character, next, is_quoted);
        }
        if let Some(start) = start {
            self.push_word(&span[start..], is_quoted);
        }
    }

    fn push_word(&mut self, shown: &str, is_quoted: bool) {
        let mut text = if shown.is_ascii() { shown.to_ascii_lowercase() } else { shown.to_lowercase() };
        if text.contains('\u{2019}') {
            text = text.replace('\u{2019}', "'");
        }
        let capital = Capital { opens: self.opens, is_capital: shown.starts_with(char::is_uppercase) };
        self.opens = false;
        let stem = text.strip_suffix("'s").filter(|stem| BEFORE_IS.contains(stem));
        let stem = stem.or_else(|| RUN_TOGETHER.iter().find(|(run, _)| text == *run).map(|(_, stem)| *stem));
        if let Some(stem) = stem {
            self.push(stem.to_owned(), capital, is_quoted);
            self.push("is".to_owned(), Capital::NONE, is_quoted);
        } else if let Some(stem) = text.strip_suffix("'re") {
            self.push(stem.to_owned(), capital, is_quoted);
            self.push("are".to_owned(), Capital::NONE, is_quoted);
        } else {
            self.push(text, capital, is_quoted);
        }
    }

    fn push(&mut self, text: String, capital: Capital, is_quoted: bool) {
        let traits = self.dictionary.traits(&text);
        let Capital { is_capital, opens } = capital;
        let is_name = is_capital && !opens;
        self.words.push(Word { text, traits, stop: Stop::None, is_capital, is_name, is_quoted, line: self.line });
    }

    fn punctuate(&mut self, character: char, next: Option<char>, is_quoted: bool) {
        if let '$' | '€' | '£' | '¥' | '₹' = character {
            return self.push(character.to_string(), Capital::NONE, is_quoted);
        }
        let stop = match character {
            ',' | ';' | '(' | ')' | '\u{2014}' | '\u{2013}' => Stop::Clause,
            ':' if next.is_none_or(char::is_whitespace) => Stop::Colon,
            '?' | '!' | '.' | '\u{2026}' | '\n' => Stop::Sentence,
            _ => return,
        };
        self.line += usize::from(character == '\n');
        self.opens |= stop == Stop::Sentence;
        if let Some(last) = self.words.last_mut().filter(|last| last.stop != Stop::Colon) {
            last.stop = stop;
        }
    }
}

/// Marks over and under letters, written as characters of their own.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// `don't`, `up-to-date` and `3.5` are one word each.
fn joins(character: char, next: Option<char>) -> bool {
    matches!(character, '\'' | '\u{2019}' | '-' | '.') && next.is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_words() {
        let dictionary = Dictionary::new();
        for (text, expected) in [
            ("What's up-to-date, Bob?", "what is up-to-date bob"),
            ("don’t pay $3.50", "don't pay $ 3.50"),
            ("what does 'raison d'être' mean", "what does [raison] [d'être] mean"),
            ("it is the dogs' home", "it is the dogs home"),
            ("say “two words” or `x y`", "say [two] [words] or [x] [y]"),
            ("an \"open quote", "an open quote"),
            ("usd/eur", "usd eur"),
        ] {
            let shown = |word: &Word| if word.is_quoted { format!("[{}]", word.text) } else { word.text.clone() };
            let found: Vec<String> = words(text, &dictionary).iter().map(shown).collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn stops_and_names_are_kept() {
        let found = words("Ask Bob: who? Now, Ann.", &Dictionary::new());
        let stops: Vec<Stop> = found.iter().map(|word| word.stop).collect();
        assert_eq!(stops, [Stop::None, Stop::Colon, Stop::Sentence, Stop::Clause, Stop::Sentence]);
        let names: Vec<&str> = found.iter().filter(|word| word.is_name).map(|word| word.text.as_str()).collect();
        assert_eq!(names, ["bob", "ann"]);
    }
}
