//! A batch of changes as one durable transaction: all of it or nothing.

use redb::{Database, Table, WriteTransaction};

use super::record::{encode_head, encode_provenance, encode_rating, encode_vector};
use super::{
    CODES, COMMITS, Counters, FEATURES, FEEDBACK, HEADS, Identity, META, NEXT_ID, PROVENANCE, TEXTS, UNFIT, VECTORS,
};
use crate::cache::EntryId;
use crate::cache::change::{Change, Described, Prepared};
use crate::cache::origin::Provenance;

/// Commits with quick-repair: the next start after a kill need not walk the whole file.
pub(super) fn commit(
    database: &Database,
    identity: &Identity,
    changes: &[Change],
    counters: Counters,
) -> Result<(), redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    {
        let mut tables = OpenTables::of(&transaction, identity)?;
        for change in changes {
            tables.apply(change)?;
        }
        let mut meta = transaction.open_table(META)?;
        meta.insert(NEXT_ID, counters.next_id)?;
        meta.insert(COMMITS, counters.commits)?;
    }
    Ok(transaction.commit()?)
}

struct OpenTables<'a> {
    identity: &'a Identity,
    heads: Table<'a, u64, &'static [u8]>,
    texts: Table<'a, u64, &'static [u8]>,
    codes: Table<'a, u64, (&'static str, &'static str, &'static [u8])>,
    vectors: Table<'a, u64, &'static [u8]>,
    features: Table<'a, u64, (&'static str, &'static [u8])>,
    unfit: Table<'a, u64, &'static str>,
    provenance: Table<'a, u64, &'static [u8]>,
    feedback: Table<'a, u64, &'static [u8]>,
}

impl<'a> OpenTables<'a> {
    fn of(transaction: &'a WriteTransaction, identity: &'a Identity) -> Result<Self, redb::Error> {
        Ok(Self {
            identity,
            heads: transaction.open_table(HEADS)?,
            texts: transaction.open_table(TEXTS)?,
            codes: transaction.open_table(CODES)?,
            vectors: transaction.open_table(VECTORS)?,
            features: transaction.open_table(FEATURES)?,
            unfit: transaction.open_table(UNFIT)?,
            provenance: transaction.open_table(PROVENANCE)?,
            feedback: transaction.open_table(FEEDBACK)?,
        })
    }

    fn apply(&mut self, change: &Change) -> Result<(), redb::StorageError> {
        match change {
            Change::Put { id, entry } => self.put(*id, entry),
            Change::Remove { id } => self.remove(*id),
            Change::Describe { id, described: Some(described) } => self.describe(*id, described),
            Change::Describe { id, described: None } => self.mark_unfit(*id),
            Change::Rate { id, rating } => {
                self.feedback.insert(id.0, encode_rating(rating).as_slice())?;
                Ok(())
            }
        }
    }

    fn put(&mut self, id: EntryId, entry: &Prepared) -> Result<(), redb::StorageError> {
        self.heads.insert(id.0, encode_head(&entry.head).as_slice())?;
        self.texts.insert(id.0, entry.texts.as_slice())?;
        if entry.provenance != Provenance::default() {
            self.provenance.insert(id.0, encode_provenance(&entry.provenance).as_slice())?;
        }
        match &entry.described {
            Some(described) => self.describe(id, described),
            None => Ok(()),
        }
    }

    fn describe(&mut self, id: EntryId, described: &Described) -> Result<(), redb::StorageError> {
        let (embedder, policy) = (self.identity.embedder.as_str(), self.identity.policy.as_str());
        self.codes.insert(id.0, (embedder, policy, described.quantised.encode().as_slice()))?;
        self.vectors.insert(id.0, encode_vector(&described.vector).as_slice())?;
        self.features.insert(id.0, (policy, described.features.as_slice()))?;
        self.unfit.remove(id.0)?;
        Ok(())
    }

    fn mark_unfit(&mut self, id: EntryId) -> Result<(), redb::StorageError> {
        self.codes.remove(id.0)?;
        self.vectors.remove(id.0)?;
        self.features.remove(id.0)?;
        self.unfit.insert(id.0, self.identity.embedder.as_str())?;
        Ok(())
    }

    fn remove(&mut self, id: EntryId) -> Result<(), redb::StorageError> {
        self.heads.remove(id.0)?;
        self.texts.remove(id.0)?;
        self.codes.remove(id.0)?;
        self.vectors.remove(id.0)?;
        self.features.remove(id.0)?;
        self.unfit.remove(id.0)?;
        self.provenance.remove(id.0)?;
        self.feedback.remove(id.0)?;
        Ok(())
    }
}
