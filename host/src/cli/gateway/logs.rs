//! `isartor logs`: prints the log, and what is added to it. Never holds the log up or changes it.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::Context;

use super::output;
use crate::settings::Settings;
use crate::system::identity;

const POLL_INTERVAL: Duration = Duration::from_millis(200);

pub(in crate::cli) fn logs(settings: &Settings, follow: bool) -> anyhow::Result<ExitCode> {
    match print(&settings.home.log_file(), follow) {
        Err(error) if is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error),
        Ok(()) => Ok(ExitCode::SUCCESS),
    }
}

/// Whoever read our output, `head` for example, has seen enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn print(path: &Path, follow: bool) -> anyhow::Result<()> {
    let mut tail = Tail::new(path);
    if !path.exists() {
        output::line(format!("there is no log yet: {}", path.display()))?;
    }
    loop {
        while let Some(line) = tail.next_line().with_context(|| format!("cannot read {}", path.display()))? {
            output::line(line)?;
        }
        if !follow {
            return tail.rest().map_or(Ok(()), |rest| Ok(output::line(rest)?));
        }
        thread::sleep(POLL_INTERVAL);
    }
}

/// The lines of a file that grows, is moved aside and starts anew.
struct Tail {
    path: PathBuf,
    reader: Option<BufReader<File>>,
    /// The beginning of a line whose end is not written yet.
    partial: Vec<u8>,
}

impl Tail {
    fn new(path: &Path) -> Self {
        Self { path: path.into(), reader: None, partial: Vec::new() }
    }

    /// The next whole line, if there is one by now.
    fn next_line(&mut self) -> io::Result<Option<String>> {
        let mut is_moved = false;
        loop {
            if self.reader.is_none() {
                self.reader = open(&self.path)?.map(BufReader::new);
            }
            let Some(reader) = &mut self.reader else { return Ok(None) };
            reader.read_until(b'\n', &mut self.partial)?;
            if self.partial.ends_with(b"\n") {
                return Ok(self.rest());
            }
            if is_moved {
                // Read to its end after it was moved: nothing can have been added since.
                self.reader = None;
                is_moved = false;
            } else if is_shorter_than_read(reader)? {
                reader.seek(SeekFrom::Start(0))?;
            } else if was_moved_aside(reader, &self.path)? {
                is_moved = true;
            } else {
                return Ok(None);
            }
        }
    }

    /// What was read of a line, without its end.
    fn rest(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.partial);
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        (!line.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
    }
}

fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_shorter_than_read(reader: &mut BufReader<File>) -> io::Result<bool> {
    let length = reader.get_ref().metadata()?.len();
    Ok(length < reader.stream_position()?)
}

/// Whether the path leads to another file by now. While it leads nowhere, the old one is all there is.
fn was_moved_aside(reader: &BufReader<File>, path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(found) => Ok(identity(&found).file != identity(&reader.get_ref().metadata()?).file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn lines(tail: &mut Tail) -> Vec<String> {
        std::iter::from_fn(|| tail.next_line().unwrap()).collect()
    }

    #[test]
    fn a_tail_survives_growth_truncation_and_rotation() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut tail = Tail::new(&path);
        assert!(lines(&mut tail).is_empty());

        fs::write(&path, "one\ntw").unwrap();
        assert_eq!(lines(&mut tail), ["one"]);
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(b"o\nthree\n").unwrap();
        assert_eq!(lines(&mut tail), ["two", "three"]);

        file.set_len(0).unwrap();
        file.write_all(b"four\n").unwrap();
        assert_eq!(lines(&mut tail), ["four"]);

        file.write_all(b"five\n").unwrap();
        fs::rename(&path, dir.path().join("log.1")).unwrap();
        fs::write(&path, "six\n").unwrap();
        assert_eq!(lines(&mut tail), ["five", "six"]);
        assert_eq!(tail.rest(), None);
    }
}
