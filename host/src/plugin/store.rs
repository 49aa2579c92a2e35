//! What plugins keep on disk: one file for all, one namespace for each, none beyond its quota. Only the capability
//! `store` and its command come here. A damaged file is an error, never deleted.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use redb::{Builder, Database, ReadableDatabase, ReadableTable, TableDefinition};

use crate::system::Private;

/// By plugin and key, so that a namespace is a range and no key can reach into another.
const ROWS: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("plugin rows");

/// How many bytes of its quota each plugin uses.
const USED: TableDefinition<&str, u64> = TableDefinition::new("plugin bytes");

/// What a row counts beyond its key and value, so that many small ones cannot fill a disk.
const ROW_BYTES: u64 = 64;

const PAGE_CACHE_BYTES: usize = 4 << 20;

#[derive(Debug, thiserror::Error)]
pub enum PluginStoreError {
    #[error("this command keeps nothing for plugins")]
    Nowhere,
    #[error("cannot open {}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("cannot use {}", path.display())]
    Database { path: PathBuf, source: Box<redb::Error> },
    #[error("{plugin} may keep {quota_bytes} bytes, and this would be {needed_bytes}")]
    Quota { plugin: String, quota_bytes: u64, needed_bytes: u64 },
}

impl PluginStoreError {
    /// The message with everything behind it, on one line.
    pub fn chain(&self) -> String {
        match std::error::Error::source(self) {
            Some(source) => format!("{self}: {source}"),
            None => self.to_string(),
        }
    }
}

/// Opened when it is first needed; the file of a home whose plugins keep nothing never exists.
#[derive(Debug, Default)]
pub struct PluginStore {
    path: Option<PathBuf>,
    open: Mutex<Option<Arc<Database>>>,
}

impl PluginStore {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path: Some(path), open: Mutex::default() }
    }

    pub(super) fn get(&self, plugin: &str, key: &str) -> Result<Option<Vec<u8>>, PluginStoreError> {
        self.with(|database| {
            let rows = database.begin_read()?.open_table(ROWS)?;
            Ok(rows.get((plugin, key))?.map(|value| value.value().to_vec()))
        })
    }

    /// Durable when it returns. Checks the quota in the same transaction.
    pub(super) fn set(&self, plugin: &str, key: &str, value: &[u8], quota_bytes: u64) -> Result<(), PluginStoreError> {
        let used = self.with(|database| set(database, plugin, key, value, quota_bytes))?;
        used.map_err(|needed_bytes| PluginStoreError::Quota { plugin: plugin.to_owned(), quota_bytes, needed_bytes })
    }

    pub(super) fn delete(&self, plugin: &str, key: &str) -> Result<(), PluginStoreError> {
        self.with(|database| delete(database, plugin, key))
    }

    /// The first `max` keys that start with `prefix` and come after `after`.
    pub(super) fn keys(
        &self,
        plugin: &str,
        prefix: &str,
        after: Option<&str>,
        max: usize,
    ) -> Result<Vec<String>, PluginStoreError> {
        self.with(|database| {
            let rows = database.begin_read()?.open_table(ROWS)?;
            let start = match after.filter(|after| *after >= prefix) {
                Some(after) => Bound::Excluded((plugin, after)),
                None => Bound::Included((plugin, prefix)),
            };
            let mut keys = Vec::new();
            for row in rows.range::<(&str, &str)>((start, Bound::Unbounded))? {
                let (key, _) = row?;
                let (owner, key) = key.value();
                if owner != plugin || !key.starts_with(prefix) || keys.len() == max {
                    break;
                }
                keys.push(key.to_owned());
            }
            Ok(keys)
        })
    }

    /// Removes what plugins kept that are not in `keep`. Returns their ids.
    pub fn prune(&self, keep: &BTreeSet<String>) -> Result<Vec<String>, PluginStoreError> {
        match &self.path {
            Some(path) if path.exists() => self.with(|database| prune(database, keep)),
            Some(_) | None => Ok(Vec::new()),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&Database) -> Result<T, redb::Error>) -> Result<T, PluginStoreError> {
        let path = self.path.as_ref().ok_or(PluginStoreError::Nowhere)?;
        let database = self.database(path)?;
        work(&database).map_err(|error| {
            // After a failed write redb wants the file opened anew.
            *self.open.lock().unwrap_or_else(PoisonError::into_inner) = None;
            PluginStoreError::Database { path: path.clone(), source: Box::new(error) }
        })
    }

    fn database(&self, path: &Path) -> Result<Arc<Database>, PluginStoreError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = &*open {
            return Ok(Arc::clone(database));
        }
        let failed = |source| PluginStoreError::File { path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).private();
        let file = options.open(path).map_err(failed)?;
        let refused =
            |error: redb::Error| PluginStoreError::Database { path: path.to_owned(), source: Box::new(error) };
        let opened = Builder::new().set_cache_size(PAGE_CACHE_BYTES).create_file(file);
        let database = opened.map_err(|error| refused(error.into()))?;
        create_tables(&database).map_err(refused)?;
        let database = Arc::new(database);
        *open = Some(Arc::clone(&database));
        Ok(database)
    }
}

fn create_tables(database: &Database) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    transaction.open_table(ROWS)?;
    transaction.open_table(USED)?;
    Ok(transaction.commit()?)
}

fn row_bytes(key: &str, value: &[u8]) -> u64 {
    ROW_BYTES + key.len() as u64 + value.len() as u64
}

/// The bytes that would be needed, when they are more than the quota.
fn set(
    database: &Database,
    plugin: &str,
    key: &str,
    value: &[u8],
    quota_bytes: u64,
) -> Result<Result<(), u64>, redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    {
        let mut rows = transaction.open_table(ROWS)?;
        let mut used = transaction.open_table(USED)?;
        let before = used.get(plugin)?.map_or(0, |bytes| bytes.value());
        let replaced = rows.insert((plugin, key), value)?.map_or(0, |old| row_bytes(key, old.value()));
        let after = before.saturating_sub(replaced) + row_bytes(key, value);
        if after > quota_bytes {
            // The transaction is dropped, and the row with it.
            return Ok(Err(after));
        }
        used.insert(plugin, after)?;
    }
    transaction.commit()?;
    Ok(Ok(()))
}

fn delete(database: &Database, plugin: &str, key: &str) -> Result<(), redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    {
        let mut rows = transaction.open_table(ROWS)?;
        let Some(removed) = rows.remove((plugin, key))?.map(|old| row_bytes(key, old.value())) else {
            return Ok(());
        };
        let mut used = transaction.open_table(USED)?;
        let before = used.get(plugin)?.map_or(0, |bytes| bytes.value());
        used.insert(plugin, before.saturating_sub(removed))?;
    }
    Ok(transaction.commit()?)
}

fn prune(database: &Database, keep: &BTreeSet<String>) -> Result<Vec<String>, redb::Error> {
    let transaction = database.begin_write()?;
    let mut gone = Vec::new();
    {
        let mut used = transaction.open_table(USED)?;
        for row in used.iter()? {
            let (plugin, _) = row?;
            if !keep.contains(plugin.value()) {
                gone.push(plugin.value().to_owned());
            }
        }
        if gone.is_empty() {
            return Ok(gone);
        }
        used.retain(|plugin, _| keep.contains(plugin))?;
        transaction.open_table(ROWS)?.retain(|(plugin, _), _| keep.contains(plugin))?;
    }
    transaction.commit()?;
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, PluginStore) {
        let dir = tempfile::tempdir().unwrap();
        let store = PluginStore::at(dir.path().join("plugin-store.redb"));
        (dir, store)
    }

    #[test]
    fn namespaces_never_meet() {
        let (_dir, store) = store();
        store.set("a", "bc", b"1", 1_000).unwrap();
        store.set("ab", "c", b"2", 1_000).unwrap();
        assert_eq!(store.get("a", "bc").unwrap().as_deref(), Some(b"1".as_slice()));
        assert_eq!(store.get("a", "c").unwrap(), None);
        assert_eq!(store.keys("a", "", None, 10).unwrap(), ["bc"]);
        assert_eq!(store.prune(&BTreeSet::from(["ab".to_owned()])).unwrap(), ["a"]);
        assert_eq!(store.get("a", "bc").unwrap(), None);
        assert_eq!(store.get("ab", "c").unwrap().as_deref(), Some(b"2".as_slice()));
    }

    #[test]
    fn the_quota_counts_what_is_there() {
        let (_dir, store) = store();
        let quota = 2 * (ROW_BYTES + 2);
        store.set("a", "1", b"x", quota).unwrap();
        store.set("a", "2", b"y", quota).unwrap();
        store.set("a", "2", b"z", quota).unwrap();
        for (key, value) in [("3", b"".as_slice()), ("2", b"zz")] {
            let refused = store.set("a", key, value, quota).unwrap_err();
            assert!(matches!(refused, PluginStoreError::Quota { .. }), "{refused}");
        }
        assert_eq!(store.get("a", "2").unwrap().as_deref(), Some(b"z".as_slice()), "a refused write changes nothing");
        assert_eq!(store.get("a", "3").unwrap(), None);
        store.delete("a", "1").unwrap();
        store.delete("a", "1").unwrap();
        store.set("a", "3", b"x", quota).unwrap();
        store.set("b", "1", b"x", quota).unwrap();
    }

    #[test]
    fn keys_come_in_pages() {
        let (_dir, store) = store();
        for key in ["a", "b/1", "b/2", "b/3", "c"] {
            store.set("p", key, b"", 10_000).unwrap();
        }
        for (prefix, after, max, expected) in [
            ("", None, 2, vec!["a", "b/1"]),
            ("", Some("b/1"), 9, vec!["b/2", "b/3", "c"]),
            ("b/", None, 2, vec!["b/1", "b/2"]),
            ("b/", Some("b/2"), 2, vec!["b/3"]),
            ("b/", Some("a"), 1, vec!["b/1"]),
            ("b/", Some("c"), 9, vec![]),
            ("d", None, 9, vec![]),
        ] {
            assert_eq!(store.keys("p", prefix, after, max).unwrap(), expected, "{prefix:?} after {after:?}");
        }
    }

    #[test]
    fn nothing_is_made_before_it_is_needed_and_nothing_damaged_is_deleted() {
        let (dir, store) = store();
        let path = dir.path().join("plugin-store.redb");
        assert!(store.prune(&BTreeSet::new()).unwrap().is_empty());
        assert!(!path.exists());
        std::fs::write(&path, b"not a database").unwrap();
        let error = store.get("a", "b").unwrap_err();
        assert!(error.to_string().contains("plugin-store.redb"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), b"not a database");
        assert!(matches!(PluginStore::default().get("a", "b"), Err(PluginStoreError::Nowhere)));
    }
}
