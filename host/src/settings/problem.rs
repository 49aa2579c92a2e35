//! What is wrong with one setting, in words for whoever wrote it. Never repeats what may be a secret.

use std::fmt;
use std::path::PathBuf;

use super::document::Position;

/// What ends so is the name of a secret.
const SECRET_NAMES: &[&str] = &["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "AUTHORIZATION", "PAT", "CREDENTIALS"];

/// Whether what is called so is a secret, as far as a name can tell.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.trim_start_matches('-').to_ascii_uppercase();
    SECRET_NAMES.iter().any(|secret| name.ends_with(secret))
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub at: At,
    pub message: String,
    /// The key or the variable that was probably meant.
    pub closest: Option<String>,
}

/// Where a setting is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    File { path: PathBuf, position: Position },
    Variable(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            At::File { path, position: Position { line, column } } => {
                write!(formatter, "{}: line {line}, column {column}: {}", path.display(), self.message)?;
            }
            At::Variable(name) => write!(formatter, "the environment variable {name}: {}", self.message)?,
        }
        match &self.closest {
            Some(closest) => write!(formatter, "; did you mean {closest}?"),
            None => Ok(()),
        }
    }
}

/// What serde says of a value, in words about TOML; the value itself only where it is no secret.
pub(super) fn said(path: &[String], message: &str) -> String {
    let key = path.join(".");
    let is_secret = path.iter().any(|part| is_secret_name(part));
    match message.split_once(", expected ") {
        Some((_, expected)) if is_secret => format!("{key}: expected {}", in_toml(expected)),
        None if is_secret => format!("{key}: this cannot be used"),
        Some((found, expected)) => {
            let found = ["invalid type: ", "invalid value: ", "unknown variant "]
                .iter()
                .find_map(|start| found.strip_prefix(start))
                .unwrap_or(found);
            format!("{key}: expected {}, found {found}", in_toml(expected))
        }
        None => format!("{key}: {message}"),
    }
}

fn in_toml(expected: &str) -> &str {
    match expected {
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "a nonzero u32" => "a whole number, 1 or more",
        "f64" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "path string" => "a string",
        "a map" => "a table",
        structure if structure.starts_with("struct ") => "a table",
        other => other,
    }
}
