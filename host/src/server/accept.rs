//! One accept loop for every listener: a cap on connections, and an end in which what runs may finish. Knows no
//! protocol.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::system::{LocalListener, LocalStream};

/// Out of file descriptors: they come back when connections end, not by asking at once again.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Something that connections come from.
pub(super) trait Accept: Send + Sync {
    type Stream: Send + 'static;

    fn accept(&self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

impl Accept for TcpListener {
    type Stream = TcpStream;

    /// Without `nodelay` a small answer in two writes waits 40 ms for the other side's acknowledgement.
    async fn accept(&self) -> io::Result<TcpStream> {
        let (stream, _) = TcpListener::accept(self).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

impl Accept for LocalListener {
    type Stream = LocalStream;

    async fn accept(&self) -> io::Result<LocalStream> {
        Self::accept(self).await
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// One more waits in the listener's queue until another ends.
    pub(super) max_connections: usize,
    /// How long connections may go on after `shutdown`.
    pub(super) grace: Duration,
}

/// Serves connections until `shutdown`, then waits for those that are open, then ends them. A connection for which
/// `serve` has nothing is closed at once.
pub(super) async fn run<L, F, Served>(listener: L, limits: Limits, shutdown: CancellationToken, serve: F)
where
    L: Accept,
    F: Fn(L::Stream) -> Option<Served>,
    Served: Future<Output = ()> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(limits.max_connections));
    let mut connections = JoinSet::new();
    while let Some(stream) = shutdown.run_until_cancelled(next(&listener, &slots)).await {
        let (slot, stream) = stream;
        let Some(served) = serve(stream) else { continue };
        connections.spawn(async move {
            served.await;
            drop(slot);
        });
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if timeout(limits.grace, all_ended).await.is_err() {
        tracing::warn!(connections = connections.len(), "closing connections that did not finish in time");
        connections.shutdown().await;
    }
}

async fn next<L: Accept>(listener: &L, slots: &Arc<Semaphore>) -> (tokio::sync::OwnedSemaphorePermit, L::Stream) {
    let slot = Arc::clone(slots).acquire_owned().await.expect("nobody closes the semaphore");
    loop {
        match listener.accept().await {
            Ok(stream) => return (slot, stream),
            Err(error) if is_of_one_connection(&error) => tracing::debug!(%error, "a connection was lost"),
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections");
                sleep(PAUSE_AFTER_FAILURE).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, InvalidInput, PermissionDenied};
    let kinds = [ConnectionAborted, ConnectionRefused, ConnectionReset, InvalidInput, PermissionDenied];
    kinds.contains(&error.kind())
}
