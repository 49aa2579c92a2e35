//! What computes: one session of the model, and the tokenizer that counts for all of them. Only ever loads.

use std::path::Path;

use fastembed::{
    InitOptionsUserDefined, Pooling, QuantizationMode, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel,
};
use tokenizers::Tokenizer;

use super::runtime::OnnxRuntime;
use super::{EmbeddingError, MAX_TOKENS, ModelFiles};
use crate::settings::Precision;

const CONFIG: &str = r#"{"pad_token_id": 0}"#;
const TOKENIZER_CONFIG: &str = r#"{"model_max_length": 128, "pad_token": "[PAD]"}"#;
const SPECIAL_TOKENS: &str = r#"{"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}"#;

/// One session without threads of its own: the pool is what runs side by side.
pub(super) fn session(runtime: &OnnxRuntime, files: &ModelFiles) -> Result<TextEmbedding, EmbeddingError> {
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
