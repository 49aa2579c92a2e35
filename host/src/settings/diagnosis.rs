//! Everything that is wrong with the settings, one by one: each key of the file and each variable is looked at alone,
//! so that none hides another.

use toml::Table;

use super::document::{Document, Leaf, Position};
use super::known::Known;
use super::problem::{At, Problem, is_secret_name, said};
use super::sources::{Sources, Variable, checked, nested, typed, variable_of};
use super::{Environment, Flags, Home, SettingsError};

/// Reads nothing that was not read before; empty when all is well.
pub(super) fn problems(sources: &Sources<'_>, home: &Home, environment: &Environment) -> Vec<Problem> {
    let alone = Alone { known: Known::keys(), home, environment };
    let document = Document::parse(sources.text.as_deref().unwrap_or_default());
    let mut problems: Vec<Problem> = in_file(&alone, sources, &document);
    problems.extend(sources.variables().filter_map(|variable| alone.variable(&variable)));
    if problems.is_empty() {
        problems.extend(together(sources, &document));
    }
    problems
}

fn in_file(alone: &Alone<'_>, sources: &Sources<'_>, document: &Document) -> Vec<Problem> {
    let at = |position| At::File { path: sources.path.clone(), position };
    let syntax = document.syntax.iter().map(|(position, message)| (*position, message.clone(), None));
    let mut found: Vec<(Position, String, Option<String>)> = syntax.collect();
    for leaf in &document.leaves {
        if let Some(wrong) = alone.leaf(leaf) {
            found.push(wrong);
        }
    }
    found.sort_by_key(|(position, ..)| *position);
    // A table that is unknown is so for each of its keys.
    found.dedup();
    found.into_iter().map(|(position, message, closest)| Problem { at: at(position), message, closest }).collect()
}

/// What only shows when all of it is put together.
fn together(sources: &Sources<'_>, document: &Document) -> Option<Problem> {
    let Err(SettingsError::Value { key, value, message }) = sources.merged().ok()?.check_together() else {
        return None;
    };
    let at = match document.find(key) {
        Some(leaf) => At::File { path: sources.path.clone(), position: leaf.value_at },
        None => At::Variable(variable_of(key)),
    };
    Some(Problem { at, message: format!("{key} = {value}: {message}"), closest: None })
}

/// Looks at one key as if it were the only one.
struct Alone<'a> {
    known: Known,
    home: &'a Home,
    environment: &'a Environment,
}

impl Alone<'_> {
    fn leaf(&self, leaf: &Leaf) -> Option<(Position, String, Option<String>)> {
        if let Some(depth) = self.known.first_unknown(&leaf.path) {
            let (key, closest) = self.unknown(&leaf.path[..=depth]);
            let position = leaf.written[depth];
            return Some((position, format!("unknown key {key}"), closest.map(str::to_owned)));
        }
        let wrong = self.value(&leaf.path, nested(&leaf.path, leaf.value.clone()))?;
        Some((leaf.value_at, wrong, None))
    }

    fn variable(&self, variable: &Variable<'_>) -> Option<Problem> {
        let Variable { name, value, path } = variable;
        let at = At::Variable((*name).to_owned());
        if let Some(depth) = self.known.first_unknown(path) {
            let (key, closest) = self.unknown(&path[..=depth]);
            return Some(Problem { at, message: format!("unknown key {key}"), closest: closest.map(variable_of) });
        }
        let message = match typed(path, value) {
            Ok(table) => self.value(path, table)?,
            Err(error) => said(path, error.message()),
        };
        Some(Problem { at, message, closest: None })
    }

    fn unknown(&self, path: &[String]) -> (String, Option<&str>) {
        let key = path.join(".");
        let closest = self.known.closest(&key);
        (key, closest)
    }

    /// What is wrong with a value: its type, or what it says.
    fn value(&self, path: &[String], table: Table) -> Option<String> {
        let file = match checked(table) {
            Ok(file) => file,
            Err(error) => return Some(said(path, error.message())),
        };
        match file.into_settings(self.home.clone(), self.environment, &Flags::default()) {
            Err(SettingsError::Value { value, message, .. }) => {
                let key = path.join(".");
                let shown = if is_secret_name(&key) { "(not shown)" } else { &value };
                Some(format!("{key} = {shown}: {message}"))
            }
            Ok(_) | Err(_) => None,
        }
    }
}
