//! Who hears what a plugin says to its client while a call is under way. A contract only: plugins know no client.

/// How important a message is, as RFC 5424 has it, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    Debug,
    Info,
    Notice,
    Warning,
    Error,
    Critical,
    Alert,
    Emergency,
}

/// The client of one call, and through it all others. Whoever lets plugins be called implements it; it never makes the plugin wait.
pub trait Listener: Send + Sync {
    /// How far the call is; each report has gone further than the one before.
    fn progress(&self, done: f64, total: Option<f64>, message: Option<String>);

    /// A message of the plugin called `plugin`.
    fn message(&self, plugin: &str, level: LogLevel, text: String);

    /// What is read at `uri` has changed, says the plugin; whether that is one of its own, nobody has checked.
    fn resource_updated(&self, uri: &str);
}
