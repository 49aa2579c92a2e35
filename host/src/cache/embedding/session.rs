//! What computes: one session of the model, and the tokenizer that counts for all of them. Only ever loads.

use std::io;
use std::path::{Path, PathBuf};

use fastembed::{
    InitOptionsUserDefined, Pooling, QuantizationMode, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel,
};
use tempfile::TempDir;
use tokenizers::Tokenizer;

use super::runtime::OnnxRuntime;
use super::{EmbeddingError, MAX_TOKENS, ModelFiles};
use crate::settings::Precision;
use crate::system::KEEPS_MAPPED_FILES;

const CONFIG: &str = r#"{"pad_token_id": 0}"#;
const TOKENIZER_CONFIG: &str = r#"{"model_max_length": 128, "pad_token": "[PAD]"}"#;
const SPECIAL_TOKENS: &str = r#"{"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}"#;

/// The model's numbers, needed until the sessions are made. The runtime maps them into memory: if somebody cut their
/// file short, the next look at it would end the process. So it is given a copy, which is removed and stays mapped, and
/// which no other process can find; where the system keeps a mapped file from being cut, it is given the file itself.
pub(super) struct Numbers {
    directory: PathBuf,
    copy: Option<TempDir>,
}

impl Numbers {
    pub(super) fn mapped(files: &ModelFiles) -> Result<Self, EmbeddingError> {
        let failure = |source| EmbeddingError::Copy { path: files.numbers.clone(), source };
        let name = files.numbers.file_name().ok_or_else(|| failure(io::ErrorKind::IsADirectory.into()))?;
        let place = files.numbers.parent().unwrap_or(Path::new("."));
        if KEEPS_MAPPED_FILES {
            return Ok(Self { directory: place.to_owned(), copy: None });
        }
        let builder = || tempfile::Builder::new().prefix(".loading-").to_owned();
        // A model may be on a disk that nobody can write to.
        let directory = builder().tempdir_in(place).or_else(|_| builder().tempdir()).map_err(failure)?;
        std::fs::copy(&files.numbers, directory.path().join(name)).map_err(failure)?;
        Ok(Self { directory: directory.path().to_owned(), copy: Some(directory) })
    }

    pub(super) fn remove(self) {
        if let Some(Err(error)) = self.copy.map(TempDir::close) {
            tracing::warn!(path = %self.directory.display(), %error, "cannot remove a copy of the model");
        }
    }
}

/// One session without threads of its own: the pool is what runs side by side.
pub(super) fn session(
    runtime: &OnnxRuntime,
    files: &ModelFiles,
    numbers: &Numbers,
) -> Result<TextEmbedding, EmbeddingError> {
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
    let directory = &numbers.directory;
    let directory = directory.to_str().ok_or_else(|| EmbeddingError::NotUnicode { path: directory.clone() })?;
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
pub(super) fn counting_tokenizer(path: &Path) -> Result<Tokenizer, EmbeddingError> {
    let failure = |source| EmbeddingError::Tokenizer { path: path.to_owned(), source };
    let mut tokenizer = Tokenizer::from_bytes(read(path)?).map_err(failure)?;
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(failure)?;
    Ok(tokenizer)
}

fn read(path: &Path) -> Result<Vec<u8>, EmbeddingError> {
    std::fs::read(path).map_err(|source| EmbeddingError::Read { path: path.to_owned(), source })
}
