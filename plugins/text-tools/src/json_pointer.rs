//! The value at a place in a JSON text, by RFC 6901. Values come out as they were written, digit by digit.

use std::borrow::Cow;
use std::collections::BTreeMap;

use isartor_plugin::tool::Failure;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::Entry;
use crate::arguments::Arguments;

pub(crate) const TOOL: Entry = Entry {
    name: "json-pointer",
    title: "Value in a JSON text",
    description: "Returns the value at a JSON Pointer (RFC 6901) in a JSON text, such as /items/0/name; an empty pointer \
        returns the whole. Use it to check a JSON text or to read one value out of a long one. If nothing is there, the \
        error names the longest part of the pointer that exists.",
    input_schema: r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "json": {"type": "string", "description": "The JSON text, at most 1 MiB as UTF-8."},
    "pointer": {"type": "string", "description": "The JSON Pointer: empty, or keys and array indices each after a slash. In a key, ~ is written ~0 and / is written ~1."}
  },
  "required": ["json", "pointer"],
  "additionalProperties": false
}"#,
    output_schema: r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "type": {"type": "string", "enum": ["null", "boolean", "number", "string", "array", "object"]},
    "value": {"description": "The value itself."}
  },
  "required": ["type", "value"],
  "additionalProperties": false
}"#,
    run,
};

fn run(mut arguments: Arguments) -> Result<String, Failure> {
    let json = arguments.text("json")?;
    let pointer = arguments.text("pointer")?;
    arguments.end()?;
    let keys = keys(&pointer)?;
    let whole: &RawValue = serde_json::from_str(&json).map_err(|error| not_json(&json, &error))?;
    let value = find(whole, &pointer, &keys)?.get();
    if let Err(error) = serde_json::from_str::<Value>(value) {
        let reason = error.to_string();
        return Err(Failure::unsupported(
            ["the value at '", shown(&pointer), "' cannot be returned: ", &reason].concat(),
        ));
    }
    Ok([r#"{"type":""#, kind(value), r#"","value":"#, value, "}"].concat())
}

/// The keys of a pointer, unescaped.
fn keys(pointer: &str) -> Result<Vec<String>, Failure> {
    if pointer.is_empty() {
        return Ok(Vec::new());
    }
    let Some(keys) = pointer.strip_prefix('/') else {
        return Err(Failure::invalid_input("argument 'pointer' must be empty or begin with '/'"));
    };
    keys.split('/').map(unescaped).collect()
}

fn unescaped(key: &str) -> Result<String, Failure> {
    let is_escaped = |after: &str| after.starts_with(['0', '1']);
    if key.split('~').skip(1).all(is_escaped) {
        Ok(key.replace("~1", "/").replace("~0", "~"))
    } else {
        Err(Failure::invalid_input("argument 'pointer' has a '~' that is not followed by 0 or 1"))
    }
}

fn find<'a>(whole: &'a RawValue, pointer: &str, keys: &[String]) -> Result<&'a RawValue, Failure> {
    let mut value = whole;
    let mut found_length = 0;
    for key in keys {
        value = child(value, key).map_err(|there| {
            let found = shown(&pointer[..found_length]);
            Failure::invalid_input(["nothing is at '", shown(pointer), "': '", found, "' is ", &there].concat())
        })?;
        let rest = &pointer[found_length + 1..];
        found_length += 1 + rest.find('/').unwrap_or(rest.len());
    }
    Ok(value)
}

/// The member or element of that key, or what the value is instead.
fn child<'a>(value: &'a RawValue, key: &str) -> Result<&'a RawValue, String> {
    match kind(value.get()) {
        "object" => {
            let members: BTreeMap<Cow<str>, &RawValue> = parsed(value)?;
            members.get(key).copied().ok_or_else(|| ["an object without the key '", shown(key), "'"].concat())
        }
        "array" => {
            let elements: Vec<&RawValue> = parsed(value)?;
            let element = index(key).and_then(|index| elements.get(index)).copied();
            element.ok_or_else(|| {
                ["an array of ", &elements.len().to_string(), " without the index '", shown(key), "'"].concat()
            })
        }
        other => Err(["a ", other].concat()),
    }
}

fn parsed<'a, T: serde::Deserialize<'a>>(value: &'a RawValue) -> Result<T, String> {
    serde_json::from_str(value.get()).map_err(|error| ["not readable: ", &error.to_string()].concat())
}

/// Digits without a leading zero; `-` and all else is no element that exists.
fn index(key: &str) -> Option<usize> {
    let is_index = key.bytes().all(|digit| digit.is_ascii_digit()) && (key == "0" || !key.starts_with('0'));
    if is_index { key.parse().ok() } else { None }
}

/// A raw value has no white space around it.
fn kind(value: &str) -> &'static str {
    match value.as_bytes().first() {
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        Some(_) | None => "number",
    }
}

fn not_json(json: &str, error: &serde_json::Error) -> Failure {
    let (line, column) = (error.line(), characters(json, error.line(), error.column()));
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or(&reason);
    let place = [" at line ", &line.to_string(), ", column ", &column.to_string()].concat();
    let message = ["argument 'json' is not JSON: ", reason, &place].concat();
    Failure::invalid_input_at(
        message,
        u32::try_from(line).unwrap_or(u32::MAX),
        u32::try_from(column).unwrap_or(u32::MAX),
    )
}

/// The parser counts a column in bytes; people count characters.
fn characters(json: &str, line: usize, bytes: usize) -> usize {
    let text = json.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let before = &text[..text.floor_char_boundary(bytes)];
    before.chars().count().max(1)
}

/// As much of a pointer as a message repeats.
fn shown(pointer: &str) -> &str {
    &pointer[..pointer.floor_char_boundary(200)]
}
