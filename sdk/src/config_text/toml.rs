//! TOML: tables with headers, in braces, and dotted keys. A new server is a table with a header.

mod document;
mod edit;
mod layout;

#[cfg(test)]
mod tests;

use toml_edit::{InlineTable, Item, Value as Parsed};

use super::format::{Data, Format, Node, Step, Value};
use crate::connector::Failure;
use document::{Document, span};

/// TOML.
#[derive(Debug)]
pub struct Toml;

impl Format for Toml {
    fn read(text: &str, path: &[Step]) -> Result<Option<Node>, Failure> {
        let (document, keys) = (Document::parse(text)?, keys(path)?);
        Ok(document.item(&keys)?.map(|item| node(&document, item, &keys)))
    }

    fn entries(text: &str, path: &[Step], name_field: Option<&str>) -> Result<Vec<(String, Node)>, Failure> {
        refuse_lists(name_field)?;
        let (document, keys) = (Document::parse(text)?, keys(path)?);
        let Some(table) = document.table(&keys)? else { return Ok(Vec::new()) };
        Ok(table
            .iter()
            .map(|(key, item)| (key.to_owned(), node(&document, item, &[&keys[..], &[key]].concat())))
            .collect())
    }

    fn put(text: &str, path: &[Step], value: &Value) -> Result<String, Failure> {
        edit::put(text, &keys(path)?, value)
    }

    fn remove(text: &str, path: &[Step]) -> Result<String, Failure> {
        edit::remove(text, &keys(path)?)
    }

    fn is_empty(text: &str, path: &[Step]) -> Result<bool, Failure> {
        let (document, keys) = (Document::parse(text)?, keys(path)?);
        Ok(document.table(&keys)?.is_some_and(|table| table.is_empty() && !document.has_comment(&keys)))
    }

    fn fresh(blank: &str, head: &str, path: &[Step], value: &Value) -> String {
        let newline = if blank.contains("\r\n") { "\r\n" } else { "\n" };
        edit::fresh(newline, head, &keys(path).unwrap_or_default(), value)
    }

    fn is_bare(text: &str, head: &str) -> Result<bool, Failure> {
        Document::parse(text)?;
        Ok(text.trim().is_empty() || text.trim().lines().eq(head.trim().lines()))
    }
}

fn keys<'a>(path: &[Step<'a>]) -> Result<Vec<&'a str>, Failure> {
    path.iter()
        .map(|step| match step {
            Step::Key(key) => Ok(*key),
            Step::Named { field, .. } => refuse_lists(Some(field)).map(|()| ""),
        })
        .collect()
}

fn refuse_lists(name_field: Option<&str>) -> Result<(), Failure> {
    match name_field {
        Some(_) => Err(Failure::unsupported("lists of servers are not edited in TOML")),
        None => Ok(()),
    }
}

fn node(document: &Document, item: &Item, path: &[&str]) -> Node {
    match item {
        Item::Value(value) => of_value(document.text, value),
        Item::Table(table) => {
            let inside = |(key, item): (&str, &Item)| (key.to_owned(), node(document, item, &[path, &[key]].concat()));
            Node { raw: document.raw(path), data: Data::Map(table.iter().map(inside).collect()) }
        }
        Item::ArrayOfTables(tables) => {
            let inside = |table| node(document, &Item::Table(table), path);
            Node { raw: document.raw(path), data: Data::List(tables.iter().cloned().map(inside).collect()) }
        }
        Item::None => Node { raw: String::new(), data: Data::Other },
    }
}

fn of_value(text: &str, value: &Parsed) -> Node {
    let data = match value {
        Parsed::String(string) => Data::Text(string.value().clone()),
        Parsed::Array(array) => Data::List(array.iter().map(|item| of_value(text, item)).collect()),
        Parsed::InlineTable(table) => {
            Data::Map(table.iter().map(|(key, value)| (key.to_owned(), of_value(text, value))).collect())
        }
        Parsed::Integer(_) | Parsed::Float(_) | Parsed::Boolean(_) | Parsed::Datetime(_) => Data::Other,
    };
    Node { raw: text[extent(value)].to_owned(), data }
}

/// A dotted key in braces has no place of its own, but from the key to the last value.
fn extent(value: &Parsed) -> std::ops::Range<usize> {
    fn last_end(table: &InlineTable) -> usize {
        let end = |value: &Parsed| {
            value.as_inline_table().filter(|inner| inner.is_dotted()).map_or_else(|| span(value).end, last_end)
        };
        table.iter().map(|(_, value)| end(value)).max().unwrap_or_default()
    }
    let range = span(value);
    match value.as_inline_table().filter(|table| table.is_dotted()) {
        Some(table) => range.start..last_end(table).max(range.end),
        None => range,
    }
}
