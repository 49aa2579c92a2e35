//! Puts a whole file back to what it was before one of our changes. Decides what our records say afterwards.

use std::fs;

use super::change::{Afterwards, Contents, Copies, What, untightened};
use super::history::{Action, Backup, edited_since};
use super::journal::{Entry, Journal, digest};
use super::record::{Key, Record};
use super::{Change, ClientConfigError, ClientConfigs, Snapshot};

impl ClientConfigs {
    /// Every change that is kept, newest first; of one client, or of all.
    pub fn backups(&self, client: Option<&str>) -> Result<Vec<Backup>, ClientConfigError> {
        let journal = Journal::load(&self.backups_dir)?;
        let of_client = |change: &&Backup| client.is_none_or(|client| change.key.client == client);
        Ok(journal.changes().iter().rev().filter(of_client).cloned().collect())
    }

    /// The change called `id`.
    pub fn backup(&self, id: &str) -> Result<Backup, ClientConfigError> {
        let journal = Journal::load(&self.backups_dir)?;
        let found = journal.changes().iter().find(|change| change.id == id).cloned();
        found.ok_or_else(|| ClientConfigError::NoBackup { id: id.to_owned() })
    }

    /// The file as it was before that change, if it is what it was when it was kept; none when there was no file.
    pub fn backup_text(&self, backup: &Backup) -> Result<Option<String>, ClientConfigError> {
        let Some(before) = &backup.before else { return Ok(None) };
        let text = fs::read_to_string(backup.file_in(&self.backups_dir)).ok();
        match text.filter(|text| digest(text) == before.sha256) {
            Some(text) => Ok(Some(text)),
            None => Err(ClientConfigError::BadBackup { id: backup.id.clone(), path: backup.key.path.clone() }),
        }
    }

    /// Whether somebody else wrote to the file after the change: restoring what was before it loses that.
    pub fn is_edited_since(&self, backup: &Backup, now: &Snapshot) -> Result<bool, ClientConfigError> {
        Ok(edited_since(Journal::load(&self.backups_dir)?.changes(), backup, now))
    }

    /// The names of our entries that the file was last known to have.
    pub fn recorded_names(&self, client: &str, now: &Snapshot) -> Result<Vec<String>, ClientConfigError> {
        let journal = Journal::load(&self.backups_dir)?;
        let of_file = journal.records().iter().filter(|entry| entry.key.client == client && entry.key.path == now.path);
        Ok(of_file.map(|entry| entry.key.name.clone()).collect())
    }

    /// The whole file becomes what it was before the change; none when it is that already. `ours` are the names of
    /// our entries in the restored text: what is recorded of others is forgotten, and those can be taken out again
    /// the surgical way.
    pub fn restoring(
        &self,
        backup: &Backup,
        before: Snapshot,
        ours: &[String],
    ) -> Result<Option<Change>, ClientConfigError> {
        let after = self.backup_text(backup)?;
        if after.as_deref() == before.text() {
            return Ok(None);
        }
        let journal = Journal::load(&self.backups_dir)?;
        let of_file: Vec<&Entry> = journal.records().iter().filter(|entry| entry.key.path == before.path).collect();
        let put = ours.iter().map(|name| surgical(backup, name, after.as_deref().unwrap_or_default(), &of_file));
        let afterwards =
            Afterwards::Replace { put: put.collect(), forget: of_file.iter().map(|entry| entry.key.clone()).collect() };
        let mode = match before.existing() {
            Some(_) => of_file.iter().find_map(|entry| untightened(&entry.record, &before)).and(mode_of(backup)),
            None => mode_of(backup),
        };
        let what = What { action: Action::Restore(backup.id.clone()), created_container: false, mode };
        let (key, copies) = (backup.key.clone(), Copies::AtHome);
        Ok(Some(Change { key, before, after, contents: Contents::Ordinary, copies, what, afterwards }))
    }
}

fn mode_of(backup: &Backup) -> Option<u32> {
    backup.before.as_ref().map(|before| before.mode)
}

fn surgical(backup: &Backup, name: &str, text: &str, known: &[&Entry]) -> Entry {
    let key = Key { name: name.to_owned(), ..backup.key.clone() };
    let record = Record {
        written_sha256: digest(text),
        original: None,
        created_container: false,
        created_file: false,
        created_directories: Vec::new(),
        mode_before: known.iter().find(|entry| entry.key == key).and_then(|entry| entry.record.mode_before),
        entry: None,
    };
    Entry { key, record }
}
