//! The arguments of a call, each taken once by name and type. Every failure names the argument; what is left over is
//! one too.

use isartor_plugin::tool::Failure;
use serde_json::{Map, Value};

/// The longest text that a tool reads.
pub(crate) const MAX_TEXT_BYTES: usize = 1024 * 1024;

pub(crate) struct Arguments {
    left: Map<String, Value>,
    taken: Vec<&'static str>,
}

impl Arguments {
    pub(crate) fn parse(json: &str) -> Result<Self, Failure> {
        match serde_json::from_str(json) {
            Ok(Value::Object(left)) => Ok(Self { left, taken: Vec::new() }),
            Ok(other) => Err(invalid(&["the arguments must be an object, not ", kind(&other)])),
            Err(error) => Err(invalid(&["the arguments are not JSON: ", &error.to_string()])),
        }
    }

    /// A required text of at most `MAX_TEXT_BYTES`.
    pub(crate) fn text(&mut self, name: &'static str) -> Result<String, Failure> {
        match self.take(name) {
            Some(Value::String(text)) if text.len() <= MAX_TEXT_BYTES => Ok(text),
            Some(Value::String(text)) => {
                let length = text.len().to_string();
                Err(invalid(&["argument '", name, "' has ", &length, " bytes; at most 1048576 are read"]))
            }
            Some(other) => Err(invalid(&["argument '", name, "' must be a string, not ", kind(&other)])),
            None => Err(invalid(&["argument '", name, "' is missing"])),
        }
    }

    /// One of some choices by its name; the first when the argument is absent.
    pub(crate) fn choice<T: Copy>(&mut self, name: &'static str, choices: &[(&str, T)]) -> Result<T, Failure> {
        let names = || choices.iter().map(|(choice, _)| *choice).collect::<Vec<_>>().join(", ");
        match self.take(name) {
            None => Ok(choices[0].1),
            Some(Value::String(text)) => {
                let chosen = choices.iter().find(|(choice, _)| *choice == text).map(|(_, value)| *value);
                let beginning = &text[..text.floor_char_boundary(40)];
                chosen.ok_or_else(|| {
                    invalid(&["argument '", name, "' must be one of ", &names(), ", not '", beginning, "'"])
                })
            }
            Some(other) => Err(invalid(&["argument '", name, "' must be one of ", &names(), ", not ", kind(&other)])),
        }
    }

    /// Fails when an argument was given that nothing took.
    pub(crate) fn end(self) -> Result<(), Failure> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => {
                let name = &name[..name.floor_char_boundary(40)];
                Err(invalid(&["unknown argument '", name, "': the arguments are ", &self.taken.join(", ")]))
            }
        }
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.taken.push(name);
        self.left.remove(name)
    }
}

fn invalid(parts: &[&str]) -> Failure {
    Failure::invalid_input(parts.concat())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
