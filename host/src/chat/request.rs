//! Requests as callers write them, JSON objects, and the one place that checks their fields.

use std::time::Duration;

use serde::Deserialize;

use super::{Feedback, Lookup, Said, Store};
use crate::cache::{ContextKey, EntryId, Opinion};

/// Longest `model` or `namespace`, in characters.
pub const LABEL_MAX_CHARACTERS: usize = 256;

/// Longest TTL: ten years, in seconds.
const TTL_MAX_SECONDS: u64 = 315_360_000;

/// `{"prompt", "model"?, "namespace"?, "context"?, "client"?, "session"?}`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupFields {
    pub prompt: String,
    pub model: Option<String>,
    pub namespace: Option<String>,
    /// What the prompt leans on, in any form: answers stay among callers who give the same.
    pub context: Option<String>,
    pub client: Option<String>,
    pub session: Option<String>,
}

/// `{"prompt", "response", "model"?, "namespace"?, "context"?, "ttl_seconds"?, "client"?, "session"?}`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreFields {
    pub prompt: String,
    pub response: String,
    pub model: Option<String>,
    pub namespace: Option<String>,
    pub context: Option<String>,
    pub ttl_seconds: Option<u64>,
    pub client: Option<String>,
    pub session: Option<String>,
}

/// `{"entry", "question", "verdict": "wrong" | "right"}` and what the question was asked with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedbackFields {
    pub entry: String,
    pub question: String,
    pub verdict: Opinion,
    pub namespace: Option<String>,
    pub context: Option<String>,
}

/// A field with a value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct InvalidField {
    pub field: &'static str,
    pub problem: String,
}

impl TryFrom<LookupFields> for Lookup {
    type Error = InvalidField;

    fn try_from(fields: LookupFields) -> Result<Self, InvalidField> {
        Ok(Self {
            prompt: text("prompt", fields.prompt)?,
            model: label("model", fields.model)?,
            namespace: label("namespace", fields.namespace)?,
            context: fields.context.as_deref().map(ContextKey::of),
            said: said(fields.client, fields.session)?,
        })
    }
}

impl TryFrom<StoreFields> for Store {
    type Error = InvalidField;

    fn try_from(fields: StoreFields) -> Result<Self, InvalidField> {
        Ok(Self {
            prompt: text("prompt", fields.prompt)?,
            response: text("response", fields.response)?,
            model: label("model", fields.model)?,
            namespace: label("namespace", fields.namespace)?,
            context: fields.context.as_deref().map(ContextKey::of),
            said: said(fields.client, fields.session)?,
            ttl: ttl(fields.ttl_seconds)?,
        })
    }
}

impl TryFrom<FeedbackFields> for Feedback {
    type Error = InvalidField;

    fn try_from(fields: FeedbackFields) -> Result<Self, InvalidField> {
        let problem =
            || InvalidField { field: "entry", problem: "must be the entry of an answer, a number".to_owned() };
        Ok(Self {
            entry: EntryId(fields.entry.parse().map_err(|_| problem())?),
            question: text("question", fields.question)?,
            namespace: label("namespace", fields.namespace)?,
            context: fields.context.as_deref().map(ContextKey::of),
            opinion: fields.verdict,
        })
    }
}

fn said(client: Option<String>, session: Option<String>) -> Result<Said, InvalidField> {
    Ok(Said { client: label("client", client)?, session: label("session", session)? })
}

fn text(field: &'static str, value: String) -> Result<String, InvalidField> {
    if value.trim().is_empty() {
        return Err(InvalidField { field, problem: "must not be empty".to_owned() });
    }
    if value.contains('\0') {
        return Err(InvalidField { field, problem: "must not contain a NUL character".to_owned() });
    }
    Ok(value)
}

fn label(field: &'static str, value: Option<String>) -> Result<Option<String>, InvalidField> {
    let Some(label) = value else {
        return Ok(None);
    };
    let problem = if label.trim().is_empty() {
        "must not be empty".to_owned()
    } else if label.chars().any(char::is_control) {
        "must not contain control characters".to_owned()
    } else if label.chars().count() > LABEL_MAX_CHARACTERS {
        format!("must have at most {LABEL_MAX_CHARACTERS} characters")
    } else {
        return Ok(Some(label));
    };
    Err(InvalidField { field, problem })
}

fn ttl(seconds: Option<u64>) -> Result<Option<Duration>, InvalidField> {
    match seconds {
        None => Ok(None),
        Some(seconds @ 1..=TTL_MAX_SECONDS) => Ok(Some(Duration::from_secs(seconds))),
        Some(_) => {
            Err(InvalidField { field: "ttl_seconds", problem: format!("must be between 1 and {TTL_MAX_SECONDS}") })
        }
    }
}
