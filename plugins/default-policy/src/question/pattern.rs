//! A small language for openings of questions, matched word by word.
//!
//! `a|b` is either word, a trailing `?` makes a part optional, `{be}` is a named set, `<a|b>` keeps the word that
//! matched, and `*` keeps any one word.

use super::frames::SETS;
use crate::lexer::{Shape, Word};

/// How many words a pattern took, and which of them are kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) length: usize,
    pub(super) kept: Vec<usize>,
}

/// The longest way in which the words begin with the pattern.
pub(super) fn matched(words: &[Word], pattern: &str) -> Option<Match> {
    let mut found = Match::default();
    follow(words, pattern.split(' '), &mut found).then_some(found)
}

/// The pattern at the very end of the words.
pub(super) fn matched_at_end(words: &[Word], pattern: &str) -> Option<usize> {
    let longest = pattern.split(' ').count().min(words.len());
    (1..=longest).rev().find(|length| {
        let tail = &words[words.len() - length..];
        matched(tail, pattern).is_some_and(|found| found.length == *length)
    })
}

fn follow<'a>(words: &[Word], mut parts: impl Iterator<Item = &'a str> + Clone, found: &mut Match) -> bool {
    let Some(part) = parts.next() else { return true };
    let (part, is_optional) = part.strip_suffix('?').map_or((part, false), |part| (part, true));
    let (length, kept) = (found.length, found.kept.len());
    if take(words, part, found) && follow(words, parts.clone(), found) {
        return true;
    }
    found.length = length;
    found.kept.truncate(kept);
    is_optional && follow(words, parts, found)
}

fn take(words: &[Word], part: &str, found: &mut Match) -> bool {
    let Some(word) = words.get(found.length).filter(|word| word.shape == Shape::Word) else { return false };
    let kept = part.strip_prefix('<').and_then(|part| part.strip_suffix('>'));
    if part == "*" || kept.is_some() {
        found.kept.push(found.length);
    }
    found.length += 1;
    part == "*" || is_one_of(word, kept.unwrap_or(part))
}

fn is_one_of(word: &Word, names: &str) -> bool {
    names.split('|').any(|name| match name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
        Some(set) => SETS.iter().any(|(name, names)| *name == set && is_one_of(word, names)),
        None => word.text == name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::words;

    #[test]
    fn parts_are_followed() {
        for (text, pattern, expected) in [
            ("what is best way to go", "what {be} best|good? way|ways to", Some((5, vec![]))),
            ("what is way to go", "what {be} best? way to", Some((4, vec![]))),
            ("what is fastest way to go", "what {be} * way to", Some((5, vec![2]))),
            ("how far is it", "how <far|long> {be}", Some((3, vec![1]))),
            ("how far", "how far {be}", None),
            ("how 5 is", "how * is", None),
        ] {
            let found = matched(&words(text), pattern).map(|found| (found.length, found.kept));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn the_end_is_found() {
        assert_eq!(matched_at_end(&words("reset password how to"), "how to"), Some(2));
        assert_eq!(matched_at_end(&words("how to reset"), "how to"), None);
        assert_eq!(matched_at_end(&words("it broke what should i do"), "what should|do i|we do now?"), Some(4));
    }
}
