//! What the host itself keeps out of the semantic tier, whatever a policy says: where the gates of a look-up join.
//! No pair has a context, so what leans on one is a miss.

use super::Outcome;
use crate::chat::eligibility::{Eligibility, Gate};
use crate::chat::{COSINE_FLOOR, Miss};

pub(super) struct HostGates {
    eligibility: Gate,
}

impl HostGates {
    pub(super) fn new() -> Self {
        Self { eligibility: Gate::new() }
    }

    /// The stable code of the reason why this text is neither asked nor offered, if there is one.
    pub(super) fn bars(&self, text: &str) -> Option<&'static str> {
        match self.eligibility.of(text) {
            Eligibility::Semantic => None,
            Eligibility::ExactOnly(reason) => Some(Miss::ExactOnly(reason).code()),
            Eligibility::NeedsContext => Some(Miss::NeedsContext.code()),
        }
    }

    /// Whether no policy is asked.
    pub(super) fn is_too_far(&self, cosine: f32) -> bool {
        cosine < COSINE_FLOOR
    }

    /// What is left of the policy's verdict.
    pub(super) fn passed(&self, stored: &str, asked: &str, verdict: Outcome) -> Outcome {
        match verdict {
            Outcome::Served { .. } if !self.eligibility.may_answer(asked, stored) => {
                Outcome::Missed(Miss::OtherCode.code())
            }
            verdict @ (Outcome::Served { .. } | Outcome::Missed(_)) => verdict,
        }
    }
}
