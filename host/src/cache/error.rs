//! What can go wrong in the cache, for people. Never knows how the store works inside.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use super::embedding::DIMENSIONS;

/// Why the store failed; shared, because one failed commit fails every request in it.
pub type Cause = Arc<dyn Error + Send + Sync>;

#[derive(Debug, Clone, thiserror::Error)]
pub enum CacheError {
    #[error("cannot open the cache {}", path.display())]
    Open { path: Arc<Path>, source: Cause },
    #[error("cannot open the cache {}: it is not a regular file", path.display())]
    NotAFile { path: Arc<Path> },
    #[error("cannot open the cache {}: another process has it open", path.display())]
    Locked { path: Arc<Path> },
    #[error("cannot open the cache {}: it is damaged or not a cache: {reason}", path.display())]
    Damaged { path: Arc<Path>, reason: String },
    #[error("cannot open the cache {}: it has format {found}, and this version knows formats up to {known}", path.display())]
    NewerFormat { path: Arc<Path>, found: u64, known: u64 },
    #[error("cannot read from the cache {}", path.display())]
    Read { path: Arc<Path>, source: Cause },
    #[error("cannot write to the cache {}", path.display())]
    Write { path: Arc<Path>, source: Cause },
    #[error("cannot start the thread that writes to the cache")]
    Thread { source: Cause },
    #[error("the cache is closed, because it could not be opened again after a failure")]
    Closed,
    #[error("the cache is in use: look-ups did not end in time")]
    InUse,
    #[error("the cache failed while it worked on this request")]
    Panicked,
    #[error("the vector has {found} numbers instead of {DIMENSIONS}")]
    Dimensions { found: usize },
    #[error("the vector has length {found} instead of 1")]
    Length { found: f32 },
}

impl CacheError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Open { path, .. } => format!("make {} readable and writable for you", path.display()),
            Self::NotAFile { path } => format!("move {} away", path.display()),
            Self::Locked { path } => {
                format!("stop the other isartor that uses {}, or choose another ISARTOR_HOME", path.display())
            }
            Self::Damaged { path, .. } => {
                format!("move {} away; isartor then starts with an empty cache", path.display())
            }
            Self::NewerFormat { path, .. } => {
                format!("update isartor, or move {} away to start with an empty cache", path.display())
            }
            Self::Read { path, .. } | Self::Write { path, .. } => {
                format!("check that the disk of {} is healthy and has space left", path.display())
            }
            Self::Closed => "see the log for what failed; the next store tries again".into(),
            Self::InUse => "try again".into(),
            Self::Thread { .. } => "raise the limit on threads or memory".into(),
            Self::Panicked => "see the log, and report this as a bug".into(),
            Self::Dimensions { .. } | Self::Length { .. } => "pull the model again with `isartor model pull`".into(),
        }
    }
}
