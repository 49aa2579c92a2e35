//! What to remember of a change, and how to take one back. Decides from digests; a backup never brings back a file
//! that somebody has changed since.

use std::fs;

use super::journal::{Original, Record, digest};
use super::{Afterwards, Change, Difference, Key, Snapshot};

/// How our entry can be taken out of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Undo {
    /// Nobody changed the file since we wrote it: it becomes what it was, byte for byte; none is no file.
    Exact(Option<String>),
    /// Somebody did, or it was never ours alone: a connector takes out the entry and leaves all else.
    Surgical { created_container: bool, created_file: bool },
}

impl Undo {
    /// What `record` allows for the file as it is now. A backup that is gone or was changed does not count.
    pub fn of(record: Option<&Record>, now: &Snapshot) -> Self {
        let Some(record) = record else { return Self::Surgical { created_container: false, created_file: false } };
        let surgical =
            Self::Surgical { created_container: record.created_container, created_file: record.created_file };
        if now.digest().as_ref() != Some(&record.written_sha256) {
            return surgical;
        }
        match &record.original {
            Some(Original::Absent) => Self::Exact(None),
            Some(Original::File { .. }) => kept_original(record).map_or(surgical, |text| Self::Exact(Some(text))),
            None => surgical,
        }
    }
}

/// The text of a backup that is what it was when it was made.
fn kept_original(record: &Record) -> Option<String> {
    let Some(Original::File { sha256, backup: Some(backup) }) = &record.original else { return None };
    // An unreadable backup is as good as none: the caller falls back to the surgical way.
    let text = fs::read_to_string(backup).ok()?;
    (digest(&text) == *sha256).then_some(text)
}

impl Change {
    /// Our entry goes in or is changed. `earlier` is what was recorded the last time.
    pub fn connecting(
        key: Key,
        before: Snapshot,
        after: String,
        earlier: Option<&Record>,
        difference: &Difference,
    ) -> Self {
        let written_sha256 = digest(&after);
        let untouched = earlier.filter(|earlier| before.digest().as_ref() == Some(&earlier.written_sha256));
        let kept = untouched.filter(|earlier| match &earlier.original {
            Some(Original::Absent) => true,
            Some(Original::File { .. }) => kept_original(earlier).is_some(),
            None => false,
        });
        if let Some(earlier) = kept {
            let record = Record { written_sha256, ..earlier.clone() };
            return Self { key, before, after: Some(after), backs_up: false, afterwards: Afterwards::Remember(record) };
        }
        let record = match earlier {
            Some(earlier) if difference.entry_existed => Record { written_sha256, original: None, ..earlier.clone() },
            Some(_) | None => first_record(written_sha256, &before, difference),
        };
        Self { key, before, after: Some(after), backs_up: true, afterwards: Afterwards::Remember(record) }
    }

    /// Our entry goes. Only what others may have written is backed up.
    pub fn disconnecting(
        key: Key,
        before: Snapshot,
        after: Option<String>,
        record: Option<&Record>,
        is_exact: bool,
    ) -> Self {
        let backup = record.filter(|_| is_exact).and_then(Record::backup).map(Into::into);
        let created_directories = match (&after, record) {
            (None, Some(record)) => record.created_directories.clone(),
            (None, None) | (Some(_), _) => Vec::new(),
        };
        let backs_up = !is_exact && after.is_some();
        Self { key, before, after, backs_up, afterwards: Afterwards::Forget { backup, created_directories } }
    }
}

fn first_record(written_sha256: String, before: &Snapshot, difference: &Difference) -> Record {
    let original = match before.digest() {
        _ if difference.entry_existed => None,
        Some(sha256) => Some(Original::File { sha256, backup: None }),
        None => Some(Original::Absent),
    };
    Record {
        written_sha256,
        original,
        created_container: difference.created_container,
        created_file: before.text().is_none(),
        created_directories: before.missing_directories().to_vec(),
    }
}
