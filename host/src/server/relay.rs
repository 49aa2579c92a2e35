//! The cache's part of the HTTP API without HTTP: over the control socket, or in a process that has the cache to itself.
//! Whoever comes this way is the user of this machine.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower::Service;

use super::routes;
use crate::chat::{Access, Chat};

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
    relay_as(Access::local(), chat, relayed).await
}

async fn relay_as(access: Access, chat: &Arc<Chat>, relayed: &Relayed) -> RelayedAnswer {
    let body = relayed.body.as_ref().map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let request = Request::builder().method(relayed.method.as_str()).uri(&relayed.path).extension(access);
    let Ok(request) = request.body(body) else {
        return RelayedAnswer { status: 400, body: Value::Null };
    };
    let answered = routes::cache_router(chat).call(request).await;
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use serde_json::json;

    use super::*;
    use crate::cache::Cache;
    use crate::chat::{Caller, Channel, Lookup, Principal, Store};
    use crate::settings::CacheSettings;

    struct Stage {
        chat: Arc<Chat>,
        _home: tempfile::TempDir,
    }

    impl Stage {
        fn new() -> Self {
            let home = tempfile::tempdir().unwrap();
            let settings = CacheSettings::default();
            let cache = Cache::open(&home.path().join("cache.redb"), &settings, "embedder", "policy").unwrap();
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
            let chat = Chat::new(Arc::new(cache), None, &settings, Arc::new(move || now));
            Self { chat: Arc::new(chat), _home: home }
        }

        async fn ask(&self, who: &str, method: Method, path: &str, body: Option<Value>) -> RelayedAnswer {
            let relayed = Relayed { method, path: format!("/api/v1/cache/{path}"), body };
            relay_as(Access { principal: Principal::of_call(who), ..Access::local() }, &self.chat, &relayed).await
        }
    }

    #[tokio::test]
    async fn nobody_sees_or_removes_what_is_anothers() {
        let stage = Stage::new();
        let owner = Caller::new(Principal::of_call("owner"), Channel::Http);
        stage.chat.store(&owner, Store::of("q".to_owned(), "a".to_owned())).await.unwrap();
        stage.chat.lookup(&owner, Lookup::of("q".to_owned())).await.unwrap();
        let listed = stage.ask("owner", Method::Get, "entries", None).await.body;
        let entry = listed["entries"][0]["entry"].as_str().unwrap().to_owned();

        for path in ["entries", "export"] {
            assert_eq!(stage.ask("other", Method::Get, path, None).await.body["entries"], json!([]), "{path}");
        }
        let one = format!("entries/{entry}");
        assert_eq!(stage.ask("other", Method::Get, &one, None).await.status, 404);
        assert_eq!(stage.ask("other", Method::Delete, &one, None).await.status, 404);
        for (path, body) in [("clear", json!({})), ("delete", json!({ "prompt": "q" }))] {
            let answer = stage.ask("other", Method::Post, path, Some(body)).await;
            assert_eq!(answer.body, json!({ "deleted": 0 }), "{path}");
        }
        let complaint = json!({ "entry": entry, "question": "q", "verdict": "wrong" });
        assert_eq!(stage.ask("other", Method::Post, "feedback", Some(complaint.clone())).await.status, 409);
        assert_eq!(stage.ask("owner", Method::Get, &one, None).await.body["response"], json!("a"));
        assert_eq!(
            stage.ask("owner", Method::Post, "feedback", Some(complaint)).await.body["outcome"],
            json!("counted")
        );
        assert_eq!(stage.ask("owner", Method::Delete, &one, None).await.body, json!({ "deleted": 1 }));
    }

    #[tokio::test]
    async fn what_is_imported_belongs_to_whoever_imports() {
        let stage = Stage::new();
        let entry = json!({ "prompt": "q", "response": "a", "created_seconds": 900_000, "principal": "owner" });
        let body = json!({ "entries": [entry] });
        let answer = stage.ask("other", Method::Post, "import", Some(body)).await;
        assert_eq!(answer.body, json!({ "imported": 1, "refused": [] }));
        assert_eq!(stage.ask("owner", Method::Get, "entries", None).await.body["entries"], json!([]));
        let listed = stage.ask("other", Method::Get, "export", None).await.body;
        assert_eq!(listed["entries"][0]["created_seconds"], json!(900_000));
        assert_eq!(stage.ask("other", Method::Get, "nowhere", None).await.status, 404);
    }
}
