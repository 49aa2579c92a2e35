//! How a client spells a server: fields in the order they are written, and what each one means.

use std::slice;

use crate::connector::{HttpServer, ServerEntry, StdioServer, Transport};

use super::format::Value;

/// The fields of an entry, in the order they are written. A name with dots in it, such as `requestOptions.headers`, is
/// a field inside of fields.
pub type Shape = &'static [(&'static str, Role)];

/// The common spelling of a program: `{"command": …, "args": […], "env": {…}}`.
pub const STDIO: Shape = &[("command", Role::Command), ("args", Role::Args), ("env", Role::Env)];

/// The common spelling of a URL: `{"url": …, "headers": {…}}`.
pub const HTTP: Shape = &[("url", Role::Url), ("headers", Role::Headers)];

/// Variables whose name starts so are isartor's own.
const OWN_VARIABLES: &str = "ISARTOR";
/// The header that carries the gateway's key.
const OWN_HEADER: &str = "X-API-Key";

/// What a field of an entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The program's path.
    Command,
    /// The list of its arguments.
    Args,
    /// One list: the program's path, then its arguments.
    CommandLine,
    /// A map of environment variables. Left out where there is none.
    Env,
    /// A list of names of variables that the client passes on, of which the key's is one where the user keeps it in a
    /// variable. The client must pass it on under the same name.
    PassedVariables,
    /// The URL.
    Url,
    /// A map of HTTP headers. Left out where there is none.
    Headers,
    /// A map from the names of headers to the names of variables that hold their values. Left out where there is none.
    HeaderVariables,
    /// The entry's own name, once more.
    Name,
    /// A constant that says what the entry is, such as the `type`: it is set in an entry that is there already, too.
    Text(&'static str),
    /// A constant that an entry begins with; what the user makes of it stays.
    Bool(bool),
    /// The same.
    Number(i64),
    /// The same.
    Texts(&'static [&'static str]),
    /// The same: a text.
    Beginning(&'static str),
    /// A field that is never written and that an entry which becomes this shape keeps, such as the user's `disabled`.
    Kept,
}

impl Role {
    /// Whether the field is a beginning, which an entry that is there already keeps or goes without.
    pub(super) fn is_beginning(self) -> bool {
        match self {
            Self::Bool(_) | Self::Number(_) | Self::Texts(_) | Self::Beginning(_) | Self::Kept => true,
            Self::Command
            | Self::Args
            | Self::CommandLine
            | Self::Env
            | Self::PassedVariables
            | Self::Url
            | Self::Headers
            | Self::HeaderVariables
            | Self::Name
            | Self::Text(_) => false,
        }
    }

    /// For a map that the user may have something in, too: which of its names are isartor's own.
    pub(super) fn own_names(self) -> Option<fn(&str) -> bool> {
        match self {
            Self::Env => Some(|name| name.starts_with(OWN_VARIABLES)),
            Self::Headers | Self::HeaderVariables => Some(|name| name.eq_ignore_ascii_case(OWN_HEADER)),
            Self::Command
            | Self::Args
            | Self::CommandLine
            | Self::PassedVariables
            | Self::Url
            | Self::Name
            | Self::Text(_)
            | Self::Bool(_)
            | Self::Number(_)
            | Self::Texts(_)
            | Self::Beginning(_)
            | Self::Kept => None,
        }
    }

    /// What the field says of `entry`; none leaves it out.
    pub(super) fn value(self, entry: &ServerEntry, shape: Shape) -> Option<Value> {
        match (self, &entry.transport) {
            (Self::Name, _) => Some(Value::Text(entry.name.clone())),
            (Self::Text(text) | Self::Beginning(text), _) => Some(Value::Text(text.to_owned())),
            (Self::Bool(value), _) => Some(Value::Bool(value)),
            (Self::Number(value), _) => Some(Value::Number(value)),
            (Self::Texts(texts), _) => Some(Value::List(texts.iter().map(|text| (*text).to_owned()).collect())),
            (_, Transport::Stdio(server)) => self.of_program(server, entry.key_variable.as_deref(), shape),
            (_, Transport::Http(server)) => self.of_url(server, entry.key_variable.as_deref(), shape),
        }
    }

    fn of_program(self, server: &StdioServer, key_variable: Option<&str>, shape: Shape) -> Option<Value> {
        let by_name = key_variable.filter(|_| has(shape, Self::PassedVariables));
        match self {
            Self::Command => Some(Value::Text(server.command.clone())),
            Self::Args => Some(Value::List(server.args.clone())),
            Self::CommandLine => Some(Value::List([slice::from_ref(&server.command), server.args.as_slice()].concat())),
            Self::Env => map(server.env.iter().filter(|(_, value)| Some(value.as_str()) != by_name)),
            Self::PassedVariables => by_name.map(|name| Value::List(vec![name.to_owned()])),
            Self::Url
            | Self::Headers
            | Self::HeaderVariables
            | Self::Name
            | Self::Text(_)
            | Self::Bool(_)
            | Self::Number(_)
            | Self::Texts(_)
            | Self::Beginning(_)
            | Self::Kept => None,
        }
    }

    fn of_url(self, server: &HttpServer, key_variable: Option<&str>, shape: Shape) -> Option<Value> {
        let by_name = key_variable.filter(|_| has(shape, Self::HeaderVariables));
        let is_by_name = |value: &String| Some(value.as_str()) == by_name;
        match self {
            Self::Url => Some(Value::Text(server.url.clone())),
            Self::Headers => map(server.headers.iter().filter(|(_, value)| !is_by_name(value))),
            Self::HeaderVariables => map(server.headers.iter().filter(|(_, value)| is_by_name(value))),
            Self::Command
            | Self::Args
            | Self::CommandLine
            | Self::Env
            | Self::PassedVariables
            | Self::Name
            | Self::Text(_)
            | Self::Bool(_)
            | Self::Number(_)
            | Self::Texts(_)
            | Self::Beginning(_)
            | Self::Kept => None,
        }
    }
}

/// Whether a field of `shape` means `role`.
pub(super) fn has(shape: Shape, role: Role) -> bool {
    shape.iter().any(|(_, other)| *other == role)
}

fn map<'p>(pairs: impl Iterator<Item = &'p (String, String)>) -> Option<Value> {
    let pairs: Vec<_> = pairs.map(|(name, value)| (name.clone(), Value::Text(value.clone()))).collect();
    (!pairs.is_empty()).then_some(Value::Map(pairs))
}
