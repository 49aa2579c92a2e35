//! How many Streamable HTTP sessions are kept: the oldest ends when there would be too many. Never looks inside one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rmcp::transport::streamable_http_server::SessionManager;
use rmcp::transport::streamable_http_server::session::SessionId;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;

/// Clients leave without a word and few of them survive the loss of their session, so it lives for long ...
const KEEP_ALIVE: Duration = Duration::from_secs(24 * 60 * 60);
/// ... and there is an end to how many: each costs some tens of kilobytes.
const MAX_SESSIONS: usize = 512;

/// The sessions of one gateway.
pub(super) struct Sessions {
    pub(super) local: Arc<LocalSessionManager>,
    by_age: Mutex<VecDeque<SessionId>>,
}

impl Sessions {
    pub(super) fn new() -> Self {
        let mut local = LocalSessionManager::default();
        local.session_config.keep_alive = Some(KEEP_ALIVE);
        local.session_config.sse_retry = None;
        Self { local: Arc::new(local), by_age: Mutex::default() }
    }

    /// Counts a session that has just begun.
    pub(super) async fn begun(&self, id: SessionId) {
        let Some(oldest) = self.remember(id) else { return };
        tracing::info!(session = %oldest, "ending the oldest of {MAX_SESSIONS} sessions");
        if let Err(error) = self.local.close_session(&oldest).await {
            tracing::warn!(%error, session = %oldest, "cannot end a session");
        }
    }

    fn remember(&self, id: SessionId) -> Option<SessionId> {
        let mut by_age = self.by_age.lock().expect("nothing panics while holding the list of sessions");
        by_age.push_back(id);
        if by_age.len() > MAX_SESSIONS { by_age.pop_front() } else { None }
    }
}
