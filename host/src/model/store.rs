//! The model directory: where each file is, what is known of the files made here, and the lock for changing any.
//! Never fetches.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::settings::{EmbeddingSettings, Precision};
use crate::system::{Private, private_dir};

use super::files::{self, FileError, failed};
use super::pins::{self, Pin, RUNTIME_VERSION};
use super::{Progress, ProgressSink};

const LOCK_POLL: Duration = Duration::from_millis(200);

/// What the directory's files are checked against, beside the pinned digests. A file, hence plain types.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Manifest {
    /// Where the weights came from.
    pub(super) source: Option<String>,
    pub(super) int8: Option<Converted>,
    pub(super) fp32: Option<Converted>,
    /// A runtime library that the user gave instead of the pinned one.
    pub(super) own_runtime: Option<OwnRuntime>,
}

/// A model made on this machine, and checked against the golden vectors when it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Converted {
    /// The embedder it serves; another one means that the conversion has changed since.
    pub(super) embedder: String,
    pub(super) graph_sha256: String,
    pub(super) numbers_sha256: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnRuntime {
    pub(super) name: String,
    pub(super) sha256: String,
}

impl Manifest {
    pub(super) fn converted(&self, precision: Precision) -> Option<&Converted> {
        match precision {
            Precision::Int8 => self.int8.as_ref(),
            Precision::Fp32 => self.fp32.as_ref(),
        }
    }

    pub(super) fn set_converted(&mut self, precision: Precision, converted: Option<Converted>) {
        match precision {
            Precision::Int8 => self.int8 = converted,
            Precision::Fp32 => self.fp32 = converted,
        }
    }
}

/// The directory, by the names in it.
#[derive(Debug, Clone)]
pub(super) struct Store {
    root: PathBuf,
}

/// Held while files change; released when dropped, also by a process that dies.
pub(super) struct Lock {
    _file: File,
}

impl Store {
    pub(super) fn new(settings: &EmbeddingSettings) -> Result<Self, FileError> {
        let root = std::path::absolute(&settings.dir).map_err(failed("use", &settings.dir))?;
        Ok(Self { root })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    fn model_dir(&self) -> PathBuf {
        self.root.join(pins::MODEL.1)
    }

    /// The model's weights or its tokenizer.
    pub(super) fn published(&self, pin: &Pin) -> PathBuf {
        self.model_dir().join(pin.name)
    }

    pub(super) fn graph(&self, precision: Precision) -> PathBuf {
        self.model_dir().join(graph_name(precision))
    }

    pub(super) fn numbers(&self, precision: Precision) -> PathBuf {
        self.model_dir().join(numbers_name(precision))
    }

    pub(super) fn pinned_runtime(&self, library: &Pin) -> PathBuf {
        self.root.join(format!("onnxruntime-{RUNTIME_VERSION}")).join(library.name)
    }

    pub(super) fn own_runtime(&self, name: &str) -> PathBuf {
        self.own_runtimes().join(name)
    }

    pub(super) fn own_runtimes(&self) -> PathBuf {
        self.root.join("onnxruntime-own")
    }

    /// For what is not finished: on the same file system, and emptied before anything begins.
    pub(super) fn drafts(&self) -> PathBuf {
        self.root.join("partial")
    }

    fn manifest_file(&self) -> PathBuf {
        self.root.join("manifest.json")
    }

    /// What was noted; nothing when there is no such file. One that cannot be read is as good as none: all that it
    /// vouches for can be made again.
    pub(super) fn manifest(&self) -> Result<Manifest, FileError> {
        let path = self.manifest_file();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Manifest::default()),
            Err(error) => return Err(failed("read", &path)(error)),
        };
        Ok(serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            tracing::warn!(path = %path.display(), %error, "the model manifest is broken and will be made again");
            Manifest::default()
        }))
    }

    pub(super) fn write_manifest(&self, manifest: &Manifest) -> Result<(), FileError> {
        let mut text = serde_json::to_vec_pretty(manifest).expect("a manifest holds nothing that JSON cannot");
        text.push(b'\n');
        files::write(&self.manifest_file(), &text, &self.drafts())
    }

    /// Creates the directory, waits until no other process changes it, and clears what one left behind.
    pub(super) async fn lock(&self, progress: &ProgressSink<'_>) -> Result<Lock, FileError> {
        create(&self.root)?;
        let path = self.root.join("lock");
        let mut options = File::options();
        let file = options.create(true).truncate(false).write(true).private().open(&path);
        let file = file.map_err(failed("open", &path))?;
        let mut told = false;
        while let Err(error) = file.try_lock() {
            match error {
                std::fs::TryLockError::Error(error) => return Err(failed("lock", &path)(error)),
                std::fs::TryLockError::WouldBlock if told => {}
                std::fs::TryLockError::WouldBlock => {
                    progress(Progress::Step("waiting for another isartor that is fetching the model".to_owned()))
                }
            }
            told = true;
            tokio::time::sleep(LOCK_POLL).await;
        }
        files::remove(&self.drafts())?;
        create(&self.drafts())?;
        create(&self.model_dir())?;
        Ok(Lock { _file: file })
    }
}

/// The graph's file name, in the store and in the drafts.
pub(super) fn graph_name(precision: Precision) -> &'static str {
    match precision {
        Precision::Int8 => "model-int8.onnx",
        Precision::Fp32 => "model-fp32.onnx",
    }
}

/// The name of the file with the graph's large constants; the graph refers to it by this name.
pub(super) fn numbers_name(precision: Precision) -> &'static str {
    match precision {
        Precision::Int8 => "model-int8.weights",
        Precision::Fp32 => "model-fp32.weights",
    }
}

pub(super) fn create(directory: &Path) -> Result<(), FileError> {
    private_dir(directory).map_err(failed("create", directory))
}
