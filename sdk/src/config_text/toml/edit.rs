//! One change to one value, as splices into the text. `remove` is the exact inverse of `put`. A new server is a table
//! with a header of its own, and maps in it are in braces.

use toml_edit::{Item, TableLike};

use super::document::{Document, Statement, runs, span};
use super::layout::{equals, header, pair, render};
use crate::config_text::format::Value;
use crate::config_text::splice::{Splice, indentation, line_end, line_start, next_line, spliced};
use crate::connector::Failure;

/// The text with `value` at `path`; tables on the way are made. The same text when it says so already.
pub(super) fn put(text: &str, path: &[&str], value: &Value) -> Result<String, Failure> {
    let document = Document::parse(text)?;
    match document.item(path)? {
        Some(existing) if equals(value, existing) => Ok(text.to_owned()),
        Some(Item::Value(existing)) if !is_dotted(existing) => {
            let splice = Splice { range: span(existing), text: render(value) };
            Ok(spliced(text, vec![splice]))
        }
        Some(_) => put(&remove(text, path)?, path, value),
        None => Ok(spliced(text, vec![insert(&document, path, value)?])),
    }
}

/// The text without what is at `path`; the same text when it is not there.
pub(super) fn remove(text: &str, path: &[&str]) -> Result<String, Failure> {
    let document = Document::parse(text)?;
    if document.item(path)?.is_none() {
        return Ok(text.to_owned());
    }
    let statements = document.statements();
    let runs = runs(&statements, path);
    if !runs.is_empty() {
        let cut = |run: &std::ops::Range<usize>| delete(text, &statements[run.start], &statements[run.end - 1]);
        return Ok(spliced(text, runs.iter().map(cut).collect()));
    }
    let Some(inline) = document.inline(&path[..path.len() - 1]) else { return Ok(text.to_owned()) };
    let Some(index) = inline.paths.iter().position(|member| member.starts_with(&path[inline.depth..])) else {
        return Ok(text.to_owned());
    };
    // Dotted keys can say one value in several members.
    remove(&spliced(text, inline.brackets.delete(text, index)), path)
}

/// A dotted key in braces, of which the value is in several places.
fn is_dotted(value: &toml_edit::Value) -> bool {
    value.as_inline_table().is_some_and(toml_edit::InlineTable::is_dotted)
}

/// The lines from `first` to `last`, and one blank line before a header.
fn delete(text: &str, first: &Statement, last: &Statement) -> Splice {
    let mut start = line_start(text, first.range.start);
    if first.value.is_none() && start > 0 {
        let above = line_start(text, start - 1);
        start = if text[above..start].trim().is_empty() { above } else { start };
    }
    Splice::delete_lines(text, start..next_line(text, last.range.end))
}

fn insert(document: &Document, path: &[&str], value: &Value) -> Result<Splice, Failure> {
    let (_, parents) = path.split_last().expect("a path has at least one key");
    let (depth, container) = document.deepest(parents)?;
    let nested = value.clone().nested(&path[depth + 1..]);
    if let Some(inline) = document.inline(&path[..depth]) {
        return Ok(inline.brackets.insert(document.text, &pair(&path[inline.depth..=depth], &nested)));
    }
    let statements = document.statements();
    let is_map = matches!(nested, Value::Map(_));
    let line = if is_map && has_sections(container, depth) { None } else { line(&statements, &path[..depth]) };
    Ok(match (line, value) {
        (Some(Line::Below(statement)), _) => {
            let indentation = indentation(document.text, statement.range.start);
            let pair = pair(&path[statement.section..=depth], &nested);
            let below = next_line(document.text, statement.range.end);
            Splice::insert_lines(document.text, below, &[format!("{indentation}{pair}")])
        }
        (Some(Line::First), _) => Splice::insert_lines(document.text, 0, &[pair(&path[..=depth], &nested)]),
        (None, Value::Map(entries)) => section(document.text, &statements, depth, path, entries),
        (None, _) => {
            let (key, parents) = path.split_last().expect("a path has at least one key");
            section(document.text, &statements, depth, parents, &[((*key).to_owned(), value.clone())])
        }
    })
}

/// Whether a table's tables have headers of their own.
fn has_sections(container: &dyn TableLike, depth: usize) -> bool {
    let is_section = |item: &Item| item.as_table().is_some_and(|table| !table.is_dotted());
    depth == 0
        || container.iter().any(|(_, item)| is_section(item))
        || !container.iter().any(|(_, item)| item.is_value())
}

/// Where a new pair of a table goes.
enum Line<'s, 'd> {
    Below(&'s Statement<'d>),
    First,
}

/// None when the table at `path` has neither pairs nor a header.
fn line<'s, 'd>(statements: &'s [Statement<'d>], path: &[&str]) -> Option<Line<'s, 'd>> {
    let mut own = statements
        .iter()
        .rev()
        .filter(|statement| statement.path.starts_with(path) && path.starts_with(&statement.path[..statement.section]));
    match own.next() {
        Some(statement) => Some(Line::Below(statement)),
        None => path.is_empty().then_some(Line::First),
    }
}

/// A header and its pairs, behind the last of its siblings or else at the end, with one blank line before it.
fn section(text: &str, statements: &[Statement], depth: usize, path: &[&str], entries: &[(String, Value)]) -> Splice {
    let is_sibling = |statement: &Statement| depth > 0 && statement.path.starts_with(&path[..depth]);
    let last = statements.iter().rposition(is_sibling);
    let sibling = statements
        .iter()
        .rev()
        .find(|statement| is_sibling(statement) && statement.value.is_none() && statement.path.len() == path.len());
    let header_indentation = sibling.map_or("", |sibling| indentation(text, sibling.range.start));
    let first_pair = sibling.and_then(|sibling| {
        statements.iter().find(|pair| {
            pair.range.start > sibling.range.start && pair.value.is_some() && pair.path.starts_with(&sibling.path)
        })
    });
    let pair_indentation = first_pair.map_or(header_indentation, |pair| indentation(text, pair.range.start));
    let mut lines = vec![String::new(), format!("{header_indentation}{}", header(path))];
    lines.extend(entries.iter().map(|(name, value)| format!("{pair_indentation}{}", pair(&[name.as_str()], value))));
    let at = last.map_or_else(|| end(text), |last| end_of_section(text, statements, last));
    Splice::insert_lines(text, at, &lines[usize::from(at == 0)..])
}

/// Below the last line that is not blank.
fn end(text: &str) -> usize {
    next_line(text, text.trim_end().len())
}

/// Below the section that the statement at `index` is in, and the comments at its end, but not those of the next header.
fn end_of_section(text: &str, statements: &[Statement], index: usize) -> usize {
    let rest = &statements[index + 1..];
    let next = rest.iter().position(|statement| statement.value.is_none()).map(|header| index + 1 + header);
    let last = &statements[next.unwrap_or(statements.len()) - 1];
    let below = next_line(text, last.range.end);
    let limit = next.map_or(text.len(), |next| line_start(text, statements[next].range.start));
    let mut at = below;
    while at < limit && text[at..line_end(text, at)].trim_start().starts_with('#') {
        at = next_line(text, at);
    }
    if next.is_some() && at == limit { below } else { at }
}

/// A new text.
pub(super) fn fresh(newline: &str, head: &str, path: &[&str], value: &Value) -> String {
    let head: Vec<&str> = head.lines().collect();
    let (key, parents) = path.split_last().expect("a path has at least one key");
    let (title, pairs) = match value {
        Value::Map(entries) => (path, entries.clone()),
        Value::Text(_) | Value::Bool(_) | Value::Number(_) | Value::List(_) => {
            (parents, vec![((*key).to_owned(), value.clone())])
        }
    };
    let mut lines: Vec<String> = head.iter().map(|line| (*line).to_owned()).collect();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(header(title));
    lines.extend(pairs.iter().map(|(name, value)| pair(&[name.as_str()], value)));
    lines.into_iter().map(|line| line + newline).collect()
}
