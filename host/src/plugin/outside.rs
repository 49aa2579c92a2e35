//! What the capabilities reach outside of the sandbox, shared by all plugins of a process. Holds no plugin.

/// Passed in at start; a command that only looks at plugins passes the default, which reaches nothing.
#[derive(Debug, Default)]
pub struct Outside {}
