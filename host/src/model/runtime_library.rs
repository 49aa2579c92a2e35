//! Gets the ONNX Runtime library: the user's own, or the pinned one from pip. Loads none.

use std::path::{Path, PathBuf};

use crate::settings::{EmbeddingSettings, ModelSource};

use super::directory::{self, Found};
use super::files::{Draft, FileError};
use super::inventory::Inspector;
use super::pins::{self, RuntimePin, is_runtime_library};
use super::source::{self, Origin, SourceError};
use super::store::{self, Manifest, OwnRuntime, Store};
use super::{Attempt, ModelError, ProgressSink, blocking};

/// What is in a directory that the user named.
enum Offer {
    Nothing,
    /// The pinned library itself.
    Pinned,
    Own(OwnRuntime),
}

/// The path of a library that may be loaded. Notes in `manifest` whether it is the user's own.
pub(super) async fn obtain(
    store: &Store,
    settings: &EmbeddingSettings,
    source: &ModelSource,
    manifest: &mut Manifest,
    progress: &ProgressSink<'_>,
) -> Result<PathBuf, ModelError> {
    match source {
        ModelSource::Auto => {}
        ModelSource::Hub | ModelSource::Pip => manifest.own_runtime = None,
        ModelSource::Path(directory) => match take_offer(store, directory).await? {
            Offer::Nothing => {}
            Offer::Pinned => manifest.own_runtime = None,
            Offer::Own(own) => manifest.own_runtime = Some(own),
        },
    }
    let file = Inspector { store, settings, manifest }.runtime()?;
    if file.state.is_usable() {
        return Ok(file.path);
    }
    if settings.runtime_library.is_some() {
        return Err(ModelError::NamedRuntime { path: file.path });
    }
    manifest.own_runtime = None;
    pinned(store, progress).await
}

async fn take_offer(store: &Store, directory: &Path) -> Result<Offer, ModelError> {
    let (owned, from) = (store.clone(), directory.to_owned());
    let offer = blocking(move || adopt(&owned, &from)).await;
    offer.map_err(|error| no_runtime(Origin::Directory(directory.to_owned()), error.into(), store))
}

/// Installs the library in the user's directory, if there is one.
fn adopt(store: &Store, from: &Path) -> Result<Offer, FileError> {
    let Some(found) = directory::find(from, |name| is_runtime_library(name, std::env::consts::OS))? else {
        return Ok(Offer::Nothing);
    };
    let mut draft = Draft::create(&store.drafts())?;
    directory::copy(&found, &mut draft)?;
    let sha256 = draft.sha256();
    if let Some(pin) = pins::runtime_here().filter(|pin| pin.library.sha256 == sha256) {
        install(draft, &store.pinned_runtime(&pin.library))?;
        return Ok(Offer::Pinned);
    }
    let name = found.name();
    install(draft, &store.own_runtime(&name))?;
    Ok(Offer::Own(OwnRuntime { name, sha256 }))
}

fn install(draft: Draft, path: &Path) -> Result<(), FileError> {
    store::create(path.parent().expect("every model file is in a directory"))?;
    draft.install(path)
}

async fn pinned(store: &Store, progress: &ProgressSink<'_>) -> Result<PathBuf, ModelError> {
    let Some(pin) = pins::runtime_here() else { return Err(ModelError::NoPinnedRuntime) };
    from_pip(pin, store, progress).await.map_err(|error| no_runtime(Origin::Pip, error, store))
}

fn no_runtime(origin: Origin, error: SourceError, store: &Store) -> ModelError {
    match Attempt::new(origin, error, store) {
        Ok(attempt) => ModelError::NoRuntime { attempts: vec![attempt] },
        Err(error) => error.into(),
    }
}

async fn from_pip(
    pin: &'static RuntimePin,
    store: &Store,
    progress: &ProgressSink<'_>,
) -> Result<PathBuf, SourceError> {
    let wheels = source::download_wheel(&pin.package, store, progress).await?;
    let store = store.clone();
    blocking(move || match directory::find(wheels.path(), |name| name == pin.library.name)? {
        Some(found) => unpack(&found, pin, &store),
        None => Err(SourceError::Absent { wanted: pin.library.name, directory: wheels.path().to_owned() }),
    })
    .await
}

fn unpack(found: &Found, pin: &'static RuntimePin, store: &Store) -> Result<PathBuf, SourceError> {
    let path = store.pinned_runtime(&pin.library);
    store::create(path.parent().expect("every model file is in a directory"))?;
    source::take_found(found, &pin.library, &store.drafts(), &path)?;
    Ok(path)
}
