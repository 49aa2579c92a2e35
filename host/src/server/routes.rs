//! The REST routes and what answers where there is none. Translates; decides nothing.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Serialize;

use super::cache_routes::{self, failed, parts};
use super::error::{ApiError, json};
use super::guard::HEALTH_PATH;
use super::health::Health;
use super::{Gateway, body, metrics, request};
use crate::chat::{Answer, Hit, Layer, Miss, Stored};

/// Every route of our own; `extra` brings those of others, and all share one answer to unknown paths and methods.
pub(super) fn router(gateway: Arc<Gateway>, extra: Router) -> Router {
    let own = Router::new()
        .route(HEALTH_PATH, get(health))
        .route("/api/v1/cache/lookup", post(lookup))
        .route("/api/v1/cache/store", post(store))
        .with_state(Arc::clone(&gateway));
    let own =
        own.merge(cache_routes::router(Arc::clone(&gateway.chat))).merge(metrics::router(Arc::clone(&gateway.chat)));
    own.merge(extra).fallback(not_found).method_not_allowed_fallback(method_not_allowed)
}

async fn health(State(gateway): State<Arc<Gateway>>) -> Response {
    json(StatusCode::OK, &Health::of(&gateway))
}

async fn lookup(State(gateway): State<Arc<Gateway>>, request: Request) -> Result<Response, ApiError> {
    let (caller, body) = parts(request)?;
    let lookup = request::lookup(&body::read(body).await?)?;
    match gateway.chat.lookup(&caller, lookup).await.map_err(|error| failed(&error))? {
        Answer::Hit(hit) => Ok(json(StatusCode::OK, &HitBody::from(&hit))),
        Answer::Miss(miss) => Ok(json(StatusCode::OK, &MissBody::from(miss))),
    }
}

async fn store(State(gateway): State<Arc<Gateway>>, request: Request) -> Result<Response, ApiError> {
    let (caller, body) = parts(request)?;
    let store = request::store(&body::read(body).await?)?;
    match gateway.chat.store(&caller, store).await.map_err(|error| failed(&error))? {
        Stored::Kept(entry) => Ok(json(StatusCode::OK, &StoredBody { stored: true, entry: entry.0.to_string() })),
        Stored::Refused(refusal) => Err(ApiError::Refused(refusal)),
    }
}

async fn not_found() -> ApiError {
    ApiError::NotFound
}

async fn method_not_allowed() -> ApiError {
    ApiError::MethodNotAllowed
}

#[derive(Serialize)]
struct HitBody<'a> {
    hit: bool,
    layer: &'static str,
    response: &'a str,
    score: f32,
    age_seconds: u64,
    matched_prompt: &'a str,
    entry: String,
}

impl<'a> From<&'a Hit> for HitBody<'a> {
    fn from(hit: &'a Hit) -> Self {
        let layer = match hit.layer {
            Layer::Exact => "exact",
            Layer::Semantic => "semantic",
        };
        Self {
            hit: true,
            layer,
            response: &hit.response,
            score: hit.score,
            age_seconds: hit.age.as_secs(),
            matched_prompt: &hit.matched_prompt,
            entry: hit.entry.0.to_string(),
        }
    }
}

#[derive(Serialize)]
struct MissBody {
    hit: bool,
    reason: &'static str,
}

impl From<Miss> for MissBody {
    fn from(miss: Miss) -> Self {
        Self { hit: false, reason: miss.code() }
    }
}

#[derive(Serialize)]
struct StoredBody {
    stored: bool,
    entry: String,
}
