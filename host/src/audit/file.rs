//! The file behind the audit log: `audit.jsonl` in isartor's home, and those before it. The gateway and any number of
//! commands add to it at the same time; a line is whole, and none is lost when the file is full.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::Event;
use crate::settings::Settings;
use crate::system::{self, Private};

/// How the file beside it ends that is held while a line is added.
const LOCK_EXTENSION: &str = "lock";
const PAUSE: Duration = Duration::from_millis(5);
/// 5 seconds: a line takes a fraction of one.
const ATTEMPTS: u32 = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("cannot write the audit log {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot write the audit log {}: another isartor has been writing to it for too long", path.display())]
    Busy { path: PathBuf },
}

impl AuditError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Write { path, .. } => format!("make {} writable, and free some space", path.display()),
            Self::Busy { .. } => "end the process that holds audit.lock".to_owned(),
        }
    }

    pub(super) fn chain(&self) -> String {
        match self {
            Self::Write { source, .. } => format!("{self}: {source}"),
            Self::Busy { .. } => self.to_string(),
        }
    }
}

/// One event as it is written.
#[derive(Serialize)]
struct Line<'a> {
    time: String,
    process: u32,
    #[serde(flatten)]
    event: &'a Event,
}

/// Where lines are added.
#[derive(Debug, Clone)]
pub struct AuditFile {
    path: PathBuf,
    max_bytes: u64,
    files_kept: usize,
}

impl AuditFile {
    /// Touches nothing.
    pub fn of(settings: &Settings) -> Self {
        Self::at(settings.home.audit_file(), settings.audit.max_bytes, settings.audit.files_kept)
    }

    /// The same by its parts.
    pub fn at(path: PathBuf, max_bytes: u64, files_kept: usize) -> Self {
        Self { path, max_bytes, files_kept }
    }

    /// Returns once the line is on the disk.
    pub fn append(&self, time: SystemTime, event: &Event) -> Result<(), AuditError> {
        let time = humantime::format_rfc3339_millis(time).to_string();
        let line = Line { time, process: std::process::id(), event };
        let mut line = serde_json::to_string(&line).expect("an event is strings, numbers and lists of them");
        line.push('\n');
        let lock = self.lock()?;
        let file = self.add(line).map_err(|source| self.failed(source))?;
        drop(lock);
        file.sync_data().map_err(|source| self.failed(source))
    }

    /// Waits for its turn, but not for ever.
    fn lock(&self) -> Result<File, AuditError> {
        let held = system::lock_within(&self.path.with_extension(LOCK_EXTENSION), ATTEMPTS, PAUSE);
        held.map_err(|source| self.failed(source))?.ok_or_else(|| AuditError::Busy { path: self.path.clone() })
    }

    /// The caller holds the lock.
    fn add(&self, mut line: String) -> io::Result<File> {
        let mut file = self.open()?;
        let bytes = file.metadata()?.len();
        if bytes > 0 && bytes + line.len() as u64 > self.max_bytes {
            self.make_room()?;
            file = self.open()?;
        } else if !ends_a_line(&file, bytes)? {
            // A line that broke off, such as on a full disk, must not spoil the next.
            line.insert(0, '\n');
        }
        file.write_all(line.as_bytes())?;
        Ok(file)
    }

    fn open(&self) -> io::Result<File> {
        File::options().read(true).append(true).create(true).private().open(self.file(0))
    }

    /// Each file becomes the one before it, the oldest goes.
    fn make_room(&self) -> io::Result<()> {
        for number in (0..self.files_kept).rev() {
            match fs::rename(self.file(number), self.file(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        system::sync_directory(self.dir())
    }

    /// The one that is written to is 0.
    fn file(&self, number: usize) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        if number > 0 {
            path.push(format!(".{number}"));
        }
        path.into()
    }

    fn dir(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    fn failed(&self, source: io::Error) -> AuditError {
        AuditError::Write { path: self.path.clone(), source }
    }
}

fn ends_a_line(mut file: &File, bytes: u64) -> io::Result<bool> {
    let Some(last) = bytes.checked_sub(1) else { return Ok(true) };
    let mut byte = [0];
    file.seek(SeekFrom::Start(last))?;
    file.read_exact(&mut byte)?;
    Ok(byte == [b'\n'])
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::thread;

    use super::*;
    use crate::audit::CacheRemoval;

    fn event(entries: u64) -> Event {
        Event::CacheRemoved { by: CacheRemoval::Deleted, entries, key: None }
    }

    fn entries_of(dir: &Path) -> Vec<u64> {
        let files = fs::read_dir(dir).unwrap().map(|file| file.unwrap().path());
        let texts = files.filter(|path| !path.ends_with("audit.lock")).map(|path| fs::read_to_string(path).unwrap());
        let line = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["entries"].as_u64().unwrap();
        let mut entries: Vec<u64> = texts.flat_map(|text| text.lines().map(line).collect::<Vec<_>>()).collect();
        entries.sort_unstable();
        entries
    }

    #[test]
    fn many_writers_lose_no_line_while_the_files_change() {
        let dir = tempfile::tempdir().unwrap();
        let file = AuditFile::at(dir.path().join("audit.jsonl"), 2_000, 1_000);
        thread::scope(|scope| {
            for writer in 0..8 {
                let file = &file;
                scope.spawn(move || {
                    for number in 0..50 {
                        file.append(SystemTime::now(), &event(writer * 50 + number)).unwrap();
                    }
                });
            }
        });
        assert_eq!(entries_of(dir.path()), (0..400).collect::<Vec<_>>());
        for file in fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap()) {
            let metadata = file.metadata().unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{}", file.path().display());
            assert!(metadata.len() <= 2_000, "{}", file.path().display());
        }
    }

    #[test]
    fn only_so_many_files_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let file = AuditFile::at(dir.path().join("audit.jsonl"), 1, 2);
        for number in 0..9 {
            file.append(SystemTime::now(), &event(number)).unwrap();
        }
        assert_eq!(entries_of(dir.path()), [6, 7, 8]);
    }

    #[test]
    fn a_line_that_broke_off_spoils_no_other() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("audit.jsonl"), r#"{"time":"20"#).unwrap();
        AuditFile::at(dir.path().join("audit.jsonl"), 2_000, 2).append(SystemTime::now(), &event(1)).unwrap();
        let text = fs::read_to_string(dir.path().join("audit.jsonl")).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(
            text.lines().nth(1).unwrap().contains(r#""event":"cache_removed","by":"deleted","entries":1"#),
            "{text}"
        );
    }
}
