//! Where everything in a TOML text is. Statements, which are tables' headers and pairs of keys and values, are lines.

use std::ops::Range;

use toml_edit::{InlineTable, Item, Table, TableLike, TomlError, Value};

use crate::config_text::brackets::{Brackets, comma_after, skip_trivia};
use crate::config_text::position::failure_at;
use crate::config_text::splice::{indentation, line_end, line_start};
use crate::connector::Failure;

/// A parsed text. Ranges are byte offsets into `text`.
pub(super) struct Document<'a> {
    pub(super) text: &'a str,
    parsed: toml_edit::Document<&'a str>,
}

/// A header, or a pair in it.
pub(super) struct Statement<'d> {
    /// All keys from the root.
    pub(super) path: Vec<&'d str>,
    /// How many of these keys the header above says.
    pub(super) section: usize,
    /// None of a header.
    pub(super) value: Option<&'d Value>,
    /// Without indentation, and a comment behind it.
    pub(super) range: Range<usize>,
}

/// A table in braces, as far as no dotted key leads further.
pub(super) struct Inline<'d> {
    pub(super) brackets: Brackets,
    /// The keys that lead from the braces to each member.
    pub(super) paths: Vec<Vec<&'d str>>,
    /// How many keys lead to the braces.
    pub(super) depth: usize,
}

impl<'a> Document<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Failure> {
        let parsed = toml_edit::Document::parse(text).map_err(|error| unparsable(text, &error))?;
        Ok(Self { text, parsed })
    }

    /// How many keys of `path` lead to a table, and the last of these tables.
    pub(super) fn deepest(&self, path: &[&str]) -> Result<(usize, &dyn TableLike), Failure> {
        let mut table: &dyn TableLike = self.parsed.as_table();
        for (depth, key) in path.iter().enumerate() {
            let Some(item) = table.get(key).filter(|item| !item.is_none()) else { return Ok((depth, table)) };
            table = item.as_table_like().ok_or_else(|| self.not_a_table(&path[..=depth], item))?;
        }
        Ok((path.len(), table))
    }

    /// The table at `path`; none when it is not there.
    pub(super) fn table(&self, path: &[&str]) -> Result<Option<&dyn TableLike>, Failure> {
        let (depth, table) = self.deepest(path)?;
        Ok((depth == path.len()).then_some(table))
    }

    /// What is at `path`; none when it, or a table on the way, is not there.
    pub(super) fn item(&self, path: &[&str]) -> Result<Option<&Item>, Failure> {
        let (key, parents) = path.split_last().expect("a path has at least one key");
        Ok(self.table(parents)?.and_then(|table| table.get(key)).filter(|item| !item.is_none()))
    }

    /// In the order of the text.
    pub(super) fn statements(&self) -> Vec<Statement<'_>> {
        let mut statements = Vec::new();
        self.collect(self.parsed.as_table(), &mut Vec::new(), 0, &mut statements);
        statements.sort_by_key(|statement| statement.range.start);
        statements
    }

    fn collect<'d>(
        &self,
        table: &'d Table,
        path: &mut Vec<&'d str>,
        section: usize,
        statements: &mut Vec<Statement<'d>>,
    ) {
        let header = table.span().filter(|_| !path.is_empty() && !table.is_implicit() && !table.is_dotted());
        let section = if header.is_some() { path.len() } else { section };
        statements.extend(header.map(|range| Statement { path: path.clone(), section, value: None, range }));
        for (key, item) in table {
            path.push(key);
            match item {
                Item::None => {}
                Item::Table(inner) => self.collect(inner, path, section, statements),
                Item::ArrayOfTables(tables) => tables.iter().for_each(|inner| {
                    self.collect(inner, path, section, statements);
                }),
                Item::Value(value) => {
                    let range = self.pair(value);
                    statements.push(Statement { path: path.clone(), section, value: Some(value), range });
                }
            }
            path.pop();
        }
    }

    /// A pair starts on the line on which its value starts, and nothing is before it.
    fn pair(&self, value: &Value) -> Range<usize> {
        let value = span(value);
        line_start(self.text, value.start) + indentation(self.text, value.start).len()..value.end
    }

    /// The innermost braces that the table at `path` is in, or is.
    pub(super) fn inline(&self, path: &[&str]) -> Option<Inline<'_>> {
        let statements = self.statements();
        let outer =
            statements.iter().find(|statement| statement.value.is_some() && path.starts_with(&statement.path))?;
        let (mut depth, mut table) = (outer.path.len(), outer.value?.as_inline_table()?);
        loop {
            let members = members(table);
            let inner = members.iter().find(|(keys, _)| path[depth..].starts_with(keys));
            match inner.and_then(|(keys, value)| Some((keys.len(), value.as_inline_table()?))) {
                Some((further, inner)) => (depth, table) = (depth + further, inner),
                None => return Some(self.inline_of(table, members, depth)),
            }
        }
    }

    fn inline_of<'d>(&self, table: &InlineTable, members: Vec<(Vec<&'d str>, &Value)>, depth: usize) -> Inline<'d> {
        let range = table.span().expect("what was parsed has a place");
        let (mut from, mut ranges) = (range.start + 1, Vec::new());
        for (_, value) in &members {
            let end = span(value).end;
            ranges.push(skip_trivia(self.text, from)..end);
            from = comma_after(self.text, end).map_or(end, |comma| comma + 1);
        }
        let paths = members.into_iter().map(|(path, _)| path).collect();
        Inline { brackets: Brackets { range, members: ranges }, paths, depth }
    }

    /// The statements that say what is at `path`, as the text spells them.
    pub(super) fn raw(&self, path: &[&str]) -> String {
        let statements = self.statements();
        let runs = runs(&statements, path).into_iter();
        let raw: Vec<&str> = runs
            .map(|run| {
                let (first, last) = (&statements[run.start], &statements[run.end - 1]);
                &self.text[line_start(self.text, first.range.start)..line_end(self.text, last.range.end)]
            })
            .collect();
        raw.join("\n")
    }

    /// Whether there is a comment between the braces of an empty table, or between its header and the next statement.
    pub(super) fn has_comment(&self, path: &[&str]) -> bool {
        if let Some(inline) = self.inline(path) {
            return self.text[inline.brackets.range].contains('#');
        }
        let statements = self.statements();
        let Some(last) = statements.iter().rposition(|statement| statement.path.starts_with(path)) else {
            return false;
        };
        let end = statements.get(last + 1).map_or(self.text.len(), |next| next.range.start);
        self.text[statements[last].range.end..end].contains('#')
    }

    fn not_a_table(&self, path: &[&str], item: &Item) -> Failure {
        let kind = match item {
            Item::None => "nothing",
            Item::Table(_) | Item::Value(Value::InlineTable(_)) => "a table of another kind",
            Item::ArrayOfTables(_) => "an array of tables",
            Item::Value(Value::String(_)) => "a string",
            Item::Value(Value::Integer(_)) => "an integer",
            Item::Value(Value::Float(_)) => "a float",
            Item::Value(Value::Boolean(_)) => "a boolean",
            Item::Value(Value::Datetime(_)) => "a date",
            Item::Value(Value::Array(_)) => "an array",
        };
        let start = item.span().map_or(0, |span| span.start);
        failure_at(self.text, start, format!("\"{}\" is {kind}, not a table", path.join(".")))
    }
}

/// Neighbours that are at `path` or below it.
pub(super) fn runs(statements: &[Statement], path: &[&str]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (index, _) in statements.iter().enumerate().filter(|(_, statement)| statement.path.starts_with(path)) {
        match runs.last_mut().filter(|run| run.end == index) {
            Some(run) => run.end += 1,
            None => runs.push(index..index + 1),
        }
    }
    runs
}

/// Where a value is, which every value that was parsed knows.
pub(super) fn span(value: &Value) -> Range<usize> {
    value.span().expect("what was parsed has a place")
}

/// What is between the braces, in order.
fn members(table: &InlineTable) -> Vec<(Vec<&str>, &Value)> {
    fn collect<'d>(table: &'d InlineTable, path: &mut Vec<&'d str>, members: &mut Vec<(Vec<&'d str>, &'d Value)>) {
        for (key, value) in table {
            path.push(key);
            match value.as_inline_table().filter(|inner| inner.is_dotted()) {
                Some(inner) => collect(inner, path, members),
                None => members.push((path.clone(), value)),
            }
            path.pop();
        }
    }
    let mut found = Vec::new();
    collect(table, &mut Vec::new(), &mut found);
    found.sort_by_key(|(_, value)| span(value).start);
    found
}

fn unparsable(text: &str, error: &TomlError) -> Failure {
    let offset = error.span().map_or(0, |span| span.start).min(text.len());
    let offset = (0..=offset).rev().find(|offset| text.is_char_boundary(*offset)).unwrap_or(0);
    let message = error.message().trim_end().replace('\n', ", ");
    failure_at(text, offset, format!("it is not valid TOML: {message}"))
}
