//! YAML: maps and lists in lines or in brackets, one document. A new server is written in lines, except into brackets.

mod edit;
mod layout;
mod tree;
mod way;

#[cfg(test)]
mod tests;

use super::format::{Data, Format, Node, Step, Value};
use crate::connector::Failure;
use layout::{Meaning, Style, column, meaning};
use tree::{Kind, Layout, Tree};

/// YAML.
#[derive(Debug)]
pub struct Yaml;

impl Format for Yaml {
    fn read(text: &str, path: &[Step]) -> Result<Option<Node>, Failure> {
        let tree = Tree::parse(text)?;
        Ok(tree.at(path)?.map(|found| node(text, found)))
    }

    fn entries(text: &str, keys: &[Step], name_field: Option<&str>) -> Result<Vec<(String, Node)>, Failure> {
        let tree = Tree::parse(text)?;
        let Some(container) = tree.at(keys)? else { return Ok(Vec::new()) };
        let any = name_field.map_or(Step::Key(""), |field| Step::Named { field, name: "" });
        tree.member(container, any, keys)?;
        let entries = match &container.kind {
            Kind::Map(_, pairs) => {
                let named =
                    pairs.iter().filter_map(|pair| Some((pair.key.text()?.to_owned(), node(text, &pair.value))));
                named.collect()
            }
            Kind::List(_, items) => {
                let nodes = items.iter().map(|item| node(text, &item.value));
                nodes.filter_map(|node| Some((node.at(name_field)?.text()?.to_owned(), node))).collect()
            }
            Kind::Nothing | Kind::Plain(_) | Kind::Quoted(_) | Kind::Block(_) | Kind::Alias => Vec::new(),
        };
        Ok(entries)
    }

    fn put(text: &str, path: &[Step], value: &Value) -> Result<String, Failure> {
        edit::put(text, path, value)
    }

    fn remove(text: &str, path: &[Step]) -> Result<String, Failure> {
        edit::remove(text, path)
    }

    fn is_empty(text: &str, path: &[Step]) -> Result<bool, Failure> {
        let tree = Tree::parse(text)?;
        let Some(container) = tree.at(path)? else { return Ok(false) };
        let is_empty = match &container.kind {
            Kind::Nothing => true,
            Kind::Map(_, pairs) => pairs.is_empty(),
            Kind::List(_, items) => items.is_empty(),
            Kind::Plain(_) | Kind::Quoted(_) | Kind::Block(_) | Kind::Alias => false,
        };
        Ok(is_empty && !edit::has_comment(text, container))
    }

    fn fresh(blank: &str, head: &str, path: &[Step], value: &Value) -> String {
        let newline = if blank.contains("\r\n") { "\r\n" } else { "\n" };
        let lines = match path.split_first() {
            Some((Step::Key(key), rest)) => Style::default().pair(key, rest, value),
            Some((Step::Named { .. }, _)) | None => Vec::new(),
        };
        head.lines().map(str::to_owned).chain(lines).map(|line| line + newline).collect()
    }

    fn is_bare(text: &str, head: &str) -> Result<bool, Failure> {
        Tree::parse(text)?;
        Ok(text.trim().is_empty() || text.trim().lines().eq(head.trim().lines()))
    }
}

fn node(text: &str, found: &tree::Node) -> Node {
    let is_text = found.tag.as_ref().is_none_or(|tag| tag.ends_with("!str"));
    let data = match &found.kind {
        Kind::Plain(text) if found.tag.is_none() && meaning(text) != Meaning::Text => Data::Other,
        Kind::Plain(text) | Kind::Quoted(text) | Kind::Block(text) if is_text => Data::Text(text.clone()),
        Kind::Nothing | Kind::Alias | Kind::Plain(_) | Kind::Quoted(_) | Kind::Block(_) => Data::Other,
        Kind::Map(_, pairs) => {
            let inside = pairs.iter().filter_map(|pair| Some((pair.key.text()?.to_owned(), node(text, &pair.value))));
            Data::Map(inside.collect())
        }
        Kind::List(_, items) => Data::List(items.iter().map(|item| node(text, &item.value)).collect()),
    };
    let is_in_lines = matches!(found.kind, Kind::Map(Layout::Lines, _) | Kind::List(Layout::Lines, _));
    let indentation = if is_in_lines { " ".repeat(column(text, found.range.start)) } else { String::new() };
    Node { raw: format!("{indentation}{}", &text[found.range.clone()]), data }
}
