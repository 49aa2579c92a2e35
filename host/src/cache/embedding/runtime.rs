//! The ONNX Runtime library of this process. Loads what it is told to, after somebody else has checked it.

use std::error::Error;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ort::LoadDynamicError;
use ort::environment::Environment;
use ort::logging::LogLevel;

use super::EmbeddingError;

/// The loaded library. A process can load one, once: keep this, clone it, hand it on.
#[derive(Debug, Clone)]
pub struct OnnxRuntime {
    environment: Environment,
    library: PathBuf,
}

impl OnnxRuntime {
    /// Loads the library at `path`; refuses what is no ONNX Runtime or too old, and a second one in this process.
    pub fn load(path: &Path) -> Result<Self, EmbeddingError> {
        // The binding asserts its way through a library that only looks like a runtime.
        let environment = match panic::catch_unwind(AssertUnwindSafe(|| environment(path))) {
            Ok(result) => result?,
            Err(_) => {
                let source = "its interface is not that of an ONNX Runtime".into();
                return Err(EmbeddingError::Runtime { path: path.to_owned(), source });
            }
        };
        Ok(Self { environment, library: path.to_owned() })
    }

    pub fn library(&self) -> &Path {
        &self.library
    }

    /// What the library says of itself: branch, commit and how it was built.
    pub fn description(&self) -> &'static str {
        ort::info()
    }

    pub(super) fn environment(&self) -> Environment {
        self.environment.clone()
    }
}

fn environment(path: &Path) -> Result<Environment, EmbeddingError> {
    let failure = |source: Box<dyn Error + Send + Sync>| EmbeddingError::Runtime { path: path.to_owned(), source };
    let builder = ort::init_from(path).map_err(|error| failure(reason(error)))?;
    let builder = builder.with_name("isartor").with_telemetry(false).with_logger(Arc::new(log));
    let environment = builder.build().map_err(|error| match error.message() {
        "only one environment is allowed per process" => EmbeddingError::SecondRuntime { path: path.to_owned() },
        message => failure(message.into()),
    })?;
    environment.set_log_level(LogLevel::Warning);
    Ok(environment)
}

/// The binding keeps what the system's loader said to itself.
fn reason(error: LoadDynamicError) -> Box<dyn Error + Send + Sync> {
    match error {
        LoadDynamicError::Dlopen { error, .. } => error.into(),
        LoadDynamicError::MissingApi { .. } => "it is no ONNX Runtime: it does not export OrtGetApiBase".into(),
        LoadDynamicError::InvalidVersionString => "it is no ONNX Runtime: its version is no text".into(),
        LoadDynamicError::BadVersion { version_str, .. } => {
            format!("its version is {version_str}, and 1.{} is the oldest that serves", ort::MINOR_VERSION).into()
        }
    }
}

fn log(level: LogLevel, category: &str, _id: &str, location: &str, message: &str) {
    match level {
        LogLevel::Verbose | LogLevel::Info => tracing::trace!(category, location, "{message}"),
        LogLevel::Warning => tracing::debug!(category, location, "{message}"),
        LogLevel::Error | LogLevel::Fatal => tracing::warn!(category, location, "{message}"),
    }
}
