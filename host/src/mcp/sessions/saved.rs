//! The sessions on disk, so that their clients go on after a restart. Losing the file costs each client one
//! `initialize`, so it is replaced as a whole but not forced to the disk.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rmcp::model::InitializeRequestParams;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::mcp::log_levels::{self, ProtocolLevel};
use crate::mcp::wishes::Wishes;
use crate::tools::resources::Watched;

/// What a damaged file is renamed to.
const ASIDE_EXTENSION: &str = "damaged.json";

/// One session without its streams.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Saved {
    pub(super) id: Arc<str>,
    pub(super) principal: String,
    pub(super) used_seconds: u64,
    pub(super) params: InitializeRequestParams,
    #[serde(default)]
    pub(super) level: Option<ProtocolLevel>,
    /// URIs.
    #[serde(default)]
    pub(super) watched: Vec<String>,
}

impl Saved {
    /// What its client has asked for.
    pub(super) fn wishes(&self) -> Wishes {
        let watched = self.watched.iter().map(|uri| Watched::of(uri));
        Wishes::restored(self.level.map(log_levels::from_protocol), watched)
    }
}

#[derive(Debug, thiserror::Error)]
pub(super) enum SavedError {
    #[error("cannot read the sessions {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write the sessions {}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

/// What was saved, but for sessions that nobody used for as long as `idle`. A damaged file is moved aside.
pub(super) fn restored(path: &Path, idle: Duration, now: SystemTime) -> Vec<Saved> {
    match read(path) {
        Ok(mut saved) => {
            let oldest = seconds(now).saturating_sub(idle.as_secs());
            saved.retain(|saved| saved.used_seconds >= oldest);
            saved
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "no session is kept over this restart");
            Vec::new()
        }
    }
}

fn read(path: &Path) -> Result<Vec<Saved>, SavedError> {
    let refused = |source| SavedError::Read { path: path.into(), source };
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(refused(error)),
    };
    serde_json::from_slice(&text).map_err(|error| {
        let moved = fs::rename(path, path.with_extension(ASIDE_EXTENSION));
        refused(moved.err().unwrap_or_else(|| io::Error::new(io::ErrorKind::InvalidData, error)))
    })
}

/// Replaces the file. Readable by its owner alone, as temporary files are.
pub(super) fn write(path: &Path, saved: &[Saved]) -> Result<(), SavedError> {
    replace(path, saved).map_err(|source| SavedError::Write { path: path.into(), source })
}

fn replace(path: &Path, saved: &[Saved]) -> io::Result<()> {
    let directory = path.parent().ok_or_else(|| io::Error::other("it is in no directory"))?;
    let mut file = NamedTempFile::new_in(directory)?;
    file.write_all(&serde_json::to_vec(saved)?)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
