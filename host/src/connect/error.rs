//! Why a client could not be connected or disconnected, and what the user can do about it.

use std::io;
use std::path::PathBuf;

use super::Conflict;
use super::locate::LocateError;
use super::permitted::Forbidden;
use crate::audit::AuditError;
use crate::client_config::ClientConfigError;
use crate::plugin::PluginError;

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("cannot tell where {title} keeps its configuration")]
    Locate { title: String, source: LocateError },
    #[error("cannot use {}{}: {message}", path.display(), at(*line_column))]
    Unusable { path: PathBuf, message: String, line_column: Option<(u32, u32)> },
    #[error("cannot have {} changed", path.display())]
    Connector { path: PathBuf, source: PluginError },
    #[error("{} has a server called {name:?} that is not isartor", path.display())]
    ForeignEntry { path: PathBuf, name: String },
    #[error("{connector} may not edit {}: {reason}", path.display())]
    Forbidden { connector: String, path: PathBuf, reason: Forbidden },
    #[error("cannot see where {} leads", path.display())]
    Unreachable { path: PathBuf, source: io::Error },
    #[error("{conflict}, which came up while the file was being changed")]
    Unsettled { conflict: Conflict },
    #[error("it is done, but the audit log does not tell of it")]
    Audit(#[from] AuditError),
    #[error(transparent)]
    File(#[from] ClientConfigError),
}

impl ConnectError {
    /// Whether another program came between, perhaps in the middle of its own write.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Unusable { .. } => true,
            Self::File(error) => error.is_transient(),
            Self::Locate { .. }
            | Self::Connector { .. }
            | Self::ForeignEntry { .. }
            | Self::Forbidden { .. }
            | Self::Unreachable { .. }
            | Self::Unsettled { .. }
            | Self::Audit(_) => false,
        }
    }

    pub fn hint(&self) -> String {
        match self {
            Self::Locate { source: LocateError::NoRoot { name }, .. } => format!("set {name}"),
            Self::Locate { source: LocateError::NoProject, .. } => "run it in the project's directory".into(),
            Self::Locate { source: LocateError::NoProjectScope, .. } => "leave --scope project out".into(),
            Self::Locate { source: LocateError::NoUserScope, .. } => "run it in a project with --scope project".into(),
            Self::Locate { .. } => "add isartor to the client's own settings by hand: it runs 'isartor mcp'".into(),
            Self::Unusable { path, .. } => {
                let path = path.display();
                format!(
                    "nothing was written; correct {path} and run the command again, or paste what --show-config prints"
                )
            }
            Self::Connector { source, .. } => source.hint().unwrap_or_else(|| "nothing was written".into()),
            Self::ForeignEntry { .. } => "nothing was written; choose another name with --name".into(),
            Self::Forbidden { connector, reason: Forbidden::NotAccepted, .. } => {
                format!("nothing was written; 'isartor plugin install' {connector} again and accept the file")
            }
            Self::Forbidden { .. } => "nothing was written; no third-party connector may edit it".into(),
            Self::Unreachable { path, .. } => format!("nothing was written; make {} readable", path.display()),
            Self::Unsettled { .. } => "run the command again".into(),
            Self::Audit(error) => error.hint(),
            Self::File(error) => error.hint(),
        }
    }
}

fn at(line_column: Option<(u32, u32)>) -> String {
    line_column.map(|(line, column)| format!(", line {line}, column {column}")).unwrap_or_default()
}
