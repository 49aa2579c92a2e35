//! What users said of an entry's answer, and what follows from it. Pure: votes in, a rating or an eviction out.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::exact::QuestionKey;

/// So many complaints, and the entry is removed.
const MAX_COMPLAINTS: u32 = 2;

/// How far above the cosine of a wrong hit the entry's threshold is put.
const THRESHOLD_STEP: f32 = 0.01;

/// Votes that are remembered for each entry; later ones find the list full and count no more.
const MAX_VOTES: usize = 64;

/// What a user says of an answer that was served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Opinion {
    Right,
    Wrong,
}

/// One principal's word on one question and entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Vote {
    voter: [u8; 32],
    question: [u8; 32],
    opinion: Opinion,
}

/// Everything that was said of one entry.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Rating {
    threshold: f32,
    complaints: u32,
    votes: Vec<Vote>,
}

/// What a vote changes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// This principal has said so or otherwise before, or the list is full.
    Ignored,
    Rated(Rating),
    /// One complaint too many.
    Evicted,
}

impl Vote {
    pub(super) fn of(principal: &str, question: &QuestionKey, opinion: Opinion) -> Self {
        Self { voter: Sha256::digest(principal).into(), question: question.0, opinion }
    }
}

impl Rating {
    /// The least cosine at which the entry may be served; 0 when nobody complained.
    pub(super) fn threshold(&self) -> f32 {
        self.threshold
    }

    pub(super) fn complaints(&self) -> u32 {
        self.complaints
    }

    /// Whether somebody said that the entry does not answer this question.
    pub(super) fn rejects(&self, question: &QuestionKey) -> bool {
        self.votes.iter().any(|vote| vote.question == question.0 && vote.opinion == Opinion::Wrong)
    }

    /// `cosine` is that of the hit that was judged. Praise is remembered and changes nothing else: a threshold that
    /// friends could lower would not protect anybody.
    pub(super) fn with(&self, vote: Vote, cosine: f32) -> Outcome {
        let is_again = |held: &Vote| held.voter == vote.voter && held.question == vote.question;
        if self.votes.len() >= MAX_VOTES || self.votes.iter().any(is_again) {
            return Outcome::Ignored;
        }
        let mut rating = self.clone();
        rating.votes.push(vote);
        if vote.opinion == Opinion::Wrong {
            rating.complaints += 1;
            rating.threshold = rating.threshold.max(cosine + THRESHOLD_STEP);
        }
        if rating.complaints >= MAX_COMPLAINTS { Outcome::Evicted } else { Outcome::Rated(rating) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::exact::{Scope, ScopeKey};

    fn question(text: &str) -> QuestionKey {
        let scope = Scope { principal: "local".into(), namespace: None, context: None };
        QuestionKey::of(&ScopeKey::of(&scope), text)
    }

    fn rated(rating: &Rating, voter: &str, text: &str, opinion: Opinion, cosine: f32) -> Outcome {
        rating.with(Vote::of(voter, &question(text), opinion), cosine)
    }

    #[test]
    fn complaints_raise_the_threshold_and_then_evict() {
        let Outcome::Rated(first) = rated(&Rating::default(), "a", "q", Opinion::Wrong, 0.93) else { panic!() };
        assert!((first.threshold() - 0.94).abs() < 1e-6 && first.complaints() == 1);
        assert!(first.rejects(&question("q")) && !first.rejects(&question("other")));
        assert_eq!(rated(&first, "a", "q", Opinion::Wrong, 0.99), Outcome::Ignored, "one vote");
        assert_eq!(rated(&first, "a", "q", Opinion::Right, 0.99), Outcome::Ignored, "no change of mind");
        assert_eq!(rated(&first, "b", "q", Opinion::Wrong, 0.93), Outcome::Evicted);
        assert_eq!(rated(&first, "a", "another", Opinion::Wrong, 0.8), Outcome::Evicted);
    }

    #[test]
    fn praise_lowers_nothing() {
        let Outcome::Rated(first) = rated(&Rating::default(), "a", "q", Opinion::Wrong, 0.93) else { panic!() };
        let Outcome::Rated(praised) = rated(&first, "b", "q", Opinion::Right, 0.5) else { panic!() };
        assert_eq!((praised.threshold(), praised.complaints()), (first.threshold(), 1));
        assert!(praised.rejects(&question("q")), "praise does not bring back what somebody found wrong");
    }

    #[test]
    fn votes_are_bounded() {
        let mut rating = Rating::default();
        for voter in 0..MAX_VOTES {
            let Outcome::Rated(next) = rated(&rating, &voter.to_string(), "q", Opinion::Right, 1.0) else { panic!() };
            rating = next;
        }
        assert_eq!(rated(&rating, "one more", "q", Opinion::Right, 1.0), Outcome::Ignored);
    }
}
