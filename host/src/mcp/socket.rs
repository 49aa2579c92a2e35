//! MCP over a connected Unix socket, one JSON-RPC message a line: what the stdio bridge speaks to its own gateway.
//! Whoever accepts the connection has checked that its peer is the gateway's own user.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::{RoleServer, serve_server};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::UnixStream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::{McpServer, Source};
use crate::chat::Access;
use crate::server::Gateway;

/// Serves one connection until its peer closes it, or `stopping` is cancelled and the calls in flight are answered.
pub async fn serve_stream(gateway: Gateway, stream: UnixStream, stopping: CancellationToken) {
    let session = format!("{:016x}", fastrand::u64(..));
    let source = Source::Connection { access: Access::local(), session };
    let server = McpServer::new(Arc::clone(gateway.plugins.tools()), source, stopping.clone());
    let (read, write) = stream.into_split();
    let read = UntilStopping { read, stopping: Box::pin(stopping.cancelled_owned()) };
    let transport = AsyncRwTransport::<RoleServer, _, _>::new(read, write);
    let ended = match serve_server(server, transport).await {
        Ok(running) => running.waiting().await.map(drop).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = ended {
        tracing::debug!(error, "a connection ended early");
    }
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
