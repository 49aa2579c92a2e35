//! Text to vector: the only place that knows fastembed and the ONNX Runtime. Never downloads anything, and never
//! checks a file: it is handed checked ones.

mod pool;
mod runtime;

use std::io;
use std::path::{Path, PathBuf};

use fastembed::{
    InitOptionsUserDefined, Pooling, QuantizationMode, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel,
};
use tokenizers::Tokenizer;

use crate::settings::Precision;

use self::pool::Pool;
pub use self::runtime::OnnxRuntime;

/// Numbers in an embedding of all-MiniLM-L6-v2.
pub const DIMENSIONS: usize = 384;

/// Longest text the semantic tier takes, in tokens with the two special ones, counted with truncation off.
pub const MAX_TOKENS: usize = 128;

/// A longer text is first judged by its beginning, so that a prompt of megabytes costs no more than a page.
const PAGE_BYTES: usize = 4096;

const CONFIG: &str = r#"{"pad_token_id": 0}"#;
const TOKENIZER_CONFIG: &str = r#"{"model_max_length": 128, "pad_token": "[PAD]"}"#;
const SPECIAL_TOKENS: &str = r#"{"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}"#;

/// Checked files, ready to load.
#[derive(Debug, Clone)]
pub struct ModelFiles {
    /// The ONNX graph. The file with its large constants, which it names itself, is in the same directory.
    pub model: PathBuf,
    pub tokenizer: PathBuf,
    pub runtime_library: PathBuf,
    /// The library when this process has loaded it already: a second load would be refused.
    pub runtime: Option<OnnxRuntime>,
    pub precision: Precision,
}

/// A pool of single-thread sessions. Cheap to share: wrap it in an `Arc`.
pub struct Embedder {
    sessions: Pool<TextEmbedding>,
    /// Neither truncates nor pads, so it counts every token.
    tokenizer: Tokenizer,
    precision: Precision,
    runtime: OnnxRuntime,
}

#[derive(Debug, thiserror::Error)]
pub enum EmbeddingError {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
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
        let sessions = (0..sessions.max(1)).map(|_| session(&runtime, files)).collect::<Result<Vec<_>, _>>()?;
        let tokenizer = counting_tokenizer(&files.tokenizer)?;
        Ok(Self { sessions: Pool::new(sessions), tokenizer, precision: files.precision, runtime })
    }

    /// See [`embedder_id`].
    pub fn id(&self) -> &'static str {
        embedder_id(self.precision)
    }

    /// The library this process uses; loading a second one is refused.
    pub fn runtime(&self) -> &OnnxRuntime {
        &self.runtime
    }

    /// The unit vector of `text`; none when it has more than [`MAX_TOKENS`] tokens.
    /// Blocks: waits for a free session, then computes for about a millisecond.
    pub fn embed(&self, text: &str) -> Result<Option<Vec<f32>>, EmbeddingError> {
        let tokens = self.tokens(text)?;
        if tokens > MAX_TOKENS {
            return Ok(None);
        }
        self.compute(text, tokens).map(Some)
    }

    /// The unit vector of the first [`MAX_TOKENS`] tokens of `text`: what the golden vectors hold.
    pub fn embed_beginning(&self, text: &str) -> Result<Vec<f32>, EmbeddingError> {
        let tokens = self.tokens(text)?;
        self.compute(text, tokens.min(MAX_TOKENS))
    }

    /// All tokens of `text`; of a text of many pages with far too many, those of its first page.
    fn tokens(&self, text: &str) -> Result<usize, EmbeddingError> {
        let page = self.count(&text[..text.floor_char_boundary(PAGE_BYTES)])?;
        // What the cut tore apart is one word of at most 100 tokens, so twice the limit is beyond doubt.
        if text.len() <= PAGE_BYTES || page > 2 * MAX_TOKENS { Ok(page) } else { self.count(text) }
    }

    fn count(&self, text: &str) -> Result<usize, EmbeddingError> {
        let encoding = self.tokenizer.encode_fast(text, true).map_err(|source| EmbeddingError::Split { source })?;
        Ok(encoding.len())
    }

    fn compute(&self, text: &str, tokens: usize) -> Result<Vec<f32>, EmbeddingError> {
        let mut session = self.sessions.take();
        let vectors = session.embed([text], None).map_err(|source| EmbeddingError::Run { tokens, source })?;
        match <[Vec<f32>; 1]>::try_from(vectors) {
            Ok([vector]) if is_unit_vector(&vector) => Ok(vector),
            Ok(_) | Err(_) => Err(EmbeddingError::NoVector),
        }
    }
}

/// One session without threads of its own: the pool is what runs side by side.
fn session(runtime: &OnnxRuntime, files: &ModelFiles) -> Result<TextEmbedding, EmbeddingError> {
    let quantization = match files.precision {
        Precision::Int8 => QuantizationMode::Dynamic,
        Precision::Fp32 => QuantizationMode::None,
    };
    let tokenizer = TokenizerFiles {
        tokenizer_file: read(&files.tokenizer)?,
        config_file: CONFIG.into(),
        special_tokens_map_file: SPECIAL_TOKENS.into(),
        tokenizer_config_file: TOKENIZER_CONFIG.into(),
    };
    let directory = files.model.parent().and_then(Path::to_str);
    let directory = directory.ok_or_else(|| EmbeddingError::NotUnicode { path: files.model.clone() })?;
    let model = UserDefinedEmbeddingModel::new(read(&files.model)?, tokenizer)
        .with_pooling(Pooling::Mean)
        .with_quantization(quantization);
    let options = InitOptionsUserDefined::new()
        .with_environment(runtime.environment())
        .with_max_length(MAX_TOKENS)
        .with_intra_threads(1)
        .with_session_config("session.intra_op.allow_spinning", "0")
        .with_session_config("session.inter_op.allow_spinning", "0")
        .with_session_config("session.model_external_initializers_file_folder_path", directory);
    TextEmbedding::try_new_from_user_defined(model, options)
        .map_err(|source| EmbeddingError::Model { path: files.model.clone(), source })
}

/// The shipped file truncates and pads to 128 tokens, which would make every text fit.
fn counting_tokenizer(path: &Path) -> Result<Tokenizer, EmbeddingError> {
    let failure = |source| EmbeddingError::Tokenizer { path: path.to_owned(), source };
    let mut tokenizer = Tokenizer::from_bytes(read(path)?).map_err(failure)?;
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(failure)?;
    Ok(tokenizer)
}

fn read(path: &Path) -> Result<Vec<u8>, EmbeddingError> {
    std::fs::read(path).map_err(|source| EmbeddingError::Read { path: path.to_owned(), source })
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
        for bad in [with(f32::NAN), with(f32::INFINITY), with(1.0), vec![0.0; DIMENSIONS], vec![1.0], Vec::new()] {
            assert!(!is_unit_vector(&bad));
        }
    }
}
