//! How values and keys are written in TOML.

use toml_edit::{Item, Value as Parsed};

use crate::config_text::format::Value;
use crate::config_text::quoting::double_quoted;

/// On one line.
pub(super) fn render(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Map(entries) => {
            let entries: Vec<String> = entries.iter().map(|(name, value)| pair(&[name.as_str()], value)).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

pub(super) fn pair(path: &[&str], value: &Value) -> String {
    format!("{} = {}", key(path), render(value))
}

pub(super) fn header(path: &[&str]) -> String {
    format!("[{}]", key(path))
}

/// Whether `item` says the same, however it is spelled.
pub(super) fn equals(value: &Value, item: &Item) -> bool {
    let is = |parsed: &Parsed, text: &str| parsed.as_str() == Some(text);
    match (value, item.as_value()) {
        (Value::Text(text), Some(parsed)) => is(parsed, text),
        (Value::Bool(value), Some(parsed)) => parsed.as_bool() == Some(*value),
        (Value::Number(number), Some(parsed)) => parsed.as_integer() == Some(*number),
        (Value::List(items), Some(parsed)) => parsed.as_array().is_some_and(|array| {
            array.len() == items.len() && array.iter().zip(items).all(|(parsed, item)| is(parsed, item))
        }),
        (Value::Map(_), _) | (_, None) => false,
    }
}

fn key(path: &[&str]) -> String {
    let is_bare = |key: &str| {
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let keys: Vec<String> = path.iter().map(|key| if is_bare(key) { (*key).to_owned() } else { quoted(key) }).collect();
    keys.join(".")
}

/// A string on one line. Only what TOML demands is escaped.
fn quoted(text: &str) -> String {
    double_quoted(text, |character| character < ' ' || character == '\u{7f}')
}
