//! How far apart two texts are in words when no guard objects. The embedding sees a swapped topic and overlooks a small
//! word in a long text, so the nearer the wording is without being equal, the less a cosine means.

use crate::difference::Difference;
use crate::features::Record;
use crate::terms::Kind;

/// What is left unexplained between two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wording {
    /// Nothing: the same content in another frame.
    Same,
    /// Each text has several words of its own, and no name among them: said anew, not edited.
    Rephrased,
    /// Said anew, with a plain word or two that the other text lacks.
    Extended,
    /// Anything else: one text is the other with a word put in or exchanged.
    Edited,
}

impl Wording {
    pub(crate) fn of(difference: &Difference) -> Self {
        let (question, candidate) = (difference.in_question(), difference.in_candidate());
        let (one, other) = (question.content(), candidate.content());
        let has_name = question.has(Kind::Name) || candidate.has(Kind::Name);
        match (one.min(other), one.max(other)) {
            (0, 0) => Self::Same,
            (0, _) if says_nothing_more(difference) => Self::Same,
            (0, 1..=2) if !has_name && is_plain(difference) && is_said_anew(difference) => Self::Extended,
            (2.., _) if !has_name => Self::Rephrased,
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
        Kind::Number | Kind::Unit | Kind::Period => false,
        Kind::Soft | Kind::Praise | Kind::Quantifier | Kind::Symbol | Kind::Particle => true,
    })
}

/// Nothing with an opposite, and no adverb of manner.
fn is_plain(difference: &Difference) -> bool {
    left(difference).all(|record| record.detail == 0 && !record.text.ends_with(b"ly"))
}

/// The two are put in other frames, or what both say is said in other words or in another order.
fn is_said_anew(difference: &Difference) -> bool {
    let (question, candidate) = (difference.question, difference.candidate);
    let is_reworded = |(one, other): (Record, Record)| one.text != other.text || one.direction != other.direction;
    question.frame() != candidate.frame()
        || question.asks() != candidate.asks()
        || left(difference).any(|record| matches!(record.kind, Kind::Soft | Kind::Praise | Kind::Quantifier))
        || difference.shared().any(is_reworded)
}

fn left<'a>(difference: &Difference<'a>) -> impl Iterator<Item = Record<'a>> {
    difference.in_question().records().chain(difference.in_candidate().records())
}
