//! What a client's files hold now, and what was done to them. Reads; plans and changes nothing.

use std::path::PathBuf;

use super::locate::Located;
use super::{Client, ConnectError, failed_on, ours};
use crate::client_config::{Action, Key, Place, Record};
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
    /// What was last done to the entry of the given name, and not undone.
    pub record: Option<Record>,
    /// When we last wrote an entry of ours, in seconds since 1970.
    pub written_at: Option<u64>,
    /// The file's mode; none where there is none.
    pub mode: Option<u32>,
}

/// All of one scope.
#[derive(Debug)]
pub struct Inspection {
    pub files: Vec<Result<Inspected, ConnectError>>,
    pub is_installed: bool,
}

impl Inspected {
    /// The entry of this name, when it is isartor's.
    pub fn ours(&self, name: &str) -> Option<&FoundEntry> {
        self.servers
            .iter()
            .find(|entry| entry.name == name)
            .filter(|entry| ours::is_ours(entry) || self.record.is_some())
    }
}

impl Inspected {
    /// Every entry that is isartor's, whatever its name.
    pub fn all_ours(&self) -> impl Iterator<Item = &FoundEntry> {
        self.servers.iter().filter(|entry| ours::is_ours(entry))
    }
}

impl Client<'_> {
    /// What the files of `scope` hold, and what the journal says of the entry called `name` in each.
    pub fn inspect(&self, scope: Scope, name: &str) -> Result<Inspection, ConnectError> {
        let located = self.locate(scope)?;
        let paths = |places: &[Located]| -> Vec<String> { places.iter().map(|place| place.path.clone()).collect() };
        let (targets, others) = (paths(&located.targets), paths(&located.competing));
        let read = located.targets.iter().map(|place| self.inspect_file(place, name, &others));
        let unread = located.competing.iter().map(|place| self.inspect_file(place, name, &targets));
        Ok(Inspection { files: read.chain(unread).collect(), is_installed: located.is_installed })
    }

    fn inspect_file(&self, place: &Located, name: &str, competing: &[String]) -> Result<Inspected, ConnectError> {
        let path = PathBuf::from(&place.path);
        let key = Key { client: self.connector.manifest().id.clone(), path: path.clone(), name: name.to_owned() };
        let now = self.configs.read(&Place { path: path.clone(), base: PathBuf::from(&place.base) })?;
        let servers = match now.text() {
            Some(text) => self.connector.servers(text, &self.target(place)).map_err(failed_on(&path))?,
            None => Vec::new(),
        };
        let record = self.configs.record(&key)?;
        let changes = self.configs.backups(Some(&key.client))?;
        let written = changes.iter().find(|change| change.key == key && change.action == Action::Connect);
        Ok(Inspected {
            scope: place.file.scope,
            competing: competing.to_vec(),
            is_there: now.text().is_some(),
            servers,
            record,
            written_at: written.map(|change| change.unix_seconds),
            mode: now.mode(),
            path,
        })
    }
}
