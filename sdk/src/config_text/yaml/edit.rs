//! One change to one value, as splices into the text. `remove` is the exact inverse of `put`, save that a container
//! which held nothing at all (`extensions:`) ends up as `{}` or `[]`: null is not what a client expects there, and
//! whether the user or another program emptied it cannot be told.

use super::layout::{Style, column, dashes, equals, indented, inline, inline_item, inline_pair};
use super::tree::{Kind, Layout, Node, Pair, Tree};
use super::way::Found;
use crate::config_text::brackets::Brackets;
use crate::config_text::format::{Step, Value};
use crate::config_text::position::failure_at;
use crate::config_text::splice::{Splice, indentation, line_end, line_start, newline_at, next_line, spliced};
use crate::connector::Failure;

/// The text with `value` at `path`; what is on the way is made. The same text when it says so already.
pub(super) fn put(text: &str, path: &[Step], value: &Value) -> Result<String, Failure> {
    let tree = Tree::parse(text)?;
    let way = tree.way(path)?;
    let (depth, container) = (way.len(), way.last().map_or(tree.root.as_ref(), |found| Some(found.node())));
    let splices = match way.last() {
        Some(found) if depth == path.len() && equals(value, found.node()) => return Ok(text.to_owned()),
        Some(found) if depth == path.len() => {
            refuse_anchors(&tree, found.node())?;
            match found.node().is_nothing() {
                true => fill(&tree, *found, &[], value)?,
                false => vec![replace(&tree, *found, value)?],
            }
        }
        Some(found) if found.node().is_nothing() => fill(&tree, *found, &path[depth..], value)?,
        Some(_) | None => insert(&tree, &way, container, &path[depth..], value)?,
    };
    checked(text, spliced(text, splices), path, true)
}

/// The text without what is at `path`; the same text when it is not there.
pub(super) fn remove(text: &str, path: &[Step]) -> Result<String, Failure> {
    let tree = Tree::parse(text)?;
    let way = tree.way(path)?;
    let Some((found, around)) = way.split_last().filter(|_| way.len() == path.len()) else {
        return Ok(text.to_owned());
    };
    refuse_anchors(&tree, found.node())?;
    let splices = match &found.parent.kind {
        Kind::Map(Layout::Brackets, _) | Kind::List(Layout::Brackets, _) => {
            brackets(found.parent).delete(text, found.index)
        }
        Kind::Map(Layout::Lines, pairs) if pairs.len() == 1 => clear(&tree, *found, around.last().copied(), "{}"),
        Kind::List(Layout::Lines, items) if items.len() == 1 => clear(&tree, *found, around.last().copied(), "[]"),
        Kind::Map(Layout::Lines, _) | Kind::List(Layout::Lines, _) => vec![delete(&tree, *found)],
        Kind::Map(Layout::Bare, _)
        | Kind::List(Layout::Bare, _)
        | Kind::Nothing
        | Kind::Plain(_)
        | Kind::Quoted(_)
        | Kind::Block(_)
        | Kind::Alias => return Err(not_edited(&tree, found.parent)),
    };
    checked(text, spliced(text, splices), path, false)
}

/// The last line of defence: what cannot be read again as it was meant is not written.
fn checked(text: &str, changed: String, path: &[Step], is_there: bool) -> Result<String, Failure> {
    let is_right = Tree::parse(&changed).and_then(|tree| Ok(tree.way(path)?.len() == path.len())) == Ok(is_there);
    match is_right {
        true => Ok(changed),
        false => Err(failure_at(text, 0, "it is written in a way that is not edited")),
    }
}

fn refuse_anchors(tree: &Tree, node: &Node) -> Result<(), Failure> {
    match node.has_anchor() {
        true => Err(failure_at(tree.text, node.range.start, "an anchor is in it, which other places may refer to")),
        false => Ok(()),
    }
}

fn not_edited(tree: &Tree, node: &Node) -> Failure {
    failure_at(tree.text, node.range.start, "it is written in a way that is not edited")
}

/// What is put behind a colon that has nothing behind it.
fn fill(tree: &Tree, found: Found, rest: &[Step], value: &Value) -> Result<Vec<Splice>, Failure> {
    let pair = found.pair().filter(|pair| !pair.is_explicit).ok_or_else(|| not_edited(tree, found.parent))?;
    let is_in_lines = matches!(found.parent.kind, Kind::Map(Layout::Lines, _));
    let lines = Style::of(tree, Some(found.parent)).below(rest, value);
    match pair.colon {
        Some(colon) if is_in_lines && !lines.is_empty() => Ok(vec![below(tree, pair, colon, lines)]),
        Some(colon) => Ok(vec![Splice::insert(colon, format!(" {}", inline(rest, value)))]),
        None => Ok(vec![Splice::insert(pair.key.range.end, format!(": {}", inline(rest, value)))]),
    }
}

/// Lines below a key and the comments that belong to it.
fn below(tree: &Tree, pair: &Pair, colon: usize, lines: Vec<String>) -> Splice {
    let key = column(tree.text, pair.key.range.start);
    let at = behind_comments(tree.text, next_line(tree.text, colon), key + 1);
    Splice::insert_lines(tree.text, at, &indented(key, lines))
}

/// A new last member of a container.
fn insert(
    tree: &Tree,
    way: &[Found],
    container: Option<&Node>,
    rest: &[Step],
    value: &Value,
) -> Result<Vec<Splice>, Failure> {
    let style = Style::of(tree, container);
    let (step, inner) = rest.split_first().expect("something is missing");
    let (lines, on_one_line) = match step {
        Step::Key(key) => (style.pair(key, inner, value), inline_pair(key, inner, value)),
        Step::Named { field, name } => {
            let offset = container.and_then(|list| offset(tree.text, list)).unwrap_or(2);
            (style.item(field, name, inner, value, offset), inline_item(field, name, inner, value))
        }
    };
    let Some(container) = container.filter(|container| !container.is_nothing()) else {
        return Ok(vec![Splice::insert_lines(tree.text, end(tree, tree.start), &lines)]);
    };
    match (&container.kind, way.last()) {
        (Kind::Map(Layout::Lines, pairs), _) => {
            let first = pairs.first().ok_or_else(|| not_edited(tree, container))?;
            Ok(vec![insert_lines(tree, way, container, first.key.range.start, lines)])
        }
        (Kind::List(Layout::Lines, items), _) => {
            let first = items.first().ok_or_else(|| not_edited(tree, container))?;
            Ok(vec![insert_lines(tree, way, container, first.start, lines)])
        }
        (Kind::Map(Layout::Brackets, _) | Kind::List(Layout::Brackets, _), Some(found))
            if is_empty_behind_key(tree, *found) =>
        {
            open(tree, *found, rest, value)
        }
        (Kind::Map(Layout::Brackets, _) | Kind::List(Layout::Brackets, _), _) => {
            Ok(vec![brackets(container).insert(tree.text, &on_one_line)])
        }
        _ => Err(not_edited(tree, container)),
    }
}

fn insert_lines(tree: &Tree, way: &[Found], container: &Node, first: usize, lines: Vec<String>) -> Splice {
    let (text, column) = (tree.text, column(tree.text, first));
    let last = behind(text, container.range.end);
    let at = if way.is_empty() { end(tree, last) } else { behind_comments(text, last, column.max(1)) };
    Splice::insert_lines(text, at, &indented(column, lines))
}

/// `key: {}` with nothing behind it but perhaps a comment, where lines can take the brackets' place.
fn is_empty_behind_key(tree: &Tree, found: Found) -> bool {
    let Some((colon, pair)) = found.pair().and_then(|pair| Some((pair.colon?, pair))) else { return false };
    let range = pair.value.range.clone();
    let rest = &tree.text[range.end..line_end(tree.text, range.end)];
    let is_alone = rest.trim().is_empty() || (rest.starts_with(' ') && rest.trim_start().starts_with('#'));
    let is_in_lines = matches!(found.parent.kind, Kind::Map(Layout::Lines, _));
    is_in_lines && !pair.is_explicit && is_alone && matches!(&tree.text[colon..range.end], " {}" | " []")
}

/// Lines in the place of brackets without members; `clear` puts them back.
fn open(tree: &Tree, found: Found, rest: &[Step], value: &Value) -> Result<Vec<Splice>, Failure> {
    let pair = found.pair().ok_or_else(|| not_edited(tree, found.parent))?;
    let colon = pair.colon.ok_or_else(|| not_edited(tree, found.parent))?;
    let lines = Style::of(tree, Some(found.parent)).below(rest, value);
    Ok(vec![Splice::delete(colon, pair.value.range.end), below(tree, pair, colon, lines)])
}

/// Another value in the same place, in lines where lines were.
fn replace(tree: &Tree, found: Found, value: &Value) -> Result<Splice, Failure> {
    let (text, old) = (tree.text, found.node());
    let end = old.range.start + text[old.range.clone()].trim_end().len();
    let style = Style::of(tree, Some(found.parent));
    let (start, lines) = match (&old.kind, value) {
        (Kind::List(Layout::Lines, items), Value::List(wanted)) if !wanted.is_empty() => {
            (items.first().map(|item| item.start), dashes(wanted))
        }
        (Kind::Map(Layout::Lines, pairs), Value::Map(wanted)) if !wanted.is_empty() => {
            (pairs.first().map(|pair| pair.key.range.start), style.entries(wanted))
        }
        _ => (None, Vec::new()),
    };
    if let Some(start) = start {
        let lines = lines.join(&format!("{}{}", newline_at(text, start), " ".repeat(column(text, start))));
        return Ok(Splice { range: start..end, text: lines });
    }
    let new = inline(&[], value);
    let is_in_lines = matches!(old.kind, Kind::Map(Layout::Lines, _) | Kind::List(Layout::Lines, _));
    match found.pair() {
        None if is_in_lines => Ok(Splice { range: old.range.start..end, text: new }),
        Some(pair) if is_in_lines => {
            let colon = pair.colon.ok_or_else(|| not_edited(tree, found.parent))?;
            Ok(Splice { range: colon..end, text: format!(" {new}") })
        }
        Some(_) | None => Ok(Splice { range: old.range.start..end, text: new }),
    }
}

/// Where the member is, without indentation.
fn range(found: Found) -> std::ops::Range<usize> {
    match &found.parent.kind {
        Kind::Map(_, pairs) => pairs[found.index].range(),
        Kind::List(_, items) => items[found.index].range(),
        Kind::Nothing | Kind::Plain(_) | Kind::Quoted(_) | Kind::Block(_) | Kind::Alias => found.parent.range.clone(),
    }
}

/// The lines of a member that has neighbours; a first one that follows a dash makes room for the next.
fn delete(tree: &Tree, found: Found) -> Splice {
    let (text, own) = (tree.text, range(found));
    let start = line_start(text, own.start);
    let follows_dash = indentation(text, own.start).len() < own.start - start;
    match follows_dash {
        true if found.index == 0 => {
            let next = range(Found { index: 1, ..found }).start;
            let has_comment = text[own.end..next].contains('#');
            Splice::delete(own.start, if has_comment { line_end(text, own.end) } else { next })
        }
        _ => Splice::delete_lines(text, start..behind(text, own.end)),
    }
}

/// The only member of a container, which then is empty.
fn clear(tree: &Tree, found: Found, container: Option<Found>, empty: &str) -> Vec<Splice> {
    let (text, own) = (tree.text, range(found));
    let start = line_start(text, own.start);
    let follows_dash = indentation(text, own.start).len() < own.start - start;
    if follows_dash {
        return vec![Splice { range: own, text: empty.to_owned() }];
    }
    let lines = Splice::delete_lines(text, start..behind(text, own.end));
    match container.and_then(Found::pair).and_then(|pair| pair.colon) {
        Some(colon) => vec![Splice::insert(colon, format!(" {empty}")), lines],
        None => vec![lines],
    }
}

fn brackets(node: &Node) -> Brackets {
    let members = match &node.kind {
        Kind::Map(_, pairs) => pairs.iter().map(Pair::range).collect(),
        Kind::List(_, items) => items.iter().map(super::tree::Item::range).collect(),
        Kind::Nothing | Kind::Plain(_) | Kind::Quoted(_) | Kind::Block(_) | Kind::Alias => Vec::new(),
    };
    Brackets { range: node.range.clone(), members }
}

/// Whether a comment is in an empty container, behind it on its line, or below it and indented.
pub(super) fn has_comment(text: &str, container: &Node) -> bool {
    let line = next_line(text, container.range.end);
    text[container.range.start..line].contains('#') || behind_comments(text, line, 1) > line
}

/// From its dash to the fields of a list's last map.
fn offset(text: &str, list: &Node) -> Option<usize> {
    let Kind::List(Layout::Lines, items) = &list.kind else { return None };
    let last = items.last()?;
    let is_map = matches!(last.value.kind, Kind::Map(Layout::Lines, _));
    let is_behind_dash = line_start(text, last.start) == line_start(text, last.value.range.start);
    (is_map && is_behind_dash).then(|| last.value.range.start - last.start)
}

/// The start of the line below what ends at `offset`.
fn behind(text: &str, offset: usize) -> usize {
    if text[..offset].ends_with('\n') { offset } else { next_line(text, offset) }
}

/// Behind lines with comments that are indented by at least `column`.
fn behind_comments(text: &str, mut at: usize, column: usize) -> usize {
    while text[at..line_end(text, at)].trim_start_matches(' ').starts_with('#')
        && text[at..].starts_with(&" ".repeat(column))
    {
        at = next_line(text, at);
    }
    at
}

/// Below the last line of the document that is not blank, from `offset`, which is behind all of its values.
fn end(tree: &Tree, offset: usize) -> usize {
    let text = tree.text;
    let mut end = if tree.start == offset { if offset == 0 { 0 } else { next_line(text, offset) } } else { offset };
    let mut at = end;
    while at < text.len() && !text[at..].starts_with("...") {
        let next = next_line(text, at);
        if !text[at..next].trim().is_empty() {
            end = next;
        }
        at = next;
    }
    end
}
