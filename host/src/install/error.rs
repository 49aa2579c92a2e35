//! Why a plugin could not be installed, changed or removed.

use std::io;
use std::path::PathBuf;

use crate::audit::AuditError;
use crate::plugin::PluginError;
use crate::plugin::lock::LockError;
use crate::plugin::manifest::capability::CapabilityName;

#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error(transparent)]
    Plugin(#[from] PluginError),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("cannot write the plugin's files in {}", path.display())]
    Files { path: PathBuf, source: io::Error },
    #[error("cannot use what was kept of {plugin} in {}", path.display())]
    Kept { plugin: String, path: PathBuf, source: io::Error },
    #[error("{text:?} is not a source of plugins: {message}")]
    Source { text: String, message: String },
    #[error("cannot fetch {url}: {message}")]
    Fetch { url: String, message: String },
    #[error("it is done, but the audit log does not tell of it")]
    Audit(#[from] AuditError),
    #[error("{plugin} is not installed")]
    NotInstalled { plugin: String },
    #[error("{plugin} does not ask for the capability {capability}")]
    NotAskedFor { plugin: String, capability: CapabilityName, asked: String },
    #[error("this {plugin} is not signed by the publisher of the one that is installed")]
    OtherPublisher { plugin: String },
    #[error("this {plugin} is of another kind than the one that is installed")]
    OtherKind { plugin: String },
    #[error("{plugin} {to} is older than {from}, which is installed")]
    Downgrade { plugin: String, from: String, to: String },
}

impl InstallError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Plugin(error) => error.hint().unwrap_or_else(|| "ask the plugin's author".to_owned()),
            Self::Lock(error) => error.hint(),
            Self::Files { path, .. } => format!("make {} writable, and free some space", path.display()),
            Self::Kept { plugin, path, .. } => {
                format!("move {} away, then run 'isartor plugin update {plugin}'", path.display())
            }
            Self::Source { .. } => "give a folder, a file or an https:// address".to_owned(),
            Self::Fetch { .. } => "check the address, or fetch the file yourself and give its path".to_owned(),
            Self::Audit(error) => error.hint(),
            Self::NotInstalled { .. } => "run 'isartor plugin list' to see what there is".to_owned(),
            Self::NotAskedFor { asked, .. } if asked.is_empty() => "it asks for nothing".to_owned(),
            Self::NotAskedFor { asked, .. } => format!("it asks for {asked}"),
            Self::OtherPublisher { plugin } | Self::OtherKind { plugin } => {
                format!("if that is what you want, 'isartor plugin remove {plugin}' first")
            }
            Self::Downgrade { .. } => "add --allow-downgrade if that is what you want".to_owned(),
        }
    }
}
