//! What can go wrong between a plugin's source and its component, and what its author can do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use super::Language;
use crate::plugin::PluginError;

#[derive(Debug, thiserror::Error)]
pub enum AuthorError {
    #[error("cannot {action} {}", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    #[error("{} is there already", path.display())]
    Exists { path: PathBuf },
    #[error("a plugin cannot be called {name:?}: {message}")]
    Name { name: String, message: String },
    #[error("{} holds no plugin.toml", dir.display())]
    NotAPlugin { dir: PathBuf },
    #[error("the plugin in {} has not been built", dir.display())]
    NotBuilt { dir: PathBuf },
    #[error("cannot tell in which language the plugin in {} is written", dir.display())]
    UnknownLanguage { dir: PathBuf },
    #[error("{} is not usable: {message}", path.display())]
    Manifest { path: PathBuf, message: String },
    #[error("{program} is not installed, or not on the search path")]
    MissingTool { program: String, hint: &'static str },
    #[error("this Rust cannot build for {target}")]
    MissingTarget { target: &'static str },
    #[error("cannot run {program}")]
    Run { program: String, source: io::Error },
    #[error("{program} failed with {status}; what it said is above")]
    Failed { program: String, status: ExitStatus },
    #[error("cargo built no WebAssembly module in {}", dir.display())]
    NoModule { dir: PathBuf },
    #[error("cannot make a component of {}: {message}", path.display())]
    Componentise { path: PathBuf, message: String },
    #[error("the case {} is not usable: {message}", path.display())]
    Case { path: PathBuf, message: String },
    #[error("{plugin} cannot {step} a client that has no configuration yet: {message}")]
    RoundTrip { plugin: String, step: &'static str, message: String },
    #[error("{count} of the cases of {plugin} differ")]
    Differs { plugin: String, count: usize },
    #[error(transparent)]
    Plugin(#[from] PluginError),
}

impl AuthorError {
    pub(super) fn file(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File { action, path: path.to_owned(), source }
    }

    /// The message with everything behind it, on one line.
    pub fn chain(&self) -> String {
        match self {
            Self::Plugin(error) => error.chain(),
            Self::File { source, .. } | Self::Run { source, .. } => format!("{self}: {source}"),
            Self::Exists { .. }
            | Self::Name { .. }
            | Self::NotAPlugin { .. }
            | Self::NotBuilt { .. }
            | Self::UnknownLanguage { .. }
            | Self::Manifest { .. }
            | Self::MissingTool { .. }
            | Self::MissingTarget { .. }
            | Self::Failed { .. }
            | Self::NoModule { .. }
            | Self::Componentise { .. }
            | Self::Case { .. }
            | Self::RoundTrip { .. }
            | Self::Differs { .. } => self.to_string(),
        }
    }

    pub fn hint(&self) -> String {
        match self {
            Self::File { path, .. } => format!("make {} accessible", path.display()),
            Self::Exists { .. } => "nothing was written; remove it, or name another folder with --dir".into(),
            Self::Name { .. } => "choose a name such as word-count".into(),
            Self::NotAPlugin { .. } => "run 'isartor plugin new NAME --kind tool --lang rust' to begin one".into(),
            Self::NotBuilt { dir } => format!("run 'isartor plugin build {}'", dir.display()),
            Self::UnknownLanguage { .. } => {
                let markers = Language::ALL.map(Language::marker).join(", ");
                format!("keep exactly one of {markers} in it")
            }
            Self::Manifest { path, .. } => format!("correct {}; isartor/GUIDE.md explains it", path.display()),
            Self::MissingTool { hint, .. } => (*hint).into(),
            Self::MissingTarget { target } => format!("run 'rustup target add {target}'"),
            Self::Run { .. } | Self::Failed { .. } => "correct what it reports, then build again".into(),
            Self::NoModule { .. } => "say crate-type = [\"cdylib\", \"rlib\"] under [lib] in Cargo.toml".into(),
            Self::Componentise { .. } => "build against the isartor/sdk that this isartor wrote".into(),
            Self::Case { .. } => "isartor/GUIDE.md shows what a case holds".into(),
            Self::RoundTrip { .. } => "a connector adds isartor's entry, finds it, and takes it out again".into(),
            Self::Differs { .. } => "correct the plugin, or what the case expects".into(),
            Self::Plugin(error) => error.hint().unwrap_or_else(|| "isartor/GUIDE.md explains what is allowed".into()),
        }
    }
}
