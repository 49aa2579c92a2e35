//! Where an entry came from, and how far it may go.

use serde::{Deserialize, Serialize};

use super::exact::ContextKey;

/// Who stored an entry, and through what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The program: what an MCP client calls itself, or what an HTTP caller says.
    pub client: Option<String>,
    /// The connection or conversation, in the caller's words.
    pub session: Option<String>,
    /// The name of the API key that was used.
    pub key: Option<String>,
    /// The context that is part of the entry's scope.
    pub context: Option<ContextKey>,
}

/// What questions an entry may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// The same question and, once its text is embedded, similar ones.
    Similar,
    /// The same question only, whatever the embedder or the policy may say.
    Same,
}
