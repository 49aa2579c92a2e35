//! One consistent state of the database: what a look-up reads, and what the index is loaded from.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use redb::{Database, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata};

use super::record::{Texts, decode_head, decode_provenance, decode_rating, decode_vector};
use super::{
    CODES, COMMITS, Counters, FEATURES, FEEDBACK, HEADS, Identity, META, NEXT_ID, PROVENANCE, TEXTS, UNFIT, VECTORS,
};
use crate::cache::EntryId;
use crate::cache::change::Head;
use crate::cache::error::CacheError;
use crate::cache::index::Index;
use crate::cache::nearest::{Quantised, UnitVector};
use crate::cache::origin::Provenance;

/// The state after one commit; later commits do not change it. Costs disk space while it is held.
pub(in crate::cache) struct Snapshot {
    path: Arc<Path>,
    identity: Arc<Identity>,
    texts: ReadOnlyTable<u64, &'static [u8]>,
    vectors: ReadOnlyTable<u64, &'static [u8]>,
    features: ReadOnlyTable<u64, (&'static str, &'static [u8])>,
    heads: ReadOnlyTable<u64, &'static [u8]>,
    provenance: ReadOnlyTable<u64, &'static [u8]>,
}

/// Everything that is on disk of one entry but what the semantic tier knows.
pub(in crate::cache) struct Stored<'a> {
    pub(in crate::cache) id: EntryId,
    pub(in crate::cache) head: Head,
    pub(in crate::cache) texts: Texts<'a>,
    pub(in crate::cache) provenance: Provenance,
}

impl Snapshot {
    pub(super) fn take(path: &Arc<Path>, identity: &Arc<Identity>, database: &Database) -> Result<Self, redb::Error> {
        let transaction = database.begin_read()?;
        Ok(Self {
            path: Arc::clone(path),
            identity: Arc::clone(identity),
            texts: transaction.open_table(TEXTS)?,
            vectors: transaction.open_table(VECTORS)?,
            features: transaction.open_table(FEATURES)?,
            heads: transaction.open_table(HEADS)?,
            provenance: transaction.open_table(PROVENANCE)?,
        })
    }

    /// Shows `visit` every entry from `first` on, in the order they were stored, until it breaks off.
    pub(in crate::cache) fn walk(
        &self,
        first: EntryId,
        mut visit: impl FnMut(Stored<'_>) -> ControlFlow<()>,
    ) -> Result<(), CacheError> {
        let walked = catch_unwind(AssertUnwindSafe(|| {
            for row in self.texts.range(first.0..)? {
                let (id, texts) = row?;
                let Some(stored) = self.stored(EntryId(id.value()), texts.value())? else { continue };
                if visit(stored).is_break() {
                    break;
                }
            }
            Ok(())
        }));
        let walked = walked.map_err(|_| self.damaged("reading all entries failed".to_owned()))?;
        walked.map_err(|error: redb::Error| self.unreadable(error))
    }

    /// What `read` makes of one entry; none when there is no such entry.
    pub(in crate::cache) fn one<T>(
        &self,
        id: EntryId,
        read: impl FnOnce(Stored<'_>) -> T,
    ) -> Result<Option<T>, CacheError> {
        let one = catch_unwind(AssertUnwindSafe(|| {
            let Some(row) = self.texts.get(id.0)? else { return Ok(None) };
            Ok(self.stored(id, row.value())?.map(read))
        }));
        let one = one.map_err(|_| self.damaged(format!("reading entry {} failed", id.0)))?;
        one.map_err(|error: redb::Error| self.unreadable(error))
    }

    fn stored<'a>(&self, id: EntryId, texts: &'a [u8]) -> Result<Option<Stored<'a>>, redb::Error> {
        let broken = |error| redb::Error::Corrupted(format!("entry {} cannot be decoded: {error}", id.0));
        let Some(head) = self.heads.get(id.0)? else { return Ok(None) };
        let head = decode_head(head.value()).map_err(broken)?;
        let provenance = match self.provenance.get(id.0)? {
            Some(row) => decode_provenance(row.value()).map_err(broken)?,
            None => Provenance::default(),
        };
        Ok(Some(Stored { id, head, texts: Texts::decode(texts).map_err(broken)?, provenance }))
    }

    /// What `read` makes of an entry's texts; none when there is no such entry.
    pub(in crate::cache) fn texts<T>(
        &self,
        id: EntryId,
        read: impl FnOnce(Texts<'_>) -> T,
    ) -> Result<Option<T>, CacheError> {
        self.row(&self.texts, id, |bytes| match Texts::decode(bytes) {
            Ok(texts) => Ok(read(texts)),
            Err(error) => Err(self.damaged(format!("the texts of entry {} cannot be decoded: {error}", id.0))),
        })?
        .transpose()
    }

    /// The full vector of an entry whose codes are in the index.
    pub(in crate::cache) fn vector(&self, id: EntryId) -> Result<Option<UnitVector>, CacheError> {
        self.row(&self.vectors, id, decode_vector).map(Option::flatten)
    }

    /// The features of an entry, if this policy described it.
    pub(in crate::cache) fn features(&self, id: EntryId) -> Result<Option<Vec<u8>>, CacheError> {
        let features =
            self.row(&self.features, id, |(policy, bytes)| (policy == self.identity.policy).then(|| bytes.to_vec()));
        features.map(Option::flatten)
    }

    /// What `read` makes of a row. On a damaged page redb panics, which is an error here.
    fn row<V: redb::Value + 'static, T>(
        &self,
        table: &ReadOnlyTable<u64, V>,
        id: EntryId,
        read: impl FnOnce(V::SelfType<'_>) -> T,
    ) -> Result<Option<T>, CacheError> {
        let row = catch_unwind(AssertUnwindSafe(|| Ok(table.get(id.0)?.map(|row| read(row.value())))));
        let row = row.map_err(|_| self.damaged(format!("reading entry {} failed", id.0)))?;
        row.map_err(|error: redb::StorageError| self.unreadable(error.into()))
    }

    fn unreadable(&self, error: redb::Error) -> CacheError {
        if let redb::Error::Corrupted(reason) = error {
            return self.damaged(reason);
        }
        CacheError::Read { path: Arc::clone(&self.path), source: Arc::new(error) }
    }

    fn damaged(&self, reason: String) -> CacheError {
        CacheError::Damaged { path: Arc::clone(&self.path), reason }
    }
}

pub(super) fn counters(database: &Database) -> Result<Counters, redb::Error> {
    let meta = database.begin_read()?.open_table(META)?;
    let number = |name| Ok::<_, redb::Error>(meta.get(name)?.map_or(0, |number| number.value()));
    Ok(Counters { next_id: number(NEXT_ID)?, commits: number(COMMITS)? })
}

/// Fills an empty index, without reading a text.
pub(super) fn fill(index: &mut Index, database: &Database, identity: &Identity) -> Result<(), redb::Error> {
    let transaction = database.begin_read()?;
    let heads = transaction.open_table(HEADS)?;
    index.reserve(usize::try_from(heads.len()?).unwrap_or(0));
    for row in heads.iter()? {
        let (id, head) = row?;
        let id = EntryId(id.value());
        let broken = |error| redb::Error::Corrupted(format!("the head of entry {} cannot be decoded: {error}", id.0));
        index.put(id, &decode_head(head.value()).map_err(broken)?);
    }
    fill_semantics(index, &transaction, identity)
}

fn fill_semantics(index: &mut Index, transaction: &ReadTransaction, identity: &Identity) -> Result<(), redb::Error> {
    for row in transaction.open_table(CODES)?.iter()? {
        let (id, codes) = row?;
        let (id, (embedder, policy, codes)) = (EntryId(id.value()), codes.value());
        if embedder == identity.embedder
            && let Some(codes) = Quantised::decode(codes)
        {
            index.add_vector(id, &codes);
            if policy == identity.policy {
                index.mark_complete(id);
            }
        }
    }
    for row in transaction.open_table(FEEDBACK)?.iter()? {
        let (id, rating) = row?;
        let id = EntryId(id.value());
        let broken = |error| redb::Error::Corrupted(format!("the feedback on entry {} is broken: {error}", id.0));
        index.rate(id, decode_rating(rating.value()).map_err(broken)?);
    }
    for row in transaction.open_table(UNFIT)?.iter()? {
        let (id, embedder) = row?;
        if embedder.value() == identity.embedder {
            index.mark_unfit(EntryId(id.value()));
        }
    }
    index.note_all_undescribed();
    Ok(())
}
