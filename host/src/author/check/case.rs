//! A case: a folder of data, and how what was found differs from what it expects.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::author::AuthorError;

/// A case that came out otherwise.
#[derive(Debug)]
pub struct Difference {
    /// The case's name, and the file that says what was expected.
    pub case: String,
    pub expected: String,
    pub found: String,
}

/// The folders in `dir`, in name order; none where there is no such directory.
pub(super) fn folders(dir: &Path) -> Result<Vec<PathBuf>, AuthorError> {
    let failed = |source| AuthorError::file("read", dir, source);
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(failed(error)),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// The bytes of one of a case's files; none when it is not there.
pub(super) fn bytes(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, AuthorError> {
    let path = folder.join(name);
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AuthorError::file("read", &path, source)),
    }
}

/// The name of the file that is called `stem`, whatever comes after the dot; none when it is not there.
pub(super) fn named(folder: &Path, stem: &str) -> Result<Option<String>, AuthorError> {
    let failed = |source| AuthorError::file("read", folder, source);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.file_stem().is_some_and(|found| found == stem) {
            return Ok(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    Ok(None)
}

/// One of a case's files as JSON; it must be there.
pub(super) fn json<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<T, AuthorError> {
    let unusable = |message: String| AuthorError::Case { path: folder.join(name), message };
    let bytes = bytes(folder, name)?.ok_or_else(|| unusable("it is not there".to_owned()))?;
    serde_json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))
}

pub(super) fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Compares with the case's expected.json. An object in it that says less than was found says that the rest does not
/// matter.
pub(super) fn compare(folder: &Path, found: Value) -> Result<Option<Difference>, AuthorError> {
    const FILE: &str = "expected.json";
    let expected: Value = json(folder, FILE)?;
    let found = restricted(found, &expected);
    Ok((found != expected).then(|| Difference {
        case: format!("{}/{FILE}", name(folder)),
        expected: pretty(&expected),
        found: pretty(&found),
    }))
}

/// `found` without the keys that `expected` does not have, and in its order.
fn restricted(found: Value, expected: &Value) -> Value {
    match (found, expected) {
        (Value::Object(mut found), Value::Object(expected)) => {
            let is_alternative = expected.keys().all(|key| !found.contains_key(key));
            if is_alternative {
                return Value::Object(found);
            }
            let kept = expected.iter().filter_map(|(key, expected)| {
                found.remove(key).map(|value| (key.clone(), restricted(value, expected)))
            });
            Value::Object(kept.collect())
        }
        (found, _) => found,
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_expected_does_not_matter() {
        let cases = [
            (json!({ "a": 1, "b": 2 }), json!({ "a": 1 }), true),
            (json!({ "a": 1, "b": 2 }), json!({ "a": 2 }), false),
            (json!({ "a": 1 }), json!({ "a": 1, "b": null }), false),
            (json!({ "miss": "number" }), json!({ "serve": { "index": 0 } }), false),
            (
                json!({ "failure": { "kind": "failed", "message": "x" } }),
                json!({ "failure": { "kind": "failed" } }),
                true,
            ),
            (json!({ "content": [1, 2] }), json!({ "content": [1] }), false),
            (json!({}), json!({}), true),
            (json!({ "a": 1 }), json!({}), false),
        ];
        for (found, expected, is_same) in cases {
            assert_eq!(restricted(found.clone(), &expected) == expected, is_same, "{found} as {expected}");
        }
    }
}
