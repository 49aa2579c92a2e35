//! What a client's files hold now, and what was done to them. Reads; plans and changes nothing.

use std::path::PathBuf;

use super::entry::DEFAULT_NAME;
use super::locate::Located;
use super::{Client, ConnectError, failed_on, ours};
use crate::client_config::{Action, Backup, Place};
use crate::plugin::connector::FoundEntry;
use crate::plugin::manifest::client_file::Scope;

/// One file of a client that is there or would be written.
#[derive(Debug)]
pub struct Inspected {
    pub path: PathBuf,
    pub scope: Scope,
    /// Files that are there too, and that the client may read instead.
    pub competing: Vec<String>,
    pub is_there: bool,
    /// Every server in it, in file order.
    pub servers: Vec<FoundEntry>,
    /// The entries that we wrote and nobody took back.
    pub written: Vec<Written>,
    /// The file's mode; none where there is none.
    pub mode: Option<u32>,
}

/// An entry that we wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub name: String,
    /// When we last did, in seconds since 1970; none where it is no longer known.
    pub unix_seconds: Option<u64>,
}

/// All of one scope.
#[derive(Debug)]
pub struct Inspection {
    pub files: Vec<Result<Inspected, ConnectError>>,
    pub is_installed: bool,
}

impl Inspected {
    /// Every entry that is isartor's, whatever its name.
    pub fn ours(&self) -> impl Iterator<Item = &FoundEntry> {
        self.servers.iter().filter(|entry| ours::is_ours(entry) || self.wrote(&entry.name))
    }

    /// The names of entries that we wrote, and of the usual one where it is ours.
    pub fn our_names(&self) -> Vec<&str> {
        let usual = self.ours().map(|entry| entry.name.as_str()).filter(|name| *name == DEFAULT_NAME);
        let others = self.written.iter().map(|written| written.name.as_str()).filter(|name| *name != DEFAULT_NAME);
        let lost = self.wrote(DEFAULT_NAME).then_some(DEFAULT_NAME);
        usual.chain(lost).take(1).chain(others).collect()
    }

    fn wrote(&self, name: &str) -> bool {
        self.written.iter().any(|written| written.name == name)
    }
}

impl Client<'_> {
    /// What the files of `scope` hold, and what the journal says of each.
    pub fn inspect(&self, scope: Scope) -> Result<Inspection, ConnectError> {
        let located = self.locate(scope)?;
        let paths = |places: &[Located]| -> Vec<String> { places.iter().map(|place| place.path.clone()).collect() };
        let (targets, others) = (paths(&located.targets), paths(&located.competing));
        let read = located.targets.iter().map(|place| self.inspect_file(place, &others));
        let unread = located.competing.iter().map(|place| self.inspect_file(place, &targets));
        Ok(Inspection { files: read.chain(unread).collect(), is_installed: located.is_installed })
    }

    fn inspect_file(&self, place: &Located, competing: &[String]) -> Result<Inspected, ConnectError> {
        let path = PathBuf::from(&place.path);
        let now = self.configs.read(&Place { path: path.clone(), base: PathBuf::from(&place.base) })?;
        let servers = match now.text() {
            Some(text) => self.connector.servers(text, &self.target(place)).map_err(failed_on(&path))?,
            None => Vec::new(),
        };
        let client = &self.connector.manifest().id;
        let changes = self.configs.backups(Some(client))?;
        let written_at = |name: &str| {
            let of_entry = |change: &&Backup| change.key.path == path && change.key.name == name;
            let change = changes.iter().filter(of_entry).find(|change| change.action == Action::Connect);
            change.map(|change| change.unix_seconds)
        };
        let names = self.configs.recorded_names(client, &now)?;
        let written = names.into_iter().map(|name| Written { unix_seconds: written_at(&name), name }).collect();
        Ok(Inspected {
            scope: place.file.scope,
            competing: competing.to_vec(),
            is_there: now.text().is_some(),
            servers,
            written,
            mode: now.mode(),
            path,
        })
    }
}
