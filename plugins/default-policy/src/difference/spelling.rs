//! One word in two spellings: a typo, or another form of it.

use super::{Difference, indices, is_word};
use crate::features::Record;
use crate::lexicon::Lexicon;

/// Pairs what is left on both sides and is one word in two spellings.
pub(super) fn pair_same_words(difference: &mut Difference, lexicon: &Lexicon) {
    let (question, candidate) = (difference.question, difference.candidate);
    for one in indices(difference.left_in_question) {
        let first = question.record(one);
        if !may_be_misspelled(first) {
            continue;
        }
        let is_same = |other: &usize| same_word(first, candidate.record(*other), lexicon);
        let found = indices(difference.left_in_candidate).find(is_same);
        if let Some(other) = found {
            difference.push_pair(one, other);
        }
    }
}

/// Shorter words are too near to other words.
const SHORTEST: usize = 5;

/// Two words that both exist are two words, however alike.
fn same_word(one: Record, other: Record, lexicon: &Lexicon) -> bool {
    let (first, second) = (one.text, other.text);
    let are_near = || is_typo(first, second) || is_derived(first, second);
    let are_real = || lexicon.is_real_word(first) && lexicon.is_real_word(second);
    second.first() == first.first() && may_be_misspelled(other) && are_near() && !are_real()
}

fn may_be_misspelled(record: Record) -> bool {
    record.text.len() >= SHORTEST && is_word(record)
}

/// One slip of the fingers in a long word.
fn is_typo(one: &[u8], other: &[u8]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    long.len() - short.len() <= 1 && is_one_slip(short, long)
}

/// Two letters exchanged, or one doubled; in a long word also one missing inside, or one vowel for another.
fn is_one_slip(short: &[u8], long: &[u8]) -> bool {
    const LONG: usize = 8;
    let same_start = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let (short_rest, long_rest) = (&short[same_start..], &long[same_start..]);
    if short.len() < long.len() {
        let is_doubled = long[same_start - 1] == long[same_start];
        let is_inside = short.len() >= LONG && !short_rest.is_empty();
        return (is_doubled || is_inside) && short_rest == &long_rest[1..];
    }
    let ([first, second, rest @ ..], [other_first, other_second, other_rest @ ..]) = (short_rest, long_rest) else {
        return false;
    };
    let is_exchanged = first == other_second && second == other_first && rest == other_rest;
    let is_vowel = |letter: &u8| matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let is_other_vowel = short.len() >= LONG && is_vowel(first) && is_vowel(other_first);
    is_exchanged || (is_other_vowel && short_rest[1..] == long_rest[1..])
}

/// Pairs of endings that make two forms of one word without another meaning.
const ENDINGS: &[(&str, &str)] = &[
    ("", "ly"),
    ("", "ation"),
    ("", "ment"),
    ("e", "ation"),
    ("e", "ion"),
    ("ion", "ional"),
    ("ic", "ical"),
    ("ia", "ian"),
    ("ea", "ean"),
    ("ca", "can"),
];

/// One word in two forms: `prepare` and `preparation`, `India` and `Indian`.
fn is_derived(one: &[u8], other: &[u8]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let is_form = |(ending, longer): &(&str, &str)| {
        let stem = short.strip_suffix(ending.as_bytes());
        stem.is_some() && stem == long.strip_suffix(longer.as_bytes())
    };
    short[..SHORTEST] == long[..SHORTEST] && ENDINGS.iter().any(is_form)
}
