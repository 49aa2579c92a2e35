//! Makes the model directory complete: fetch what is missing, convert it, check the result, and only then install it.

use std::path::{Path, PathBuf};

use crate::cache::embedding::{Embedder, ModelFiles, OnnxRuntime, embedder_id};
use crate::settings::{EmbeddingSettings, ModelSource, Precision};

use super::files::{self, Draft, FileError};
use super::golden::Golden;
use super::inventory::{Inspector, Part};
use super::pins::{Pin, TOKENIZER, WEIGHTS};
use super::store::{Converted, Manifest, Store, graph_name, numbers_name};
use super::{Attempt, ModelError, Progress, ProgressSink, blocking, minilm, runtime_library, source};

pub(super) async fn pull(
    store: &Store,
    settings: &EmbeddingSettings,
    source: &ModelSource,
    progress: &ProgressSink<'_>,
) -> Result<ModelFiles, ModelError> {
    let _lock = store.lock(progress).await?;
    let mut manifest = store.manifest()?;
    let runtime_library = runtime_library::obtain(store, settings, source, &mut manifest, progress).await?;
    store.write_manifest(&manifest)?;
    if manifest.own_runtime.is_none() {
        files::remove(&store.own_runtimes())?;
    }
    fetch(store, settings, source, &mut manifest, progress).await?;
    let made = convert_if_needed(store, settings, &manifest, progress).await?;
    progress(Progress::Step("checking the model against its golden vectors".to_owned()));
    let (store, precision) = (store.clone(), settings.precision);
    blocking(move || check_and_install(&store, precision, manifest, made, runtime_library)).await
}

/// Brings what is missing of the published files.
async fn fetch(
    store: &Store,
    settings: &EmbeddingSettings,
    source: &ModelSource,
    manifest: &mut Manifest,
    progress: &ProgressSink<'_>,
) -> Result<(), ModelError> {
    let wanted = missing(store, settings, manifest)?;
    if wanted.is_empty() {
        return Ok(());
    }
    let mut attempts = Vec::new();
    for origin in source::origins(source) {
        match source::fetch(&origin, &wanted, store, progress).await {
            Ok(()) => {
                manifest.source = Some(origin.to_string());
                return Ok(store.write_manifest(manifest)?);
            }
            Err(error) => attempts.push(Attempt::new(origin, error, store)?),
        }
    }
    Err(ModelError::NoModel { attempts })
}

/// The weights are needed only until they are converted.
fn missing(store: &Store, settings: &EmbeddingSettings, manifest: &Manifest) -> Result<Vec<&'static Pin>, ModelError> {
    let inspector = Inspector { store, settings, manifest };
    let mut missing = Vec::new();
    if !inspector.published(Part::Tokenizer, &TOKENIZER)?.state.is_usable() {
        missing.push(&TOKENIZER);
    }
    if !inspector.is_converted()? && !inspector.published(Part::Weights, &WEIGHTS)?.state.is_usable() {
        missing.push(&WEIGHTS);
    }
    Ok(missing)
}

/// Makes the ONNX files among the drafts, unless sound ones are installed.
async fn convert_if_needed(
    store: &Store,
    settings: &EmbeddingSettings,
    manifest: &Manifest,
    progress: &ProgressSink<'_>,
) -> Result<Option<Converted>, ModelError> {
    let inspector = Inspector { store, settings, manifest };
    if inspector.is_converted()? {
        return Ok(None);
    }
    let precision = settings.precision;
    progress(Progress::Step(format!("converting the model to {}", precision.as_str())));
    let store = store.clone();
    blocking(move || convert(&store, precision)).await.map(Some)
}

fn convert(store: &Store, precision: Precision) -> Result<Converted, ModelError> {
    let path = store.published(&WEIGHTS);
    let weights = std::fs::read(&path).map_err(files::failed("read", &path))?;
    let onnx = minilm::to_onnx(&weights, precision, numbers_name(precision))?;
    let write = |name: &str, bytes: &[u8]| {
        let mut draft = Draft::create(&store.drafts())?;
        draft.append(bytes)?;
        let sha256 = draft.sha256();
        draft.install(&store.drafts().join(name)).map(|()| sha256)
    };
    let graph_sha256 = write(graph_name(precision), &onnx.graph)?;
    let numbers_sha256 = write(numbers_name(precision), &onnx.numbers)?;
    Ok(Converted { embedder: embedder_id(precision).to_owned(), graph_sha256, numbers_sha256 })
}

/// Loads the model as it will be loaded in use, and keeps it only if it comes near its golden vectors.
fn check_and_install(
    store: &Store,
    precision: Precision,
    manifest: Manifest,
    made: Option<Converted>,
    runtime_library: PathBuf,
) -> Result<ModelFiles, ModelError> {
    let (model, numbers) = match made {
        Some(_) => (store.drafts().join(graph_name(precision)), store.drafts().join(numbers_name(precision))),
        None => (store.graph(precision), store.numbers(precision)),
    };
    let runtime = Some(OnnxRuntime::load(&runtime_library)?);
    let tokenizer = store.published(&TOKENIZER);
    let files = ModelFiles { model, numbers, tokenizer, runtime_library, runtime, precision };
    let found = Golden::measure(&Embedder::load(&files, 1)?)?;
    let required = Golden::required(precision);
    if !found.meets(required) {
        discard(store, precision, manifest, &files.model)?;
        return Err(ModelError::Refused { precision, found, required });
    }
    if let Some(made) = made {
        install(store, precision, manifest, made)?;
    }
    Ok(ModelFiles { model: store.graph(precision), numbers: store.numbers(precision), ..files })
}

/// The graph comes last: until it is there, there is no model.
fn install(store: &Store, precision: Precision, mut manifest: Manifest, made: Converted) -> Result<(), FileError> {
    let drafts = store.drafts();
    files::rename(&drafts.join(numbers_name(precision)), &store.numbers(precision))?;
    files::rename(&drafts.join(graph_name(precision)), &store.graph(precision))?;
    manifest.set_converted(precision, Some(made));
    store.write_manifest(&manifest)
}

/// Removes a model that is not to be used, wherever it is.
fn discard(store: &Store, precision: Precision, mut manifest: Manifest, graph: &Path) -> Result<(), FileError> {
    manifest.set_converted(precision, None);
    store.write_manifest(&manifest)?;
    for path in [graph, &store.graph(precision), &store.numbers(precision)] {
        files::remove(path)?;
    }
    Ok(())
}
