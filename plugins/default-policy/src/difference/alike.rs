//! Words that mean the same in one of their senses: `develop` and `create`.

use super::{Difference, indices};
use crate::features::Record;
use crate::lexicon::Lexicon;
use crate::terms::{Kind, flag};

/// Pairs what is left on both sides and may stand for each other.
pub(super) fn pair_alike(difference: &mut Difference, lexicon: &Lexicon) {
    for one in indices(difference.left_in_question) {
        let first = difference.question.record(one);
        let is_match = |other: &usize| are_alike(first, difference.candidate.record(*other), lexicon);
        let found = indices(difference.left_in_candidate).find(is_match);
        if let Some(other) = found {
            difference.push_pair(one, other);
        }
    }
}

fn are_alike(one: Record, other: Record, lexicon: &Lexicon) -> bool {
    let is_word = |record: Record| {
        matches!(record.kind, Kind::Content | Kind::Light | Kind::Soft | Kind::Name) && record.flags & flag::CODE == 0
    };
    is_word(one) && is_word(other) && lexicon.are_alike(one.key, other.key)
}
