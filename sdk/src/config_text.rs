//! Set, remove or list one server entry in a JSON configuration text; all else stays byte for byte.
//! Never reads or writes a file.
//!
//! Comments and trailing commas survive, as do key order, indentation, line endings, a byte order mark and a missing
//! final newline: every change is a splice into the text as it was. A text that does not parse, a key that is there
//! twice on the way to the entry, and anything but an object where one belongs are failures with a position.

mod document;
mod edit;
mod layout;
#[cfg(test)]
mod tests;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;

use crate::connector::{Failure, FoundEntry, StdioServer, Transport};
use document::Document;
use layout::{Style, Value};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Variables whose name starts so are isartor's own: `set` removes those that the new entry does not have.
const OWN_VARIABLES: &str = "ISARTOR";

const COMMAND: &str = "command";
const ARGS: &str = "args";
const ENV: &str = "env";

/// Where a client's JSON configuration keeps its servers, in the common shape
/// `{"command": …, "args": […], "env": {…}}`.
#[derive(Debug, Clone, Copy)]
pub struct JsonServers {
    /// The keys from the root to the object that holds the servers, such as `["mcpServers"]`.
    pub container: &'static [&'static str],
    /// Fields that make an entry mean something else than a program to start, such as `url`. `set` removes them.
    pub displaced: &'static [&'static str],
}

impl JsonServers {
    /// The text with a server called `name` that starts `server`; none is a file that does not exist.
    ///
    /// A text of nothing but white space becomes a fresh document. An entry that is there already is changed in
    /// place: its `command`, `args` and variables are made to match, what the user added to it (other fields, other
    /// variables, comments) stays, except `displaced` fields and `ISARTOR…` variables that `server` does not have.
    ///
    /// # Errors
    /// `invalid-input` with a position, as the module says.
    pub fn set(&self, config: Option<&str>, name: &str, server: &StdioServer) -> Result<String, Failure> {
        let (mark, text) = split_mark(config.unwrap_or_default());
        let path = self.path(name);
        let changed = if text.trim().is_empty() {
            fresh(text, &path, &entry(server))
        } else if Document::parse(text)?.value(&path)?.is_some_and(|value| value.as_object().is_some()) {
            self.updated(text, &path, server)?
        } else {
            edit::put(text, &path, &entry(server))?
        };
        Ok(format!("{mark}{changed}"))
    }

    /// The text without the server called `name`, or the same text when it is not there. `created_container` says
    /// that `set` made the objects around it: they go too where they are empty, and none means that nothing is left.
    ///
    /// # Errors
    /// `invalid-input` with a position, as the module says.
    pub fn remove(&self, config: &str, name: &str, created_container: bool) -> Result<Option<String>, Failure> {
        let (mark, text) = split_mark(config);
        if text.trim().is_empty() {
            return Ok((!created_container).then(|| config.to_owned()));
        }
        let mut text = edit::remove(text, &self.path(name))?;
        if created_container {
            text = self.without_empty_container(text)?;
            if Document::parse(&text)?.is_bare() {
                return Ok(None);
            }
        }
        Ok(Some(format!("{mark}{text}")))
    }

    /// Every server, in the order of the text.
    ///
    /// # Errors
    /// `invalid-input` with a position, as the module says.
    pub fn list(&self, config: &str) -> Result<Vec<FoundEntry>, Failure> {
        let (_, text) = split_mark(config);
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let document = Document::parse(text)?;
        let servers = document.object(self.container)?;
        Ok(servers
            .map_or_else(Vec::new, |servers| servers.properties.iter().map(|server| found(text, server)).collect()))
    }

    fn path<'a>(&self, name: &'a str) -> Vec<&'a str> {
        self.container.iter().copied().chain([name]).collect()
    }

    /// The existing object at `path` with our fields in it, one splice after the other.
    fn updated(&self, text: &str, path: &[&str], server: &StdioServer) -> Result<String, Failure> {
        let mut text = text.to_owned();
        for field in self.displaced {
            text = edit::remove(&text, &[path, &[field]].concat())?;
        }
        text = edit::put(&text, &[path, &[COMMAND]].concat(), &Value::Text(server.command.clone()))?;
        text = edit::put(&text, &[path, &[ARGS]].concat(), &Value::List(server.args.clone()))?;
        updated_variables(text, &[path, &[ENV]].concat(), &server.env)
    }

    fn without_empty_container(&self, mut text: String) -> Result<String, Failure> {
        for depth in (1..=self.container.len()).rev() {
            let document = Document::parse(&text)?;
            if !document.object(&self.container[..depth])?.is_some_and(|object| document.is_empty(object)) {
                break;
            }
            text = edit::remove(&text, &self.container[..depth])?;
        }
        Ok(text)
    }
}

/// The variables at `path` with ours in it: ours are made to match, the user's stay.
fn updated_variables(mut text: String, path: &[&str], wanted: &[(String, String)]) -> Result<String, Failure> {
    let document = Document::parse(&text)?;
    let Some(ast::Value::Object(existing)) = document.value(path)? else {
        return edit::put(&text, path, &variables(wanted));
    };
    let stale: Vec<String> = (existing.properties.iter().map(|variable| variable.name.as_str()))
        .filter(|name| name.starts_with(OWN_VARIABLES) && !wanted.iter().any(|(own, _)| own == name))
        .map(str::to_owned)
        .collect();
    for (name, value) in wanted {
        text = edit::put(&text, &[path, &[name]].concat(), &Value::Text(value.clone()))?;
    }
    for name in stale {
        text = edit::remove(&text, &[path, &[&name]].concat())?;
    }
    Ok(text)
}

fn split_mark(config: &str) -> (&str, &str) {
    config.split_at(if config.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 })
}

fn fresh(blank: &str, path: &[&str], value: &Value) -> String {
    let style = Style::fresh(blank);
    format!("{}{}", value.nested(path).render(&style, Some("")), style.newline)
}

fn entry(server: &StdioServer) -> Value {
    Value::Map(vec![
        (COMMAND.into(), Value::Text(server.command.clone())),
        (ARGS.into(), Value::List(server.args.clone())),
        (ENV.into(), variables(&server.env)),
    ])
}

fn variables(pairs: &[(String, String)]) -> Value {
    Value::Map(pairs.iter().map(|(name, value)| (name.clone(), Value::Text(value.clone()))).collect())
}

fn found(text: &str, server: &ast::ObjectProp) -> FoundEntry {
    let fields = server.value.as_object().map_or(&[][..], |object| object.properties.as_slice());
    let transport = stdio(fields).map(Transport::Stdio);
    let modelled = |name: &str| transport.is_some() && [COMMAND, ARGS, ENV].contains(&name);
    let extra = (fields.iter().filter(|field| !modelled(field.name.as_str())))
        .map(|field| (field.name.as_str().to_owned(), field.value.text(text).to_owned()))
        .collect();
    FoundEntry { name: server.name.as_str().to_owned(), raw: server.value.text(text).to_owned(), extra, transport }
}

/// The program that an entry starts; none when a field is missing or of another type.
fn stdio(fields: &[ast::ObjectProp]) -> Option<StdioServer> {
    let field = |name: &str| fields.iter().find(|field| field.name.as_str() == name).map(|field| &field.value);
    let args = field(ARGS).map_or(Some(Vec::new()), |value| value.as_array()?.elements.iter().map(string).collect())?;
    let env = field(ENV).map_or(Some(Vec::new()), |value| {
        let variables = value.as_object()?.properties.iter();
        variables.map(|variable| Some((variable.name.as_str().to_owned(), string(&variable.value)?))).collect()
    })?;
    Some(StdioServer { command: string(field(COMMAND)?)?, args, env })
}

fn string(value: &ast::Value) -> Option<String> {
    value.as_string_lit().map(|literal| literal.value.clone().into_owned())
}
