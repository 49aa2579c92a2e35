//! isartor.toml and the `ISARTOR__*` variables as they were found, and one laid over the other. Says what a variable
//! means, never whether it may.

use std::fs;
use std::io;
use std::path::PathBuf;

use serde::Deserialize;
use toml::{Table, Value};

use super::file::File;
use super::{Environment, SettingsError};

const PREFIX: &str = "ISARTOR__";

pub(super) struct Sources<'a> {
    pub(super) path: PathBuf,
    /// None: there is no such file.
    pub(super) text: Option<String>,
    environment: &'a Environment,
}

/// A variable that sets something.
pub(super) struct Variable<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    /// `ISARTOR__EMBEDDING__DIR` as `[embedding, dir]`.
    pub(super) path: Vec<String>,
}

impl<'a> Sources<'a> {
    pub(super) fn read(path: PathBuf, environment: &'a Environment) -> Result<Self, SettingsError> {
        let text = match fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(SettingsError::Read { path, source }),
        };
        Ok(Self { path, text, environment })
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = Variable<'a>> {
        self.environment.with_prefix(PREFIX).map(|(name, value)| Variable { name, value, path: path_of(name) })
    }

    /// The file with the variables laid over it.
    pub(super) fn merged(&self) -> Result<File, toml::de::Error> {
        let mut table: Table = self.text.as_deref().unwrap_or_default().parse()?;
        // Alone, too: a variable could cover what is wrong.
        checked(table.clone())?;
        for Variable { value, path, .. } in self.variables() {
            overlay(&mut table, typed(&path, value)?);
        }
        checked(table)
    }
}

/// How the variable of a key is called.
pub(super) fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").replace('-', "_").to_ascii_uppercase())
}

fn path_of(variable: &str) -> Vec<String> {
    let mut path: Vec<String> = variable[PREFIX.len()..].split("__").map(str::to_ascii_lowercase).collect();
    if let [first, id, ..] = path.as_mut_slice()
        && first == "plugin"
    {
        // A plugin's id has hyphens, which most shells allow in no variable.
        *id = id.replace('_', "-");
    }
    path
}

/// The value as the type that fits: a key or a directory may look like a number, and a list is its parts between commas.
pub(super) fn typed(path: &[String], value: &str) -> Result<Table, toml::de::Error> {
    let as_found = accepted(path, found(value));
    let as_text = || accepted(path, Value::String(value.to_owned()));
    let parts = || value.split(',').map(|part| Value::String(part.trim().to_owned())).collect();
    let as_list = || accepted(path, Value::Array(parts()));
    as_found.or_else(|error| as_text().or_else(|_| as_list()).map_err(|_| error))
}

fn accepted(path: &[String], value: Value) -> Result<Table, toml::de::Error> {
    let table = nested(path, value);
    checked(table.clone()).map(|_| table)
}

pub(super) fn checked(table: Table) -> Result<File, toml::de::Error> {
    File::deserialize(Value::Table(table))
}

/// Numbers and booleans as TOML would read them; anything else is a string.
fn found(value: &str) -> Value {
    if let Ok(number) = value.parse::<i64>() {
        Value::Integer(number)
    } else if let Some(number) = value.contains('.').then(|| value.parse::<f64>().ok()).flatten() {
        Value::Float(number)
    } else if let Ok(flag) = value.parse::<bool>() {
        Value::Boolean(flag)
    } else {
        Value::String(value.to_owned())
    }
}

/// `[a, b]` and a value as `{a: {b: value}}`.
pub(super) fn nested(path: &[String], value: Value) -> Table {
    let (last, parents) = path.split_last().expect("a path has at least one part");
    let leaf = Table::from_iter([(last.clone(), value)]);
    parents.iter().rev().fold(leaf, |inner, key| Table::from_iter([(key.clone(), Value::Table(inner))]))
}

fn overlay(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(value)) => overlay(inner, value),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}
