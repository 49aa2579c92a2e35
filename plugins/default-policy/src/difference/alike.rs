//! Words that mean the same in one of their senses: `develop` and `create`.

use super::{Difference, indices};
use crate::features::Record;
use crate::lexicon::Lexicon;
use crate::terms::{Kind, flag};

/// Pairs what is left on both sides and may stand for each other.
pub(super) fn pair_alike(difference: &mut Difference, lexicon: &Lexicon) {
    let compare = difference.question.compares() && difference.candidate.compares();
    for one in indices(difference.left_in_question) {
        let first = difference.question.record(one);
        let is_match = |other: &usize| {
            let second = difference.candidate.record(*other);
            are_alike(first, second, lexicon) && !(compare && are_joined(first, second))
        };
        let found = indices(difference.left_in_candidate).find(is_match);
        if let Some(other) = found {
            difference.push_pair(one, other);
        }
    }
}

/// Whoever asks how two things differ means these two: `affect and effect` are not `impact and effect`.
fn are_joined(one: Record, other: Record) -> bool {
    (one.flags | other.flags) & flag::JOINED != 0
}

fn are_alike(one: Record, other: Record, lexicon: &Lexicon) -> bool {
    let is_word = |record: Record| {
        matches!(record.kind, Kind::Content | Kind::Light | Kind::Soft | Kind::Name) && record.flags & flag::CODE == 0
    };
    is_word(one) && is_word(other) && lexicon.are_alike(one.key, other.key)
}
