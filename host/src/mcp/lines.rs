//! A connected stream as rmcp's service reads and writes it, one JSON-RPC message a line. What is no message is answered
//! here, and never costs the connection; a line without an end does.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::model::{ClientJsonRpcMessage, ErrorCode, ErrorData, RequestId, ServerJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::Mutex;

use super::incoming::{self, Unreadable};

/// Longest line, with its end.
const MAX_LINE_BYTES: usize = 16 << 20;
/// What the buffer may keep after a long line.
const KEPT_BYTES: usize = 1 << 20;

/// The next line, or what is left at the end. Whoever gives this up halfway finds in `line` what was read, and goes on
/// with it.
pub(super) async fn read_line(read: &mut (impl AsyncBufRead + Unpin), line: &mut Vec<u8>) -> io::Result<()> {
    let room = MAX_LINE_BYTES.saturating_sub(line.len());
    read.take(room as u64).read_until(b'\n', line).await.map(drop)
}

pub(super) struct LineTransport<R, W> {
    read: R,
    line: Vec<u8>,
    write: Arc<Mutex<Option<W>>>,
}

impl<R, W> LineTransport<R, W> {
    /// `line` was read already, and comes first.
    pub(super) fn new(read: R, line: Vec<u8>, write: W) -> Self {
        Self { read, line, write: Arc::new(Mutex::new(Some(write))) }
    }
}

impl<R: AsyncBufRead + Unpin, W> LineTransport<R, W> {
    /// Whether there is a whole line.
    async fn has_line(&mut self) -> bool {
        if !self.line.ends_with(b"\n")
            && let Err(error) = read_line(&mut self.read, &mut self.line).await
        {
            tracing::debug!(%error, "cannot read from a connection");
            return false;
        }
        self.line.ends_with(b"\n")
    }
}

impl<R, W> Transport<RoleServer> for LineTransport<R, W>
where
    R: AsyncBufRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    type Error = io::Error;

    fn send(&mut self, message: ServerJsonRpcMessage) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let write = Arc::clone(&self.write);
        async move {
            let mut line = serde_json::to_vec(&message)?;
            line.push(b'\n');
            let mut write = write.lock().await;
            write.as_mut().ok_or(ErrorKind::NotConnected)?.write_all(&line).await
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        while self.has_line().await {
            let read = incoming::read(&self.line);
            let is_empty = self.line.trim_ascii().is_empty();
            self.line.clear();
            self.line.shrink_to(KEPT_BYTES);
            match read {
                Ok(message) => return Some(*message),
                Err(_) if is_empty => {}
                Err(unreadable) => {
                    // Beside, for this may be given up halfway, and a message may not.
                    if let Some((error, id)) = refusal(unreadable) {
                        tokio::spawn(self.send(ServerJsonRpcMessage::error(error, id)));
                    }
                }
            }
        }
        None
    }

    async fn close(&mut self) -> io::Result<()> {
        drop(self.write.lock().await.take());
        Ok(())
    }
}

/// None: nobody waits for an answer.
fn refusal(unreadable: Unreadable) -> Option<(ErrorData, Option<RequestId>)> {
    let error = |code, message: String| ErrorData::new(code, message, None);
    match unreadable {
        Unreadable::NotJson(why) => Some((error(ErrorCode::PARSE_ERROR, format!("the line is not JSON: {why}")), None)),
        Unreadable::Batch => Some((error(ErrorCode::INVALID_REQUEST, "send one message a line".to_owned()), None)),
        Unreadable::Notification => None,
        Unreadable::NoMessage(id) => {
            Some((error(ErrorCode::INVALID_REQUEST, "the line is not a JSON-RPC 2.0 message".to_owned()), id))
        }
    }
}
