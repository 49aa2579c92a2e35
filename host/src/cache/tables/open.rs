//! From a path to an open database: its file, mode 0600, and its tables, of a format that this version knows.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use redb::{Builder, Database, DatabaseError, ReadableDatabase, StorageError, TableError};

use super::{
    CANONICAL, CODES, FEATURES, FEEDBACK, FORMAT, HEADS, KNOWN_FORMAT, META, PROVENANCE, TEXTS, UNFIT, VECTORS, migrate,
};
use crate::cache::error::CacheError;
use crate::cache::exact::CANONICAL_VERSION;
use crate::system::{self, Private};

const PRIVATE_MODE: u32 = 0o600;

/// Opens the database, or creates it. A database of a newer format is left as it is.
pub(super) fn open(path: &Arc<Path>, page_cache_bytes: usize) -> Result<Database, CacheError> {
    let file = private_file(path)?;
    let database = Builder::new().set_cache_size(page_cache_bytes).create_file(file);
    let database = database.map_err(|error| refused(path, error))?;
    check_format(path, &database)?;
    Ok(database)
}

pub(super) fn private_file(path: &Arc<Path>) -> Result<File, CacheError> {
    let failed = |source: io::Error| CacheError::Open { path: Arc::clone(path), source: Arc::new(source) };
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).private();
    let file = options.open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(CacheError::NotAFile { path: Arc::clone(path) });
    }
    if system::is_open_to_others(&metadata) {
        system::give_to(&file, None, PRIVATE_MODE).map_err(failed)?;
    }
    if metadata.len() == 0 {
        // The name of a new file is as durable as what will be in it.
        system::sync_parent(path).map_err(failed)?;
    }
    Ok(file)
}

/// Renames a damaged file, so that nothing in it is lost; returns its new name.
pub(in crate::cache) fn set_aside(path: &Path, now: SystemTime) -> Result<PathBuf, CacheError> {
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let name = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".damaged-{seconds}"));
        if number > 0 {
            name.push(format!("-{number}"));
        }
        PathBuf::from(name)
    };
    let free = (0..).map(name).find(|name| !name.exists()).expect("some number is free");
    std::fs::rename(path, &free).map_err(|source| CacheError::Open { path: path.into(), source: Arc::new(source) })?;
    Ok(free)
}

pub(super) fn refused(path: &Arc<Path>, error: DatabaseError) -> CacheError {
    let path = Arc::clone(path);
    if let DatabaseError::DatabaseAlreadyOpen = error {
        return CacheError::Locked { path };
    }
    match damage(&error) {
        Some(reason) => CacheError::Damaged { path, reason },
        None => CacheError::Open { path, source: Arc::new(error) },
    }
}

/// What is wrong with the bytes, unless it is something else that is wrong.
fn damage(error: &DatabaseError) -> Option<String> {
    let DatabaseError::Storage(error) = error else { return None };
    if let StorageError::Corrupted(reason) = error {
        return Some(reason.clone());
    }
    let StorageError::Io(error) = error else { return None };
    let is_content = matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof);
    is_content.then(|| error.to_string())
}

pub(super) fn check_format(path: &Arc<Path>, database: &Database) -> Result<(), CacheError> {
    let format = stored_format(database).map_err(|error| unusable(path, error))?;
    match format {
        StoredFormat::New => create_tables(database).map_err(|error| unusable(path, error)),
        StoredFormat::Foreign => {
            Err(CacheError::Damaged { path: Arc::clone(path), reason: "it belongs to another program".into() })
        }
        StoredFormat::First => migrate::from_format_1(database).map_err(|error| unusable(path, error)),
        StoredFormat::OtherwiseKeyed => migrate::to_canonical_version(database).map_err(|error| unusable(path, error)),
        StoredFormat::Known => Ok(()),
        StoredFormat::Newer(found) => {
            Err(CacheError::NewerFormat { path: Arc::clone(path), found, known: KNOWN_FORMAT })
        }
    }
}

fn unusable(path: &Arc<Path>, error: redb::Error) -> CacheError {
    let path = Arc::clone(path);
    if let redb::Error::Corrupted(reason) = error {
        return CacheError::Damaged { path, reason };
    }
    CacheError::Open { path, source: Arc::new(error) }
}

enum StoredFormat {
    New,
    Foreign,
    First,
    /// Today's format, with questions keyed by another version of the canonical text.
    OtherwiseKeyed,
    Known,
    Newer(u64),
}

fn stored_format(database: &Database) -> Result<StoredFormat, redb::Error> {
    let transaction = database.begin_read()?;
    let meta = match transaction.open_table(META) {
        Ok(meta) => meta,
        Err(TableError::TableDoesNotExist(_)) if transaction.list_tables()?.next().is_none() => {
            return Ok(StoredFormat::New);
        }
        Err(TableError::Storage(error)) => return Err(error.into()),
        Err(_) => return Ok(StoredFormat::Foreign),
    };
    let canonical = meta.get(CANONICAL)?.map(|version| version.value());
    Ok(match meta.get(FORMAT)?.map(|format| format.value()) {
        Some(format) if format > KNOWN_FORMAT => StoredFormat::Newer(format),
        Some(1) => StoredFormat::First,
        Some(KNOWN_FORMAT) if canonical == Some(CANONICAL_VERSION) => StoredFormat::Known,
        Some(KNOWN_FORMAT) => StoredFormat::OtherwiseKeyed,
        Some(_) | None => StoredFormat::Foreign,
    })
}

fn create_tables(database: &Database) -> Result<(), redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    {
        let mut meta = transaction.open_table(META)?;
        meta.insert(FORMAT, KNOWN_FORMAT)?;
        meta.insert(CANONICAL, CANONICAL_VERSION)?;
    }
    transaction.open_table(HEADS)?;
    transaction.open_table(TEXTS)?;
    transaction.open_table(CODES)?;
    transaction.open_table(VECTORS)?;
    transaction.open_table(FEATURES)?;
    transaction.open_table(UNFIT)?;
    transaction.open_table(PROVENANCE)?;
    transaction.open_table(FEEDBACK)?;
    Ok(transaction.commit()?)
}
