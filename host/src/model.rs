//! The embedding model: fetched, checked against pinned digests, converted, checked against golden vectors.
//! Never loads a file it has not checked.

use crate::cache::embedding::ModelFiles;
use crate::settings::{EmbeddingSettings, ModelSource};

/// What is being done, for a progress bar or plain lines.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// A step begins: "downloading model.safetensors from pip".
    Step(String),
    /// Bytes of the current step, when known.
    Bytes { done: u64, total: Option<u64> },
}

#[derive(Debug, thiserror::Error)]
pub enum ModelError {}

/// The model files if all are there and sound; none when something is missing.
pub fn installed(settings: &EmbeddingSettings) -> Result<Option<ModelFiles>, ModelError> {
    unimplemented!()
}

/// Fetches, converts and checks whatever is missing. Safe to run from several processes at once.
pub async fn pull(
    settings: &EmbeddingSettings,
    source: &ModelSource,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<ModelFiles, ModelError> {
    unimplemented!()
}
