//! How values are written in YAML, in lines or on one line, and what a plain word means.

use super::tree::{Kind, Layout, Node, Tree};
use super::way::Found;
use crate::config_text::format::{Step, Value};
use crate::config_text::quoting::double_quoted;
use crate::config_text::splice::line_start;

/// By how many blanks what is in a map is indented further than the map.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    unit: usize,
    /// The dashes of a list that is in a map.
    list: usize,
}

/// What a plain scalar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Null,
    Bool,
    Number,
    Text,
}

impl Default for Style {
    fn default() -> Self {
        Self { unit: 2, list: 2 }
    }
}

impl Style {
    /// As the neighbours in `container` do, or else the first in the text.
    pub(super) fn of(tree: &Tree, container: Option<&Node>) -> Self {
        let nodes = || container.into_iter().chain(&tree.root);
        let unit = nodes().find_map(|node| step(tree.text, node, false)).unwrap_or(Self::default().unit);
        let list = nodes().find_map(|node| step(tree.text, node, true)).unwrap_or(unit);
        Self { unit, list }
    }

    /// `key: value`, with maps and lists for the steps in `rest`.
    pub(super) fn pair(self, key: &str, rest: &[Step], value: &Value) -> Vec<String> {
        let below = self.below(rest, value);
        let key = text(key);
        match below.is_empty() {
            true => vec![format!("{key}: {}", inline(&[], value))],
            false => [format!("{key}:")].into_iter().chain(below).collect(),
        }
    }

    /// The lines below a key; none when the value fits behind it.
    pub(super) fn below(self, rest: &[Step], value: &Value) -> Vec<String> {
        match (rest.split_first(), value) {
            (Some((Step::Key(key), rest)), _) => indented(self.unit, self.pair(key, rest, value)),
            (Some((Step::Named { field, name }, rest)), _) => {
                indented(self.list, self.item(field, name, rest, value, 2))
            }
            (None, Value::Map(entries)) => indented(self.unit, self.entries(entries)),
            (None, Value::List(items)) => indented(self.list, dashes(items)),
            (None, Value::Text(_) | Value::Bool(_) | Value::Number(_)) => Vec::new(),
        }
    }

    pub(super) fn entries(self, entries: &[(String, Value)]) -> Vec<String> {
        entries.iter().flat_map(|(name, value)| self.pair(name, &[], value)).collect()
    }

    /// A map in a list; `offset` is from its dash to its fields.
    pub(super) fn item(self, field: &str, name: &str, rest: &[Step], value: &Value, offset: usize) -> Vec<String> {
        let entries = named(field, name, rest, value);
        let lines = indented(offset, self.entries(&entries));
        let dash = format!("-{}", " ".repeat(offset - 1));
        lines
            .into_iter()
            .enumerate()
            .map(|(at, line)| if at == 0 { format!("{dash}{}", &line[offset..]) } else { line })
            .collect()
    }
}

/// The fields of a list's map, of which one is its name.
fn named(field: &str, name: &str, rest: &[Step], value: &Value) -> Vec<(String, Value)> {
    let keys: Vec<&str> = rest
        .iter()
        .filter_map(|step| match step {
            Step::Key(key) => Some(*key),
            Step::Named { .. } => None,
        })
        .collect();
    let entries = match value.clone().nested(&keys) {
        Value::Map(entries) => entries,
        Value::Text(_) | Value::Bool(_) | Value::Number(_) | Value::List(_) => Vec::new(),
    };
    let has_name = entries.iter().any(|(key, _)| key == field);
    let name = (!has_name).then(|| (field.to_owned(), Value::Text(name.to_owned())));
    name.into_iter().chain(entries).collect()
}

/// The value on one line, in maps and lists for the steps in `rest`.
pub(super) fn inline(rest: &[Step], value: &Value) -> String {
    match (rest.split_first(), value) {
        (Some((Step::Key(key), rest)), _) => format!("{{{}}}", inline_pair(key, rest, value)),
        (Some((Step::Named { field, name }, rest)), _) => {
            format!("[{}]", inline(&[], &Value::Map(named(field, name, rest, value))))
        }
        (None, Value::Text(content)) => text(content),
        (None, Value::Bool(value)) => value.to_string(),
        (None, Value::Number(number)) => number.to_string(),
        (None, Value::List(items)) => {
            format!("[{}]", items.iter().map(|item| text(item)).collect::<Vec<_>>().join(", "))
        }
        (None, Value::Map(entries)) => {
            let entries: Vec<String> = entries.iter().map(|(name, value)| inline_pair(name, &[], value)).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

pub(super) fn inline_pair(key: &str, rest: &[Step], value: &Value) -> String {
    format!("{}: {}", text(key), inline(rest, value))
}

/// A map of a list on one line.
pub(super) fn inline_item(field: &str, name: &str, rest: &[Step], value: &Value) -> String {
    inline(&[], &Value::Map(named(field, name, rest, value)))
}

pub(super) fn dashes(items: &[String]) -> Vec<String> {
    items.iter().map(|item| format!("- {}", text(item))).collect()
}

pub(super) fn indented(blanks: usize, lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| format!("{}{line}", " ".repeat(blanks))).collect()
}

/// Which column a place is in, counted from 0.
pub(super) fn column(text: &str, offset: usize) -> usize {
    text[line_start(text, offset)..offset].chars().count()
}

/// By how much the first map, or list, that is written in lines below a key is indented further than the key.
fn step(text: &str, node: &Node, of_list: bool) -> Option<usize> {
    let members: usize = match &node.kind {
        Kind::Map(Layout::Lines, pairs) => pairs.len(),
        Kind::List(Layout::Lines, items) => items.len(),
        Kind::Map(..)
        | Kind::List(..)
        | Kind::Nothing
        | Kind::Plain(_)
        | Kind::Quoted(_)
        | Kind::Block(_)
        | Kind::Alias => 0,
    };
    let found = |index| Found { parent: node, index };
    let own = (0..members).find_map(|index| {
        let (pair, value) = (found(index).pair()?, found(index).node());
        let inner = match &value.kind {
            Kind::Map(Layout::Lines, pairs) if !of_list => pairs.first()?.key.range.start,
            Kind::List(Layout::Lines, items) if of_list => items.first()?.start,
            Kind::Map(..)
            | Kind::List(..)
            | Kind::Nothing
            | Kind::Plain(_)
            | Kind::Quoted(_)
            | Kind::Block(_)
            | Kind::Alias => return None,
        };
        column(text, inner).checked_sub(column(text, pair.key.range.start))
    });
    own.or_else(|| (0..members).find_map(|index| step(text, found(index).node(), of_list)))
}

/// What the core schema makes of a plain scalar.
pub(super) fn meaning(text: &str) -> Meaning {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Meaning::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Meaning::Bool,
        ".nan" | ".NaN" | ".NAN" => Meaning::Number,
        _ if [".inf", ".Inf", ".INF"].contains(&digits) => Meaning::Number,
        _ if digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') && is_number(digits) => {
            Meaning::Number
        }
        _ => Meaning::Text,
    }
}

fn is_number(digits: &str) -> bool {
    let hexadecimal = digits.strip_prefix("0x").map(|rest| rest.chars().all(|digit| digit.is_ascii_hexdigit()));
    let octal = digits.strip_prefix("0o").map(|rest| rest.chars().all(|digit| ('0'..='7').contains(&digit)));
    hexadecimal.or(octal).unwrap_or_else(|| digits.parse::<f64>().is_ok())
}

/// Whether `node` says the same, however it is spelled.
pub(super) fn equals(value: &Value, node: &Node) -> bool {
    let plain = |wanted: String| matches!(&node.kind, Kind::Plain(text) if *text == wanted);
    match value {
        Value::Text(wanted) => is_text(node, wanted),
        Value::Bool(wanted) => plain(wanted.to_string()),
        Value::Number(wanted) => plain(wanted.to_string()),
        Value::List(wanted) => match &node.kind {
            Kind::List(_, items) => {
                items.len() == wanted.len()
                    && items.iter().zip(wanted).all(|(item, wanted)| is_text(&item.value, wanted))
            }
            Kind::Nothing | Kind::Plain(_) | Kind::Quoted(_) | Kind::Block(_) | Kind::Alias | Kind::Map(..) => false,
        },
        Value::Map(_) => false,
    }
}

fn is_text(node: &Node, wanted: &str) -> bool {
    node.tag.is_none()
        && match &node.kind {
            Kind::Plain(text) => text == wanted && meaning(text) == Meaning::Text,
            Kind::Quoted(text) | Kind::Block(text) => text == wanted,
            Kind::Nothing | Kind::Alias | Kind::Map(..) | Kind::List(..) => false,
        }
}

/// A string: plain where no reader of any YAML could take it for something else.
pub(super) fn text(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan"];
    let begins_well = text.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '/' | '_'));
    let is_inside = |(at, byte): (usize, u8)| match byte {
        b':' => text.as_bytes().get(at + 1).is_some_and(|next| next.is_ascii_alphanumeric() || *next == b'/'),
        b'_' | b'.' | b'/' | b'@' | b'+' | b'-' => true,
        _ => byte.is_ascii_alphanumeric(),
    };
    begins_well && text.bytes().enumerate().all(is_inside) && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn quoted(text: &str) -> String {
    double_quoted(text, |odd| odd.is_control() || matches!(odd, '\u{2028}' | '\u{2029}' | '\u{feff}'))
}
