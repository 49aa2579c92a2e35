//! What the cache takes on this machine: each figure beside a yardstick of the same run. Works in a directory that it
//! is given, never in the user's home.

mod material;
mod measure;
mod search;
mod stages;

use std::path::Path;

pub use material::TOKENS;
pub use measure::{Measure, Times, Yardstick};
pub use search::{Figures, Trial, compared};

use crate::cache::CacheError;
use crate::cache::embedding::{Embedder, EmbeddingError};
use crate::chat::ChatError;
use crate::plugin::Policy;
use crate::settings::CacheSettings;

/// Searches of each size.
const SEARCHES: usize = 400;

/// What is measured, and with what.
pub struct Bench<'a> {
    /// Empty; whoever made it removes it.
    pub directory: &'a Path,
    pub settings: CacheSettings,
    pub entries: usize,
    /// Without them only the exact tier is measured, and the search with made-up vectors.
    pub semantic: Option<(Policy, Embedder)>,
}

/// What is being done, and how much of it: "filling the cache", 200, 10,000.
pub type Progress<'a> = dyn Fn(&'static str, usize, usize) + Send + Sync + 'a;

#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error("cannot open or search the cache")]
    Cache(#[from] CacheError),
    #[error("a look-up or a store failed")]
    Chat(#[from] ChatError),
    #[error("the model fails")]
    Embedding(#[from] EmbeddingError),
    #[error("cannot write to {}", path.display())]
    Write { path: std::path::PathBuf, source: std::io::Error },
    #[error("a store panicked")]
    Panicked,
}

/// Runs everything, in about a minute for 10,000 entries. Needs a runtime of several threads.
pub async fn run(bench: Bench<'_>, progress: &Progress<'_>) -> Result<Vec<Measure>, BenchError> {
    let sizes = [bench.entries / 10, bench.entries, bench.entries * 10];
    let mut measures = stages::run(bench, progress).await?;
    for (done, rows) in sizes.iter().enumerate() {
        progress("searching made-up vectors", done, sizes.len());
        measures.push(search::beside_the_exact_scan(*rows, SEARCHES)?);
    }
    Ok(measures)
}
