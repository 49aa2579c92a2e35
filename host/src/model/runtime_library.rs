//! Gets the ONNX Runtime library: the user's own, or the pinned one from pip. Loads none.

use std::path::{Path, PathBuf};

use crate::settings::{EmbeddingSettings, ModelSource};

use super::directory::{self, Found};
use super::files::{self, Draft};
use super::inventory::Inspector;
use super::pins::{self, RuntimePin, is_runtime_library};
use super::source::{self, Origin, SourceError};
use super::store::{self, Manifest, OwnRuntime, Store};
use super::{Attempt, ModelError, ProgressSink, blocking};

/// The path of a library that may be loaded. Notes in `manifest` which one it is.
pub(super) async fn obtain(
    store: &Store,
    settings: &EmbeddingSettings,
    source: &ModelSource,
    manifest: &mut Manifest,
    progress: &ProgressSink<'_>,
) -> Result<PathBuf, ModelError> {
    match source {
        ModelSource::Path(directory) if settings.runtime_library.is_none() => {
            let (store, directory) = (store.clone(), directory.clone());
            if let Some(own) = blocking(move || adopt(&store, &directory)).await? {
                manifest.own_runtime = own;
            }
        }
        ModelSource::Hub | ModelSource::Pip => manifest.own_runtime = None,
        ModelSource::Auto | ModelSource::Path(_) => {}
    }
    let file = Inspector { store, settings, manifest }.runtime()?;
    if file.state.is_usable() {
        return Ok(file.path);
    }
    if settings.runtime_library.is_some() {
        return Err(ModelError::NamedRuntime { path: file.path });
    }
    manifest.own_runtime = None;
    pinned(store, source, progress).await
}

/// Takes over the library in the user's directory, if there is one; with no entry when it is the pinned one.
fn adopt(store: &Store, from: &Path) -> Result<Option<Option<OwnRuntime>>, ModelError> {
    let Some(found) = directory::find(from, |name| is_runtime_library(name, std::env::consts::OS))? else {
        return Ok(None);
    };
    let mut draft = Draft::create(&store.drafts())?;
    directory::copy(&found, &mut draft)?;
    let (name, sha256) = (found.name(), draft.sha256());
    let pinned = pins::runtime_here().filter(|pin| pin.library.sha256 == sha256);
    let path = pinned.map_or_else(|| store.own_runtime(&name), |pin| store.pinned_runtime(&pin.library));
    store::create(path.parent().expect("every model file is in a directory"))?;
    draft.install(&path)?;
    Ok(Some(if pinned.is_some() { None } else { Some(OwnRuntime { name, sha256 }) }))
}

async fn pinned(store: &Store, source: &ModelSource, progress: &ProgressSink<'_>) -> Result<PathBuf, ModelError> {
    let Some(pin) = pins::runtime_here() else { return Err(ModelError::NoPinnedRuntime) };
    let mut attempts = Vec::new();
    if let ModelSource::Path(directory) = source {
        let error = absent(directory.clone());
        attempts.push(Attempt { origin: Origin::Directory(directory.clone()), error });
    }
    match from_pip(pin, store, progress).await {
        Ok(path) => Ok(path),
        Err(error) => {
            attempts.push(Attempt { origin: Origin::Pip, error });
            Err(ModelError::NoRuntime { attempts })
        }
    }
}

async fn from_pip(
    pin: &'static RuntimePin,
    store: &Store,
    progress: &ProgressSink<'_>,
) -> Result<PathBuf, SourceError> {
    let wheels = source::download_wheel(&pin.package, store, progress).await?;
    let store = store.clone();
    blocking(move || {
        let Some(found) = directory::find(&wheels, |name| name == pin.library.name)? else {
            return Err(absent(wheels));
        };
        let path = unpack(&found, pin, &store)?;
        files::remove(&wheels)?;
        Ok(path)
    })
    .await
}

fn unpack(found: &Found, pin: &'static RuntimePin, store: &Store) -> Result<PathBuf, SourceError> {
    let path = store.pinned_runtime(&pin.library);
    store::create(path.parent().expect("every model file is in a directory"))?;
    source::take_found(found, &pin.library, &store.drafts(), &path)?;
    Ok(path)
}

fn absent(directory: PathBuf) -> SourceError {
    SourceError::Absent { wanted: "an ONNX Runtime library".to_owned(), directory }
}
