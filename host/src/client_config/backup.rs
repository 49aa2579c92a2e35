//! Copies of a user's file beside it, as it was before we changed it. Never overwrites one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::replace::{keep_owner_and_mode, sync_directory};
use super::snapshot::Existing;
use super::{ClientConfigError, Snapshot};

/// The file may hold keys, whatever its own mode is.
const MODE: u32 = 0o600;
/// Backups of one file within one second.
const ATTEMPTS: u32 = 100;

/// `claude.json.isartor-backup-20261120T110405Z` beside `claude.json`.
pub(super) fn make(before: &Snapshot, existing: &Existing, now: SystemTime) -> Result<PathBuf, ClientConfigError> {
    let failed = |source| ClientConfigError::Backup { path: before.path.clone(), source };
    let name = before.path.file_name().unwrap_or_default().to_string_lossy();
    let first = before.path.with_file_name(format!("{name}.isartor-backup-{}", utc_stamp(now)));
    let (path, mut file) = create(&first).map_err(failed)?;
    let written = file
        .write_all(existing.text.as_bytes())
        .and_then(|()| keep_owner_and_mode(&file, existing, MODE))
        .and_then(|()| file.sync_all())
        .and_then(|()| sync_directory(path.parent().unwrap_or(Path::new("/"))));
    match written {
        Ok(()) => Ok(path),
        Err(source) => Err(failed(fs::remove_file(&path).err().unwrap_or(source))),
    }
}

/// The first of `first`, `first-2`, `first-3` … that is not there.
fn create(first: &Path) -> io::Result<(PathBuf, File)> {
    let mut path = first.to_owned();
    for attempt in 2..=ATTEMPTS {
        match File::options().write(true).create_new(true).mode(MODE).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                path = PathBuf::from(format!("{}-{attempt}", first.display()));
            }
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many backups of the same second"))
}

/// Removes a backup whose content is back in its place.
pub(super) fn discard(backup: Option<&Path>) -> Result<(), ClientConfigError> {
    match backup.map(fs::remove_file) {
        None | Some(Ok(())) => Ok(()),
        Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Some(Err(source)) => Err(ClientConfigError::Write { path: backup.unwrap_or(Path::new("")).to_owned(), source }),
    }
}

/// `20261120T110405Z`
pub(super) fn utc_stamp(now: SystemTime) -> String {
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |duration| duration.as_secs());
    let (year, month, day) = civil_date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// Year, month and day of the Gregorian calendar, `days` after 1 January 1970.
fn civil_date(days: u64) -> (u64, u64, u64) {
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut day) = (1970, days);
    while day >= 365 + u64::from(is_leap(year)) {
        day -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in lengths {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    (year, month, day + 1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn stamps_are_utc() {
        let cases = [
            (0, "19700101T000000Z"),
            (951_782_399, "20000228T235959Z"),
            (951_782_400, "20000229T000000Z"),
            (1_795_172_645, "20261120T110405Z"),
            (4_107_542_400, "21000301T000000Z"),
        ];
        for (seconds, stamp) in cases {
            assert_eq!(utc_stamp(UNIX_EPOCH + Duration::from_secs(seconds)), stamp);
        }
    }
}
