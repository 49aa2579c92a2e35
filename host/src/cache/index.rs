//! What is stored, in memory: enough to find an entry by question, by vector or by number without reading the disk.
//! Never holds a text. A million entries take 110 MB here, and their vectors 470.

mod ends;
mod eviction;
mod held;
mod owners;
mod scopes;
mod slab;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32};

use hashbrown::HashTable;

use super::change::{Change, Described, Head};
use super::exact::{QuestionKey, ScopeKey};
use super::feedback::Rating;
use super::lifetime::Moment;
use super::models::Models;
use super::nearest::{self, Build, Quantised, Vectors, View, Visible};
use super::origin::Reach;
use super::{EntryId, Served};
use crate::settings::NearestKind;
use ends::Ends;
use eviction::Choice;
use scopes::Scopes;
use slab::{QuestionPrefix, Row, RowNumber, Semantics, Slab};

pub(super) use eviction::Room;
pub(super) use held::Held;
pub(super) use owners::Owner;

pub(super) struct Index {
    rows: Slab,
    by_id: HashTable<RowNumber>,
    /// Several rows may have the same question.
    by_question: HashTable<RowNumber>,
    scopes: Scopes,
    models: Models,
    ends: Ends,
    /// Until when entries that ended by themselves were noted as changes.
    noticed: Moment,
    /// Entries that the semantic tier has yet to see.
    undescribed: BTreeSet<EntryId>,
    /// Only of entries that somebody judged.
    ratings: HashMap<EntryId, Rating>,
    /// Of the texts of all entries, on disk.
    bytes: u64,
}

/// How many entries, and how many bytes of texts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) entries: usize,
    pub(super) bytes: u64,
}

/// An entry without its texts.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) id: EntryId,
    pub(super) model: Option<Arc<str>>,
    pub(super) created: Moment,
}

impl Index {
    pub(super) fn new(kind: NearestKind) -> Self {
        Self {
            rows: Slab::default(),
            by_id: HashTable::new(),
            by_question: HashTable::new(),
            scopes: Scopes::new(kind),
            models: Models::default(),
            ends: Ends::default(),
            noticed: Moment::ALWAYS,
            undescribed: BTreeSet::new(),
            ratings: HashMap::new(),
            bytes: 0,
        }
    }

    pub(super) fn reserve(&mut self, entries: usize) {
        let rows = &self.rows;
        self.by_id.reserve(entries, |number| hash_at(rows, *number));
        self.by_question.reserve(entries, |number| question_hash_at(rows, *number));
    }

    pub(super) fn live(&self, now: Moment) -> usize {
        self.rows.len() - self.ends.until(now, &self.rows).count()
    }

    /// The newest entry of a question that may be seen and that nobody called wrong for it.
    pub(super) fn newest(&self, question: &QuestionKey, visible: &Visible) -> Option<Found> {
        let is_seen = |row: &&Row| visible.admits(row.model, &row.lifetime) && !self.rejects(row.id, question);
        self.of_question(question).filter(is_seen).max_by_key(|row| row.id).map(|row| self.found(row))
    }

    /// An entry that was served before, if it may still be seen and nobody said since that it should not be served.
    pub(super) fn again(&self, before: &Served, visible: &Visible) -> Option<Found> {
        let row = self.row(before.entry).filter(|row| visible.admits(row.model, &row.lifetime))?;
        let is_barred = self.rejects(row.id, &before.question) || self.standing(row.id).0 > before.cosine;
        (!is_barred).then(|| self.found(row))
    }

    fn of_question(&self, question: &QuestionKey) -> impl Iterator<Item = &Row> {
        let prefix = QuestionPrefix::of(question);
        let rows = self.by_question.iter_hash(prefix.hash()).filter_map(|number| self.rows.get(*number));
        rows.filter(move |row| row.question == prefix)
    }

    fn number(&self, id: EntryId) -> Option<RowNumber> {
        let is_it = |number: &RowNumber| self.rows.get(*number).is_some_and(|row| row.id == id);
        self.by_id.find(hash(id), is_it).copied()
    }

    fn row(&self, id: EntryId) -> Option<&Row> {
        self.rows.get(self.number(id)?)
    }

    fn row_mut(&mut self, id: EntryId) -> Option<&mut Row> {
        self.rows.get_mut(self.number(id)?)
    }

    /// What users said of an entry; none when nobody said anything.
    pub(super) fn rating(&self, id: EntryId) -> Option<&Rating> {
        self.ratings.get(&id)
    }

    /// The least cosine at which an entry may be served, and how many complaints made it so.
    pub(super) fn standing(&self, id: EntryId) -> (f32, u32) {
        self.rating(id).map_or((0.0, 0), |rating| (rating.threshold(), rating.complaints()))
    }

    /// Whether somebody said that the entry does not answer this question.
    pub(super) fn rejects(&self, id: EntryId, question: &QuestionKey) -> bool {
        self.rating(id).is_some_and(|rating| rating.rejects(question))
    }

    pub(super) fn rate(&mut self, id: EntryId, rating: Rating) {
        if self.holds(id) {
            self.ratings.insert(id, rating);
        }
    }

    /// Notes that an entry was served.
    pub(super) fn touch(&self, id: EntryId, now: Moment) {
        if let Some(row) = self.row(id) {
            row.touch(now);
        }
    }

    pub(super) fn size(&self) -> Size {
        Size { entries: self.rows.len(), bytes: self.bytes }
    }

    /// Whom to remove so that what comes fits.
    pub(super) fn victims(&self, room: &Room<'_>, now: Moment) -> Vec<EntryId> {
        let leaving = room.leaving.iter().filter_map(|id| self.row(*id)).fold(Size::default(), |size, row| Size {
            entries: size.entries + 1,
            bytes: size.bytes + u64::from(row.bytes),
        });
        let expired = self.ends.until(now, &self.rows).filter_map(|number| self.rows.get(number));
        Choice::new(&self.rows, self.size(), leaving, room, now).victims(expired)
    }

    pub(super) fn get(&self, id: EntryId, now: Moment) -> Option<Found> {
        let row = self.row(id)?;
        row.lifetime.includes(now).then(|| self.found(row))
    }

    fn found(&self, row: &Row) -> Found {
        let model = row.model.map(|model| Arc::clone(self.models.name(model)));
        Found { id: row.id, model, created: row.lifetime.created }
    }

    pub(super) fn vectors(&self, scope: &ScopeKey) -> Option<View> {
        self.scopes.vectors(scope).map(Vectors::view)
    }

    pub(super) fn visible(&self, model: Option<&str>, now: Moment) -> Visible {
        Visible { now, model: self.models.filter(model) }
    }

    /// Live entries that the semantic tier has yet to see, oldest first.
    pub(super) fn undescribed(&self, limit: usize, now: Moment) -> Vec<Found> {
        let live = self.undescribed.iter().filter_map(|id| self.get(*id, now));
        live.take(limit).collect()
    }

    pub(super) fn is_undescribed(&self, id: EntryId) -> bool {
        self.undescribed.contains(&id)
    }

    pub(super) fn undescribed_count(&self) -> usize {
        self.undescribed.len()
    }

    /// The entry that one of the same question and model takes the place of.
    pub(super) fn replaced_by(&self, head: &Head) -> Option<EntryId> {
        let model = match &head.model {
            None => None,
            Some(name) => Some(self.models.known(name)?),
        };
        self.of_question(&head.question).find(|row| row.model == model).map(|row| row.id)
    }

    pub(super) fn holds(&self, id: EntryId) -> bool {
        self.number(id).is_some()
    }

    /// At most `limit` entries that had ended at `moment`, those that ended first before the others.
    pub(super) fn ended(&self, limit: usize, moment: Moment) -> Vec<EntryId> {
        let ended = self.ends.until(moment, &self.rows).filter_map(|number| self.rows.get(number));
        ended.take(limit).map(|row| row.id).collect()
    }

    pub(super) fn apply(&mut self, change: Change) {
        match change {
            Change::Put { id, entry } => {
                self.put(id, &entry.head);
                self.scopes.own(&entry.head.scope, &entry.owner);
                self.note_change(id);
                match &entry.described {
                    Some(described) => self.describe(id, Some(described)),
                    None if entry.head.reach == Reach::Similar => self.note_undescribed(id),
                    None => {}
                }
            }
            Change::Remove { id } => self.remove(id),
            Change::Describe { id, described } => self.describe(id, described.as_deref()),
            Change::Rate { id, rating } => self.rate(id, rating),
        }
    }

    /// Adds an entry, of which it is not noted whether the semantic tier has yet to see it.
    pub(super) fn put(&mut self, id: EntryId, head: &Head) {
        let row = self.new_row(id, head);
        let (ends, prefix) = (row.lifetime.ends, row.question);
        let number = self.rows.insert(row);
        let rows = &self.rows;
        self.by_id.insert_unique(hash(id), number, |number| hash_at(rows, *number));
        self.by_question.insert_unique(prefix.hash(), number, |number| question_hash_at(rows, *number));
        self.ends.insert(ends, number);
        self.bytes += u64::from(head.bytes);
    }

    fn new_row(&mut self, id: EntryId, head: &Head) -> Row {
        Row {
            id,
            question: QuestionPrefix::of(&head.question),
            lifetime: head.lifetime,
            scope: self.scopes.enter(head.scope),
            model: head.model.as_deref().map(|name| self.models.enter(name)),
            semantics: match head.reach {
                Reach::Similar => Semantics::Nothing,
                Reach::Same => Semantics::Unfit,
            },
            bytes: head.bytes,
            used_seconds: AtomicU32::new(head.lifetime.created.seconds()),
            uses: AtomicU8::new(0),
            reach: head.reach,
        }
    }

    pub(super) fn note_undescribed(&mut self, id: EntryId) {
        self.undescribed.insert(id);
    }

    /// Notes all entries that the semantic tier has yet to see, once everything that is known of them was added.
    pub(super) fn note_all_undescribed(&mut self) {
        let is_undescribed = |row: &&Row| matches!(row.semantics, Semantics::Nothing | Semantics::Vector(_));
        self.undescribed = self.rows.iter().filter(is_undescribed).map(|row| row.id).collect();
    }

    /// That an entry goes which had ended is no news.
    fn note_change(&mut self, id: EntryId) {
        if let Some(row) = self.row(id).filter(|row| row.lifetime.ends > self.noticed) {
            let owner = self.scopes.owner(row.scope);
            self.scopes.note_change(owner);
        }
    }

    pub(super) fn has_unnoticed_ends(&self, now: Moment) -> bool {
        self.ends.between(self.noticed, now, &self.rows).next().is_some()
    }

    /// Has what ended by itself count as a change of whoever held it.
    pub(super) fn notice_ends(&mut self, now: Moment) {
        let ended = self.ends.between(self.noticed, now, &self.rows);
        let owners: HashSet<_> = ended.map(|row| self.scopes.owner(row.scope)).collect();
        owners.into_iter().for_each(|owner| self.scopes.note_change(owner));
        self.noticed = self.noticed.max(now);
    }

    fn remove(&mut self, id: EntryId) {
        self.note_change(id);
        self.clear_semantics(id);
        let Some(number) = self.number(id) else { return };
        if let Ok(found) = self.by_id.find_entry(hash(id), |held| *held == number) {
            found.remove();
        }
        let Some(row) = self.rows.remove(number) else { return };
        if let Ok(found) = self.by_question.find_entry(row.question.hash(), |held| *held == number) {
            found.remove();
        }
        self.ends.remove(row.lifetime.ends, number);
        self.scopes.leave(row.scope);
        if let Some(model) = row.model {
            self.models.leave(model);
        }
        self.bytes -= u64::from(row.bytes);
        self.ratings.remove(&id);
        self.undescribed.remove(&id);
    }

    fn describe(&mut self, id: EntryId, described: Option<&Described>) {
        match described {
            Some(described) => {
                self.add_vector(id, &described.quantised);
                self.mark_complete(id);
            }
            None => self.mark_unfit(id),
        }
    }

    pub(super) fn add_vector(&mut self, id: EntryId, vector: &Quantised) {
        self.clear_semantics(id);
        let Some(number) = self.number(id) else { return };
        let Some(row) = self.rows.get_mut(number).filter(|row| row.reach == Reach::Similar) else { return };
        let found = nearest::Row { id, model: row.model, lifetime: row.lifetime };
        row.semantics = Semantics::Vector(self.scopes.add_vector(row.scope, found, vector));
    }

    /// Notes that an entry with a vector also has features.
    pub(super) fn mark_complete(&mut self, id: EntryId) {
        let Some(row) = self.row_mut(id) else { return };
        if let Semantics::Vector(slot) = row.semantics {
            row.semantics = Semantics::Complete(slot);
            self.undescribed.remove(&id);
        }
    }

    pub(super) fn mark_unfit(&mut self, id: EntryId) {
        self.clear_semantics(id);
        let Some(row) = self.row_mut(id) else { return };
        row.semantics = Semantics::Unfit;
        self.undescribed.remove(&id);
    }

    fn clear_semantics(&mut self, id: EntryId) {
        let Some(number) = self.number(id) else { return };
        let Some(row) = self.rows.get_mut(number) else { return };
        let (Semantics::Vector(slot) | Semantics::Complete(slot)) = row.semantics else { return };
        row.semantics = Semantics::Nothing;
        self.scopes.remove_vector(row.scope, slot);
    }

    /// A scope whose approximate index should be built anew.
    pub(super) fn build_due(&self) -> Option<ScopeKey> {
        self.scopes.build_due()
    }

    pub(super) fn begin_build(&mut self, scope: &ScopeKey) -> Option<Build> {
        self.scopes.vectors_mut(scope)?.begin_build()
    }

    pub(super) fn end_build(&mut self, scope: &ScopeKey, build: &Build, graph: Option<nearest::Graph>) {
        if let Some(vectors) = self.scopes.vectors_mut(scope) {
            vectors.end_build(graph, build.mark());
        }
    }
}

/// Numbers are given in order; the product spreads them.
fn hash(id: EntryId) -> u64 {
    id.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn hash_at(rows: &Slab, number: RowNumber) -> u64 {
    rows.get(number).map_or(0, |row| hash(row.id))
}

fn question_hash_at(rows: &Slab, number: RowNumber) -> u64 {
    rows.get(number).map_or(0, |row| row.question.hash())
}

#[cfg(test)]
mod tests;
