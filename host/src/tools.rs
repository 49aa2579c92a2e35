//! Every tool by name, native or from a plugin. A clash is an error that leaves the later one out.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::chat::Principal;

/// A tool as MCP clients see it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolInfo {
    /// `[a-zA-Z0-9_-]{1,64}`.
    pub name: String,
    pub title: Option<String>,
    pub description: String,
    pub input_schema: Arc<Map<String, Value>>,
    pub output_schema: Option<Arc<Map<String, Value>>>,
    pub hints: Hints,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hints {
    pub read_only: bool,
    pub destructive: bool,
    pub idempotent: bool,
    pub open_world: bool,
}

/// What a call gave back.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolOutput {
    pub content: Vec<Content>,
    pub structured: Option<Value>,
    pub is_error: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Text(String),
    Image { data: Vec<u8>, mime_type: String },
    Audio { data: Vec<u8>, mime_type: String },
}

/// Why a call gave nothing back. Its text is safe to show to a client.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error("there is no tool called {0}")]
    Unknown(String),
}

/// The tools of this gateway.
pub struct Tools {}

impl Tools {
    /// The tools that exist without any plugin, for a bridge that cannot reach its gateway.
    pub fn native() -> Vec<ToolInfo> {
        unimplemented!()
    }

    /// All tools, native ones first, in a stable order.
    pub fn list(&self) -> &[ToolInfo] {
        unimplemented!()
    }

    /// Calls one. Arguments that are wrong come back as an output with `is_error`, as MCP wants it.
    pub async fn call(
        &self,
        principal: &Principal,
        name: &str,
        arguments: Map<String, Value>,
    ) -> Result<ToolOutput, CallError> {
        unimplemented!()
    }
}
