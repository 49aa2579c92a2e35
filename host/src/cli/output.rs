//! Everything isartor prints for a person: lines on standard output, errors with their chain and hint on standard error.

use std::io::{self, Write};

use crate::cache::CacheError;
use crate::keys::KeysError;
use crate::model::ModelError;
use crate::settings::SettingsError;

/// An error that tells the user what to do next.
#[derive(Debug)]
pub(super) struct Hinted {
    message: String,
    hint: String,
}

impl Hinted {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }
}

impl std::fmt::Display for Hinted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Hinted {}

/// Prints a line.
pub(super) fn line(text: impl AsRef<str>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", text.as_ref())?;
    out.flush()
}

/// Whether a line could not be printed because nobody reads any more, as in `isartor logs | head`.
pub fn is_reader_gone(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Prints the error chain, then its hint. The last resort: a failure to print has nowhere to go.
#[expect(clippy::print_stderr, reason = "the one place that prints errors for a person")]
pub fn report(error: &anyhow::Error) {
    eprintln!("error: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  caused by: {cause}");
    }
    if let Some(hint) = hint(error) {
        eprintln!("hint: {hint}");
    }
}

/// What the user can do about it, when anybody knows.
pub(super) fn hint(error: &anyhow::Error) -> Option<String> {
    let own = error.downcast_ref::<Hinted>().map(|hinted| hinted.hint.clone());
    own.or_else(|| error.chain().find_map(hint_of))
}

fn hint_of(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    let settings = cause.downcast_ref::<SettingsError>().map(SettingsError::hint);
    let model = || cause.downcast_ref::<ModelError>().map(ModelError::hint);
    let cache = || cause.downcast_ref::<CacheError>().map(CacheError::hint);
    let keys = || cause.downcast_ref::<KeysError>().map(KeysError::hint);
    let known = settings.or_else(model).or_else(cache).or_else(keys);
    known.or_else(|| cause.downcast_ref::<Hinted>().map(|hinted| hinted.hint.clone()))
}
