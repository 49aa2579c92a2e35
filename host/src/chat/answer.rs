//! What a look-up gives back, and what each layer of the cache is doing.

use std::time::{Duration, SystemTime};

use super::eligibility::Reason;
use crate::cache::{Entry, EntryId};

#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Hit(Hit),
    Miss(Miss),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub layer: Layer,
    pub response: String,
    /// Cosine similarity; 1.0 from the exact layer.
    pub score: f32,
    pub age: Duration,
    pub matched_prompt: String,
    pub entry: EntryId,
}

impl Hit {
    pub(super) fn exact(entry: Entry, now: SystemTime) -> Self {
        Self::of(Layer::Exact, 1.0, entry, now)
    }

    pub(super) fn semantic(entry: Entry, cosine: f32, now: SystemTime) -> Self {
        Self::of(Layer::Semantic, cosine, entry, now)
    }

    fn of(layer: Layer, score: f32, entry: Entry, now: SystemTime) -> Self {
        let Entry { id, prompt, response, created, .. } = entry;
        Self { layer, response, score, age: super::age(created, now), matched_prompt: prompt, entry: id }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The same question, or one that this entry was found to answer before.
    Exact,
    Semantic,
}

impl Layer {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Semantic => "semantic",
        }
    }
}

/// Why nothing is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Miss {
    /// Nothing stored is near.
    NotFound,
    /// A part of the prompt is in no language that the model knows, and it is not stored exactly.
    UnknownToken,
    /// The prompt is longer than the semantic tier takes, and not stored exactly.
    TooLong,
    /// Not stored exactly, and the semantic tier is off.
    SemanticOff,
    /// Not stored exactly, and the semantic tier is not loaded yet.
    SemanticLoading,
    /// The policy said no, with its reason.
    Policy(&'static str),
    /// The policy failed; the log says how.
    PolicyFailed,
    /// The embedder failed; the log says how.
    EmbeddingFailed,
    /// Not stored exactly, and the prompt is not for the semantic tier.
    ExactOnly(Reason),
    /// The policy would serve an answer to a prompt that names other things in code.
    OtherCode,
    /// The prompt leans on a conversation that was not given, so that no stored answer can be its own.
    NeedsContext,
    /// So many prompts wait for the embedder that this one may not.
    Busy,
    /// There is an answer, and what is stored next for this question will be compared with it.
    Explored,
}

impl Miss {
    /// A stable code for callers.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::UnknownToken => "unknown_token",
            Self::TooLong => "too_long",
            Self::SemanticOff => "semantic_off",
            Self::SemanticLoading => "semantic_loading",
            Self::Policy(reason) => reason,
            Self::PolicyFailed => "policy_failed",
            Self::EmbeddingFailed => "embedding_failed",
            Self::ExactOnly(reason) => reason.code(),
            Self::NeedsContext => "needs_context",
            Self::OtherCode => "other_code",
            Self::Busy => "busy",
            Self::Explored => "explored",
        }
    }
}

/// What a layer of the cache is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerState {
    Active,
    Loading,
    Off,
}

impl LayerState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Loading => "loading",
            Self::Off => "off",
        }
    }
}

/// What became of an answer that somebody wanted kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Stored {
    Kept(EntryId),
    Refused(Refusal),
}

/// Why an answer is not kept; nothing is wrong with the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A text carries one of these, and a cache is no place for it.
    Secret { what: &'static str },
    /// The question means something only in its conversation, and no context was given.
    NeedsContext,
}

impl Refusal {
    /// A stable code for callers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Secret { .. } => "secret",
            Self::NeedsContext => "needs_context",
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Secret { what } => write!(formatter, "it carries {what}, and secrets are not kept"),
            Self::NeedsContext => formatter.write_str("the question leans on a conversation; give that as the context"),
        }
    }
}

/// What came of a user's word on an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedbackOutcome {
    Counted,
    /// This user has spoken on this question and entry before.
    Again,
    /// One complaint too many: the entry is gone.
    Evicted,
    /// There is no such entry any more.
    Gone,
    /// That answer was not served to this user for this question, as far as is remembered.
    NotServed,
}

impl FeedbackOutcome {
    /// A stable code for callers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Again => "again",
            Self::Evicted => "evicted",
            Self::Gone => "gone",
            Self::NotServed => "not_served",
        }
    }
}
