//! What is known of a word, and the lists of it as they are looked up.

use super::index::{List, first_word};
use super::units::Dimension;
use super::{function_words, implied, irregular, opposites, units};
use crate::hash::key;

/// What a word is to a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    Filler,
    /// Content that may be left out.
    Soft,
    /// `good`, `best`.
    Praise,
    /// Nobody in particular.
    Anybody,
    Function,
    /// A pronoun or possessive, by the person's place in the list: I, you, he, she, they.
    Person(u8),
    /// `and`, `or`, `between`: what stands beside it may change places.
    Joining,
    Negator,
    /// A preposition: its row in the list, counted from 1, in the high four bits, and its place in the row.
    Direction(u8),
    Quantifier {
        key: u32,
        omission: Omission,
    },
    /// One of a group of synonyms, by the group's key.
    Synonym(u32),
}

/// Whether a quantifier may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Omission {
    Never,
    /// Only where a list is asked for: `what are all the planets`.
    InList,
    Always,
}

/// The row of prepositions that stand for each other and for none.
pub(crate) const LOOSE_ROW: u8 = 1;
pub(crate) const FROM_ROW: u8 = 3;

/// What the rows of prepositions beyond the loose one say, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Preposition {
    To,
    From,
    By,
    /// `than`, `before`, `over`, `until` and the like.
    Limit,
    About,
}

impl Preposition {
    /// Of the loose row.
    pub(crate) const FOR: u8 = LOOSE_ROW << 4;
    pub(crate) const OF: u8 = LOOSE_ROW << 4 | 1;
    pub(crate) const IN: u8 = LOOSE_ROW << 4 | 2;
    pub(crate) const ON: u8 = LOOSE_ROW << 4 | 3;
    pub(crate) const AT: u8 = LOOSE_ROW << 4 | 4;
    /// Of the row of `to`.
    pub(crate) const INTO: u8 = 2 << 4 | 1;
    pub(crate) const WITH: u8 = LOOSE_ROW << 4 | 5;
    pub(crate) const DURING: u8 = LOOSE_ROW << 4 | 8;
    pub(crate) const AS: u8 = LOOSE_ROW << 4 | 9;
    pub(crate) const PER: u8 = LOOSE_ROW << 4 | 10;
    pub(crate) const USING: u8 = LOOSE_ROW << 4 | 11;
    pub(crate) const WITHIN: u8 = LOOSE_ROW << 4 | 12;
    pub(crate) const BEHIND: u8 = LOOSE_ROW << 4 | 15;

    /// None for the loose row, and for no preposition.
    pub(crate) fn of_row(row: u8) -> Option<Self> {
        match row {
            // A condition says nothing of the word after it but that it belongs to the condition.
            0 | LOOSE_ROW | 14 => None,
            2 => Some(Self::To),
            3 => Some(Self::From),
            7 => Some(Self::By),
            13 => Some(Self::About),
            _ => Some(Self::Limit),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) dimension: Dimension,
    pub(crate) key: u32,
    pub(super) after_number: bool,
}

/// Where a word stands on an axis of opposites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pole {
    /// Counted from 1.
    pub(crate) axis: u8,
    pub(crate) is_second: bool,
    pub(crate) weak: bool,
    /// Shared by the words of one pole.
    pub(crate) key: u32,
}

#[derive(Clone, Copy)]
pub(crate) struct Phrase {
    pub(crate) words: &'static str,
    pub(crate) meaning: &'static str,
}

pub(super) fn words(list: &'static str) -> List<()> {
    list.split_ascii_whitespace().map(|word| (word, ())).collect()
}

pub(super) fn implied_words() -> List<&'static str> {
    implied::IMPLIED
        .iter()
        .flat_map(|(words, neighbours)| words.split(' ').map(move |word| (word, *neighbours)))
        .collect()
}

pub(super) fn irregular_forms() -> List<&'static str> {
    let forms = irregular::FORMS.iter().flat_map(|row| row.split(' ').map(|form| (form, first_word(row))));
    let whole = irregular::WHOLE.split(' ').map(|word| (word, word));
    forms.chain(whole).collect()
}

pub(super) fn function_senses() -> List<Sense> {
    let mut senses = List::new();
    let mut add = |words: &'static str, sense: Sense| senses.extend(words.split(' ').map(|word| (word, sense)));
    add(function_words::FILLERS, Sense::Filler);
    add(function_words::SOFT, Sense::Soft);
    add(function_words::PRAISE, Sense::Praise);
    add(function_words::ANYBODY, Sense::Anybody);
    add(function_words::FUNCTION, Sense::Function);
    add(function_words::JOINING, Sense::Joining);
    add(function_words::NEGATORS, Sense::Negator);
    for (number, words) in (0..).zip(function_words::PEOPLE) {
        add(words, Sense::Person(number));
    }
    for (row, words) in (1_u8..).zip(function_words::DIRECTIONS) {
        for (place, word) in (0..).zip(words.split(' ')) {
            add(word, Sense::Direction(row << 4 | place));
        }
    }
    for words in function_words::QUANTIFIERS {
        let plain = words.trim_start_matches(['~', '?']);
        let omission = match words.chars().next() {
            Some('~') => Omission::Always,
            Some('?') => Omission::InList,
            _ => Omission::Never,
        };
        add(plain, Sense::Quantifier { key: key(words.as_bytes()), omission });
    }
    senses
}

pub(super) fn all_units() -> List<Unit> {
    let rows = units::UNITS.iter().flat_map(|(dimension, names)| names.iter().map(move |names| (*dimension, *names)));
    rows.flat_map(|(dimension, names)| {
        names.split(' ').map(move |name| {
            let word = name.trim_start_matches('#');
            (word, Unit { dimension, key: key(names.as_bytes()), after_number: word != name })
        })
    })
    .collect()
}

pub(super) fn all_poles() -> List<Pole> {
    let rows =
        (1..).zip(opposites::AXES).flat_map(|(axis, (first, second))| [(axis, false, *first), (axis, true, *second)]);
    rows.flat_map(|(axis, is_second, words)| {
        words.split(' ').map(move |name| {
            let word = name.trim_start_matches('~');
            (word, Pole { axis, is_second, weak: word != name, key: key(words.as_bytes()) })
        })
    })
    .collect()
}
