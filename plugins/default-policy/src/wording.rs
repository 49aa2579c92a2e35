//! How far apart two texts are in words when no guard objects. The embedding overlooks a small word in a long text, so
//! the nearer the wording is without being equal, the less a cosine means: one thing put in the place of another, or put
//! in, is never excused by it.

use crate::difference::{Difference, Left, is_content};
use crate::features::Record;
use crate::lexicon::{Preposition, is_operation};
use crate::terms::{Kind, flag};

/// What is left unexplained between two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wording {
    /// Nothing: the same content in another frame.
    Same,
    /// Each text has several words of its own, and one of them three or more, no operation among them: said anew, not
    /// edited.
    Rephrased,
    /// The same with one word on the one side: what it stands for may be a narrower thing.
    Condensed,
    /// One text says all of the other, and three words or more beyond, in a clause of their own: explained, not narrowed.
    Elaborated,
    /// Said anew, with a plain word or two that the other text lacks.
    Extended,
    /// Said anew, with a plain word or two exchanged, which stand elsewhere.
    Exchanged,
    /// The same text with a plain word or two put in.
    Inserted,
    /// Anything else.
    Edited,
}

impl Wording {
    pub(crate) fn of(difference: &Difference) -> Self {
        let (question, candidate) = (difference.in_question(), difference.in_candidate());
        let (one, other) = (question.content(), candidate.content());
        if one + other == 0 || (one.min(other) == 0 && says_nothing_more(difference)) {
            return Self::Same;
        }
        let names_more = question.has(Kind::Name) || candidate.has(Kind::Name);
        match (one.min(other), one.max(other)) {
            (2.., 3..) if !names_operation(difference) => Self::Rephrased,
            (1, 3..) if !names_operation(difference) => Self::Condensed,
            (2, 2) if !names_operation(difference) && !names_more && is_said_anew(difference) => Self::Exchanged,
            _ if names_more => Self::Edited,
            (0, 3..) if difference.longer().is_some() => Self::Elaborated,
            (0, _) if is_plain(difference) && is_said_anew(difference) && !narrows(difference) => Self::Extended,
            (0, _) if is_plain(difference) && !is_joined(difference) => Self::Inserted,
            _ if is_plain(difference) && !is_joined(difference) && !difference.has_slot() => Self::Exchanged,
            _ => Self::Edited,
        }
    }
}

/// What only one text has is light, or repeats what both have.
fn says_nothing_more(difference: &Difference) -> bool {
    let asks_same = difference.question.asks() == difference.candidate.asks();
    let is_repeated = |left: Record| difference.shared().any(|(shared, _)| shared.key == left.key);
    left(difference).all(|record| match record.kind {
        Kind::Light => asks_same,
        Kind::Content | Kind::Name => is_repeated(record),
        Kind::Unit => record.flags & flag::MEASURED != 0,
        Kind::Number | Kind::Period => false,
        Kind::Soft | Kind::Praise | Kind::Quantifier | Kind::Symbol | Kind::Particle => true,
    })
}

/// Nothing with an opposite, no state, and no adverb of manner.
fn is_plain(difference: &Difference) -> bool {
    let is_measure = |record: Record| record.kind == Kind::Content && record.flags & flag::FIXED != 0;
    let is_manner = |record: Record| record.text.ends_with(b"ly") || record.text.ends_with(b"est");
    left(difference).all(|record| record.detail == 0 && !is_manner(record) && !is_measure(record))
}

/// Something that can be done and undone, which the other text does not do.
fn names_operation(difference: &Difference) -> bool {
    left(difference).any(|record| is_operation(record.detail))
}

/// Beside `and` or `or`: another thing that is asked about.
fn is_joined(difference: &Difference) -> bool {
    left(difference).any(|record| record.flags & (flag::JOINED | flag::NEGATED) != 0)
}

/// For whom, as what or with what: `the minimum wage` is not `the minimum wage for tipped workers`. Or instead of people,
/// somebody: `why do people snore` is not `why do cats snore`.
fn narrows(difference: &Difference) -> bool {
    let is_in_place_of = |record: Record| record.kind == Kind::Soft && record.flags & flag::FIXED != 0;
    let is_condition = |record: Record| match record.direction {
        Preposition::FOR | Preposition::AS | Preposition::WITH | Preposition::USING | Preposition::DURING => {
            is_content(record.kind)
        }
        _ => false,
    };
    left(difference).any(|record| is_in_place_of(record) || is_condition(record))
}

/// The two are put in other frames, or what both say is said in other words or in another order.
fn is_said_anew(difference: &Difference) -> bool {
    let (question, candidate) = (difference.question, difference.candidate);
    // What is put in takes the preposition of the word that it stands before: `on my neighbour's driveway`.
    let takes = |left: Left, before: Record, direction: u8| {
        let is_put_before = |left: Record| left.position + 1 == before.position && left.direction == direction;
        before.direction == 0 && left.records().any(is_put_before)
    };
    let is_moved = |one: Record, other: Record| {
        one.direction != other.direction
            && !takes(difference.in_question(), one, other.direction)
            && !takes(difference.in_candidate(), other, one.direction)
    };
    let is_reworded = |(one, other): (Record, Record)| one.text != other.text || is_moved(one, other);
    question.asks() == candidate.asks()
        && (question.frame() != candidate.frame()
            || left(difference).any(|record| matches!(record.kind, Kind::Soft | Kind::Praise | Kind::Quantifier))
            || difference.shared().any(is_reworded))
}

fn left<'a>(difference: &Difference<'a>) -> impl Iterator<Item = Record<'a>> {
    difference.in_question().records().chain(difference.in_candidate().records())
}
