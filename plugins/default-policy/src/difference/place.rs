//! Where in its text a word stands that only one text has: between which of the words that both have.

use super::{Difference, Terms, is_content};
use crate::features::{Features, MAX_TERMS};

/// The shared words before and after, as the candidate numbers them; none at the ends of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    after: Option<u8>,
    before: Option<u8>,
}

impl Place {
    /// The same place, or the other side of one shared word: `is glass recycled`, `recycle paper`.
    fn is_beside(self, other: Self) -> bool {
        let is_mirrored = |one: Option<u8>, other: Option<u8>| one.is_some() && one == other;
        self == other || is_mirrored(self.after, other.before) || is_mirrored(self.before, other.after)
    }
}

/// The places of so many words are compared; texts with more of their own are said anew.
const MOST: usize = 4;

type Places = [Option<Place>; MOST];

impl Difference<'_> {
    /// Whether a word that only the question has stands where the candidate has a word of its own: one thing is put in
    /// the place of another.
    pub(crate) fn has_slot(&self) -> bool {
        let ours = places(self.question, self.left_in_question, |index| self.partner_in_candidate(index));
        let theirs = places(self.candidate, self.left_in_candidate, Some);
        ours.iter().flatten().any(|place| theirs.iter().flatten().any(|other| place.is_beside(*other)))
    }

    fn partner_in_candidate(&self, index: u8) -> Option<u8> {
        let pair = self.pairs[..self.pair_count].iter().find(|(one, _)| *one == index);
        pair.map(|(_, other)| *other)
    }
}

/// The places of the words left over, the first of them.
fn places(features: Features, left: Terms, name: impl Fn(u8) -> Option<u8>) -> Places {
    let mut in_order: [Option<u8>; MAX_TERMS] = [None; MAX_TERMS];
    for index in 0..features.len() {
        let record = features.record(index);
        if is_content(record.kind) {
            in_order[usize::from(record.position)] = Some(index as u8);
        }
    }
    let mut places = [None; MOST];
    let (mut after, mut first_open, mut count) = (None, 0, 0);
    for index in in_order[..features.len()].iter().flatten() {
        if left & (1 << index) != 0 && count < MOST {
            places[count] = Some(Place { after, before: None });
            count += 1;
        } else if let Some(shared) = name(*index) {
            let open = places[first_open..count].iter_mut().flatten();
            open.for_each(|place: &mut Place| place.before = Some(shared));
            (after, first_open) = (Some(shared), count);
        }
    }
    places
}
