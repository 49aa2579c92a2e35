//! The capability `client`: a plugin's words to whoever called it or watches its resources, so many at a time and no more.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Sandbox;
use crate::plugin::activity::{Budget, Taken};
use crate::plugin::bindings::capabilities::isartor::plugin::client::{Host, Level};
use crate::plugin::error::without_controls;
use crate::plugin::manifest::capability::CapabilityName;
use crate::plugin::{Listener, LogLevel};

/// So many words go out at once.
const AT_ONCE: u32 = 20;

/// After that, one more may go out each time this has gone by.
const PAUSE: Duration = Duration::from_millis(100);

const PROGRESS_MESSAGE_MAX_BYTES: usize = 1_024;
const MESSAGE_MAX_BYTES: usize = 4_096;
/// No resource has a longer one.
const URI_MAX_BYTES: usize = 2_048;

/// What the envelope of a word costs besides its text.
const AROUND_WORD_BYTES: usize = 128;

impl Host for Sandbox {
    async fn progress(&mut self, done: f64, total: Option<f64>, message: Option<String>) -> wasmtime::Result<()> {
        self.used(CapabilityName::Client, message.as_ref().map_or(0, String::len))?;
        let message = message.map(|text| cut(&text, PROGRESS_MESSAGE_MAX_BYTES));
        let is_report = done.is_finite() && total.is_none_or(f64::is_finite) && self.words.goes_further(done);
        if is_report && self.may_say(message.as_deref().unwrap_or_default()) {
            self.words.done = Some(done);
            self.words.hear(|listener| listener.progress(done, total, message));
        }
        Ok(())
    }

    async fn notify(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        self.used(CapabilityName::Client, message.len())?;
        let text = cut(&message, MESSAGE_MAX_BYTES);
        if self.may_say(&text) {
            self.words.hear(|listener| listener.message(self.surroundings.id(), message_level(level), text));
        }
        Ok(())
    }

    async fn resource_updated(&mut self, uri: String) -> wasmtime::Result<()> {
        self.used(CapabilityName::Client, uri.len())?;
        if uri.len() <= URI_MAX_BYTES && self.may_say(&uri) {
            self.words.hear(|listener| listener.resource_updated(&uri));
        }
        Ok(())
    }
}

impl Sandbox {
    /// Takes a word out of the call's allowance; the log has one line when that is used up.
    fn may_say(&mut self, text: &str) -> bool {
        match self.words.allowance.take(text.len() + AROUND_WORD_BYTES, Instant::now()) {
            Taken::Fits => true,
            Taken::SpentNow { max_bytes } => {
                let plugin = self.surroundings.id();
                tracing::warn!(plugin, max_bytes, "it says too much to its client; the rest is dropped");
                false
            }
            Taken::Spent => false,
        }
    }
}

/// What one call says.
pub(super) struct Words {
    listener: Option<Arc<dyn Listener>>,
    allowance: Allowance,
    /// The last progress that went out.
    done: Option<f64>,
}

impl Words {
    pub(super) fn new(listener: Option<Arc<dyn Listener>>, max_bytes: usize) -> Self {
        Self { listener, allowance: Allowance::new(max_bytes, Instant::now()), done: None }
    }

    fn goes_further(&self, done: f64) -> bool {
        self.done.is_none_or(|before| done > before)
    }

    fn hear(&self, say: impl FnOnce(&dyn Listener)) {
        if let Some(listener) = &self.listener {
            say(listener.as_ref());
        }
    }
}

/// How much may still be said: so many bytes in all, and so many words at a time.
struct Allowance {
    bytes: Budget,
    words: u32,
    /// Since when the words that are missing come back.
    since: Instant,
}

impl Allowance {
    fn new(max_bytes: usize, now: Instant) -> Self {
        Self { bytes: Budget::new(max_bytes), words: AT_ONCE, since: now }
    }

    /// A word that comes too soon is dropped without more ado: the next one says how far the call is then.
    fn take(&mut self, bytes: usize, now: Instant) -> Taken {
        let pauses = now.saturating_duration_since(self.since).as_millis() / PAUSE.as_millis();
        let back = u32::try_from(pauses).unwrap_or(u32::MAX);
        if back > 0 {
            self.words = self.words.saturating_add(back).min(AT_ONCE);
            self.since = now;
        }
        match self.words.checked_sub(1) {
            None => Taken::Spent,
            Some(left) => {
                self.words = left;
                self.bytes.take(bytes)
            }
        }
    }
}

fn cut(text: &str, max_bytes: usize) -> String {
    without_controls(&text[..text.floor_char_boundary(max_bytes)])
}

fn message_level(level: Level) -> LogLevel {
    match level {
        Level::Debug => LogLevel::Debug,
        Level::Info => LogLevel::Info,
        Level::Notice => LogLevel::Notice,
        Level::Warning => LogLevel::Warning,
        Level::Error => LogLevel::Error,
        Level::Critical => LogLevel::Critical,
        Level::Alert => LogLevel::Alert,
        Level::Emergency => LogLevel::Emergency,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_one_by_one_and_bytes_do_not() {
        let start = Instant::now();
        let mut allowance = Allowance::new(25, start);
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut said = |milliseconds, times: usize| -> usize {
            (0..times).filter(|_| allowance.take(1, at(milliseconds)) == Taken::Fits).count()
        };
        assert_eq!([said(0, 30), said(99, 1), said(100, 2), said(350, 9)], [20, 0, 1, 2]);
        assert_eq!(said(10_000, 30), 2, "23 of 25 bytes are gone");
    }
}
