//! Which entry is isartor's, and what it may say. Pure.

use std::path::Path;

use super::entry;
use crate::client_config::{EntryForm, Scalar};
use crate::plugin::connector::{FoundEntry, ServerEntry, Transport};
use crate::plugin::manifest::client_file::{Constant, Servers};

/// An entry under our usual name, or one that starts us or tells us where the gateway is.
pub(super) fn is_ours(entry: &FoundEntry) -> bool {
    let Some(Transport::Stdio(server)) = &entry.transport else { return entry.name == entry::DEFAULT_NAME };
    let starts_us = Path::new(&server.command).file_stem().is_some_and(|stem| stem == entry::DEFAULT_NAME);
    entry.name == entry::DEFAULT_NAME || starts_us || server.env.iter().any(|(name, _)| name == entry::GATEWAY_URL)
}

/// Whether the key itself is written, rather than where to find it.
pub(super) fn holds_key(entry: &ServerEntry) -> bool {
    let is_given = match &entry.transport {
        Transport::Stdio(server) => server.env.iter().any(|(name, _)| name == entry::GATEWAY_API_KEY),
        Transport::Http(server) => !server.headers.is_empty(),
    };
    is_given && entry.key_variable.is_none()
}

/// Every value that the connector was given to write, and the constants of its manifest.
pub(super) fn allowed<'a>(entry: &'a ServerEntry, servers: &'a Servers) -> Vec<Scalar<'a>> {
    let mut texts: Vec<&str> = vec![&entry.name];
    texts.extend(entry.key_variable.as_deref());
    match &entry.transport {
        Transport::Stdio(server) => {
            texts.push(&server.command);
            texts.extend(server.args.iter().map(String::as_str));
            texts.extend(server.env.iter().map(|(_, value)| value.as_str()));
        }
        Transport::Http(server) => {
            texts.push(&server.url);
            texts.extend(server.headers.iter().map(|(_, value)| value.as_str()));
        }
    }
    let constants = servers.constants.iter().map(|constant| match constant {
        Constant::Text(text) => Scalar::Text(text),
        Constant::Bool(value) => Scalar::Bool(*value),
        Constant::Number(number) => Scalar::Number(*number),
    });
    texts.into_iter().map(Scalar::Text).chain(constants).collect()
}

/// The entry in a form that does not depend on how a file spells it.
pub(super) fn form(entry: &FoundEntry) -> EntryForm {
    let named = |group: &str, pairs: &[(String, String)]| {
        pairs.iter().map(|(name, value)| (format!("{group}.{name}"), value.clone())).collect::<Vec<_>>()
    };
    let managed = match &entry.transport {
        None => Vec::new(),
        Some(Transport::Stdio(server)) => {
            let args = server.args.iter().enumerate().map(|(index, arg)| (format!("args.{index}"), arg.clone()));
            let command = ("command".to_owned(), server.command.clone());
            [command].into_iter().chain(args).chain(named("env", &server.env)).collect()
        }
        Some(Transport::Http(server)) => {
            let url = ("url".to_owned(), server.url.clone());
            [url].into_iter().chain(named("headers", &server.headers)).collect()
        }
    };
    EntryForm { managed, extra: entry.extra.clone() }
}
