//! How a text is laid out, and how a new value is written in the same manner.

use jsonc_parser::ast::{Object, ObjectProp, Value as Parsed};
use jsonc_parser::common::Ranged;

use super::document::Document;
use crate::config_text::format::Value;
use crate::config_text::quoting::double_quoted;
use crate::config_text::splice::{indentation, newline_at};

/// The manner of the text around a place.
pub(super) struct Style {
    pub(super) newline: &'static str,
    /// One level of indentation.
    pub(super) unit: String,
    /// What is between a key and its value.
    pub(super) colon: String,
    /// What follows a comma within a line.
    pub(super) gap: &'static str,
}

impl Style {
    /// For a text that has nothing to imitate but perhaps line endings.
    pub(super) fn fresh(blank: &str) -> Self {
        let newline = if blank.contains("\r\n") { "\r\n" } else { "\n" };
        Self { newline, unit: "  ".into(), colon: ": ".into(), gap: " " }
    }

    /// For what is put into `object`: as its neighbours are, or else the object itself, or else the root.
    pub(super) fn inside(document: &Document, object: &Object) -> Self {
        let neighbours = object.properties.iter().rev().filter_map(|property| property.value.as_object());
        let unit = neighbours.chain([object, &document.root]).find_map(|object| document.step(object)).unwrap_or("  ");
        let colon = object.properties.first().or(document.root.properties.first()).map_or(": ", |property| {
            let between = &document.text[property.name.end()..property.value.start()];
            if between.chars().all(|character| matches!(character, ':' | ' ' | '\t')) { between } else { ": " }
        });
        let gap = if colon.ends_with(':') { "" } else { " " };
        Self { newline: newline_at(document.text, object.range.end), unit: unit.into(), colon: colon.into(), gap }
    }
}

impl Document<'_> {
    /// A property that nothing but comments precedes on its line.
    pub(super) fn is_on_own_line(&self, property: &ObjectProp) -> bool {
        self.text[self.token_before(property.range.start).range.end..property.range.start].contains('\n')
    }

    /// The white space that the line of `offset` starts with.
    pub(super) fn indentation(&self, offset: usize) -> &str {
        indentation(self.text, offset)
    }

    /// The object has something in it, and all of it is on one line.
    pub(super) fn is_one_line(&self) -> bool {
        let range = self.root.range;
        !self.root.properties.is_empty() && !self.text[range.start..range.end].contains('\n')
    }

    /// By how much the first property of `object` is indented further than the object.
    fn step(&self, object: &Object) -> Option<&str> {
        let first = object.properties.first().filter(|first| self.is_on_own_line(first))?;
        let deeper = self.indentation(first.range.start).strip_prefix(self.indentation(object.range.start))?;
        (!deeper.is_empty()).then_some(deeper)
    }
}

/// The value as text; over several lines when `indentation`, that of the line it starts on, is given.
pub(super) fn render(value: &Value, style: &Style, indentation: Option<&str>) -> String {
    match (value, indentation) {
        (Value::Text(text), _) => quoted(text),
        (Value::Bool(value), _) => value.to_string(),
        (Value::Number(number), _) => number.to_string(),
        (Value::List(items), _) => {
            let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
            format!("[{}]", items.join(&format!(",{}", style.gap)))
        }
        (Value::Map(entries), Some(indentation)) if !entries.is_empty() => {
            let (newline, inner) = (style.newline, format!("{indentation}{}", style.unit));
            let lines = render_all(entries, style, Some(&inner)).join(&format!(",{newline}{inner}"));
            format!("{{{newline}{inner}{lines}{newline}{indentation}}}")
        }
        (Value::Map(entries), _) => {
            format!("{{{}}}", render_all(entries, style, None).join(&format!(",{}", style.gap)))
        }
    }
}

/// Whether `parsed` says the same, however it is spelled.
pub(super) fn equals(value: &Value, parsed: &Parsed) -> bool {
    let is = |parsed: &Parsed, text: &str| parsed.as_string_lit().is_some_and(|literal| literal.value == text);
    match value {
        Value::Text(text) => is(parsed, text),
        Value::Bool(value) => parsed.as_boolean_lit().is_some_and(|literal| literal.value == *value),
        Value::Number(number) => parsed.as_number_lit().is_some_and(|literal| literal.value == number.to_string()),
        Value::List(items) => parsed.as_array().is_some_and(|array| {
            array.elements.len() == items.len() && array.elements.iter().zip(items).all(|(one, other)| is(one, other))
        }),
        Value::Map(_) => false,
    }
}

pub(super) fn render_property(key: &str, value: &Value, style: &Style, indentation: Option<&str>) -> String {
    format!("{}{}{}", quoted(key), style.colon, render(value, style, indentation))
}

fn render_all(entries: &[(String, Value)], style: &Style, indentation: Option<&str>) -> Vec<String> {
    entries.iter().map(|(key, value)| render_property(key, value, style, indentation)).collect()
}

/// A JSON string. Only what JSON demands is escaped.
fn quoted(text: &str) -> String {
    double_quoted(text, |character| character < ' ')
}
