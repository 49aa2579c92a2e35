//! The vectors of one scope as 8-bit codes, with what a search must know of each. A copy is cheap and never changes:
//! it shares what later stores leave alone.

use std::sync::Arc;

use super::vector::{Codes, Quantised, Query};
use crate::cache::EntryId;
use crate::cache::lifetime::{Lifetime, Moment};
use crate::cache::models::{ModelFilter, ModelId};

/// Rows that are copied together when a search still reads them while a store changes one.
const CHUNK_ROWS: usize = 256;

/// A place for a row; reused after the row is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cache) struct Slot(u32);

/// What a search must know of a vector beside its codes.
#[derive(Debug, Clone, Copy)]
pub(in crate::cache) struct Row {
    pub(in crate::cache) id: EntryId,
    pub(in crate::cache) model: Option<ModelId>,
    pub(in crate::cache) lifetime: Lifetime,
}

/// Which rows a search may see.
#[derive(Debug, Clone, Copy)]
pub(in crate::cache) struct Visible {
    pub(in crate::cache) now: Moment,
    pub(in crate::cache) model: ModelFilter,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    chunks: Arc<Vec<Chunk>>,
}

/// Codes apart from the rest: ending a row copies little.
#[derive(Debug, Clone, Default)]
struct Chunk {
    rows: Arc<Vec<(Row, f32)>>,
    codes: Arc<Vec<Codes>>,
}

impl Visible {
    pub(in crate::cache) fn admits(&self, model: Option<ModelId>, lifetime: &Lifetime) -> bool {
        lifetime.includes(self.now) && self.model.admits(model)
    }

    fn sees(&self, row: &Row) -> bool {
        self.admits(row.model, &row.lifetime)
    }
}

impl Rows {
    pub(super) fn push(&mut self, row: Row, vector: &Quantised) -> Slot {
        let chunks = Arc::make_mut(&mut self.chunks);
        if chunks.last().is_none_or(|chunk| chunk.rows.len() == CHUNK_ROWS) {
            chunks.push(Chunk::default());
        }
        let index = chunks.len() - 1;
        let chunk = &mut chunks[index];
        Arc::make_mut(&mut chunk.rows).push((row, vector.scale));
        Arc::make_mut(&mut chunk.codes).push(vector.codes);
        let slot = index * CHUNK_ROWS + chunk.rows.len() - 1;
        Slot(u32::try_from(slot).expect("four billion vectors of one scope do not fit into memory"))
    }

    pub(super) fn overwrite(&mut self, slot: Slot, row: Row, vector: &Quantised) {
        let (chunk, place) = self.place(slot);
        Arc::make_mut(&mut chunk.rows)[place] = (row, vector.scale);
        Arc::make_mut(&mut chunk.codes)[place] = vector.codes;
    }

    /// No search sees the row any more.
    pub(super) fn end(&mut self, slot: Slot) {
        let (chunk, place) = self.place(slot);
        Arc::make_mut(&mut chunk.rows)[place].0.lifetime.ends = Moment::ALWAYS;
    }

    fn place(&mut self, slot: Slot) -> (&mut Chunk, usize) {
        let slot = slot.0 as usize;
        (&mut Arc::make_mut(&mut self.chunks)[slot / CHUNK_ROWS], slot % CHUNK_ROWS)
    }

    /// Every visible row with its score. Inlined into the search that is compiled for this processor.
    #[inline(always)]
    pub(super) fn each_score(&self, query: &Query<'_>, visible: &Visible, mut found: impl FnMut(f32, Row)) {
        for chunk in self.chunks.iter() {
            for ((row, scale), codes) in chunk.rows.iter().zip(chunk.codes.iter()) {
                if visible.sees(row) {
                    found(query.score(codes, *scale), *row);
                }
            }
        }
    }

    /// The visible rows among `slots`, each with its score.
    #[inline(always)]
    pub(super) fn each_score_of(
        &self,
        slots: impl Iterator<Item = Slot>,
        query: &Query<'_>,
        visible: &Visible,
        mut found: impl FnMut(f32, Row),
    ) {
        for slot in slots {
            let chunk = &self.chunks[slot.0 as usize / CHUNK_ROWS];
            let place = slot.0 as usize % CHUNK_ROWS;
            let (row, scale) = chunk.rows[place];
            if visible.sees(&row) {
                found(query.score(&chunk.codes[place], scale), row);
            }
        }
    }

    /// Every row that was not ended.
    pub(super) fn held(&self) -> impl Iterator<Item = (Slot, EntryId)> + '_ {
        let rows = self.chunks.iter().flat_map(|chunk| chunk.rows.iter());
        let numbered = (0_u32..).map(Slot).zip(rows);
        numbered.filter(|(_, (row, _))| row.lifetime.ends != Moment::ALWAYS).map(|(slot, (row, _))| (slot, row.id))
    }
}
