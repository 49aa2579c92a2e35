//! What a configuration says to a parser that is not the SDK's.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use std::fs;

use jsonc_parser::{CollectOptions, ParseOptions, ast};
use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

use super::cases::plugins;

/// How a client keeps its servers, as its connector's manifest says.
pub(super) struct Layout {
    pub(super) format: String,
    container: Vec<String>,
    name_field: Option<String>,
}

impl Layout {
    pub(super) fn of(connector: &str) -> Self {
        let manifest = fs::read_to_string(plugins().join(connector).join("plugin.toml")).unwrap();
        let manifest: toml::Table = toml::from_str(&manifest).unwrap();
        let servers = &manifest["servers"];
        let text = |value: &toml::Value| value.as_str().unwrap().to_owned();
        Self {
            format: text(&servers["format"]),
            container: servers["container"].as_array().unwrap().iter().map(text).collect(),
            name_field: servers.get("name_field").map(text),
        }
    }

    /// The key at the root that leads to the servers.
    pub(super) fn root(&self) -> &str {
        &self.container[0]
    }

    /// Whether `field` only repeats an entry's name.
    pub(super) fn is_name(&self, field: &str) -> bool {
        self.name_field.as_deref() == Some(field)
    }

    /// Whether its parser keeps the order of the text.
    pub(super) fn keeps_order(&self) -> bool {
        self.format != "toml"
    }

    /// Whether `raw` is how a file spells `value`; for TOML and YAML, whose values may need what is around them, as far
    /// as the texts in it say.
    pub(super) fn is_spelled(&self, raw: &str, value: &Value) -> bool {
        match self.format.as_str() {
            "json" | "json5" => json(raw).is_some_and(|parsed| parsed == *value),
            _ => texts(value).iter().flat_map(|text| text.lines()).all(|line| raw.contains(line)),
        }
    }

    /// The entry called `name`.
    pub(super) fn entry(&self, text: &str, name: &str) -> Option<Value> {
        let mut entries = self.entries(&self.document(text).expect("it parses")).into_iter();
        entries.find(|(found, _)| found == name).map(|(_, entry)| entry)
    }

    /// Every server by its name, in order.
    pub(super) fn entries(&self, document: &Value) -> Vec<(String, Value)> {
        let container = self.container.iter().try_fold(document, |value, key| value.get(key));
        match (container, &self.name_field) {
            (Some(Value::Object(entries)), None) => entries.clone().into_iter().collect(),
            (Some(Value::Array(entries)), Some(field)) => {
                entries.iter().map(|entry| (entry[field].as_str().unwrap().to_owned(), entry.clone())).collect()
            }
            (None, _) => Vec::new(),
            (Some(other), _) => panic!("{other} holds no servers"),
        }
    }

    /// None where the text does not parse.
    pub(super) fn document(&self, text: &str) -> Option<Value> {
        let text = text.trim_start_matches('\u{feff}');
        match self.format.as_str() {
            "json" | "json5" => json(text),
            "toml" => toml::from_str::<toml::Table>(text).ok().map(|table| serde_json::to_value(table).unwrap()),
            "yaml" => yaml(text),
            other => panic!("{other} is no format"),
        }
    }
}

/// Every text in a value, with the names of what is in it; a name of a map in a map says only where it is.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let named = |name: &String, value: &Value| (!value.is_object()).then(|| name.clone());
            fields.iter().flat_map(|(name, value)| named(name, value).into_iter().chain(texts(value))).collect()
        }
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// JSON, also with comments and what else JSON5 has.
fn json(text: &str) -> Option<Value> {
    let strict = serde_json::from_str(text).ok();
    strict.or_else(|| {
        let parsed = jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).ok()?;
        parsed.value.as_ref().map(from_ast)
    })
}

fn from_ast(value: &ast::Value) -> Value {
    match value {
        ast::Value::StringLit(literal) => literal.value.as_ref().into(),
        ast::Value::NumberLit(literal) => serde_json::from_str(literal.value).unwrap_or_else(|_| literal.value.into()),
        ast::Value::BooleanLit(literal) => literal.value.into(),
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::Array(array) => Value::Array(array.elements.iter().map(from_ast).collect()),
        ast::Value::Object(object) => {
            let entry = |entry: &ast::ObjectProp| (entry.name.as_str().to_owned(), from_ast(&entry.value));
            Value::Object(object.properties.iter().map(entry).collect())
        }
    }
}

/// The first document of a stream; none where it does not parse.
fn yaml(text: &str) -> Option<Value> {
    let events: Result<Vec<Event>, _> = Parser::new_from_str(text).map(|event| event.map(|(event, _)| event)).collect();
    let mut events = events.ok()?.into_iter().filter(|event| {
        !matches!(
            event,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd
        )
    });
    let first = events.next()?;
    Some(node(first, &mut events))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the events are the parser's, and each match names the ones it is about"
)]
fn node<'t>(first: Event<'t>, rest: &mut impl Iterator<Item = Event<'t>>) -> Value {
    match first {
        Event::Scalar(text, style, ..) => scalar(&text, style),
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            loop {
                match rest.next().unwrap() {
                    Event::SequenceEnd => return Value::Array(items),
                    item => items.push(node(item, rest)),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut entries = Map::new();
            loop {
                match rest.next().unwrap() {
                    Event::MappingEnd => return Value::Object(entries),
                    key => {
                        let key = node(key, rest).as_str().expect("keys are texts").to_owned();
                        let value = rest.next().unwrap();
                        entries.insert(key, node(value, rest));
                    }
                }
            }
        }
        other => panic!("{other:?} begins no value"),
    }
}

/// As the core schema resolves it; an alias and a tag are not in the cases.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        number if number.parse::<f64>().is_ok() => serde_json::from_str(number).unwrap_or_else(|_| text.into()),
        text => text.into(),
    }
}
