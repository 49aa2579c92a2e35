//! The hash under which two texts are the same text: equal but for case, punctuation, contractions and politeness.
//! Never equates what differs in a number, an operator, an identifier or a case that carries meaning.

use crate::hash::Hash128;
use crate::lexer::{Shape, Word};

/// Abbreviations that are everyday words in lower case.
const CASE_MATTERS: &[&str] = &[
    "ACT", "AIDS", "ALL", "AM", "AN", "ARE", "AS", "AT", "BE", "CAN", "DO", "FAST", "GAP", "HE", "IF", "IN", "IS",
    "IT", "MAY", "ME", "MY", "NO", "ON", "OR", "SAT", "SO", "TO", "US", "WE", "WHO",
];

/// Of the words of a text, in order. A homograph is another word with a capital.
pub(crate) fn hash(words: &[Word], is_homograph: impl Fn(&str) -> bool) -> u128 {
    let mut hash = Hash128::default();
    let mut follows_number = false;
    let has_capitals = words.first().is_some_and(|first| first.shown.starts_with(char::is_uppercase));
    for word in words {
        hash.write(&[word.shape as u8]);
        let is_name = has_capitals && !word.opens && word.shown.starts_with(char::is_uppercase);
        if is_name && is_homograph(&word.text) {
            // `China` in a text that has capitals where they belong; without them, `china` may be either.
            hash.write(&[0xfe]);
        }
        hash.write(form(word, follows_number).as_bytes());
        hash.write(&[0xff]);
        follows_number = word.shape == Shape::Number;
    }
    hash.finish()
}

/// Of a text that is compared as written.
pub(crate) fn verbatim_hash(text: &str) -> u128 {
    let mut hash = Hash128::default();
    hash.write(b"verbatim\xff");
    hash.write(text.as_bytes());
    hash.finish()
}

fn form(word: &Word, follows_number: bool) -> &str {
    let is_unit_like = follows_number && word.text.len() <= 4;
    if is_unit_like || has_hump(&word.shown) || CASE_MATTERS.contains(&word.shown.as_str()) {
        &word.shown
    } else {
        &word.text
    }
}

/// `camelCase`: a capital after a lower-case letter.
pub(crate) fn has_hump(shown: &str) -> bool {
    let mut was_lower = false;
    shown.chars().any(|letter| {
        let is_hump = was_lower && letter.is_uppercase();
        was_lower = letter.is_lowercase();
        is_hump
    })
}
