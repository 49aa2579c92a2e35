//! The cache's part of the HTTP API without HTTP: over the control socket, or in a process that has the cache to itself.
//! Whoever comes this way is the user of this machine.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower::Service;

use super::cache_routes;
use crate::chat::{Chat, Principal};

/// A request to the API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Relayed {
    pub method: Method,
    /// With its query.
    pub path: String,
    pub body: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Post,
    Delete,
}

/// What the API answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RelayedAnswer {
    pub status: u16,
    pub body: Value,
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// Has the API answer.
pub async fn relay(chat: &Arc<Chat>, relayed: &Relayed) -> RelayedAnswer {
    let body = relayed.body.as_ref().map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let request = Request::builder().method(relayed.method.as_str()).uri(&relayed.path).extension(Principal::local());
    let Ok(request) = request.body(body) else {
        return RelayedAnswer { status: 400, body: Value::Null };
    };
    let answered = cache_routes::router(Arc::clone(chat)).call(request).await;
    match answered {
        Ok(response) => read(response).await,
        Err(never) => match never {},
    }
}

/// An answer without a body is null: a path that does not exist.
async fn read(response: Response) -> RelayedAnswer {
    let status = response.status().as_u16();
    let body = match to_bytes(response.into_body(), usize::MAX).await {
        Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        Err(error) => {
            tracing::error!(%error, "an answer to a relayed request broke off");
            Value::Null
        }
    };
    RelayedAnswer { status, body }
}
