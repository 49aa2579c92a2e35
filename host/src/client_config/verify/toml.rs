//! What of a TOML text is ours: the lines of our tables, or members between braces.

use std::ops::Range;

use toml_edit::{Document, InlineTable, Item, Table, TableLike, Value};

use super::{Outline, Slot, Word};

/// A table's header, or a key with its value.
struct Statement<'d> {
    /// All keys from the root.
    path: Vec<&'d str>,
    /// Of the header, or the value.
    range: Range<usize>,
    value: Option<&'d Value>,
}

/// What is ours, collected from the start of the text to its end.
#[derive(Default)]
struct Findings {
    ours: Vec<Range<usize>>,
    meaning: Vec<String>,
}

/// `text` is not blank, and has no byte order mark.
pub(super) fn outline<'a>(text: &'a str, slot: Slot) -> Result<Outline<'a>, String> {
    if slot.name_field.is_some() {
        return Err("lists of servers are not edited in TOML".to_owned());
    }
    let document = Document::parse(text).map_err(|error| format!("it does not parse: {}", error.message()))?;
    let container = container(document.as_table(), slot.container)?;
    let path: Vec<&str> = slot.container.iter().map(String::as_str).chain([slot.name]).collect();
    let mut statements = Vec::new();
    collect(document.as_table(), &mut Vec::new(), &mut statements);
    statements.sort_by_key(|statement| statement.range.start);
    let findings = findings(text, &statements, &path);
    let outer = statements.iter().find(|statement| statement.leads_to(&path));
    let braces = outer.map_or(0..0, |statement| statement.range.clone());
    Ok(Outline {
        meaning: findings.meaning,
        has_container: container.is_some(),
        entry: container.and_then(|table| table.get(slot.name)).map(words),
        ..Outline::cut(text, &findings.ours, &braces)
    })
}

/// The table that holds the servers, as far as it is there.
fn container<'d>(root: &'d Table, keys: &[String]) -> Result<Option<&'d dyn TableLike>, String> {
    let mut table: &dyn TableLike = root;
    for key in keys {
        let Some(item) = table.get(key) else { return Ok(None) };
        table = item.as_table_like().ok_or_else(|| format!("{key:?} is not a table"))?;
    }
    Ok(Some(table))
}

impl Statement<'_> {
    /// Whether `path` goes on in the braces of this statement's value.
    fn leads_to(&self, path: &[&str]) -> bool {
        self.value.is_some() && path.len() > self.path.len() && path.starts_with(&self.path)
    }
}

fn collect<'d>(table: &'d Table, path: &mut Vec<&'d str>, statements: &mut Vec<Statement<'d>>) {
    let header = table.span().filter(|_| !path.is_empty() && !table.is_implicit() && !table.is_dotted());
    statements.extend(header.map(|range| Statement { path: path.clone(), range, value: None }));
    for (key, item) in table {
        path.push(key);
        match item {
            Item::None => {}
            Item::Table(inner) => collect(inner, path, statements),
            Item::ArrayOfTables(tables) => tables.iter().for_each(|inner| collect(inner, path, statements)),
            Item::Value(value) => {
                statements.push(Statement { path: path.clone(), range: span(value), value: Some(value) });
            }
        }
        path.pop();
    }
}

fn findings(text: &str, statements: &[Statement], path: &[&str]) -> Findings {
    let mut findings = Findings::default();
    let mut follows_ours = false;
    for statement in statements {
        let is_ours = statement.path.starts_with(path);
        let start = line_start(text, statement.range.start);
        match statement.value {
            _ if is_ours => match findings.ours.last_mut().filter(|_| follows_ours) {
                Some(ours) => ours.end = line_end(text, statement.range.end),
                None => findings.ours.push(start..line_end(text, statement.range.end)),
            },
            Some(value) if statement.leads_to(path) => {
                let table = value.as_inline_table().filter(|_| holds_only_ours(statements, &statement.path, path));
                if let Some(table) = table.filter(|table| is_empty(table, &path[statement.path.len()..])) {
                    findings.ours.push(start..statement.range.start + 1);
                    findings.members(text, table, &path[statement.path.len()..]);
                    findings.ours.push(statement.range.end - 1..statement.range.end);
                } else if let Some(table) = value.as_inline_table() {
                    findings.meaning.push(statement.path.join("\0"));
                    findings.members(text, table, &path[statement.path.len()..]);
                }
            }
            None if path.starts_with(&statement.path) && holds_only_ours(statements, &statement.path, path) => {
                findings.ours.push(statement.range.clone());
            }
            Some(_) | None => {
                findings.meaning.push(format!("{} {}", statement.path.join("\0"), &text[statement.range.clone()]));
            }
        }
        follows_ours = is_ours;
    }
    findings
}

/// Whether the table at `container` holds nothing but tables on the way to `path`. What is in braces is not looked at.
fn holds_only_ours(statements: &[Statement], container: &[&str], path: &[&str]) -> bool {
    let mut inside = statements.iter().filter(|statement| statement.path.starts_with(container));
    inside.all(|statement| match statement.value {
        _ if statement.path.starts_with(path) => true,
        Some(value) => {
            let table = value.as_inline_table().filter(|_| statement.leads_to(path));
            table.is_some_and(|table| is_empty(table, &path[statement.path.len()..]))
        }
        None => path.starts_with(&statement.path),
    })
}

/// Whether nothing is between these braces but what is on the way to `path`, which starts in them.
fn is_empty(table: &InlineTable, path: &[&str]) -> bool {
    members(table).iter().all(|(keys, value)| {
        let inner = value.as_inline_table().filter(|_| path.starts_with(keys));
        keys.starts_with(path) || inner.is_some_and(|inner| is_empty(inner, &path[keys.len()..]))
    })
}

impl Findings {
    /// What is between the braces of a table that `path` starts in.
    fn members(&mut self, text: &str, table: &InlineTable, path: &[&str]) {
        let mut behind = table.span().map_or(0, |range| range.start + 1);
        for (keys, value) in members(table) {
            let (start, range) = (skip_trivia(text, behind), span(value));
            behind = range.end;
            let inner = value.as_inline_table().filter(|_| path.starts_with(&keys));
            match inner {
                _ if keys.starts_with(path) => self.ours.push(start..range.end),
                Some(inner) if is_empty(inner, &path[keys.len()..]) => {
                    self.ours.push(start..range.start + 1);
                    self.members(text, inner, &path[keys.len()..]);
                    self.ours.push(range.end - 1..range.end);
                }
                Some(inner) => {
                    self.meaning.push(keys.join("\0"));
                    self.members(text, inner, &path[keys.len()..]);
                }
                None => self.meaning.push(format!("{} {}", keys.join("\0"), &text[range])),
            }
        }
    }
}

/// What is between braces, in order, with the keys that lead to it.
fn members(table: &InlineTable) -> Vec<(Vec<&str>, &Value)> {
    let mut members: Vec<(Vec<&str>, &Value)> = Vec::new();
    for (key, value) in table {
        match value.as_inline_table().filter(|inner| inner.is_dotted()) {
            Some(inner) => {
                let inside = self::members(inner).into_iter();
                members.extend(inside.map(|(keys, value)| ([&[key], &keys[..]].concat(), value)));
            }
            None => members.push((vec![key], value)),
        }
    }
    members.sort_by_key(|(_, value)| span(value).start);
    members
}

/// Every value in `item`, keys aside.
fn words(item: &Item) -> Vec<Word> {
    match item {
        Item::None => Vec::new(),
        Item::Value(value) => words_of(value),
        Item::Table(table) => table.iter().flat_map(|(_, item)| words(item)).collect(),
        Item::ArrayOfTables(tables) => tables.iter().flatten().flat_map(|(_, item)| words(item)).collect(),
    }
}

fn words_of(value: &Value) -> Vec<Word> {
    match value {
        Value::String(text) => vec![Word::Text(text.value().clone())],
        Value::Integer(number) => vec![Word::Number(*number.value())],
        Value::Boolean(value) => vec![Word::Bool(*value.value())],
        Value::Float(number) => vec![Word::Other(number.value().to_string())],
        Value::Datetime(date) => vec![Word::Other(date.value().to_string())],
        Value::Array(items) => items.iter().flat_map(words_of).collect(),
        Value::InlineTable(table) => table.iter().flat_map(|(_, value)| words_of(value)).collect(),
    }
}

fn span(value: &Value) -> Range<usize> {
    value.span().expect("what was parsed has a place")
}

/// From `offset`, the first character that is neither white space, nor a comma, nor in a comment.
fn skip_trivia(text: &str, mut offset: usize) -> usize {
    loop {
        offset = text.len() - text[offset..].trim_start_matches(|next: char| next.is_whitespace() || next == ',').len();
        match text[offset..].starts_with('#') {
            true => offset = text[offset..].find('\n').map_or(text.len(), |end| offset + end),
            false => return offset,
        }
    }
}

fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |last| last + 1)
}

fn line_end(text: &str, offset: usize) -> usize {
    text[offset..].find('\n').map_or(text.len(), |end| offset + end)
}
