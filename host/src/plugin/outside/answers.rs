//! What plugins ask the cache of answers. A contract only: plugins know no cache.

use std::pin::Pin;
use std::time::Duration;

pub type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, AnswersError>> + Send + 'a>>;

/// An answer that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAnswer {
    pub response: String,
    /// Whether the very same question was stored, else one that is near.
    pub exact: bool,
    /// Cosine similarity; 1.0 for an exact one.
    pub score: f32,
    pub age: Duration,
    pub matched_prompt: String,
}

/// Why there is no answer and no miss either. Its text is safe for a plugin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswersError {
    #[error("{0}")]
    Invalid(String),
    #[error("the cache failed")]
    Failed,
}

/// The cache of answers, as a caller of a tool sees it. The use case that owns the cache implements it.
pub trait Answers: Send + Sync {
    /// The stored answer that may be served to `principal`, if there is one.
    fn lookup<'a>(
        &'a self,
        principal: &'a str,
        prompt: String,
        model: Option<String>,
    ) -> Answering<'a, Option<StoredAnswer>>;

    /// Stores an answer for `principal`.
    fn store<'a>(
        &'a self,
        principal: &'a str,
        prompt: String,
        response: String,
        model: Option<String>,
    ) -> Answering<'a, ()>;
}
