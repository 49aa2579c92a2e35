//! MCP over a connected Unix socket, one JSON-RPC message a line: what the stdio bridge speaks to its own gateway.
//! Whoever accepts the connection has checked that its peer is the gateway's own user.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rmcp::serve_server;
use tokio::io::{AsyncRead, AsyncWriteExt, BufReader, ReadBuf};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::lines::{LineTransport, read_line};
use super::{McpServer, Source, credential};
use crate::chat::Access;
use crate::keys::Denied;
use crate::server::{Gateway, KeysInUse};
use crate::system::{LocalStream, LocalWriteHalf};

/// How long a peer whose key was refused may take to read why.
const REFUSAL_PATIENCE: Duration = Duration::from_secs(2);

/// Serves one connection until its peer closes it, or `stopping` is cancelled and the calls in flight are answered.
pub async fn serve_stream(gateway: Gateway, stream: LocalStream, stopping: CancellationToken) {
    let (read, write) = stream.into_split();
    let read = UntilStopping { read, stopping: Box::pin(stopping.clone().cancelled_owned()) };
    if let Err(error) = serve(&gateway, BufReader::new(read), write, stopping).await {
        tracing::debug!(error, "a connection ended early");
    }
}

async fn serve<R: AsyncRead + Unpin + Send + 'static>(
    gateway: &Gateway,
    mut read: BufReader<R>,
    mut write: LocalWriteHalf,
    stopping: CancellationToken,
) -> Result<(), String> {
    let text = |error: io::Error| error.to_string();
    let mut first = Vec::new();
    read_line(&mut read, &mut first).await.map_err(text)?;
    let Ok(holder) = holder(gateway, &first) else { return refuse(read, write).await.map_err(text) };
    if holder.is_some() {
        first.clear();
        write.write_all(&credential::accepted()).await.map_err(text)?;
    }
    let session = format!("{:016x}", fastrand::u64(..));
    let access = holder.as_ref().map_or_else(Access::local, |holder| holder.access.clone());
    let source = Source::Connection { access, session };
    let server = McpServer::new(gateway, source, stopping);
    let transport = LineTransport::new(read, first, write);
    let running = Box::pin(serve_server(server, transport)).await.map_err(|error| error.to_string())?;
    tokio::select! {
        ended = running.waiting() => ended.map(drop).map_err(|error| error.to_string()),
        () = until_shut_out(holder) => Err("its API key has ended".to_owned()),
    }
}

/// Whose key a connection was opened with.
struct Holder {
    keys: Arc<KeysInUse>,
    key: String,
    access: Access,
}

/// Who presents a key in the first line; none when it presents none. A wrong one is told to the audit log.
fn holder(gateway: &Gateway, first_line: &[u8]) -> Result<Option<Holder>, Denied> {
    let Some(key) = credential::presented(first_line) else { return Ok(None) };
    let keys = Arc::clone(&gateway.keys);
    let access = keys.access_on_socket(key.as_bytes());
    let access = access.inspect_err(|denied| keys.refused_on_socket(*denied, key.as_bytes()))?;
    Ok(Some(Holder { keys, key, access }))
}

/// Waits until the key opens something else than it did, or nothing: what it opened is closed then, and who comes
/// again is told. Without a key, for ever.
async fn until_shut_out(holder: Option<Holder>) {
    let Some(Holder { keys, key, access }) = holder else { return std::future::pending().await };
    keys.until(|| !keys.still_opens_socket(key.as_bytes(), &access)).await;
}

/// Says so, and takes what was sent on top: a connection that is closed over unread bytes is reset, and the reason
/// with it.
async fn refuse(mut read: impl AsyncRead + Unpin, mut write: LocalWriteHalf) -> io::Result<()> {
    write.write_all(&credential::refused()).await?;
    write.shutdown().await?;
    let mut nowhere = tokio::io::sink();
    let rest = tokio::time::timeout(REFUSAL_PATIENCE, tokio::io::copy(&mut read, &mut nowhere));
    rest.await.map_or(Ok(()), |copied| copied.map(drop))
}

/// Ends like a closed input once the gateway stops: rmcp then answers what it has read, where a cancelled
/// connection would drop it.
struct UntilStopping<R> {
    read: R,
    stopping: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl<R: AsyncRead + Unpin> AsyncRead for UntilStopping<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.stopping.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.read).poll_read(context, buffer)
    }
}
