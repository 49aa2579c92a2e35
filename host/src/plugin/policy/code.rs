//! The stable codes of a policy's reasons, as callers, statistics and reports see them. Pure.

use super::{MissReason, ServeReason};

impl MissReason {
    pub fn code(self) -> &'static str {
        match self {
            Self::NoCandidate => "no_candidate",
            Self::BelowThreshold => "below_threshold",
            Self::Number => "number",
            Self::Unit => "unit",
            Self::Period => "period",
            Self::Negation => "negation",
            Self::Antonym => "antonym",
            Self::QuestionWord => "question_word",
            Self::Order => "order",
            Self::Identifier => "identifier",
            Self::ContentWord => "content_word",
            Self::Complaints => "complaints",
            Self::Script => "script",
            Self::Unexplained => "unexplained",
        }
    }
}

impl ServeReason {
    pub fn code(self) -> &'static str {
        match self {
            Self::Canonical => "canonical",
            Self::Similar => "similar",
        }
    }
}
