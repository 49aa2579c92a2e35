//! Text to vector: the only place that knows fastembed and the ONNX Runtime. Never downloads anything.

use std::path::PathBuf;

use crate::settings::Precision;

/// Numbers in an embedding of all-MiniLM-L6-v2.
pub const DIMENSIONS: usize = 384;

/// Longest text the semantic tier takes, in tokens with the two special ones, counted with truncation off.
pub const MAX_TOKENS: usize = 128;

/// Checked files, ready to load.
#[derive(Debug, Clone)]
pub struct ModelFiles {
    pub model: PathBuf,
    pub tokenizer: PathBuf,
    pub runtime_library: PathBuf,
    pub precision: Precision,
}

/// A pool of single-thread sessions. Cheap to share: wrap it in an `Arc`.
pub struct Embedder {}

#[derive(Debug, thiserror::Error)]
pub enum EmbeddingError {}

/// Names the model and its quantisation: vectors of different ids are never compared.
pub fn embedder_id(precision: Precision) -> &'static str {
    unimplemented!()
}

impl Embedder {
    /// Loads the runtime library (once per process) and `sessions` sessions.
    pub fn load(files: &ModelFiles, sessions: usize) -> Result<Self, EmbeddingError> {
        unimplemented!()
    }

    /// Names the model and its quantisation: vectors of different ids are never compared.
    pub fn id(&self) -> &'static str {
        unimplemented!()
    }

    /// The unit vector of `text`; none when it has more than [`MAX_TOKENS`] tokens.
    /// Blocks: waits for a free session, then computes for about a millisecond.
    pub fn embed(&self, text: &str) -> Result<Option<Vec<f32>>, EmbeddingError> {
        unimplemented!()
    }
}
