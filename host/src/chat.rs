//! `isartor_chat` and `isartor_cache_store`: look up, ask the policy, answer. Never calls a model, never stores
//! what it was not given.

pub mod eligibility;
pub mod request;
mod semantic;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::cache::embedding::Embedder;
use crate::cache::{Cache, CacheError, EntryId, NewEntry, Scope};
use crate::plugin::Policy;
use semantic::{Judged, SemanticTier};

/// Who is asking. Only the guard makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal(String);

impl Principal {
    /// Everybody who reaches a loopback gateway without authentication.
    pub fn local() -> Self {
        Self("local".to_owned())
    }

    /// The one whom a plugin's call was made for; `name` is what [`Self::as_str`] gave when it began.
    pub(crate) fn of_call(name: &str) -> Self {
        Self(name.to_owned())
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
    /// The embedder failed; the log says how.
    EmbeddingFailed,
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
            Self::EmbeddingFailed => "embedding_failed",
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
    Cache(#[from] CacheError),
    #[error("the semantic tier panicked")]
    Panicked,
}

/// The use case behind the MCP tools and the HTTP API.
pub struct Chat {
    cache: Arc<Cache>,
    semantic: Arc<SemanticTier>,
    default_ttl: Option<Duration>,
    clock: fn() -> SystemTime,
}

impl Chat {
    /// With `policy` the semantic tier waits for its embedder; without one it stays off.
    pub fn new(
        cache: Arc<Cache>,
        policy: Option<Policy>,
        default_ttl: Option<Duration>,
        clock: fn() -> SystemTime,
    ) -> Self {
        let semantic = Arc::new(SemanticTier::new(Arc::clone(&cache), policy));
        Self { cache, semantic, default_ttl, clock }
    }

    /// Looks in the exact tier, then in the semantic one.
    pub async fn lookup(&self, principal: &Principal, lookup: Lookup) -> Result<Answer, ChatError> {
        let now = (self.clock)();
        let scope = scope(principal, lookup.namespace.clone());
        if let Some(entry) = self.cache.exact(&scope, &lookup.prompt, lookup.model.as_deref(), now)? {
            return Ok(Answer::Hit(Hit {
                layer: Layer::Exact,
                response: entry.response,
                score: 1.0,
                age: age(entry.created, now),
                matched_prompt: entry.prompt,
                entry: entry.id,
            }));
        }
        self.semantic.lookup(scope, lookup, now).await
    }

    /// Stores an answer; when this returns, it is durable and every later look-up sees it.
    pub async fn store(&self, principal: &Principal, store: Store) -> Result<EntryId, ChatError> {
        let now = (self.clock)();
        let judged = self.semantic.judge(&store.prompt).await?;
        let prompt = store.prompt.clone();
        let (semantics, later) = match judged {
            Judged::Fit(semantics) => (Some(semantics), None),
            Judged::Unfit => (None, Some(Judged::Unfit)),
            Judged::NotYet => (None, None),
        };
        let entry = NewEntry {
            scope: scope(principal, store.namespace),
            prompt: store.prompt,
            response: store.response,
            model: store.model,
            ttl: store.ttl.or(self.default_ttl),
            semantics,
        };
        let fit = entry.semantics.is_some();
        let id = self.cache.store(entry, now).await?;
        if !fit {
            // The embedder may have arrived while the entry was being written, after its pass over the old ones.
            let judged = match later {
                Some(judged) => judged,
                None => self.semantic.judge(&prompt).await?,
            };
            self.semantic.add(id, judged).await?;
        }
        Ok(id)
    }

    /// Gives the semantic tier its embedder, then catches up on what was stored without one.
    /// `sessions` look-ups run side by side.
    pub async fn activate(&self, embedder: Embedder, sessions: usize) -> Result<(), ChatError> {
        self.semantic.activate(embedder, sessions, self.clock).await
    }

    /// Removes expired entries from the disk, now and then once in every `period`; they are invisible before that.
    pub async fn sweep_every(&self, period: Duration) {
        let mut ticks = tokio::time::interval(period);
        loop {
            ticks.tick().await;
            if let Err(error) = self.cache.sweep((self.clock)()).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot remove expired entries");
            }
        }
    }

    /// The embedder will not come.
    pub fn deactivate(&self) {
        self.semantic.deactivate();
    }

    /// Whether the policy may decide; without it the semantic tier is off until it may again.
    pub fn allow_semantic(&self, allowed: bool) {
        self.semantic.allow(allowed);
    }

    pub fn semantic_layer(&self) -> LayerState {
        self.semantic.state()
    }

    pub fn entries(&self) -> usize {
        self.cache.len((self.clock)())
    }
}

fn scope(principal: &Principal, namespace: Option<String>) -> Scope {
    Scope { principal: principal.as_str().to_owned(), namespace }
}

/// A clock that was set back makes an entry new, never negative.
fn age(created: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(created).unwrap_or(Duration::ZERO)
}
