//! Which model files are there and whether each is what it should be. Reads every byte, changes nothing.

use std::path::PathBuf;

use crate::cache::embedding::{ModelFiles, embedder_id};
use crate::settings::{EmbeddingSettings, Precision};

use super::files::{self, FileError};
use super::pins::{self, Pin};
use super::store::{Manifest, Store};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The published weights: kept so that the other precision needs no second download.
    Weights,
    Tokenizer,
    Graph,
    /// The large constants of the graph.
    Numbers,
    Runtime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// Its digest is the pinned one, or the one noted when it was made and checked here.
    Sound,
    /// The user's own runtime library, in which no digest vouches for anything.
    Unpinned,
    Missing,
    /// There, with another digest.
    Altered,
}

impl FileState {
    pub fn is_usable(self) -> bool {
        match self {
            Self::Sound | Self::Unpinned => true,
            Self::Missing | Self::Altered => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile {
    pub part: Part,
    pub path: PathBuf,
    pub state: FileState,
}

/// Looks at the files of one configuration.
pub(super) struct Inspector<'a> {
    pub(super) store: &'a Store,
    pub(super) settings: &'a EmbeddingSettings,
    pub(super) manifest: &'a Manifest,
}

impl Inspector<'_> {
    /// Everything the embedder loads: tokenizer, graph, numbers, runtime.
    pub(super) fn needed(&self) -> Result<[ModelFile; 4], FileError> {
        let [graph, numbers] = self.converted()?;
        Ok([self.published(Part::Tokenizer, &pins::TOKENIZER)?, graph, numbers, self.runtime()?])
    }

    pub(super) fn published(&self, part: Part, pin: &Pin) -> Result<ModelFile, FileError> {
        check(part, self.store.published(pin), Some(pin.sha256))
    }

    pub(super) fn converted(&self) -> Result<[ModelFile; 2], FileError> {
        let precision = self.settings.precision;
        let noted = self.manifest.converted(precision).filter(|noted| noted.embedder == embedder_id(precision));
        let graph = noted.map(|noted| noted.graph_sha256.as_str());
        let numbers = noted.map(|noted| noted.numbers_sha256.as_str());
        Ok([
            check(Part::Graph, self.store.graph(precision), graph)?,
            check(Part::Numbers, self.store.numbers(precision), numbers)?,
        ])
    }

    pub(super) fn is_converted(&self) -> Result<bool, FileError> {
        Ok(self.converted()?.iter().all(|file| file.state.is_usable()))
    }

    /// The library the user named, else the one the user gave, else the pinned one.
    pub(super) fn runtime(&self) -> Result<ModelFile, FileError> {
        if let Some(path) = &self.settings.runtime_library {
            let path = std::path::absolute(path).map_err(files::failed("use", path))?;
            let state = if path.is_file() { FileState::Unpinned } else { FileState::Missing };
            return Ok(ModelFile { part: Part::Runtime, path, state });
        }
        if let Some(own) = &self.manifest.own_runtime {
            let mut file = check(Part::Runtime, self.store.own_runtime(&own.name), Some(&own.sha256))?;
            if file.state == FileState::Sound {
                file.state = FileState::Unpinned;
            }
            return Ok(file);
        }
        match pins::runtime_here() {
            Some(pin) => check(Part::Runtime, self.store.pinned_runtime(&pin.library), Some(pin.library.sha256)),
            None => Ok(ModelFile {
                part: Part::Runtime,
                path: self.store.own_runtime("onnxruntime"),
                state: FileState::Missing,
            }),
        }
    }
}

/// What the embedder is to load, if all of it is usable.
pub(super) fn loadable(needed: &[ModelFile; 4], precision: Precision) -> Option<ModelFiles> {
    let [tokenizer, graph, numbers, runtime] = needed;
    needed.iter().all(|file| file.state.is_usable()).then(|| ModelFiles {
        model: graph.path.clone(),
        numbers: numbers.path.clone(),
        tokenizer: tokenizer.path.clone(),
        runtime_library: runtime.path.clone(),
        runtime: None,
        precision,
    })
}

/// A file with nothing to compare it to counts as altered.
fn check(part: Part, path: PathBuf, sha256: Option<&str>) -> Result<ModelFile, FileError> {
    let state = match files::sha256(&path)? {
        None => FileState::Missing,
        Some(found) if Some(found.as_str()) == sha256 => FileState::Sound,
        Some(_) => FileState::Altered,
    };
    Ok(ModelFile { part, path, state })
}
