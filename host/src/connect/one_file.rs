//! What would become of one file of a client: the connector says it, and the host proves it before anything is planned.

use std::path::{Path, PathBuf};

use super::locate::Located;
use super::{Client, Conflict, ConnectError, Step, failed_on, ours};
use crate::client_config::{
    Change, ClientConfigError, Edited, Format, Key, Place, Record, Slot, Snapshot, Undo, check_connected,
    check_disconnected,
};
use crate::plugin::connector::{FoundEntry, ServerEntry, Target};
use crate::plugin::manifest::client_file::{self, Scope};

/// What would happen to one file, and what the user has to decide about it.
pub(super) type Planned = (Step, Option<Conflict>);

/// What a change takes from an entry of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Losing {
    OurValues,
    Everything,
}

/// Whether the user would lose edits of our entry.
fn edited(path: &Path, now: Option<&FoundEntry>, record: Option<&Record>, losing: Losing) -> Option<Conflict> {
    let written = record?.entry.as_ref()?;
    let fields = match (written.compare(&ours::form(now?)), losing) {
        (Edited::ManagedValuesChanged(fields), _) | (Edited::OnlyAdded(fields), Losing::Everything) => fields,
        (Edited::OnlyAdded(_), Losing::OurValues) | (Edited::Untouched, _) => return None,
    };
    Some(Conflict::Edited { path: path.to_owned(), fields })
}

/// One of the client's files, and what we need to know to change it.
struct File<'p> {
    before: Snapshot,
    target: Target,
    slot: Slot<'p>,
    key: Key,
}

impl Client<'_> {
    pub(super) fn connecting(&self, place: &Located, entry: &ServerEntry) -> Result<Planned, ConnectError> {
        let File { before, target, slot, key } = self.open(place, &entry.name)?;
        let found = self.ours(&key, before.text(), &target)?;
        let after = self.connector.connect(before.text(), &target, entry).map_err(failed_on(&before.path))?;
        // What does not change has to be right as well: "nothing to do" is a connector's word too.
        let checked = check_connected(before.text(), &after, slot, &ours::allowed(entry, self.servers()));
        let difference = checked.map_err(self.refused(&before.path))?;
        if before.text() == Some(after.as_str()) {
            return Ok((Step::Unchanged(before.path), None));
        }
        before.check_changeable()?;
        let earlier = self.configs.record(&key)?;
        // What the user added to the entry stays; only what we gave would be lost.
        let conflict = edited(&before.path, found.as_ref(), earlier.as_ref(), Losing::OurValues);
        let written = self.entry(&before.path, &after, &target, &entry.name)?;
        let change = Change::connecting(key, before, after, earlier.as_ref(), &difference);
        let change = written.iter().fold(change, |change, entry| change.with_entry(&ours::form(entry)));
        let change = if ours::holds_key(entry) { change.holding_key() } else { change };
        Ok((Step::Change(Box::new(in_scope(change, place))), conflict))
    }

    pub(super) fn disconnecting(&self, place: &Located, name: &str) -> Result<Planned, ConnectError> {
        let File { before, target, slot, key } = self.open(place, name)?;
        let Some(text) = before.text() else { return Ok((Step::Unchanged(before.path), None)) };
        let record = self.configs.record(&key)?;
        let mut conflict = None;
        let undo = Undo::of(record.as_ref(), &before);
        let is_exact = matches!(undo, Undo::Exact(_));
        let after = match undo {
            Undo::Exact(original) => original,
            Undo::Surgical { created_container, created_file } => {
                let found = self.ours(&key, Some(text), &target)?;
                conflict = edited(&before.path, found.as_ref(), record.as_ref(), Losing::Everything);
                let without = |created_container| {
                    let without = self.connector.disconnect(text, &target, name, created_container);
                    without.map_err(failed_on(&before.path))
                };
                match without(created_container)? {
                    // Nothing worth a file is left; but the file is not ours to remove.
                    None if !created_file => without(false)?,
                    after => after,
                }
            }
        };
        if !is_exact {
            check_disconnected(text, after.as_deref(), slot).map_err(self.refused(&before.path))?;
        }
        if after.as_deref() == Some(text) {
            return Ok((Step::Unchanged(before.path), None));
        }
        before.check_changeable()?;
        let change = Change::disconnecting(key, before, after, record.as_ref(), is_exact);
        Ok((Step::Change(Box::new(in_scope(change, place))), conflict))
    }

    fn open<'p>(&'p self, place: &Located, name: &'p str) -> Result<File<'p>, ConnectError> {
        let path = PathBuf::from(&place.path);
        let client = self.connector.manifest().id.clone();
        let key = Key { client, path: path.clone(), name: name.to_owned() };
        let before = self.configs.read(&Place { path, base: PathBuf::from(&place.base) })?;
        let servers = self.servers();
        let slot = Slot {
            format: format(servers.format),
            container: &servers.container,
            name_field: servers.name_field.as_deref(),
            name,
            head: &servers.head,
        };
        Ok(File { before, target: self.target(place), slot, key })
    }

    fn refused(&self, path: &Path) -> impl Fn(String) -> ConnectError {
        let connector = &self.connector.manifest().id;
        move |reason| {
            ClientConfigError::BadChange { connector: connector.clone(), path: path.to_owned(), reason }.into()
        }
    }

    /// The entry that `key` names. An error when it is a server of the user's that happens to have the name: we do not
    /// take it over. A URL does not say whose it is, but the journal does.
    fn ours(&self, key: &Key, text: Option<&str>, target: &Target) -> Result<Option<FoundEntry>, ConnectError> {
        let Some(text) = text else { return Ok(None) };
        match self.entry(&key.path, text, target, &key.name)? {
            Some(entry) if !ours::is_ours(&entry) && self.configs.record(key)?.is_none() => {
                Err(ConnectError::ForeignEntry { path: key.path.clone(), name: key.name.clone() })
            }
            found => Ok(found),
        }
    }

    fn entry(&self, path: &Path, text: &str, target: &Target, name: &str) -> Result<Option<FoundEntry>, ConnectError> {
        let found = self.connector.servers(text, target).map_err(failed_on(path))?;
        Ok(found.into_iter().find(|entry| entry.name == name))
    }
}

/// A project's directory gets no copies: they would be committed.
fn in_scope(change: Change, place: &Located) -> Change {
    match place.file.scope {
        Scope::User => change,
        Scope::Project => change.in_project(),
    }
}

fn format(format: client_file::Format) -> Format {
    match format {
        client_file::Format::Json => Format::Json,
        client_file::Format::Json5 => Format::Json5,
        client_file::Format::Toml => Format::Toml,
        client_file::Format::Yaml => Format::Yaml,
    }
}
