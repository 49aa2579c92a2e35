//! What a call says while it is under way, and to whom. A contract only: who made the call decides what becomes of it.

use std::sync::Arc;

use serde_json::Value;

pub use crate::plugin::LogLevel;

/// Hears what one call says before its result. Never makes the call wait; what is too much for it is dropped. A call
/// that nobody waits for any more is not told so: it is dropped where it stands.
pub trait CallMonitor: Send + Sync {
    /// How far the call is; each report has gone further than the one before.
    fn progress(&self, done: f64, total: Option<f64>, message: Option<String>);

    /// Whether anybody hears messages of this level: what nobody hears need not be put into words.
    fn hears(&self, level: LogLevel) -> bool;

    /// A message; `logger` is the plugin, or the part of isartor, that it comes from.
    fn log(&self, level: LogLevel, logger: &str, data: Value);
}

/// Hears nothing.
struct Silent;

impl CallMonitor for Silent {
    fn progress(&self, _: f64, _: Option<f64>, _: Option<String>) {}

    fn hears(&self, _: LogLevel) -> bool {
        false
    }

    fn log(&self, _: LogLevel, _: &str, _: Value) {}
}

/// For a caller who asked for nothing but the result.
pub fn silent() -> Arc<dyn CallMonitor> {
    Arc::new(Silent)
}
