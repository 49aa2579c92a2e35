//! A disk for tests: never waits for the hardware, and fails when told to.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use redb::backends::FileBackend;
use redb::{Builder, ReadableDatabase, ReadableTableMetadata, StorageBackend};

use super::{CODES, FEATURES, HEADS, Identity, TEXTS, Tables, UNFIT, VECTORS};

/// How many more writes and syncs succeed before one fails; none fails while this is negative.
#[derive(Debug, Clone)]
pub(in crate::cache) struct Fault(Arc<AtomicI64>);

impl Fault {
    pub(in crate::cache) fn none() -> Self {
        Self(Arc::new(AtomicI64::new(-1)))
    }

    pub(in crate::cache) fn after(&self, operations: i64) {
        self.0.store(operations, Ordering::SeqCst);
    }

    pub(in crate::cache) fn is_pending(&self) -> bool {
        self.0.load(Ordering::SeqCst) >= 0
    }

    fn strike(&self) -> io::Result<()> {
        let before = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| (left >= 0).then_some(left - 1));
        if before == Ok(0) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

#[derive(Debug)]
struct TestDisk {
    file: FileBackend,
    fault: Fault,
}

impl StorageBackend for TestDisk {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.fault.strike()?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.fault.strike()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.fault.strike()?;
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}

/// Of the heads, texts, codes, vectors, features and marks that are in a database, which may be in use.
pub(in crate::cache) fn row_counts(path: &Path) -> [u64; 6] {
    let copy = path.with_extension("copy");
    std::fs::copy(path, &copy).unwrap();
    let transaction = Builder::new().open(copy).unwrap().begin_read().unwrap();
    [
        transaction.open_table(HEADS).unwrap().len().unwrap(),
        transaction.open_table(TEXTS).unwrap().len().unwrap(),
        transaction.open_table(CODES).unwrap().len().unwrap(),
        transaction.open_table(VECTORS).unwrap().len().unwrap(),
        transaction.open_table(FEATURES).unwrap().len().unwrap(),
        transaction.open_table(UNFIT).unwrap().len().unwrap(),
    ]
}

/// Tables as they are, on such a disk.
pub(in crate::cache) fn tables(path: &Path, identity: Identity, fault: &Fault) -> Tables {
    let path: Arc<Path> = path.into();
    let (opened, fault) = (Arc::clone(&path), fault.clone());
    let open = move || {
        let file: File = super::open::private_file(&opened)?;
        let file = FileBackend::new(file).map_err(|error| super::open::refused(&opened, error))?;
        let database = Builder::new().create_with_backend(TestDisk { file, fault: fault.clone() });
        let database = database.map_err(|error| super::open::refused(&opened, error))?;
        super::open::check_format(&opened, &database)?;
        Ok(database)
    };
    Tables::with_opener(path, identity, Box::new(open))
}
