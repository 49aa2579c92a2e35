//! One change to one property, as splices into the text. `remove` is the exact inverse of `put`, save that an empty
//! object which spanned several lines ends up as `{}`.

use jsonc_parser::ast::{Object, ObjectProp};
use jsonc_parser::common::Ranged;
use jsonc_parser::tokens::Token;

use super::document::{Document, is_comment, property};
use super::layout::{Style, equals, render, render_property};
use crate::config_text::format::Value;
use crate::config_text::splice::{Splice, spliced};
use crate::connector::Failure;

/// The text with `value` at `path`; objects on the way are made. The same text when it says so already.
pub(super) fn put(document: &Document, path: &[&str], value: &Value) -> Result<String, Failure> {
    let (_, parents) = path.split_last().expect("a path has at least one key");
    let (depth, object) = document.deepest(parents)?;
    let splices = match property(object, path[depth]) {
        Some(existing) if equals(value, &existing.value) => Vec::new(),
        Some(existing) => vec![replace(document, object, existing, value)],
        None => insert(document, object, path[depth], &value.clone().nested(&path[depth + 1..])),
    };
    Ok(spliced(document.text, splices))
}

/// The text without the property at `path`; the same text when it is not there.
pub(super) fn remove(document: &Document, path: &[&str]) -> Result<String, Failure> {
    let (key, parents) = path.split_last().expect("a path has at least one key");
    let Some(object) = document.object(parents)? else { return Ok(document.text.to_owned()) };
    let Some(index) = object.properties.iter().position(|property| property.name.as_str() == *key) else {
        return Ok(document.text.to_owned());
    };
    Ok(spliced(document.text, delete(document, object, index)))
}

fn replace(document: &Document, object: &Object, existing: &ObjectProp, value: &Value) -> Splice {
    let style = Style::inside(document, object);
    let indentation = document.is_on_own_line(existing).then(|| document.indentation(existing.range.start));
    Splice { range: existing.value.start()..existing.value.end(), text: render(value, &style, indentation) }
}

/// A new last property.
fn insert(document: &Document, object: &Object, key: &str, value: &Value) -> Vec<Splice> {
    let style = Style::inside(document, object);
    let render = |indentation: Option<&str>| render_property(key, value, &style, indentation);
    match object.properties.last() {
        Some(last) => insert_after(document, object, last, &style, render),
        None if document.is_one_line() => vec![insert_inline(document, object, &render(None))],
        None => vec![insert_first(document, object, &style, render)],
    }
}

/// Into an empty object of a text that has only one line; the white space in it is mirrored.
fn insert_inline(document: &Document, object: &Object, property: &str) -> Splice {
    let close = object.range.end - 1;
    let anchor = document.before(close);
    if is_comment(&anchor.token) {
        return Splice::insert(anchor.range.end, format!(" {property}"));
    }
    Splice::insert(close, format!("{property}{}", &document.text[anchor.range.end..close]))
}

/// Into an object without properties, on a line of its own.
fn insert_first(
    document: &Document,
    object: &Object,
    style: &Style,
    render: impl Fn(Option<&str>) -> String,
) -> Splice {
    let base = document.indentation(object.range.start);
    let indentation = format!("{base}{}", style.unit);
    let line = format!("{}{indentation}{}", style.newline, render(Some(&indentation)));
    let close = object.range.end - 1;
    let anchor = document.before(close).range.end;
    if document.text[anchor..close].contains('\n') {
        return Splice::insert(anchor, line);
    }
    Splice { range: anchor..close, text: format!("{line}{}{base}", style.newline) }
}

/// Behind the last property and its comments; a trailing comma stays one.
fn insert_after(
    document: &Document,
    object: &Object,
    last: &ObjectProp,
    style: &Style,
    render: impl Fn(Option<&str>) -> String,
) -> Vec<Splice> {
    let anchor = document.before(object.range.end - 1);
    let own_line = document.is_on_own_line(last);
    let indentation = match own_line {
        true => document.indentation(last.range.start).to_owned(),
        false => format!("{}{}", document.indentation(object.range.start), style.unit),
    };
    let mut text = if own_line || matches!(anchor.token, Token::CommentLine(_)) {
        format!("{}{indentation}{}", style.newline, render(Some(&indentation)))
    } else {
        format!("{}{}", style.gap, render(None))
    };
    let mut splices = Vec::new();
    match document.comma_after(last.range.end) {
        Some(_) => text.push(','),
        None => splices.push(Splice::insert(last.range.end, ",")),
    }
    splices.push(Splice::insert(anchor.range.end, text));
    splices
}

/// Leaves every comment, and keeps a line where a comment would otherwise join another one.
fn delete(document: &Document, object: &Object, index: usize) -> Vec<Splice> {
    let property = &object.properties[index];
    let comma = document.comma_after(property.range.end);
    let end = comma.map_or(property.range.end, |comma| comma.end);
    let (previous, next) = (document.before(property.range.start), document.after(end));
    let own_line = document.is_on_own_line(property);
    if previous.range.start == object.range.start && next.range.end == object.range.end {
        let start = if own_line { previous.range.end } else { property.range.start };
        return cut(document, start, property, next.range.start);
    }
    if !own_line && index + 1 < object.properties.len() {
        return cut(document, property.range.start, property, next.range.start);
    }
    let same_line = !document.text[end..next.range.start].contains('\n');
    let keeps_line = same_line && (is_comment(&next.token) || matches!(previous.token, Token::CommentLine(_)));
    let start = if keeps_line { property.range.start } else { previous.range.end };
    let orphan = comma.is_none().then(|| document.comma_before(property.range.start)).flatten();
    let mut splices: Vec<Splice> = orphan.map(|comma| Splice::delete(comma.start, comma.end)).into_iter().collect();
    splices.extend(cut(document, start, property, end));
    splices
}

/// Deletes from `start` to `until`, both outside the property, except comments between the property and its comma.
fn cut(document: &Document, start: usize, property: &ObjectProp, until: usize) -> Vec<Splice> {
    match document.comma_after(property.range.end) {
        Some(comma) if document.after(property.range.end).range != comma => {
            vec![Splice::delete(start, property.range.end), Splice::delete(comma.start, until)]
        }
        Some(_) | None => vec![Splice::delete(start, until)],
    }
}
