//! Text to vector: the only place that knows fastembed and the ONNX Runtime. Never downloads anything, and never
//! checks a file: it is handed checked ones.

mod pool;
mod recent;
mod runtime;
mod session;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use fastembed::TextEmbedding;
use tokenizers::{Encoding, Tokenizer};
use tokio::task::block_in_place;

use crate::settings::Precision;

pub use self::pool::Urgency;
use self::pool::{Lease, Pool};
use self::recent::Recent;
pub use self::runtime::OnnxRuntime;
use self::session::{Numbers, counting_tokenizer, session};

/// Numbers in an embedding of all-MiniLM-L6-v2.
pub const DIMENSIONS: usize = 384;

/// Longest text the semantic tier takes, in tokens with the two special ones, counted with truncation off.
pub const MAX_TOKENS: usize = 128;

/// A longer text is first judged by its beginning, so that a prompt of megabytes costs no more than a page.
const PAGE_BYTES: usize = 4096;

/// Most texts that wait for a session. With two sessions that is a fifth of a second for the last one.
const MAX_WAITING: usize = 256;

/// What the vectors of recent texts may take.
const RECENT_BYTES: usize = 4 << 20;

const UNKNOWN_TOKEN: &str = "[UNK]";

/// Checked files, ready to load.
#[derive(Debug, Clone)]
pub struct ModelFiles {
    /// The ONNX graph.
    pub model: PathBuf,
    /// The graph's large constants, under the name that it has for them.
    pub numbers: PathBuf,
    pub tokenizer: PathBuf,
    pub runtime_library: PathBuf,
    /// The library when this process has loaded it already: a second load would be refused.
    pub runtime: Option<OnnxRuntime>,
    pub precision: Precision,
}

/// What one text is to the semantic tier.
#[derive(Debug, Clone, PartialEq)]
pub enum Embedding {
    /// Unit length, [`DIMENSIONS`] numbers.
    Vector(Arc<[f32]>),
    /// More than [`MAX_TOKENS`] tokens.
    TooLong { tokens: usize },
    /// The model has no word for a part of the text: its vector would leave that part out.
    UnknownToken,
}

/// A pool of single-thread sessions. Cheap to share: wrap it in an `Arc`.
pub struct Embedder {
    sessions: Pool<TextEmbedding>,
    session_count: usize,
    recent: Recent,
    /// Neither truncates nor pads, so it counts every token.
    tokenizer: Tokenizer,
    unknown: Option<u32>,
    precision: Precision,
    runtime: OnnxRuntime,
}

/// What the tokens of a text say of it.
enum Split {
    Fit { tokens: usize },
    Unfit(Embedding),
}

#[derive(Debug, thiserror::Error)]
pub enum EmbeddingError {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot make a copy of {}", path.display())]
    Copy { path: PathBuf, source: io::Error },
    #[error("cannot load the ONNX Runtime {}", path.display())]
    Runtime { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("cannot load the ONNX Runtime {}: this process has loaded one already", path.display())]
    SecondRuntime { path: PathBuf },
    #[error("cannot use the tokenizer {}", path.display())]
    Tokenizer { path: PathBuf, source: tokenizers::Error },
    #[error("cannot load the model {}", path.display())]
    Model { path: PathBuf, source: fastembed::Error },
    #[error("cannot load the model {}: its path is not Unicode", path.display())]
    NotUnicode { path: PathBuf },
    #[error("cannot split the text into tokens")]
    Split { source: tokenizers::Error },
    #[error("the model failed on a text of {tokens} tokens")]
    Run { tokens: usize, source: fastembed::Error },
    #[error("the model answered with something that is no vector of {DIMENSIONS} finite numbers")]
    NoVector,
    #[error("the model panicked on a text of {tokens} tokens")]
    Panicked { tokens: usize },
    #[error("the embedder is busy: {MAX_WAITING} texts wait for it")]
    Busy,
}

/// Names the model, its quantisation and the conversion's revision: vectors of different ids are never compared.
pub fn embedder_id(precision: Precision) -> &'static str {
    match precision {
        Precision::Int8 => "all-MiniLM-L6-v2/int8-per-channel/1",
        Precision::Fp32 => "all-MiniLM-L6-v2/fp32/1",
    }
}

impl Embedder {
    /// Loads the runtime library, unless the files come with a loaded one, and `sessions` sessions.
    pub fn load(files: &ModelFiles, sessions: usize) -> Result<Self, EmbeddingError> {
        // One text at a time gains nothing from a second thread but the way there and back.
        tokenizers::utils::parallelism::set_parallelism(false);
        let runtime = match &files.runtime {
            Some(runtime) => runtime.clone(),
            None => OnnxRuntime::load(&files.runtime_library)?,
        };
        let tokenizer = counting_tokenizer(&files.tokenizer)?;
        let unknown = tokenizer.token_to_id(UNKNOWN_TOKEN);
        let session_count = sessions.max(1);
        let numbers = Numbers::mapped(files)?;
        let sessions = (0..session_count).map(|_| session(&runtime, files, &numbers));
        let sessions = sessions.collect::<Result<Vec<_>, _>>()?;
        numbers.remove();
        let (sessions, recent) = (Pool::new(sessions, MAX_WAITING), Recent::new(RECENT_BYTES));
        Ok(Self { sessions, session_count, recent, tokenizer, unknown, precision: files.precision, runtime })
    }

    /// See [`embedder_id`].
    pub fn id(&self) -> &'static str {
        embedder_id(self.precision)
    }

    /// The library this process uses; loading a second one is refused.
    pub fn runtime(&self) -> &OnnxRuntime {
        &self.runtime
    }

    /// How many texts are embedded side by side.
    pub fn sessions(&self) -> usize {
        self.session_count
    }

    /// How many texts wait for a session.
    pub fn waiting(&self) -> usize {
        self.sessions.waiting()
    }

    /// The embedding of `text`, computed now. For threads that may block: waits for a free session, then computes for
    /// about a millisecond.
    pub fn embed(&self, text: &str) -> Result<Embedding, EmbeddingError> {
        match self.split(text)? {
            Split::Fit { tokens } => compute(&mut self.sessions.take_blocking(), text, tokens).map(Embedding::Vector),
            Split::Unfit(embedding) => Ok(embedding),
        }
    }

    /// The embedding of `text`, which may have been computed lately, or be computed right now for somebody else. Waits
    /// for its turn without a thread, then computes on this one, while the runtime, which has to be the one with many
    /// threads, moves everything else away from it: a thread of its own costs a tenth of a millisecond more, and finds
    /// nothing of the model in its cache.
    pub async fn embed_in_turn(&self, text: &str, urgency: Urgency) -> Result<Embedding, EmbeddingError> {
        if let Some(vector) = self.recent.known(text) {
            return Ok(Embedding::Vector(vector));
        }
        let split = match self.split_by_page(text)? {
            Some(split) => split,
            // Rare and perhaps long: nobody else computes meanwhile in its place.
            None => {
                let _place = self.turn(urgency).await?;
                block_in_place(|| self.split(text))?
            }
        };
        let tokens = match split {
            Split::Fit { tokens } => tokens,
            Split::Unfit(embedding) => return Ok(embedding),
        };
        let compute = Box::pin(async {
            let mut session = self.turn(urgency).await?;
            let computed = block_in_place(|| catch_unwind(AssertUnwindSafe(|| compute(&mut session, text, tokens))));
            computed.unwrap_or(Err(EmbeddingError::Panicked { tokens }))
        });
        // A page of blanks has few tokens, and is not worth the memory.
        let vector = if text.len() <= PAGE_BYTES { self.recent.vector(text, compute).await } else { compute.await };
        vector.map(Embedding::Vector)
    }

    /// The unit vector of the first [`MAX_TOKENS`] tokens of `text`: what the golden vectors hold.
    pub fn embed_beginning(&self, text: &str) -> Result<Arc<[f32]>, EmbeddingError> {
        let tokens = self.encode(text)?.len();
        compute(&mut self.sessions.take_blocking(), text, tokens.min(MAX_TOKENS))
    }

    async fn turn(&self, urgency: Urgency) -> Result<Lease<TextEmbedding>, EmbeddingError> {
        self.sessions.take(urgency).await.map_err(|_full| EmbeddingError::Busy)
    }

    /// Judges all of `text`, a text of many pages with far too many tokens by its first page.
    fn split(&self, text: &str) -> Result<Split, EmbeddingError> {
        match self.split_by_page(text)? {
            Some(split) => Ok(split),
            None => Ok(self.judge(&self.encode(text)?)),
        }
    }

    /// None when the first page does not say enough.
    fn split_by_page(&self, text: &str) -> Result<Option<Split>, EmbeddingError> {
        let page = self.encode(&text[..text.floor_char_boundary(PAGE_BYTES)])?;
        // What the cut tore apart is one word of at most 100 tokens, so twice the limit is beyond doubt.
        let is_enough = text.len() <= PAGE_BYTES || page.len() > 2 * MAX_TOKENS;
        Ok(is_enough.then(|| self.judge(&page)))
    }

    fn judge(&self, encoding: &Encoding) -> Split {
        let tokens = encoding.len();
        if tokens > MAX_TOKENS {
            Split::Unfit(Embedding::TooLong { tokens })
        } else if self.unknown.is_some_and(|unknown| encoding.get_ids().contains(&unknown)) {
            Split::Unfit(Embedding::UnknownToken)
        } else {
            Split::Fit { tokens }
        }
    }

    fn encode(&self, text: &str) -> Result<Encoding, EmbeddingError> {
        self.tokenizer.encode_fast(text, true).map_err(|source| EmbeddingError::Split { source })
    }
}

/// One text at a time: numbers of 8 bits are scaled to what is in a batch, so that a text has another vector in other
/// company.
fn compute(session: &mut TextEmbedding, text: &str, tokens: usize) -> Result<Arc<[f32]>, EmbeddingError> {
    let vectors = session.embed([text], None).map_err(|source| EmbeddingError::Run { tokens, source })?;
    only_unit_vector(vectors).ok_or(EmbeddingError::NoVector)
}

/// What comes out of a model is believed only when it is one vector that can be compared with others.
fn only_unit_vector(vectors: Vec<Vec<f32>>) -> Option<Arc<[f32]>> {
    match <[Vec<f32>; 1]>::try_from(vectors) {
        Ok([vector]) if is_unit_vector(&vector) => Some(vector.into()),
        Ok(_) | Err(_) => None,
    }
}

/// A NaN anywhere makes the length a NaN, which is in no range.
fn is_unit_vector(vector: &[f32]) -> bool {
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    vector.len() == DIMENSIONS && (0.99..=1.01).contains(&length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unit_vectors_of_the_right_size_pass() {
        let mut unit = vec![0.0; DIMENSIONS];
        unit[7] = -1.0;
        let with = |number| {
            let mut vector = unit.clone();
            vector[0] = number;
            vector
        };
        assert!(is_unit_vector(&unit));
        assert_eq!(only_unit_vector(vec![unit.clone(), unit.clone()]), None);
        assert_eq!(only_unit_vector(vec![unit.clone()]).as_deref(), Some(unit.as_slice()));
        for bad in [with(f32::NAN), with(f32::INFINITY), with(1.0), vec![0.0; DIMENSIONS], vec![1.0], Vec::new()] {
            assert!(!is_unit_vector(&bad));
            assert_eq!(only_unit_vector(vec![bad]), None);
        }
    }
}
