//! One word in one text that is several in the other: `website` and `web site`, `HTML` and `hypertext markup language`.

use super::{Difference, Terms, indices, is_word};
use crate::features::{Features, Record};
use crate::terms::flag;

/// Pairs what is left on both sides and is one thing, written as one word and as several.
pub(super) fn pair_parts(difference: &mut Difference) {
    let (question, candidate) = (difference.question, difference.candidate);
    for one in indices(difference.left_in_question) {
        if let Some(parts) = parts_of(question.record(one), candidate, difference.left_in_candidate) {
            difference.push_pair(one, first(parts));
            difference.left_in_candidate &= !parts;
        }
    }
    for other in indices(difference.left_in_candidate) {
        if let Some(parts) = parts_of(candidate.record(other), question, difference.left_in_question) {
            difference.push_pair(first(parts), other);
            difference.left_in_question &= !parts;
        }
    }
}

fn first(parts: Terms) -> usize {
    parts.trailing_zeros() as usize
}

/// The neighbouring terms among those left that together are the whole.
fn parts_of(whole: Record, features: Features, left: Terms) -> Option<Terms> {
    if left.count_ones() < 2 || !is_word(whole) {
        return None;
    }
    let is_part = |record: Record| is_word(record) && record.text.first() == whole.text.first();
    let starts = indices(left).filter(|start| is_part(features.record(*start)));
    starts.filter_map(|start| Run::grown(whole, features, left, start)).next()
}

/// Neighbouring terms, and what they make up so far.
struct Run {
    terms: Terms,
    count: usize,
    letters: usize,
    is_written: bool,
    is_abbreviated: bool,
}

impl Run {
    fn grown(whole: Record, features: Features, left: Terms, start: usize) -> Option<Terms> {
        // Short words that are not abbreviations are the initials of anything.
        let may_abbreviate = whole.text.len() > 2 || whole.flags & flag::CODE != 0;
        let mut run = Self { terms: 0, count: 0, letters: 0, is_written: true, is_abbreviated: may_abbreviate };
        let mut next = Some(start);
        while let Some(index) = next {
            let part = features.record(index);
            run.push(whole, index, part);
            if run.is_whole(whole) {
                return Some(run.terms);
            }
            let may_follow = |follower: &usize| features.record(*follower).position == part.position + 1;
            next = indices(left).find(may_follow).filter(|_| run.is_written || run.is_abbreviated);
        }
        None
    }

    fn push(&mut self, whole: Record, index: usize, part: Record) {
        self.is_written &= whole.text.get(self.letters..).is_some_and(|rest| rest.starts_with(part.text));
        self.is_abbreviated &= whole.text.get(self.count) == part.text.first();
        self.terms |= 1 << index;
        self.letters += part.text.len();
        self.count += 1;
    }

    fn is_whole(&self, whole: Record) -> bool {
        let length = whole.text.len();
        self.count > 1 && ((self.is_written && self.letters == length) || (self.is_abbreviated && self.count == length))
    }
}
