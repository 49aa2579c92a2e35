//! A plugin's lines in our log: what it prints on standard output and error, and what it logs. Never onto our output.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};

use crate::plugin::Limits;
use crate::plugin::activity::{Activity, Budget, Taken};
use crate::plugin::bindings::capabilities::isartor::plugin::log::Level;
use crate::plugin::error::without_controls;

/// Where the lines of one call go. Clones share the budget.
#[derive(Clone)]
pub(super) struct LogLines(Arc<Mutex<State>>);

/// What a line of the log has besides its text: the time, the level, the plugin's name. Many short lines would
/// otherwise make a log far larger than the budget.
const AROUND_LINE_BYTES: usize = 128;

struct State {
    plugin: String,
    activity: Arc<Activity>,
    budget: Budget,
    /// A longer line that is printed becomes several, one that is logged is cut.
    line_max_bytes: usize,
    minute_max_bytes: usize,
    /// What was printed after the last line feed.
    printed: Vec<u8>,
}

impl LogLines {
    pub(super) fn new(plugin: &str, activity: Arc<Activity>, limits: &Limits) -> Self {
        Self(Arc::new(Mutex::new(State {
            plugin: plugin.to_owned(),
            activity,
            budget: Budget::new(limits.log_call_max_bytes),
            line_max_bytes: limits.log_line_max_bytes,
            minute_max_bytes: limits.log_minute_max_bytes,
            printed: Vec::new(),
        })))
    }

    /// One line that the plugin logs.
    pub(super) fn log(&self, level: Level, message: &str) {
        let mut state = self.state();
        let cut = &message[..message.floor_char_boundary(state.line_max_bytes)];
        state.log(level, cut);
    }

    fn print(&self, bytes: &[u8]) {
        let mut state = self.state();
        for &byte in bytes {
            if byte == b'\n' || state.printed.len() >= state.line_max_bytes {
                state.end_line();
            }
            if byte != b'\n' {
                state.printed.push(byte);
            }
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn end_line(&mut self) {
        let printed = std::mem::take(&mut self.printed);
        if !printed.is_empty() {
            self.log(Level::Info, &String::from_utf8_lossy(&printed));
        }
    }

    fn log(&mut self, level: Level, text: &str) {
        let bytes = text.len() + AROUND_LINE_BYTES;
        let taken = match self.budget.take(bytes) {
            Taken::Fits => self.activity.log(bytes, self.minute_max_bytes, Instant::now()),
            spent @ (Taken::SpentNow { .. } | Taken::Spent) => spent,
        };
        match taken {
            Taken::Fits => write(&self.plugin, level, &without_controls(text)),
            Taken::SpentNow { max_bytes } => {
                tracing::warn!(plugin = self.plugin, max_bytes, "it logs too much; the rest is dropped");
            }
            Taken::Spent => {}
        }
    }
}

/// The text is a field, so it is quoted: it cannot pass for a line of ours.
fn write(plugin: &str, level: Level, output: &str) {
    match level {
        Level::Debug => tracing::debug!(plugin, output),
        Level::Info => tracing::info!(plugin, output),
        Level::Warn => tracing::warn!(plugin, output),
        Level::Error => tracing::error!(plugin, output),
    }
}

impl Drop for State {
    /// What was printed without a line feed at the end.
    fn drop(&mut self) {
        self.end_line();
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
        self.print(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.state().end_line();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}
