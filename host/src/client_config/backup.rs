//! Copies of a user's file as it was before we changed it: beside it, and in isartor's home. Never overwrites one.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::snapshot::Existing;
use super::{ClientConfigError, Snapshot, replace};
use crate::system::{self, write_whole};

/// The file may hold keys, whatever its own mode is.
const MODE: u32 = 0o600;
/// Backups of one file within one second.
const ATTEMPTS: usize = 1_000;

/// `claude.json.isartor-backup-20261120T110405Z` beside `claude.json`, or with `-2`, `-3` … the first that is free.
pub(super) fn free_name_beside(path: &Path, now: SystemTime) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let first = path.with_file_name(format!("{name}.isartor-backup-{}", utc_stamp(now)));
    let later = (2..).map(|number| PathBuf::from(format!("{}-{number}", first.display())));
    let is_free = |candidate: &PathBuf| fs::symlink_metadata(candidate).is_err();
    std::iter::once(first.clone()).chain(later.take(ATTEMPTS)).find(is_free).unwrap_or(first)
}

/// `20261120T110405Z-client`, or with `-2`, `-3` … the first that is not `taken`.
pub(super) fn free_id(client: &str, now: SystemTime, taken: impl Fn(&str) -> bool) -> String {
    let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '-' };
    let first = format!("{}-{}", utc_stamp(now), client.chars().map(plain).collect::<String>());
    let mut id = first.clone();
    for number in 2.. {
        if !taken(&id) {
            break;
        }
        id = format!("{first}-{number}");
    }
    id
}

/// Keeps the file beside itself: whole or not at all, and never in the place of something else.
pub(super) fn keep_beside(copy: &Path, before: &Snapshot, existing: &Existing) -> Result<(), ClientConfigError> {
    let failed = |source| ClientConfigError::Backup { path: before.path.clone(), source };
    let directory = copy.parent().unwrap_or(Path::new("/"));
    let kept = replace::temporary_beside(before.real(), directory).and_then(|mut temporary| {
        temporary.write_all(existing.text.as_bytes())?;
        system::give_to(temporary.as_file(), Some(existing.owner), MODE)?;
        temporary.as_file().sync_all()?;
        temporary.persist_noclobber(copy).map_err(|error| error.error)?;
        system::sync_directory(directory)
    });
    kept.map_err(failed)
}

/// Keeps the text in isartor's home.
pub(super) fn keep_at_home(copy: &Path, before: &Snapshot, existing: &Existing) -> Result<(), ClientConfigError> {
    write_whole(copy, existing.text.as_bytes())
        .map_err(|source| ClientConfigError::Backup { path: before.path.clone(), source })
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
