//! The rows of the index, each at a number that it keeps: in chunks, so that growing never copies what is there.

use std::sync::atomic::{AtomicU8, AtomicU32};

use super::scopes::ScopeNumber;
use crate::cache::EntryId;
use crate::cache::exact::QuestionKey;
use crate::cache::lifetime::Lifetime;
use crate::cache::models::ModelId;
use crate::cache::nearest::Slot;
use crate::cache::origin::Reach;

const CHUNK_ROWS: usize = 4096;

/// An entry in 72 bytes.
pub(super) struct Row {
    pub(super) id: EntryId,
    pub(super) question: QuestionPrefix,
    pub(super) lifetime: Lifetime,
    pub(super) scope: ScopeNumber,
    pub(super) model: Option<ModelId>,
    pub(super) semantics: Semantics,
    /// Of the texts on disk.
    pub(super) bytes: u32,
    /// In seconds since 1970; changed by look-ups, which hold the index for reading only.
    pub(super) used_seconds: AtomicU32,
    /// How often, as [`super::eviction`] counts; changed by look-ups too.
    pub(super) uses: AtomicU8,
    pub(super) reach: Reach,
}

/// What the semantic tier has of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Semantics {
    Nothing,
    /// A vector of this embedder, but no features of this policy.
    Vector(Slot),
    Complete(Slot),
    /// The text is not for the semantic tier.
    Unfit,
}

/// Half of a question's key: nobody finds two questions that share it, and if anybody did, the texts differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QuestionPrefix([u8; 16]);

/// Where a row is; reused after the row is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RowNumber(u32);

impl RowNumber {
    pub(super) const FIRST: Self = Self(0);
}

#[derive(Default)]
pub(super) struct Slab {
    chunks: Vec<Vec<Option<Row>>>,
    free: Vec<RowNumber>,
    held: usize,
}

impl QuestionPrefix {
    pub(super) fn of(question: &QuestionKey) -> Self {
        let (prefix, _) = question.0.split_first_chunk().expect("a key has 32 bytes");
        Self(*prefix)
    }

    /// The bytes come from a cryptographic hash, and are as good as any other.
    pub(super) fn hash(self) -> u64 {
        let (first, _) = self.0.split_first_chunk().expect("a prefix has 16 bytes");
        u64::from_le_bytes(*first)
    }
}

impl Slab {
    pub(super) fn insert(&mut self, row: Row) -> RowNumber {
        self.held += 1;
        if let Some(number) = self.free.pop() {
            *self.place(number) = Some(row);
            return number;
        }
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK_ROWS) {
            self.chunks.push(Vec::with_capacity(CHUNK_ROWS));
        }
        let before = (self.chunks.len() - 1) * CHUNK_ROWS;
        let chunk = self.chunks.last_mut().expect("there is a chunk with room");
        chunk.push(Some(row));
        let number = u32::try_from(before + chunk.len() - 1).expect("four billion entries do not fit into memory");
        RowNumber(number)
    }

    pub(super) fn remove(&mut self, number: RowNumber) -> Option<Row> {
        let row = self.place(number).take()?;
        self.free.push(number);
        self.held -= 1;
        Some(row)
    }

    pub(super) fn get(&self, number: RowNumber) -> Option<&Row> {
        let at = number.0 as usize;
        self.chunks.get(at / CHUNK_ROWS)?.get(at % CHUNK_ROWS)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, number: RowNumber) -> Option<&mut Row> {
        self.place(number).as_mut()
    }

    fn place(&mut self, number: RowNumber) -> &mut Option<Row> {
        let at = number.0 as usize;
        &mut self.chunks[at / CHUNK_ROWS][at % CHUNK_ROWS]
    }

    pub(super) fn len(&self) -> usize {
        self.held
    }

    /// With the places of rows that have gone.
    pub(super) fn places(&self) -> usize {
        self.held + self.free.len()
    }

    /// The row at a place, if there is one.
    pub(super) fn at(&self, place: usize) -> Option<&Row> {
        self.get(RowNumber(u32::try_from(place).ok()?))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.chunks.iter().flatten().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_stays_small() {
        assert!(size_of::<Option<Row>>() <= 72, "{}", size_of::<Option<Row>>());
    }
}
