//! The figures on disk: written whole, under a temporary name first. A file that cannot be read is moved aside, and
//! counting begins anew: figures never keep a gateway from starting.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tempfile::NamedTempFile;

use super::{Figures, Statistics, seconds};

/// What a damaged file is renamed to.
const ASIDE_EXTENSION: &str = "damaged.json";

#[derive(Debug, thiserror::Error)]
pub enum StatisticsError {
    #[error("cannot read the statistics {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write the statistics {}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

impl Statistics {
    /// Goes on where the file ends; begins at `now` without one.
    pub fn restored(path: &Path, now: SystemTime) -> Self {
        let begun = || Figures { since_seconds: seconds(now), ..Figures::default() };
        match saved(path) {
            Ok(Some(figures)) => Self::after(figures),
            Ok(None) => Self::after(begun()),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "counting begins anew");
                Self::after(begun())
            }
        }
    }
}

fn saved(path: &Path) -> Result<Option<Figures>, StatisticsError> {
    let refused = |source| StatisticsError::Read { path: path.into(), source };
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refused(error)),
    };
    match serde_json::from_slice(&text) {
        Ok(figures) => Ok(Some(figures)),
        Err(error) => {
            fs::rename(path, path.with_extension(ASIDE_EXTENSION)).map_err(refused)?;
            Err(refused(io::Error::new(io::ErrorKind::InvalidData, Arc::new(error))))
        }
    }
}

/// Replaces the file. Readable by its owner alone, as temporary files are.
pub(in crate::chat) fn write(path: &Path, figures: &Figures) -> Result<(), StatisticsError> {
    replace(path, figures).map_err(|source| StatisticsError::Write { path: path.into(), source })
}

fn replace(path: &Path, figures: &Figures) -> io::Result<()> {
    let directory = path.parent().ok_or_else(|| io::Error::other("it is in no directory"))?;
    let mut file = NamedTempFile::new_in(directory)?;
    serde_json::to_writer_pretty(&mut file, figures)?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}
