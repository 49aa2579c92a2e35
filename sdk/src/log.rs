//! Lines in isartor's own log, under this plugin's name: the capability `log`.
//!
//! A line is cut at 4,096 bytes. One call may log 64 KiB and one plugin 256 KiB a minute; what goes beyond is dropped,
//! and one line says so. Logging never fails.

#[cfg(target_arch = "wasm32")]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "package isartor:sdk; world use-log { import isartor:plugin/log@0.1.0; }",
        world: "isartor:sdk/use-log",
        generate_all,
    });
}

/// How important a line is. `debug` is not shown unless the user asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For whoever looks for a fault.
    Debug,
    /// What happened.
    Info,
    /// What went wrong and was dealt with.
    Warn,
    /// What went wrong.
    Error,
}

/// Logs one line. Control characters become spaces.
pub fn log(level: Level, message: &str) {
    host::log(level, message);
}

/// Logs one line for whoever looks for a fault.
pub fn debug(message: &str) {
    log(Level::Debug, message);
}

/// Logs one line about what happened.
pub fn info(message: &str) {
    log(Level::Info, message);
}

/// Logs one line about what went wrong and was dealt with.
pub fn warn(message: &str) {
    log(Level::Warn, message);
}

/// Logs one line about what went wrong.
pub fn error(message: &str) {
    log(Level::Error, message);
}

#[cfg(target_arch = "wasm32")]
mod host {
    use super::Level;
    use super::bindings::isartor::plugin::log;

    pub(super) fn log(level: Level, message: &str) {
        let level = match level {
            Level::Debug => log::Level::Debug,
            Level::Info => log::Level::Info,
            Level::Warn => log::Level::Warn,
            Level::Error => log::Level::Error,
        };
        log::log(level, message);
    }
}

/// A native program has the host of its test, if any.
#[cfg(not(target_arch = "wasm32"))]
mod host {
    use super::Level;
    use crate::mock;

    pub(super) fn log(level: Level, message: &str) {
        // Without a host nobody reads it.
        mock::ask(|host| host.log(level, message));
    }
}
