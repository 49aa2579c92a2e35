//! The vectors of one scope as 8-bit codes, with what a search must know of each. A copy is cheap and never changes:
//! it shares what later stores leave alone.

use std::sync::Arc;

use super::sketch::{BLOCK_ROWS, Block, Sketch};
use super::vector::{Codes, Quantised};
use crate::cache::EntryId;
use crate::cache::lifetime::{Lifetime, Moment};
use crate::cache::models::{ModelFilter, ModelId};

/// Rows that are copied together when a search still reads them while a store changes one.
const CHUNK_ROWS: usize = 1024;

/// A place for a row; reused after the row is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

/// A row in 32 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    id: EntryId,
    lifetime: Lifetime,
    model: Option<ModelId>,
    scale: f32,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    chunks: Arc<Vec<Chunk>>,
    count: usize,
}

/// The parts that searches read apart from each other are apart: ending a row copies little, and a search of the
/// sketches reads nothing else.
#[derive(Debug, Clone, Default)]
pub(super) struct Chunk {
    pub(super) held: Arc<Vec<Held>>,
    pub(super) codes: Arc<Vec<Codes>>,
    /// The last block may have room for rows to come.
    pub(super) sketches: Arc<Vec<Block>>,
}

impl Visible {
    pub(in crate::cache) fn admits(&self, model: Option<ModelId>, lifetime: &Lifetime) -> bool {
        lifetime.includes(self.now) && self.model.admits(model)
    }

    #[inline(always)]
    pub(super) fn sees(&self, held: &Held) -> bool {
        self.admits(held.model, &held.lifetime)
    }
}

impl Held {
    fn new(row: Row, vector: &Quantised) -> Self {
        Self { id: row.id, lifetime: row.lifetime, model: row.model, scale: vector.scale }
    }

    #[inline(always)]
    pub(super) fn row(&self) -> Row {
        Row { id: self.id, model: self.model, lifetime: self.lifetime }
    }

    #[inline(always)]
    pub(super) fn scale(&self) -> f32 {
        self.scale
    }
}

impl Slot {
    pub(super) const FIRST: Self = Self(0);

    #[inline(always)]
    pub(super) fn at(chunk: usize, place: usize) -> Self {
        // A push has checked that every slot fits.
        Self((chunk * CHUNK_ROWS + place) as u32)
    }

    #[inline(always)]
    fn chunk(self) -> usize {
        self.0 as usize / CHUNK_ROWS
    }

    #[inline(always)]
    fn place(self) -> usize {
        self.0 as usize % CHUNK_ROWS
    }
}

impl Chunk {
    /// For a scope that has filled one already.
    fn with_room() -> Self {
        Self {
            held: Arc::new(Vec::with_capacity(CHUNK_ROWS)),
            codes: Arc::new(Vec::with_capacity(CHUNK_ROWS)),
            sketches: Arc::new(Vec::with_capacity(CHUNK_ROWS / BLOCK_ROWS)),
        }
    }

    fn bytes(&self) -> usize {
        let held = self.held.capacity() * size_of::<Held>();
        held + self.codes.capacity() * size_of::<Codes>() + self.sketches.capacity() * size_of::<Block>()
    }

    fn push(&mut self, row: Row, vector: &Quantised) -> usize {
        let place = self.held.len();
        push(&mut self.held, Held::new(row, vector));
        push(&mut self.codes, vector.codes);
        if place.is_multiple_of(BLOCK_ROWS) {
            push(&mut self.sketches, Block::default());
        }
        self.set_sketch(place, vector);
        place
    }

    fn overwrite(&mut self, place: usize, row: Row, vector: &Quantised) {
        Arc::make_mut(&mut self.held)[place] = Held::new(row, vector);
        Arc::make_mut(&mut self.codes)[place] = vector.codes;
        self.set_sketch(place, vector);
    }

    fn set_sketch(&mut self, place: usize, vector: &Quantised) {
        let block = &mut Arc::make_mut(&mut self.sketches)[place / BLOCK_ROWS];
        block.set(place % BLOCK_ROWS, &Sketch::of(&vector.codes));
    }
}

/// Begins with room for one item: there may be a scope for every conversation, with one question in it.
fn push<T: Clone>(items: &mut Arc<Vec<T>>, item: T) {
    let items = Arc::make_mut(items);
    if items.len() == items.capacity() {
        items.reserve_exact(items.len().max(1));
    }
    items.push(item);
}

impl Rows {
    pub(super) fn push(&mut self, row: Row, vector: &Quantised) -> Slot {
        u32::try_from(self.count).expect("four billion vectors of one scope do not fit into memory");
        self.count += 1;
        let chunks = Arc::make_mut(&mut self.chunks);
        if chunks.last().is_none_or(|chunk| chunk.held.len() == CHUNK_ROWS) {
            chunks.push(if chunks.is_empty() { Chunk::default() } else { Chunk::with_room() });
        }
        let index = chunks.len() - 1;
        Slot::at(index, chunks[index].push(row, vector))
    }

    pub(super) fn overwrite(&mut self, slot: Slot, row: Row, vector: &Quantised) {
        Arc::make_mut(&mut self.chunks)[slot.chunk()].overwrite(slot.place(), row, vector);
    }

    /// No search sees the row any more.
    pub(super) fn end(&mut self, slot: Slot) {
        let chunk = &mut Arc::make_mut(&mut self.chunks)[slot.chunk()];
        Arc::make_mut(&mut chunk.held)[slot.place()].lifetime.ends = Moment::ALWAYS;
    }

    /// With the places of rows that have gone.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn bytes(&self) -> usize {
        self.chunks.iter().map(Chunk::bytes).sum()
    }

    #[inline(always)]
    pub(super) fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    #[inline(always)]
    pub(super) fn get(&self, slot: Slot) -> (&Held, &Codes) {
        let chunk = &self.chunks[slot.chunk()];
        (&chunk.held[slot.place()], &chunk.codes[slot.place()])
    }

    /// Every row that was not ended.
    pub(super) fn held(&self) -> impl Iterator<Item = (Slot, EntryId)> + '_ {
        let held = self.chunks.iter().flat_map(|chunk| chunk.held.iter());
        let numbered = (0_u32..).map(Slot).zip(held);
        numbered.filter(|(_, held)| held.lifetime.ends != Moment::ALWAYS).map(|(slot, held)| (slot, held.id))
    }
}
