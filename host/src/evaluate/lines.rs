//! Files of one JSON object a line: read with the place of each object. Knows no particular object.

use serde::de::DeserializeOwned;

/// Where an object is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    /// Counts from 1.
    pub line: usize,
}

/// A line that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot use line {} of {}: {problem}", place.line, place.file)]
pub struct InvalidLine {
    pub place: Place,
    pub problem: String,
}

/// Every object of the text of `file`; empty lines are skipped. What is unknown in an object is left alone, since data
/// sets carry more columns than are needed.
pub(super) fn objects<T: DeserializeOwned>(file: &str, text: &str) -> Result<Vec<(Place, T)>, InvalidLine> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(line, text)| {
            let place = Place { file: file.to_owned(), line };
            match serde_json::from_str(text) {
                Ok(object) => Ok((place, object)),
                Err(error) => Err(InvalidLine { place, problem: without_line(&error) }),
            }
        })
        .collect()
}

/// What the gateway takes as a question.
pub(super) fn check_prompt(place: &Place, name: &str, text: &str) -> Result<(), InvalidLine> {
    if !text.trim().is_empty() && !text.contains('\0') {
        return Ok(());
    }
    let problem = format!("{name} must not be empty, nor contain a NUL character");
    Err(InvalidLine { place: place.clone(), problem })
}

/// Each object is one line to the parser, which says "at line 1" of all of them.
fn without_line(error: &serde_json::Error) -> String {
    error.to_string().replace(&format!("at line {} column", error.line()), "at column")
}
