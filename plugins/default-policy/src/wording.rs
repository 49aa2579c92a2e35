//! How far apart two texts are in words when no guard objects. The embedding sees a swapped topic and overlooks a small
//! word in a long text, so the nearer the wording is without being equal, the less a cosine means.

use crate::difference::Difference;
use crate::terms::Kind;

/// What is left unexplained between two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wording {
    /// Nothing: the same content in another frame.
    Same,
    /// One text says all that the other says, and more, in few common words.
    Extended,
    /// As before, in so many common words that the addition hardly shows in the embedding.
    SlightlyExtended,
    /// One text says all that the other says, and names something more.
    Narrowed,
    /// Each text has much of its own.
    Rephrased,
}

impl Wording {
    pub(crate) fn of(difference: &Difference) -> Self {
        let (question, candidate) = (difference.in_question(), difference.in_candidate());
        let left = question.content() + candidate.content();
        let shared = difference.shared_content();
        if left == 0 {
            Self::Same
        } else if question.content() > 0 && candidate.content() > 0 {
            Self::Rephrased
        } else if question.has(Kind::Name) || candidate.has(Kind::Name) {
            Self::Narrowed
        } else if shared >= 2 * left {
            Self::SlightlyExtended
        } else {
            Self::Extended
        }
    }
}
