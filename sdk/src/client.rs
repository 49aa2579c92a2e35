//! Words to the client whose call is under way, and to all that watch a resource of the plugin: the capability `client`.
//!
//! Of one call, 20 go out at once and 10 a second after that, 64 KiB in all; what is more is dropped. A client that did
//! not ask for them gets none. None of them ever fails.

#[cfg(target_arch = "wasm32")]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "package isartor:sdk; world use-client { import isartor:plugin/client@0.1.0; }",
        world: "isartor:sdk/use-client",
        generate_all,
    });
}

/// How important a message is, as RFC 5424 has it, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For whoever looks for a fault.
    Debug,
    /// What happens.
    Info,
    /// What happens, and is worth a look.
    Notice,
    /// What may go wrong.
    Warning,
    /// What went wrong.
    Error,
    /// What went wrong and matters.
    Critical,
    /// What somebody has to do something about at once.
    Alert,
    /// Nothing works any more.
    Emergency,
}

/// How far the call is: `done` of `total`, if that is known, with a word about it. Each report has gone further than the
/// one before; another is dropped.
pub fn progress(done: f64, total: Option<f64>, message: Option<&str>) {
    host::progress(done, total, message);
}

/// A message of at most 4,096 bytes; a longer one is cut.
pub fn notify(level: Level, message: &str) {
    host::notify(level, message);
}

/// What is read at `uri` is not what it was: one of the plugin's own resources, or a URI that begins as one of its
/// templates does. Whoever watches it is told so, once a second at most.
pub fn resource_updated(uri: &str) {
    host::resource_updated(uri);
}

#[cfg(target_arch = "wasm32")]
mod host {
    use super::Level;
    use super::bindings::isartor::plugin::client;

    pub(super) use client::{progress, resource_updated};

    pub(super) fn notify(level: Level, message: &str) {
        let level = match level {
            Level::Debug => client::Level::Debug,
            Level::Info => client::Level::Info,
            Level::Notice => client::Level::Notice,
            Level::Warning => client::Level::Warning,
            Level::Error => client::Level::Error,
            Level::Critical => client::Level::Critical,
            Level::Alert => client::Level::Alert,
            Level::Emergency => client::Level::Emergency,
        };
        client::notify(level, message);
    }
}

/// A native program has the host of its test, if any.
#[cfg(not(target_arch = "wasm32"))]
mod host {
    use super::Level;
    use crate::mock;

    pub(super) fn progress(done: f64, total: Option<f64>, message: Option<&str>) {
        // Without a host nobody reads it.
        mock::ask(|host| host.progress(done, total, message));
    }

    pub(super) fn notify(level: Level, message: &str) {
        mock::ask(|host| host.notify(level, message));
    }

    pub(super) fn resource_updated(uri: &str) {
        mock::ask(|host| host.resource_updated(uri));
    }
}
