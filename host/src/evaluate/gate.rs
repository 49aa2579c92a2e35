//! What the host itself keeps out of the semantic tier, whatever a policy says: where the gates of a look-up join.
//! No pair has a context, so what leans on one is a miss.

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

    /// The same for two texts that may each be asked.
    pub(super) fn parts(&self, stored: &str, asked: &str, cosine: f32) -> Option<&'static str> {
        if cosine < COSINE_FLOOR {
            Some(Miss::NotFound.code())
        } else if !self.eligibility.may_answer(asked, stored) {
            Some(Miss::OtherCode.code())
        } else {
            None
        }
    }
}
