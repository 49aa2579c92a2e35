//! Tells clients that the list of tools has changed, each in the way of its protocol version. Never says what changed.

use std::sync::{Arc, OnceLock};

use rmcp::RoleServer;
use rmcp::service::{Peer, SubscriptionContext};
use tokio::sync::watch::Receiver;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::tools::Tools;

/// Ends with the server it belongs to, so that nobody goes on announcing to a session that is over. Made when it is
/// first needed, which for a request without a session is never.
#[derive(Default)]
pub(super) struct SessionEnd(OnceLock<DropGuard>);

impl SessionEnd {
    pub(super) fn token(&self) -> CancellationToken {
        self.0.get_or_init(|| CancellationToken::new().drop_guard()).token().clone()
    }
}

/// For a session: a notification that nobody asked for.
pub(super) async fn announce(peer: Peer<RoleServer>, mut changes: Receiver<Arc<Tools>>, end: CancellationToken) {
    while let Some(Ok(())) = end.run_until_cancelled(changes.changed()).await {
        if let Err(error) = peer.notify_tool_list_changed().await {
            tracing::debug!(%error, "cannot announce the change of the tools");
            return;
        }
    }
}

/// For `subscriptions/listen`: a notification on the stream that the client opened, until it or the gateway ends it.
pub(super) async fn stream(
    context: &SubscriptionContext,
    mut changes: Receiver<Arc<Tools>>,
    stopping: &CancellationToken,
) {
    let is_wanted = context.accepted().tools_list_changed == Some(true);
    loop {
        let changed = tokio::select! {
            changed = changes.changed() => changed.is_ok(),
            () = context.cancelled() => false,
            () = stopping.cancelled() => false,
        };
        if !changed {
            return;
        }
        if is_wanted && let Err(error) = context.sink().notify_tool_list_changed().await {
            tracing::debug!(%error, "cannot announce the change of the tools");
            return;
        }
    }
}
