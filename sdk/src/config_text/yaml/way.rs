//! The way from the root to a value, and what must not be on it.

use super::layout::{Meaning, meaning};
use super::tree::{Kind, Node, Pair, Tree};
use crate::config_text::format::Step;
use crate::config_text::position::failure_at;
use crate::connector::Failure;

/// A value and where it is in the one around it.
#[derive(Clone, Copy)]
pub(super) struct Found<'t> {
    pub(super) parent: &'t Node,
    pub(super) index: usize,
}

impl<'t> Found<'t> {
    pub(super) fn node(self) -> &'t Node {
        match &self.parent.kind {
            Kind::Map(_, pairs) => &pairs[self.index].value,
            Kind::List(_, items) => &items[self.index].value,
            Kind::Nothing | Kind::Plain(_) | Kind::Quoted(_) | Kind::Block(_) | Kind::Alias => self.parent,
        }
    }

    /// The pair of a map that it is the value of.
    pub(super) fn pair(self) -> Option<&'t Pair> {
        match &self.parent.kind {
            Kind::Map(_, pairs) => pairs.get(self.index),
            Kind::List(..) | Kind::Nothing | Kind::Plain(_) | Kind::Quoted(_) | Kind::Block(_) | Kind::Alias => None,
        }
    }
}

impl Node {
    /// Of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Plain(text) | Kind::Quoted(text) | Kind::Block(text) => Some(text),
            Kind::Nothing | Kind::Alias | Kind::Map(..) | Kind::List(..) => None,
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self.kind, Kind::Nothing) && !self.anchor && self.tag.is_none()
    }

    /// Whether an alias elsewhere could mean it, or a part of it.
    pub(super) fn has_anchor(&self) -> bool {
        let inside = match &self.kind {
            Kind::Map(_, pairs) => pairs.iter().any(|pair| pair.key.has_anchor() || pair.value.has_anchor()),
            Kind::List(_, items) => items.iter().any(|item| item.value.has_anchor()),
            Kind::Nothing | Kind::Plain(_) | Kind::Quoted(_) | Kind::Block(_) | Kind::Alias => false,
        };
        self.anchor || inside
    }

    /// What a field of this map says.
    fn field(&self, name: &str) -> Option<&str> {
        match &self.kind {
            Kind::Map(_, pairs) => pairs.iter().find(|pair| pair.key.text() == Some(name))?.value.text(),
            Kind::Nothing | Kind::Plain(_) | Kind::Quoted(_) | Kind::Block(_) | Kind::Alias | Kind::List(..) => None,
        }
    }
}

impl Tree<'_> {
    /// As far as `path` leads. Everything on the way must be a map without a key twice, or a list without a name twice.
    pub(super) fn way(&self, path: &[Step]) -> Result<Vec<Found<'_>>, Failure> {
        let mut way: Vec<Found> = Vec::new();
        for (depth, step) in path.iter().enumerate() {
            let Some(parent) = way.last().map_or(self.root.as_ref(), |found| Some(found.node())) else { break };
            match self.member(parent, *step, &path[..depth])? {
                Some(index) => way.push(Found { parent, index }),
                None => break,
            }
        }
        Ok(way)
    }

    /// What is at `path`; none when it is not there.
    pub(super) fn at(&self, path: &[Step]) -> Result<Option<&Node>, Failure> {
        if path.is_empty() {
            return Ok(self.root.as_ref());
        }
        let way = self.way(path)?;
        Ok(way.last().filter(|_| way.len() == path.len()).map(|found| found.node()))
    }

    /// Where `step` leads from `parent`, which is at `path`.
    pub(super) fn member(&self, parent: &Node, step: Step, path: &[Step]) -> Result<Option<usize>, Failure> {
        if parent.is_nothing() {
            return Ok(None);
        }
        if parent.anchor || parent.tag.is_some() {
            let what = format!("{} has an anchor or a tag, and is not edited", name(path));
            return Err(failure_at(self.text, parent.range.start, what));
        }
        match (&parent.kind, step) {
            (Kind::Map(_, pairs), Step::Key(key)) => {
                self.refuse_twins(pairs)?;
                Ok(pairs.iter().position(|pair| pair.key.text() == Some(key)))
            }
            (Kind::List(_, items), Step::Named { field, name }) => {
                let is_named = |node: &Node| node.field(field) == Some(name);
                let mut found = items.iter().enumerate().filter(|(_, item)| is_named(&item.value));
                let first = found.next().map(|(index, _)| index);
                match found.next() {
                    None => Ok(first),
                    Some((_, twin)) => {
                        let what = format!("the name {:?} is there twice", short(name));
                        Err(failure_at(self.text, twin.value.range.start, what))
                    }
                }
            }
            (_, step) => {
                let wanted = if matches!(step, Step::Key(_)) { "map" } else { "list" };
                let what = format!("{} is {}, not a {wanted}", name(path), kind(parent));
                Err(failure_at(self.text, parent.range.start, what))
            }
        }
    }

    fn refuse_twins(&self, pairs: &[Pair]) -> Result<(), Failure> {
        let mut keys: Vec<(&str, usize)> =
            pairs.iter().filter_map(|pair| Some((pair.key.text()?, pair.key.range.start))).collect();
        if let Some((_, merge)) = keys.iter().find(|(key, at)| *key == "<<" && self.text[*at..].starts_with("<<")) {
            return Err(failure_at(self.text, *merge, "it is merged with another map, and is not edited"));
        }
        keys.sort_unstable();
        match keys.windows(2).find(|twins| twins[0].0 == twins[1].0) {
            Some(twins) => {
                let what = format!("the key {:?} is there twice", short(twins[1].0));
                Err(failure_at(self.text, twins[1].1, what))
            }
            None => Ok(()),
        }
    }
}

fn short(name: &str) -> String {
    name.chars().take(64).collect()
}

fn name(path: &[Step]) -> String {
    if path.is_empty() {
        return "the configuration".to_owned();
    }
    let names = path.iter().map(|step| match step {
        Step::Key(key) | Step::Named { name: key, .. } => *key,
    });
    format!("\"{}\"", names.collect::<Vec<_>>().join("."))
}

fn kind(node: &Node) -> &'static str {
    match &node.kind {
        Kind::Nothing => "null",
        Kind::Plain(text) => match meaning(text) {
            Meaning::Null => "null",
            Meaning::Bool => "a boolean",
            Meaning::Number => "a number",
            Meaning::Text => "a string",
        },
        Kind::Quoted(_) | Kind::Block(_) => "a string",
        Kind::Alias => "an alias",
        Kind::Map(..) => "a map",
        Kind::List(..) => "a list",
    }
}
