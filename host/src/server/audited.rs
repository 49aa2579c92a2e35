//! What the audit log is told of requests that remove entries. Whoever removes them by a command tells of it itself.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::audit::{Audit, CacheRemoval, Event};
use crate::chat::Access;

/// Comes with the answer to such a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Removed {
    pub(super) by: CacheRemoval,
    pub(super) entries: u64,
}

/// Lets a request through, and records what it removed.
pub(super) async fn record_removal(State(audit): State<Audit>, request: Request, next: Next) -> Response {
    let key = request.extensions().get::<Access>().and_then(|access| access.key.clone());
    let mut response = next.run(request).await;
    if let Some(Removed { by, entries }) = response.extensions_mut().remove() {
        audit.record(Event::CacheRemoved { by, entries, key: key.as_deref().map(Into::into) });
    }
    response
}
