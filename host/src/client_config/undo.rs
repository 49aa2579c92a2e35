//! What to remember of a change, and how to take one back. Decides from digests; a backup never brings back a file
//! that somebody has changed since.

use std::fs;

use super::change::{Afterwards, Contents, Copies, What, untightened};
use super::journal::digest;
use super::record::{Key, Original, Record};
use super::{Action, Change, Difference, EntryForm, Snapshot, WrittenEntry};

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

/// The text of a copy that is what it was when it was made.
fn kept_original(record: &Record) -> Option<String> {
    let Some(Original::File { sha256, beside, at_home }) = &record.original else { return None };
    // An unreadable copy is as good as none: without any, the caller falls back to the surgical way.
    let texts = [beside, at_home].into_iter().flatten().filter_map(|copy| fs::read_to_string(copy).ok());
    texts.into_iter().find(|text| digest(text) == *sha256)
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
        let record = match (kept, earlier) {
            (Some(kept), _) => Record { written_sha256, ..kept.clone() },
            (None, Some(earlier)) if difference.entry_existed => {
                Record { written_sha256, original: None, ..earlier.clone() }
            }
            (None, Some(_) | None) => first_record(written_sha256, &before, difference),
        };
        let copies = if kept.is_some() { Copies::AtHome } else { Copies::BesideToo };
        let created_container = difference.created_container;
        let what = What { action: Action::Connect, created_container, mode: None };
        let afterwards = Afterwards::Remember(record);
        Self { key, before, after: Some(after), contents: Contents::Ordinary, copies, what, afterwards }
    }

    /// Our entry goes. Only what others may have written is backed up beside the file.
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
        let copies = if !is_exact && after.is_some() { Copies::BesideToo } else { Copies::AtHome };
        let mode = record.and_then(|record| untightened(record, &before));
        let what = What { action: Action::Disconnect, created_container: false, mode };
        let afterwards = Afterwards::Forget { backup, created_directories };
        Self { key, before, after, contents: Contents::Ordinary, copies, what, afterwards }
    }

    /// The same with a key of ours in the new text, as it is: nobody but the owner may read the file then.
    #[must_use]
    pub fn holding_key(mut self) -> Self {
        self.contents = Contents::HoldsKey;
        self
    }

    /// The same without a copy beside the file, as in a project, where it would be committed.
    #[must_use]
    pub fn in_project(mut self) -> Self {
        self.copies = Copies::AtHome;
        self
    }

    /// The same, remembering our entry as it is written now.
    #[must_use]
    pub fn with_entry(mut self, form: &EntryForm) -> Self {
        if let Afterwards::Remember(record) = &mut self.afterwards {
            record.entry = Some(WrittenEntry::of(form));
        }
        self
    }
}

fn first_record(written_sha256: String, before: &Snapshot, difference: &Difference) -> Record {
    let original = match before.digest() {
        _ if difference.entry_existed => None,
        Some(sha256) => Some(Original::File { sha256, beside: None, at_home: None }),
        None => Some(Original::Absent),
    };
    Record {
        written_sha256,
        original,
        created_container: difference.created_container,
        created_file: before.text().is_none(),
        created_directories: before.missing_directories().to_vec(),
        mode_before: None,
        entry: None,
    }
}
