//! `/api/v1/cache/...`: look up and store, figures, entries one by one and many at once, feedback.
//! A caller sees and removes what is its own principal's, never another's.

mod fields;
mod shown;

use std::sync::Arc;

use axum::RequestPartsExt;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::MethodRouter;
use serde_json::json;

use self::fields::{ClearFields, DeleteFields, ImportFields, Page};
use self::shown::{EntryBody, HitBody, Listing, MissBody, StatsBody, StoredBody};
use super::audited::Removed;
use super::body;
use super::error::{ApiError, json};
use super::request;
use super::routes::{Asked, Entrance};
use crate::audit::CacheRemoval;
use crate::cache::{CacheError, EntryId, Imported, Listed, Selection};
use crate::chat::{Answer, Chat, ChatError, FeedbackOutcome, Stored};

/// Most bytes of texts in one page of an export: the next page begins where this one ended.
const EXPORT_PAGE_BYTES: usize = 4 << 20;

/// What can be asked of the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CacheEndpoint {
    Lookup,
    Store,
    Feedback,
    Entries,
    Entry,
    DeleteEntry,
    Export,
    Import,
    Delete,
    Clear,
    Stats,
    Compact,
}

impl CacheEndpoint {
    /// Whether the audit log is told of it.
    pub(super) fn removes(self) -> bool {
        matches!(self, Self::DeleteEntry | Self::Delete | Self::Clear)
    }
}

/// What answers at an entrance.
pub(super) fn answering(entrance: Entrance, endpoint: CacheEndpoint, chat: &Arc<Chat>) -> MethodRouter {
    match endpoint {
        CacheEndpoint::Lookup => entrance.answered(chat, lookup),
        CacheEndpoint::Store => entrance.answered(chat, store),
        CacheEndpoint::Feedback => entrance.answered(chat, feedback),
        CacheEndpoint::Entries => entrance.answered(chat, list),
        CacheEndpoint::Entry => entrance.answered(chat, entry),
        CacheEndpoint::DeleteEntry => entrance.answered(chat, delete_entry),
        CacheEndpoint::Export => entrance.answered(chat, export),
        CacheEndpoint::Import => entrance.answered(chat, import),
        CacheEndpoint::Delete => entrance.answered(chat, delete),
        CacheEndpoint::Clear => entrance.answered(chat, clear),
        CacheEndpoint::Stats => entrance.answered(chat, stats),
        CacheEndpoint::Compact => entrance.answered(chat, compact),
    }
}

async fn lookup(chat: Arc<Chat>, asked: Asked) -> Result<Response, ApiError> {
    let lookup = request::lookup(&body::read(asked.request.into_body()).await?)?;
    match chat.lookup(&asked.caller, lookup).await.map_err(|error| failed(&error))? {
        Answer::Hit(hit) => Ok(json(StatusCode::OK, &HitBody::from(&hit))),
        Answer::Miss(miss) => Ok(json(StatusCode::OK, &MissBody::from(miss))),
    }
}

async fn store(chat: Arc<Chat>, asked: Asked) -> Result<Response, ApiError> {
    let store = request::store(&body::read(asked.request.into_body()).await?)?;
    match chat.store(&asked.caller, store).await.map_err(|error| failed(&error))? {
        Stored::Kept(entry) => Ok(json(StatusCode::OK, &StoredBody { stored: true, entry: entry.0.to_string() })),
        Stored::Refused(refusal) => Err(ApiError::Refused(refusal)),
    }
}

async fn stats(chat: Arc<Chat>, _: Asked) -> Result<Response, ApiError> {
    Ok(json(StatusCode::OK, &StatsBody::of(&chat)))
}

async fn list(chat: Arc<Chat>, asked: Asked) -> Result<Response, ApiError> {
    let page = Page::of_query(asked.request.uri().query().unwrap_or_default(), asked.caller.principal.as_str())?;
    let (entries, next) = page_of(&chat, &page)?;
    let entries = entries.iter().map(EntryBody::in_a_list).collect();
    Ok(json(StatusCode::OK, &Listing { entries, next }))
}

async fn export(chat: Arc<Chat>, asked: Asked) -> Result<Response, ApiError> {
    let page = Page::of_query(asked.request.uri().query().unwrap_or_default(), asked.caller.principal.as_str())?;
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

async fn entry(chat: Arc<Chat>, asked: Asked) -> Result<Response, ApiError> {
    let entry = own(&chat, asked).await?;
    Ok(json(StatusCode::OK, &EntryBody::in_full(&entry)))
}

async fn delete_entry(chat: Arc<Chat>, asked: Asked) -> Result<Response, ApiError> {
    let entry = own(&chat, asked).await?;
    let is_deleted = chat.cache().delete_entry(entry.id).await.map_err(|error| failed(&error.into()))?;
    if is_deleted { Ok(told(1, CacheRemoval::Deleted)) } else { Err(ApiError::NoSuchEntry) }
}

/// The entry, if it is this principal's: whose others are is nobody's business.
async fn own(chat: &Chat, asked: Asked) -> Result<Listed, ApiError> {
    let Path(id) = asked.request.into_parts().0.extract::<Path<String>>().await.map_err(|_| ApiError::NoSuchEntry)?;
    let id = EntryId(id.parse().map_err(|_| ApiError::NoSuchEntry)?);
    let selection = Selection::of(asked.caller.principal.as_str());
    let listed = chat.cache().list(&selection, id, 1, chat.now()).map_err(|error| failed(&error.into()))?;
    listed.into_iter().find(|entry| entry.id == id).ok_or(ApiError::NoSuchEntry)
}

async fn delete(chat: Arc<Chat>, asked: Asked) -> Result<Response, ApiError> {
    let Asked { caller, request } = asked;
    let fields: DeleteFields = request::fields(&body::read(request.into_body()).await?)?;
    let selection = fields.selection(caller.principal.as_str())?;
    removed(&chat, &selection, CacheRemoval::Deleted).await
}

async fn clear(chat: Arc<Chat>, asked: Asked) -> Result<Response, ApiError> {
    let Asked { caller, request } = asked;
    let ClearFields {} = request::fields(&body::read(request.into_body()).await?)?;
    removed(&chat, &Selection::of(caller.principal.as_str()), CacheRemoval::Cleared).await
}

async fn removed(chat: &Chat, selection: &Selection, by: CacheRemoval) -> Result<Response, ApiError> {
    let deleted = chat.cache().delete(selection).await.map_err(|error| failed(&error.into()))?;
    tracing::info!(deleted, "entries were deleted by hand");
    Ok(told(deleted as u64, by))
}

/// The answer, with what the audit log is told.
fn told(entries: u64, by: CacheRemoval) -> Response {
    let mut response = json(StatusCode::OK, &json!({ "deleted": entries }));
    response.extensions_mut().insert(Removed { by, entries });
    response
}

async fn feedback(chat: Arc<Chat>, asked: Asked) -> Result<Response, ApiError> {
    let Asked { caller, request } = asked;
    let feedback = request::feedback(&body::read(request.into_body()).await?)?;
    match chat.feedback(&caller, feedback).await.map_err(|error| failed(&error))? {
        FeedbackOutcome::NotServed => Err(ApiError::NotServed),
        FeedbackOutcome::Gone => Err(ApiError::NoSuchEntry),
        outcome @ (FeedbackOutcome::Counted | FeedbackOutcome::Again | FeedbackOutcome::Evicted) => {
            Ok(json(StatusCode::OK, &json!({ "outcome": outcome.code() })))
        }
    }
}

async fn import(chat: Arc<Chat>, asked: Asked) -> Result<Response, ApiError> {
    let Asked { caller, request } = asked;
    let ImportFields { entries } = request::fields(&body::read(request.into_body()).await?)?;
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

async fn compact(chat: Arc<Chat>, asked: Asked) -> Result<Response, ApiError> {
    let ClearFields {} = request::fields(&body::read(asked.request.into_body()).await?)?;
    match chat.cache().compact().await {
        Ok(compacted) => {
            let file_bytes = chat.cache().holdings().file_bytes;
            Ok(json(StatusCode::OK, &json!({ "compacted": compacted, "file_bytes": file_bytes })))
        }
        Err(CacheError::InUse) => Err(ApiError::InUse),
        Err(error) => Err(failed(&error.into())),
    }
}

/// The caller learns that it failed, the log how.
fn failed(error: &ChatError) -> ApiError {
    tracing::error!(error = error as &dyn std::error::Error, "a cache request failed");
    match error {
        ChatError::Cache(CacheError::Write { .. } | CacheError::Closed) => ApiError::CannotStore,
        ChatError::Cache(_) | ChatError::Panicked => ApiError::Internal,
    }
}
