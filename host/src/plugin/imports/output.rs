//! A plugin's standard output and error, line by line into the log. Never onto ours.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};

use crate::plugin::error::printable;

/// Most bytes of output that one call may log; the rest is dropped with one line that says so.
const CALL_MAX_BYTES: usize = 64 << 10;

/// Longest line, in bytes; a longer one is cut into several.
const LINE_MAX_BYTES: usize = 4 << 10;

/// Where one call's output goes. Clones share the budget.
#[derive(Clone)]
pub(super) struct LogLines {
    plugin: Arc<str>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    line: Vec<u8>,
    total_bytes: usize,
}

impl LogLines {
    pub(super) fn new(plugin: &str) -> Self {
        Self { plugin: plugin.into(), state: Arc::default() }
    }

    fn take(&self, bytes: &[u8]) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.total_bytes > CALL_MAX_BYTES {
            return;
        }
        state.total_bytes += bytes.len();
        if state.total_bytes > CALL_MAX_BYTES {
            tracing::warn!(plugin = &*self.plugin, limit_bytes = CALL_MAX_BYTES, "the rest of its output is dropped");
            return;
        }
        for &byte in bytes {
            if byte == b'\n' || state.line.len() >= LINE_MAX_BYTES {
                self.log(&mut state.line);
            }
            if byte != b'\n' {
                state.line.push(byte);
            }
        }
    }

    fn log(&self, line: &mut Vec<u8>) {
        if !line.is_empty() {
            tracing::info!(plugin = &*self.plugin, output = printable(&String::from_utf8_lossy(line)));
            line.clear();
        }
    }
}

impl IsTerminal for LogLines {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogLines {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for LogLines {
    fn poll_write(self: Pin<&mut Self>, _context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.take(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.log(&mut state.line);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}
