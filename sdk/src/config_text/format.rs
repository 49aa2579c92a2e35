//! What every format can do with a text, and the values it reads and writes. Knows no entry and no client.

use crate::connector::Failure;

/// A way to write configurations. Texts come without a byte order mark.
#[doc(hidden)]
pub trait Format {
    /// What is at `path`; none when it is not there. Everything on the way must be a map without a key twice.
    fn read(text: &str, path: &[Step]) -> Result<Option<Node>, Failure>;

    /// What the container at `keys` holds, in order: a map's values, or the maps of a list with what their `name_field`
    /// says. Nothing when it is not there.
    fn entries(text: &str, keys: &[Step], name_field: Option<&str>) -> Result<Vec<(String, Node)>, Failure>;

    /// The text with `value` at `path`; maps on the way are made, and a list for a [`Step::Named`]. The same text when
    /// it says so already.
    fn put(text: &str, path: &[Step], value: &Value) -> Result<String, Failure>;

    /// The text without what is at `path`; the same text when it is not there.
    fn remove(text: &str, path: &[Step]) -> Result<String, Failure>;

    /// Whether the map or list at `path` holds nothing, not even a comment. False when it is not there.
    fn is_empty(text: &str, path: &[Step]) -> Result<bool, Failure>;

    /// A new document: `head`, then `value` at `path`. `blank` is what was there: white space, or nothing.
    fn fresh(blank: &str, head: &str, path: &[Step], value: &Value) -> String;

    /// Whether the text is an empty document, or one with nothing in it but `head`, and without a comment.
    fn is_bare(text: &str, head: &str) -> Result<bool, Failure>;
}

/// One step on the way to a value.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// Into a map.
    Key(&'a str),
    /// Into a list of maps: the first whose `field` is `name`.
    Named { field: &'a str, name: &'a str },
}

/// A value to write.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Bool(bool),
    Number(i64),
    List(Vec<String>),
    Map(Vec<(String, Value)>),
}

/// A value as it was read.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// As the text spells it.
    pub raw: String,
    pub data: Data,
}

/// What a [`Node`] is.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    Text(String),
    List(Vec<Node>),
    /// In the order of the text.
    Map(Vec<(String, Node)>),
    /// A number, a boolean, a date, nothing.
    Other,
}

impl Node {
    pub(super) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            Data::List(_) | Data::Map(_) | Data::Other => None,
        }
    }

    pub(super) fn list(&self) -> Option<&[Self]> {
        match &self.data {
            Data::List(items) => Some(items),
            Data::Text(_) | Data::Map(_) | Data::Other => None,
        }
    }

    pub(super) fn map(&self) -> Option<&[(String, Self)]> {
        match &self.data {
            Data::Map(entries) => Some(entries),
            Data::Text(_) | Data::List(_) | Data::Other => None,
        }
    }

    /// What is at the end of `path`, keys of maps in maps.
    pub(super) fn at<'n, 'p>(&'n self, path: impl IntoIterator<Item = &'p str>) -> Option<&'n Self> {
        path.into_iter().try_fold(self, |node, key| {
            let (_, value) = node.map()?.iter().find(|(name, _)| name == key)?;
            Some(value)
        })
    }
}

impl Value {
    /// `{"a": {"b": self}}` for the path `["a", "b"]`.
    pub(super) fn nested(self, path: &[&str]) -> Self {
        path.iter().rev().fold(self, |inner, key| Self::Map(vec![((*key).to_owned(), inner)]))
    }

    /// Puts `value` at `path` of a map; maps on the way are made. Nothing is there yet.
    pub(super) fn insert(&mut self, path: &[&str], value: Self) {
        let (Self::Map(entries), Some((key, rest))) = (self, path.split_first()) else { return };
        match entries.iter_mut().find(|(name, _)| name == key) {
            Some((_, inner)) => inner.insert(rest, value),
            None => entries.push(((*key).to_owned(), value.nested(rest))),
        }
    }
}
