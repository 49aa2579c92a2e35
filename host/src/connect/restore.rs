//! Puts a client's whole file back to what it was before one of our changes. Plans; the caller asks in between.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Client, ConnectError, ours};
use crate::client_config::{Applied, Backup, Change, Place};
use crate::plugin::manifest::client_file::Scope;

/// What a restoration would do.
#[derive(Debug)]
pub struct Restoring {
    pub change: Change,
    /// Somebody else wrote to the file after the change that is taken back.
    pub loses_edits: bool,
}

impl Client<'_> {
    /// None when the file is what it was already.
    pub fn restoring(&self, backup: &Backup) -> Result<Option<Restoring>, ConnectError> {
        let path = &backup.key.path;
        // Directories that are gone since are made again.
        let base = path.ancestors().skip(1).find(|directory| directory.is_dir()).unwrap_or(Path::new("/"));
        let now = self.configs.read(&Place { path: path.clone(), base: PathBuf::from(base) })?;
        let loses_edits = self.configs.is_edited_since(backup, &now)?;
        let ours = match self.configs.backup_text(backup)? {
            Some(text) => self.our_names(path, &text),
            None => Vec::new(),
        };
        let change = self.configs.restoring(backup, now, &ours)?;
        Ok(change.map(|change| Restoring { change, loses_edits }))
    }

    /// Carries a restoration out, if the file is still what it was planned from.
    pub fn restore(&self, restoring: Restoring, now: SystemTime) -> Result<Applied, ConnectError> {
        let lock = self.configs.lock()?;
        self.apply_one(&lock, restoring.change, now)
    }

    /// The names of our entries in a text; none where the client reads no such file any more, or could not read it.
    fn our_names(&self, path: &Path, text: &str) -> Vec<String> {
        let places = [Scope::User, Scope::Project].map(|scope| self.locate(scope));
        let place =
            places.iter().flatten().flat_map(|located| &located.targets).find(|place| Path::new(&place.path) == path);
        let found = place.and_then(|place| self.connector.servers(text, &self.target(place)).ok()).unwrap_or_default();
        found.into_iter().filter(ours::is_ours).map(|entry| entry.name).collect()
    }
}
