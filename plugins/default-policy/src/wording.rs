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
    /// A word or more that one of the texts has and the other has not.
    Unexplained,
}

impl Wording {
    pub(crate) fn of(difference: &Difference) -> Self {
        let (question, candidate) = (difference.in_question(), difference.in_candidate());
        let (one, other) = (question.content(), candidate.content());
        if one + other == 0 || (one.min(other) == 0 && says_nothing_more(difference)) {
            Self::Same
        } else if one.min(other) >= 2 && !question.has(Kind::Name) && !candidate.has(Kind::Name) {
            Self::Rephrased
        } else {
            Self::Unexplained
        }
    }
}

/// What only one text has is light, or repeats what both have.
fn says_nothing_more(difference: &Difference) -> bool {
    let asks_same = difference.question.asks() == difference.candidate.asks();
    let is_repeated = |left: Record| difference.shared().any(|(shared, _)| shared.key == left.key);
    let mut left = difference.in_question().records().chain(difference.in_candidate().records());
    left.all(|record| match record.kind {
        Kind::Light => asks_same,
        Kind::Content | Kind::Name => is_repeated(record),
        Kind::Number | Kind::Unit | Kind::Period => false,
        Kind::Soft | Kind::Praise | Kind::Quantifier | Kind::Symbol | Kind::Particle => true,
    })
}
