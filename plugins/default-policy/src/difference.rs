//! What two texts share and what only one of them has. Works on features; decides nothing.

mod alike;
mod compounds;
mod place;
mod spelling;

use crate::features::{Features, MAX_TERMS, Record};
use crate::lexicon::Lexicon;
use crate::terms::Kind;

/// Which of a text's terms, one bit each.
type Terms = u64;

pub(crate) struct Difference<'a> {
    pub(crate) question: Features<'a>,
    pub(crate) candidate: Features<'a>,
    pairs: [(u8, u8); MAX_TERMS],
    pair_count: usize,
    left_in_question: Terms,
    left_in_candidate: Terms,
}

/// The set bits, lowest first.
fn indices(mut terms: Terms) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let index = terms.trailing_zeros();
        terms &= terms.wrapping_sub(1);
        (index < Terms::BITS).then_some(index as usize)
    })
}

/// One text's terms that the other lacks.
#[derive(Clone, Copy)]
pub(crate) struct Left<'a> {
    features: Features<'a>,
    terms: Terms,
}

impl<'a> Left<'a> {
    pub(crate) fn records(self) -> impl Iterator<Item = Record<'a>> {
        indices(self.terms).map(move |index| self.features.record(index))
    }

    pub(crate) fn has(self, kind: Kind) -> bool {
        self.records().any(|record| record.kind == kind)
    }

    /// How many words with content of their own.
    pub(crate) fn content(self) -> usize {
        self.records().filter(|record| is_content(record.kind)).count()
    }
}

impl<'a> Difference<'a> {
    pub(crate) fn between(question: Features<'a>, candidate: Features<'a>, lexicon: &Lexicon) -> Self {
        let mut difference = Self {
            question,
            candidate,
            pairs: [(0, 0); MAX_TERMS],
            pair_count: 0,
            left_in_question: 0,
            left_in_candidate: 0,
        };
        difference.pair_same_keys();
        if difference.is_explainable() {
            spelling::pair_same_words(&mut difference, lexicon);
            compounds::pair_parts(&mut difference);
            alike::pair_alike(&mut difference, lexicon);
        }
        difference
    }

    /// Much left on both sides is another text, not another spelling.
    fn is_explainable(&self) -> bool {
        const MOST: u32 = 5;
        [self.left_in_question, self.left_in_candidate].iter().all(|left| (1..=MOST).contains(&left.count_ones()))
    }

    pub(crate) fn in_question(&self) -> Left<'a> {
        Left { features: self.question, terms: self.left_in_question }
    }

    pub(crate) fn in_candidate(&self) -> Left<'a> {
        Left { features: self.candidate, terms: self.left_in_candidate }
    }

    /// The text that says all of the other and much beyond, in a sentence or a clause of its own, and the other: what is
    /// put into the other's clause is a condition.
    pub(crate) fn longer(&self) -> Option<(Features<'a>, Features<'a>)> {
        const MUCH: usize = 3;
        let (question, candidate) = (self.in_question().content(), self.in_candidate().content());
        let (longer, shorter) = match (question, candidate) {
            (MUCH.., 0) => (self.question, self.candidate),
            (0, MUCH..) => (self.candidate, self.question),
            _ => return None,
        };
        (longer.clauses() > shorter.clauses()).then_some((longer, shorter))
    }

    /// The terms that both have, in no particular order.
    pub(crate) fn shared(&self) -> impl Iterator<Item = (Record<'a>, Record<'a>)> {
        self.pairs[..self.pair_count]
            .iter()
            .map(|(one, other)| (self.question.record(usize::from(*one)), self.candidate.record(usize::from(*other))))
    }

    /// Both lists are sorted by key.
    fn pair_same_keys(&mut self) {
        let (mut one, mut other) = (0, 0);
        while one < self.question.len() && other < self.candidate.len() {
            let (first, second) = (self.question.record(one), self.candidate.record(other));
            match first.key.cmp(&second.key) {
                std::cmp::Ordering::Less => {
                    self.left_in_question |= 1 << one;
                    one += 1;
                }
                std::cmp::Ordering::Greater => {
                    self.left_in_candidate |= 1 << other;
                    other += 1;
                }
                std::cmp::Ordering::Equal => {
                    self.push_pair(one, other);
                    one += 1;
                    other += 1;
                }
            }
        }
        (one..self.question.len()).for_each(|index| self.left_in_question |= 1 << index);
        (other..self.candidate.len()).for_each(|index| self.left_in_candidate |= 1 << index);
    }

    fn push_pair(&mut self, one: usize, other: usize) {
        self.pairs[self.pair_count] = (one as u8, other as u8);
        self.pair_count += 1;
        self.left_in_question &= !(1 << one);
        self.left_in_candidate &= !(1 << other);
    }
}

fn is_word(record: Record) -> bool {
    let is_named = matches!(record.kind, Kind::Content | Kind::Light | Kind::Soft | Kind::Name);
    is_named && !record.text.is_empty() && record.text.iter().all(u8::is_ascii_lowercase)
}

pub(crate) fn is_content(kind: Kind) -> bool {
    match kind {
        Kind::Content | Kind::Light | Kind::Name | Kind::Number | Kind::Unit | Kind::Period => true,
        Kind::Soft | Kind::Praise | Kind::Quantifier | Kind::Symbol | Kind::Particle => false,
    }
}
