//! What a case types besides the client's name, as `isartor connect` would understand it. Pure.

use std::path::Path;

use super::PROGRAM;
use crate::connect::entry::{self, EntryError, Key, Parts};
use crate::plugin::Manifest;
use crate::plugin::connector::ServerEntry;
use crate::plugin::manifest::TransportKind;
use crate::plugin::manifest::client_file::Scope;

const GATEWAY_URL: &str = "http://localhost:8080";

pub(super) struct Arguments<'a> {
    name: &'a str,
    gateway_url: &'a str,
    key: Option<&'a str>,
    key_variable: Option<&'a str>,
    transport: TransportKind,
    pub(super) is_forced: bool,
    /// None for the first that the client has.
    pub(super) scope: Option<Scope>,
}

impl<'a> Arguments<'a> {
    /// The message says what is wrong.
    pub(super) fn parse(words: &'a [String]) -> Result<Self, String> {
        let mut arguments = Self {
            name: entry::DEFAULT_NAME,
            gateway_url: GATEWAY_URL,
            key: None,
            key_variable: None,
            transport: TransportKind::Stdio,
            is_forced: false,
            scope: None,
        };
        let mut words = words.iter().map(String::as_str);
        while let Some(flag) = words.next() {
            match flag {
                "--force" => arguments.is_forced = true,
                // Nobody is asked anything here.
                "--yes" => {}
                flag => arguments.take(flag, words.next().ok_or_else(|| format!("{flag} has no value"))?)?,
            }
        }
        Ok(arguments)
    }

    fn take(&mut self, flag: &str, value: &'a str) -> Result<(), String> {
        match (flag, value) {
            ("--name", name) => self.name = name,
            ("--gateway-url", url) => self.gateway_url = url,
            ("--gateway-api-key", key) => self.key = Some(key),
            ("--key-env", variable) => self.key_variable = Some(variable),
            ("--transport", "stdio") => self.transport = TransportKind::Stdio,
            ("--transport", "http") => self.transport = TransportKind::Http,
            ("--scope", "user") => self.scope = Some(Scope::User),
            ("--scope", "project") => self.scope = Some(Scope::Project),
            (flag, value) => {
                let known =
                    "--name, --gateway-url, --gateway-api-key, --key-env, --transport, --scope, --force or --yes";
                return Err(format!("{flag} {value} is not {known}"));
            }
        }
        Ok(())
    }

    /// The entry that `isartor connect` would make of them.
    pub(super) fn entry(&self, manifest: &Manifest) -> Result<ServerEntry, EntryError> {
        let reference = match self.key_variable {
            Some(variable) => {
                let reference = manifest.servers.as_ref().and_then(|servers| servers.reference_to(variable));
                Some(reference.ok_or_else(|| EntryError::NoReferences { title: manifest.title.clone() })?)
            }
            None => None,
        };
        let key = match (self.key_variable, &reference) {
            (Some(name), Some(reference)) => Some(Key::Variable { name, reference }),
            _ => self.key.map(Key::Literal),
        };
        entry::server_entry(Parts {
            name: self.name,
            program: Path::new(PROGRAM),
            gateway_url: self.gateway_url,
            gateway_api_key: key,
            transport: self.transport,
            home: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_those_of_connect() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let good = words("--name cache --force --scope project --transport http --gateway-api-key k");
        let good = Arguments::parse(&good).unwrap();
        assert_eq!((good.name, good.key, good.scope), ("cache", Some("k"), Some(Scope::Project)));
        for wrong in ["--name", "--port 1", "--scope team", "--force --transport sse"] {
            assert!(Arguments::parse(&words(wrong)).is_err(), "{wrong}");
        }
    }
}
