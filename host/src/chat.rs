//! `isartor_chat` and `isartor_cache_store`: look up, ask the policy, answer. Never calls a model, never stores
//! what it was not given.

use std::time::Duration;

use crate::cache::EntryId;

/// Who is asking. Only the guard makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal(String);

impl Principal {
    /// Everybody who reaches a loopback gateway without authentication.
    pub fn local() -> Self {
        Self("local".to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A question.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// Not empty, no NUL; checked where it is parsed.
    pub prompt: String,
    pub model: Option<String>,
    pub namespace: Option<String>,
}

/// An answer to keep.
#[derive(Debug, Clone)]
pub struct Store {
    pub prompt: String,
    pub response: String,
    pub model: Option<String>,
    pub namespace: Option<String>,
    pub ttl: Option<Duration>,
}

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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    Exact,
    Semantic,
}

/// Why nothing is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Miss {
    /// Nothing stored is near.
    NotFound,
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
}

impl Miss {
    /// A stable code for callers.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::TooLong => "too_long",
            Self::SemanticOff => "semantic_off",
            Self::SemanticLoading => "semantic_loading",
            Self::Policy(reason) => reason,
            Self::PolicyFailed => "policy_failed",
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

#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    #[error("the cache failed")]
    Cache(#[from] crate::cache::CacheError),
}

/// The use case behind the MCP tools and the HTTP API.
pub struct Chat {}

impl Chat {
    pub async fn lookup(&self, principal: &Principal, lookup: Lookup) -> Result<Answer, ChatError> {
        unimplemented!()
    }

    pub async fn store(&self, principal: &Principal, store: Store) -> Result<EntryId, ChatError> {
        unimplemented!()
    }

    pub fn semantic_layer(&self) -> LayerState {
        unimplemented!()
    }

    pub fn entries(&self) -> usize {
        unimplemented!()
    }
}
