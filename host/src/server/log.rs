//! The gateway's log: one file that keeps its size, one line per event whatever the text in it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::chat::prompt_log;
use crate::settings::Settings;
use crate::system::Private;

/// The log is moved to `.1` when it would grow past this.
const MAX_LOG_BYTES: u64 = 10 * 1024 * 1024;
/// rmcp reports the life of each connection, which over HTTP is each request; a filter that names it wins.
const QUIET: &str = "rmcp=error";
/// The first part of the names of our events.
const OURS: [&str; 2] = ["isartor_host", "isartor"];

/// Whether a person is watching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The log, and standard error as well.
    Terminal,
    LogOnly,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    #[error("cannot open the log {}", path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("cannot use log = \"{filter}\": it is not a log filter")]
    Filter { filter: String, source: tracing_subscriber::filter::ParseError },
    #[error("cannot start logging")]
    Start(#[from] tracing_subscriber::util::TryInitError),
}

/// Opens the log for appending, for its owner only.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).private().open(path)
}

/// Whether the text is a filter.
pub(crate) fn check(filter: &str) -> Result<(), LogError> {
    match EnvFilter::try_new(filter) {
        Ok(_) => Ok(()),
        Err(source) => Err(LogError::Filter { filter: filter.to_owned(), source }),
    }
}

/// From now on every event goes to the log of this home. Once per process.
pub(crate) fn start(settings: &Settings, audience: Audience) -> Result<(), LogError> {
    let path = settings.home.log_file();
    let filter = filter(settings)?;
    let file = LogFile::open(path.clone()).map_err(|source| LogError::Open { path, source })?;
    let to_file = fmt::layer().with_ansi(false).with_writer(OneLine(Mutex::new(file)));
    let to_terminal = fmt::layer().with_ansi(false).with_writer(OneLine(Mutex::new(io::stderr())));
    let to_terminal = (audience == Audience::Terminal).then_some(to_terminal);
    tracing_subscriber::registry().with(filter).with(to_file).with(to_terminal).try_init()?;
    if settings.log_prompts {
        tracing::warn!(target: prompt_log::TARGET, "log_prompts is on: what is asked and stored is in this log");
    }
    Ok(())
}

/// What the user wants to see, without what only `log_prompts` allows.
pub(crate) fn filter<S: Subscriber>(settings: &Settings) -> Result<impl Layer<S> + use<S>, LogError> {
    let (wanted, log_prompts) = (&settings.log, settings.log_prompts);
    check(wanted)?;
    let prompts = if log_prompts { "info" } else { "off" };
    let parsed = EnvFilter::try_new(format!("{QUIET},{wanted},{}={prompts}", prompt_log::TARGET));
    let parsed = parsed.map_err(|source| LogError::Filter { filter: wanted.clone(), source })?;
    // The parsed one outside: what it never wants is then asked about once and not at each event.
    Ok(filter_fn(move |metadata| log_prompts || holds_no_content(metadata)).and_then(parsed))
}

/// Other libraries log whole requests, with their prompts and keys, when they are asked for much; ours never do.
fn holds_no_content(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let is_of = |library: &str| target.split("::").next() == Some(library);
    if OURS.iter().any(|ours| is_of(ours)) {
        true
    } else if is_of("rmcp") {
        *metadata.level() <= Level::ERROR
    } else {
        *metadata.level() <= Level::INFO
    }
}

/// The log file, moved aside when it is full.
struct LogFile {
    path: PathBuf,
    file: File,
    bytes: u64,
}

impl LogFile {
    fn open(path: PathBuf) -> io::Result<Self> {
        let file = open(&path)?;
        let bytes = file.metadata()?.len();
        Ok(Self { path, file, bytes })
    }

    fn move_aside(&mut self) -> io::Result<()> {
        let mut previous = self.path.clone().into_os_string();
        previous.push(".1");
        fs::rename(&self.path, previous)?;
        *self = Self::open(std::mem::take(&mut self.path))?;
        Ok(())
    }
}

impl Write for LogFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.bytes > 0 && self.bytes + line.len() as u64 > MAX_LOG_BYTES {
            self.move_aside()?;
        }
        let written = self.file.write(line)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Keeps each event on one line: a prompt in it can neither forge a line nor steer a terminal.
struct OneLine<W>(Mutex<W>);

struct OneLineWriter<'a, W>(&'a Mutex<W>);

impl<'a, W: Write + 'a> MakeWriter<'a> for OneLine<W> {
    type Writer = OneLineWriter<'a, W>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLineWriter(&self.0)
    }
}

impl<W: Write> Write for OneLineWriter<'_, W> {
    /// An event comes as one write that ends in a line feed.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = one_line(event);
        let mut writer = self.0.lock().map_err(|_| io::Error::other("a thread died while it was logging"))?;
        writer.write_all(&line)?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn one_line(event: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(event.strip_suffix(b"\n").unwrap_or(event));
    let mut line = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        if character.is_control() && character != '\t' {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line.push('\n');
    line.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_stays_on_one_line() {
        let cases = [
            ("plain\n", "plain\n"),
            ("no end", "no end\n"),
            ("a\nb\r\nc\n", "a\\nb\\r\\nc\n"),
            ("\u{1b}[31mred\u{9b}\n", "\\u{1b}[31mred\\u{9b}\n"),
            ("tab\tand nul\0\n", "tab\tand nul\\u{0}\n"),
            ("größe 漢字 🚀\n", "größe 漢字 🚀\n"),
        ];
        for (event, expected) in cases {
            assert_eq!(String::from_utf8(one_line(event.as_bytes())).unwrap(), expected);
        }
    }

    #[test]
    fn a_full_log_is_moved_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("isartor.log");
        let full = File::create(&path).unwrap();
        full.set_len(MAX_LOG_BYTES).unwrap();
        let mut log = LogFile::open(path.clone()).unwrap();
        log.write_all(b"next\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"next\n");
        assert_eq!(fs::metadata(dir.path().join("isartor.log.1")).unwrap().len(), MAX_LOG_BYTES);
    }
}
