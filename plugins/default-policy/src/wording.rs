//! How far apart two texts are in words when no guard objects. The embedding sees a swapped topic and overlooks a small
//! word in a long text, so the nearer the wording is without being equal, the less a cosine means.

use crate::difference::Difference;
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
        if one + other == 0 {
            Self::Same
        } else if one.min(other) >= 2 && !question.has(Kind::Name) && !candidate.has(Kind::Name) {
            Self::Rephrased
        } else {
            Self::Unexplained
        }
    }
}
