//! A client as a table: where its servers are and how it spells them. Joins shapes and formats; knows neither's inside.

use std::marker::PhantomData;

use super::format::{Data, Format, Node, Step, Value};
use super::reading;
use super::shape::{Role, Shape, has};
use crate::connector::{Connector, Failure, FoundEntry, ServerEntry, Target, Transport};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Where a client's configuration keeps its servers, and how it spells one.
#[derive(Debug)]
pub struct Client<F> {
    container: &'static [&'static str],
    name_field: Option<&'static str>,
    stdio: Option<Shape>,
    http: Option<Shape>,
    older: &'static [Shape],
    head: &'static str,
    format: PhantomData<F>,
}

/// A connector that is nothing but a table; the crate's page has an example.
pub trait Table {
    /// How the client's files are written.
    type Format: Format;

    /// The table.
    const CLIENT: Client<Self::Format>;
}

impl<T: Table> Connector for T {
    fn connect(config: Option<String>, _target: Target, entry: ServerEntry) -> Result<String, Failure> {
        T::CLIENT.connect(config.as_deref(), &entry)
    }

    fn disconnect(config: String, _target: Target, name: String, created: bool) -> Result<Option<String>, Failure> {
        T::CLIENT.disconnect(&config, &name, created)
    }

    fn servers(config: String, _target: Target) -> Result<Vec<FoundEntry>, Failure> {
        T::CLIENT.servers(&config)
    }
}

impl<F: Format> Client<F> {
    /// `container` is the way of keys from the root to what holds the servers, such as `["mcpServers"]`. It neither
    /// starts programs nor knows URLs until it is said how it spells them.
    pub const fn new(container: &'static [&'static str]) -> Self {
        Self { container, name_field: None, stdio: None, http: None, older: &[], head: "", format: PhantomData }
    }

    /// How it spells a server that it starts, such as [`STDIO`](super::STDIO).
    #[must_use]
    pub const fn stdio(self, shape: Shape) -> Self {
        Self { stdio: Some(shape), ..self }
    }

    /// How it spells a server that it reaches over HTTP, such as [`HTTP`](super::HTTP).
    #[must_use]
    pub const fn http(self, shape: Shape) -> Self {
        Self { http: Some(shape), ..self }
    }

    /// Spellings that are read and never written. Their fields go when an entry becomes ours.
    #[must_use]
    pub const fn older(self, shapes: &'static [Shape]) -> Self {
        Self { older: shapes, ..self }
    }

    /// The servers are a list of maps, of which `field` is the name.
    #[must_use]
    pub const fn list(self, field: &'static str) -> Self {
        Self { name_field: Some(field), ..self }
    }

    /// What a new file begins with, whole lines.
    #[must_use]
    pub const fn head(self, head: &'static str) -> Self {
        Self { head, ..self }
    }

    /// The text with `entry` in it; none is a file that does not exist.
    ///
    /// A text of nothing but white space becomes a fresh document. An entry that is there already is changed in
    /// place: what it says of the program or URL is made to match, what the user added to it (other fields, other
    /// variables and headers, comments) stays, except fields of the client's other spellings, `ISARTOR…` variables
    /// and our header where the new entry does not have them.
    ///
    /// # Errors
    /// `unsupported` when the client does not know the entry's transport, or cannot pass the key's variable on;
    /// `invalid-input` with a position, as the module says.
    pub fn connect(&self, config: Option<&str>, entry: &ServerEntry) -> Result<String, Failure> {
        let shape = self.shape(entry)?;
        check_by_name(entry, shape)?;
        let (mark, text) = split_mark(config.unwrap_or_default());
        let path = self.path(&entry.name);
        let changed = if text.trim().is_empty() {
            F::fresh(text, self.head, &path, &whole(entry, shape))
        } else {
            match F::read(text, &path)? {
                Some(Node { data: Data::Map(_), .. }) => self.updated(text, &path, entry, shape)?,
                Some(_) | None => F::put(text, &path, &whole(entry, shape))?,
            }
        };
        Ok(format!("{mark}{changed}"))
    }

    /// The text without the server called `name`, or the same text when it is not there. `created_container` says
    /// that `connect` made what is around it: that goes too where it is empty, and none means that nothing is left.
    ///
    /// # Errors
    /// `invalid-input` with a position, as the module says.
    pub fn disconnect(&self, config: &str, name: &str, created_container: bool) -> Result<Option<String>, Failure> {
        let (mark, text) = split_mark(config);
        if text.trim().is_empty() {
            return Ok((!created_container).then(|| config.to_owned()));
        }
        let mut text = F::remove(text, &self.path(name))?;
        if created_container {
            text = self.without_empty_container(text)?;
            if F::is_bare(&text, self.head)? {
                return Ok(None);
            }
        }
        Ok(Some(format!("{mark}{text}")))
    }

    /// Every server, in the order of the text.
    ///
    /// # Errors
    /// `invalid-input` with a position, as the module says.
    pub fn servers(&self, config: &str) -> Result<Vec<FoundEntry>, Failure> {
        let (_, text) = split_mark(config);
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let named = F::entries(text, &self.keys(), self.name_field)?;
        let shapes: Vec<Shape> = self.shapes().collect();
        Ok(named.into_iter().map(|(name, node)| reading::found(name, &node, &shapes, self.name_field)).collect())
    }

    fn shape(&self, entry: &ServerEntry) -> Result<Shape, Failure> {
        match entry.transport {
            Transport::Stdio(_) => self.stdio.ok_or("its configuration holds URLs only, and no programs"),
            Transport::Http(_) => self.http.ok_or("its configuration holds programs only, and no URLs"),
        }
        .map_err(Failure::unsupported)
    }

    fn shapes(&self) -> impl Iterator<Item = Shape> {
        self.stdio.into_iter().chain(self.http).chain(self.older.iter().copied())
    }

    fn keys(&self) -> Vec<Step<'static>> {
        self.container.iter().map(|key| Step::Key(key)).collect()
    }

    fn path<'a>(&self, name: &'a str) -> Vec<Step<'a>> {
        let last = match self.name_field {
            Some(field) => Step::Named { field, name },
            None => Step::Key(name),
        };
        self.keys().into_iter().chain([last]).collect()
    }

    /// The existing map at `path` with our fields in it, one splice after the other.
    fn updated(&self, text: &str, path: &[Step], entry: &ServerEntry, shape: Shape) -> Result<String, Failure> {
        let mut text = text.to_owned();
        let displaced = self.shapes().flatten().map(|(field, _)| *field);
        for field in displaced.filter(|field| !shape.iter().any(|(ours, _)| ours == field)) {
            // What is inside another spelling's field may be on no way: that field may hold a text here.
            let is_there = F::read(&text, path)?.is_some_and(|entry| entry.at(field.split('.')).is_some());
            if is_there {
                text = F::remove(&text, &below(path, field))?;
                let is_ours = |around: &str| shape.iter().any(|(ours, _)| *ours == around);
                text = match field.rsplit_once('.').filter(|(around, _)| !is_ours(around)) {
                    Some((around, _)) => without_empty::<F>(text, &below(path, around))?,
                    None => text,
                };
            }
        }
        for (field, role) in shape.iter().filter(|(_, role)| !role.is_beginning()) {
            let path = below(path, field);
            text = match (role.value(entry, shape), role.own_names()) {
                (Some(Value::Map(wanted)), Some(is_own)) => with_ours::<F>(text, &path, wanted, is_own)?,
                (None, Some(is_own)) => with_ours::<F>(text, &path, Vec::new(), is_own)?,
                (value, None) if *role == Role::PassedVariables => with_names::<F>(text, &path, value)?,
                (Some(value), _) => F::put(&text, &path, &value)?,
                (None, None) => F::remove(&text, &path)?,
            };
        }
        Ok(text)
    }

    fn without_empty_container(&self, mut text: String) -> Result<String, Failure> {
        let keys = self.keys();
        for depth in (1..=keys.len()).rev() {
            if !F::is_empty(&text, &keys[..depth])? {
                break;
            }
            text = F::remove(&text, &keys[..depth])?;
        }
        Ok(text)
    }
}

/// A key that is told by its variable's bare name needs a field for that; and a program gets a variable that its client
/// passes on under the name that it has.
fn check_by_name(entry: &ServerEntry, shape: Shape) -> Result<(), Failure> {
    let Some(variable) = &entry.key_variable else { return Ok(()) };
    let (pairs, has_field, keeps_name) = match &entry.transport {
        Transport::Stdio(server) => (&server.env, has(shape, Role::PassedVariables), true),
        Transport::Http(server) => (&server.headers, has(shape, Role::HeaderVariables), false),
    };
    match pairs.iter().find(|(_, value)| value == variable) {
        Some(_) if !has_field => Err(Failure::unsupported("an entry of this transport cannot refer to a variable")),
        Some((name, _)) if keeps_name && name != variable => Err(Failure::unsupported(format!(
            "it passes the variable {variable} on under its own name, and only {name} can hold it"
        ))),
        Some(_) | None => Ok(()),
    }
}

/// The text without the map at `path` when nothing is in it any more.
fn without_empty<F: Format>(text: String, path: &[Step]) -> Result<String, Failure> {
    match F::is_empty(&text, path)? {
        true => F::remove(&text, path),
        false => Ok(text),
    }
}

/// The map at `path` with `wanted` in it: what `is_own` says is ours is made to match, the user's stays.
fn with_ours<F: Format>(
    mut text: String,
    path: &[Step],
    wanted: Vec<(String, Value)>,
    is_own: fn(&str) -> bool,
) -> Result<String, Failure> {
    let existing = F::read(&text, path)?;
    let Some(existing) = existing.as_ref().and_then(Node::map) else {
        return match wanted.is_empty() {
            true => Ok(text),
            false => F::put(&text, path, &Value::Map(wanted)),
        };
    };
    let is_wanted = |name: &str| wanted.iter().any(|(own, _)| own == name);
    let stale = existing.iter().map(|(name, _)| name).filter(|name| is_own(name) && !is_wanted(name));
    let stale: Vec<String> = stale.cloned().collect();
    for (name, value) in &wanted {
        text = F::put(&text, &with(path, name), value)?;
    }
    for name in stale {
        text = F::remove(&text, &with(path, &name))?;
    }
    Ok(text)
}

/// The list at `path` with the names that are `wanted` in it, too; the user's stay.
fn with_names<F: Format>(text: String, path: &[Step], wanted: Option<Value>) -> Result<String, Failure> {
    let Some(Value::List(wanted)) = wanted else { return Ok(text) };
    let existing = F::read(&text, path)?;
    let existing = existing.as_ref().and_then(Node::list).unwrap_or_default().iter().filter_map(Node::text);
    let mut names: Vec<String> = existing.map(str::to_owned).collect();
    names.extend(wanted.into_iter().filter(|name| !names.contains(name)).collect::<Vec<_>>());
    F::put(&text, path, &Value::List(names))
}

/// A new entry.
fn whole(entry: &ServerEntry, shape: Shape) -> Value {
    let mut whole = Value::Map(Vec::new());
    for (field, role) in shape {
        if let Some(value) = role.value(entry, shape) {
            whole.insert(&field.split('.').collect::<Vec<_>>(), value);
        }
    }
    whole
}

fn below<'a>(path: &[Step<'a>], field: &'a str) -> Vec<Step<'a>> {
    path.iter().copied().chain(field.split('.').map(Step::Key)).collect()
}

fn with<'a>(path: &[Step<'a>], key: &'a str) -> Vec<Step<'a>> {
    path.iter().copied().chain([Step::Key(key)]).collect()
}

fn split_mark(config: &str) -> (&str, &str) {
    config.split_at(if config.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 })
}
