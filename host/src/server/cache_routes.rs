//! `/api/v1/cache/...` beyond looking up and storing: figures, entries one by one and many at once, feedback.
//! A caller sees and removes what is its own principal's, never another's.

mod fields;
mod shown;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use self::fields::{ClearFields, DeleteFields, ImportFields, Page};
use self::shown::{EntryBody, Listing, StatsBody};
use super::body;
use super::error::{ApiError, json};
use super::request;
use crate::cache::{CacheError, EntryId, Imported, Listed, Selection};
use crate::chat::{Caller, Channel, Chat, ChatError, FeedbackOutcome, Principal, Stored};

/// Most bytes of texts in one page of an export: the next page begins where this one ended.
const EXPORT_PAGE_BYTES: usize = 4 << 20;

type Served = State<Arc<Chat>>;

pub(super) fn router(chat: Arc<Chat>) -> Router {
    Router::new()
        .route("/api/v1/cache/stats", get(stats))
        .route("/api/v1/cache/entries", get(list))
        .route("/api/v1/cache/entries/{entry}", get(entry).delete(delete_entry))
        .route("/api/v1/cache/delete", post(delete))
        .route("/api/v1/cache/clear", post(clear))
        .route("/api/v1/cache/feedback", post(feedback))
        .route("/api/v1/cache/export", get(export))
        .route("/api/v1/cache/import", post(import))
        .route("/api/v1/cache/compact", post(compact))
        .with_state(chat)
}

async fn stats(State(chat): Served) -> Response {
    json(StatusCode::OK, &StatsBody::of(&chat))
}

async fn list(State(chat): Served, RawQuery(query): RawQuery, request: Request) -> Result<Response, ApiError> {
    let (caller, _) = parts(request)?;
    let page = Page::of_query(query.as_deref().unwrap_or_default(), caller.principal.as_str())?;
    let (entries, next) = page_of(&chat, &page)?;
    let entries = entries.iter().map(EntryBody::in_a_list).collect();
    Ok(json(StatusCode::OK, &Listing { entries, next }))
}

async fn export(State(chat): Served, RawQuery(query): RawQuery, request: Request) -> Result<Response, ApiError> {
    let (caller, _) = parts(request)?;
    let page = Page::of_query(query.as_deref().unwrap_or_default(), caller.principal.as_str())?;
    let (mut entries, mut next) = page_of(&chat, &page)?;
    let mut bytes = 0;
    let fitting = entries.iter().take_while(|entry| {
        let fits = bytes < EXPORT_PAGE_BYTES;
        bytes += entry.prompt.len() + entry.response.len();
        fits
    });
    let fitting = fitting.count();
    if fitting < entries.len() {
        entries.truncate(fitting);
        next = entries.last().map(|entry| entry.id.0.to_string());
    }
    Ok(json(StatusCode::OK, &Listing { entries: entries.iter().map(EntryBody::in_full).collect(), next }))
}

/// The entries of a page, and after which one the next begins.
fn page_of(chat: &Chat, page: &Page) -> Result<(Vec<Listed>, Option<String>), ApiError> {
    let listed = chat.cache().list(&page.selection, page.first, page.limit, chat.now());
    let entries = listed.map_err(|error| failed(&error.into()))?;
    let is_full = entries.len() == page.limit;
    let next = entries.last().filter(|_| is_full).map(|entry| entry.id.0.to_string());
    Ok((entries, next))
}

async fn entry(State(chat): Served, Path(id): Path<String>, request: Request) -> Result<Response, ApiError> {
    let (caller, _) = parts(request)?;
    let entry = own(&chat, &caller.principal, &id)?;
    Ok(json(StatusCode::OK, &EntryBody::in_full(&entry)))
}

async fn delete_entry(State(chat): Served, Path(id): Path<String>, request: Request) -> Result<Response, ApiError> {
    let (caller, _) = parts(request)?;
    let entry = own(&chat, &caller.principal, &id)?;
    let is_deleted = chat.cache().delete_entry(entry.id).await.map_err(|error| failed(&error.into()))?;
    if is_deleted { Ok(json(StatusCode::OK, &json!({ "deleted": 1 }))) } else { Err(ApiError::NoSuchEntry) }
}

/// The entry, if it is this principal's: whose others are is nobody's business.
fn own(chat: &Chat, principal: &Principal, id: &str) -> Result<Listed, ApiError> {
    let id = EntryId(id.parse().map_err(|_| ApiError::NoSuchEntry)?);
    let selection = Selection::of(principal.as_str());
    let listed = chat.cache().list(&selection, id, 1, chat.now()).map_err(|error| failed(&error.into()))?;
    listed.into_iter().find(|entry| entry.id == id).ok_or(ApiError::NoSuchEntry)
}

async fn delete(State(chat): Served, request: Request) -> Result<Response, ApiError> {
    let (caller, body) = parts(request)?;
    let fields: DeleteFields = request::fields(&body::read(body).await?)?;
    let selection = fields.selection(caller.principal.as_str())?;
    removed(&chat, &selection).await
}

async fn clear(State(chat): Served, request: Request) -> Result<Response, ApiError> {
    let (caller, body) = parts(request)?;
    let ClearFields {} = request::fields(&body::read(body).await?)?;
    removed(&chat, &Selection::of(caller.principal.as_str())).await
}

async fn removed(chat: &Chat, selection: &Selection) -> Result<Response, ApiError> {
    let deleted = chat.cache().delete(selection).await.map_err(|error| failed(&error.into()))?;
    tracing::info!(deleted, "entries were deleted by hand");
    Ok(json(StatusCode::OK, &json!({ "deleted": deleted })))
}

async fn feedback(State(chat): Served, request: Request) -> Result<Response, ApiError> {
    let (caller, body) = parts(request)?;
    let feedback = request::feedback(&body::read(body).await?)?;
    match chat.feedback(&caller, feedback).await.map_err(|error| failed(&error))? {
        FeedbackOutcome::NotServed => Err(ApiError::NotServed),
        FeedbackOutcome::Gone => Err(ApiError::NoSuchEntry),
        outcome @ (FeedbackOutcome::Counted | FeedbackOutcome::Again | FeedbackOutcome::Evicted) => {
            Ok(json(StatusCode::OK, &json!({ "outcome": outcome.code() })))
        }
    }
}

async fn import(State(chat): Served, request: Request) -> Result<Response, ApiError> {
    let (caller, body) = parts(request)?;
    let ImportFields { entries } = request::fields(&body::read(body).await?)?;
    let entries: Vec<Imported> = fields::all_imported(entries, caller.principal.as_str())?;
    let (mut imported, mut refused) = (0, Vec::new());
    for (index, entry) in entries.into_iter().enumerate() {
        match chat.import(entry).await.map_err(|error| failed(&error))? {
            Stored::Kept(_) => imported += 1,
            Stored::Refused(refusal) => {
                refused.push(json!({ "index": index, "code": refusal.code(), "message": refusal.to_string() }));
            }
        }
    }
    Ok(json(StatusCode::OK, &json!({ "imported": imported, "refused": refused })))
}

async fn compact(State(chat): Served, request: Request) -> Result<Response, ApiError> {
    let (_, body) = parts(request)?;
    let ClearFields {} = request::fields(&body::read(body).await?)?;
    match chat.cache().compact().await {
        Ok(compacted) => {
            let file_bytes = chat.cache().holdings().file_bytes;
            Ok(json(StatusCode::OK, &json!({ "compacted": compacted, "file_bytes": file_bytes })))
        }
        Err(CacheError::InUse) => Err(ApiError::InUse),
        Err(error) => Err(failed(&error.into())),
    }
}

/// Who asks, as the guard said, and the body. A request that no guard has seen goes nowhere.
pub(super) fn parts(mut request: Request) -> Result<(Caller, Body), ApiError> {
    let access = request.extensions_mut().remove().ok_or(ApiError::Unauthorized)?;
    Ok((Caller::admitted(access, Channel::Http), request.into_body()))
}

/// The caller learns that it failed, the log how.
pub(super) fn failed(error: &ChatError) -> ApiError {
    tracing::error!(error = error as &dyn std::error::Error, "a cache request failed");
    match error {
        ChatError::Cache(CacheError::Write { .. } | CacheError::Closed) => ApiError::CannotStore,
        ChatError::Cache(_) | ChatError::Panicked => ApiError::Internal,
    }
}
