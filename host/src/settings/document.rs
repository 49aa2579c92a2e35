//! The text of isartor.toml as keys and values that know where they are written. Never decides what a key means.

use toml::Value;
use toml::de::{DeTable, DeValue};

/// Enough for a person.
const MAX_SYNTAX_ERRORS: usize = 100;

/// Where something is written; both begin with 1, and a column is a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Position {
    fn of(offset: usize, text: &str) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        Self { line, column: before[line_start..].chars().count() + 1 }
    }
}

/// A value that is no table, or an empty one.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) path: Vec<String>,
    /// Where each part of the path is written.
    pub(super) written: Vec<Position>,
    pub(super) value: Value,
    pub(super) value_at: Position,
}

#[derive(Debug)]
pub(super) struct Document {
    /// In the order in which they are written.
    pub(super) leaves: Vec<Leaf>,
    /// What is not TOML.
    pub(super) syntax: Vec<(Position, String)>,
}

impl Document {
    /// A line that is not TOML is left out and the rest is read again: the parser gives up at some.
    pub(super) fn parse(text: &str) -> Self {
        let mut readable = text.to_owned();
        let mut syntax: Vec<(Position, String)> = Vec::new();
        while syntax.len() < MAX_SYNTAX_ERRORS {
            let Some((offset, message)) = first_error(&readable) else { break };
            let position = Position::of(offset, text);
            if syntax.iter().any(|(found, _)| found.line == position.line) {
                break;
            }
            syntax.push((position, message));
            readable = without_line(&readable, offset);
        }
        let (table, _) = DeTable::parse_recoverable(&readable);
        let mut leaves = Vec::new();
        collect(table.get_ref(), text, (&[], &[]), &mut leaves);
        leaves.sort_by_key(|leaf| leaf.value_at);
        Self { leaves, syntax }
    }

    /// Where a key is written, or the first of a table's.
    pub(super) fn find(&self, key: &str) -> Option<&Leaf> {
        let is_it = |path: &str| path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.leaves.iter().find(|leaf| is_it(&leaf.path.join(".")))
    }
}

fn first_error(text: &str) -> Option<(usize, String)> {
    let (_, errors) = DeTable::parse_recoverable(text);
    let offset = |error: &toml::de::Error| error.span().map_or(text.len(), |span| span.start);
    errors.iter().map(|error| (offset(error), error.message().to_owned())).min()
}

/// Spaces in its place, so that everything else stays where it is.
fn without_line(text: &str, offset: usize) -> String {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    format!("{}{}{}", &text[..start], " ".repeat(end - start), &text[end..])
}

fn collect(table: &DeTable<'_>, text: &str, around: (&[String], &[Position]), leaves: &mut Vec<Leaf>) {
    for (key, value) in table {
        let path = [around.0, &[key.get_ref().to_string()]].concat();
        let written = [around.1, &[Position::of(key.span().start, text)]].concat();
        match value.get_ref().as_table().filter(|inner| !inner.is_empty()) {
            Some(inner) => collect(inner, text, (&path, &written), leaves),
            None => {
                let value_at = Position::of(value.span().start, text);
                leaves.push(Leaf { path, written, value: plain(value.get_ref()), value_at });
            }
        }
    }
}

fn plain(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::String(number.to_string()), Value::Integer),
        DeValue::Float(number) => {
            number.as_str().parse().map_or_else(|_| Value::String(number.to_string()), Value::Float)
        }
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Datetime(time) => Value::Datetime(*time),
        DeValue::Array(values) => Value::Array(values.iter().map(|value| plain(value.get_ref())).collect()),
        DeValue::Table(table) => {
            let entries = table.iter().map(|(key, value)| (key.get_ref().to_string(), plain(value.get_ref())));
            Value::Table(entries.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_know_where_they_are() {
        let text =
            "port = 1\n[server] # größe\n  max_connections = 0x10\na.b = ['é', 2]\n[empty]\n[plugin]\nx = {y = 1.5}\n";
        let found: Vec<String> = Document::parse(text)
            .leaves
            .iter()
            .map(|Leaf { path, written, value, value_at }| {
                let key = written.last().unwrap();
                let value = value.to_string();
                format!("{} {}:{} {value} {}:{}", path.join("."), key.line, key.column, value_at.line, value_at.column)
            })
            .collect();
        let expected = [
            "port 1:1 1 1:8",
            "server.max_connections 3:3 16 3:21",
            "server.a.b 4:3 [\"é\", 2] 4:7",
            "empty 5:2 {} 5:1",
            "plugin.x.y 7:6 1.5 7:10",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn everything_that_is_not_toml_is_found() {
        let document = Document::parse("port 1\nhost = 'x'\nlog = \nport = 2\nport = 3\n");
        let lines: Vec<usize> = document.syntax.iter().map(|(position, _)| position.line).collect();
        assert_eq!(lines, [1, 3, 5], "{:?}", document.syntax);
        let keys: Vec<String> = document.leaves.iter().map(|leaf| leaf.path.join(".")).collect();
        assert_eq!(keys, ["host", "port"]);
        for text in ["a = \"\"\"\nb = 1\n", "a = [\n1,\nb = 2\n", "]", "\u{feff}[", "größe = \"ö"] {
            assert!(!Document::parse(text).syntax.is_empty(), "{text}");
        }
    }
}
