//! What is stored, in memory: enough to find an entry by question, by vector or by number without reading the disk.
//! Never holds a text.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::EntryId;
use super::change::{Change, Described, Head};
use super::exact::{QuestionKey, ScopeKey};
use super::feedback::Rating;
use super::lifetime::{Lifetime, Moment};
use super::models::{ModelId, Models};
use super::nearest::{self, Build, Quantised, Slot, Vectors, View, Visible};
use super::origin::Reach;
use crate::settings::NearestKind;

/// An entry younger than this is never removed to make room.
const PROTECTED: Duration = Duration::from_mins(1);

pub(super) struct Index {
    kind: NearestKind,
    rows: HashMap<EntryId, Row>,
    /// The entries of a question, oldest first.
    questions: HashMap<QuestionKey, Vec<EntryId>>,
    scopes: HashMap<ScopeKey, Vectors>,
    models: Models,
    ends: BTreeSet<(Moment, EntryId)>,
    /// Entries that the semantic tier has yet to see.
    undescribed: BTreeSet<EntryId>,
    /// Only of entries that somebody judged.
    ratings: HashMap<EntryId, Rating>,
    /// Of the texts of all entries, on disk.
    bytes: u64,
}

struct Row {
    scope: ScopeKey,
    question: QuestionKey,
    model: Option<ModelId>,
    lifetime: Lifetime,
    semantics: Semantics,
    reach: Reach,
    bytes: u32,
    /// In seconds since 1970; changed by look-ups, which hold the index for reading only.
    used_seconds: AtomicU32,
}

/// How many entries, and how many bytes of texts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) entries: usize,
    pub(super) bytes: u64,
}

/// What a batch of changes needs room for.
pub(super) struct Room<'a> {
    /// The most that may be held.
    pub(super) limit: Size,
    pub(super) incoming: Size,
    /// What the batch removes anyway.
    pub(super) leaving: &'a HashSet<EntryId>,
}

/// What the semantic tier has of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Semantics {
    Nothing,
    /// A vector of this embedder, but no features of this policy.
    Vector(Slot),
    Complete(Slot),
    /// The text is not for the semantic tier.
    Unfit,
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
            kind,
            rows: HashMap::new(),
            questions: HashMap::new(),
            scopes: HashMap::new(),
            models: Models::default(),
            ends: BTreeSet::new(),
            undescribed: BTreeSet::new(),
            ratings: HashMap::new(),
            bytes: 0,
        }
    }

    pub(super) fn reserve(&mut self, entries: usize) {
        self.rows.reserve(entries);
        self.questions.reserve(entries);
    }

    pub(super) fn live(&self, now: Moment) -> usize {
        self.rows.len() - self.ends.range(..=(now, EntryId(u64::MAX))).count()
    }

    /// The newest entry of a question that may be seen and that nobody called wrong for it.
    pub(super) fn newest(&self, question: &QuestionKey, visible: &Visible) -> Option<Found> {
        let ids = self.questions.get(question)?;
        ids.iter().rev().find_map(|id| {
            let row = &self.rows[id];
            let is_seen = visible.admits(row.model, &row.lifetime) && !self.rejects(*id, question);
            is_seen.then(|| self.found(*id, row))
        })
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
        if let Some(row) = self.rows.get(&id) {
            row.used_seconds.store(now.seconds(), Ordering::Relaxed);
        }
    }

    pub(super) fn size(&self) -> Size {
        Size { entries: self.rows.len(), bytes: self.bytes }
    }

    /// Whom to remove so that what comes fits, the least lately used first. None that is younger than
    /// [`PROTECTED`]: for so long the limit yields.
    pub(super) fn victims(&self, room: &Room<'_>, now: Moment) -> Vec<EntryId> {
        let leaving = room.leaving.iter().filter_map(|id| self.rows.get(id));
        let (gone, gone_bytes) = leaving.fold((0, 0), |(rows, bytes), row| (rows + 1, bytes + u64::from(row.bytes)));
        let mut entries = (self.rows.len() + room.incoming.entries).saturating_sub(gone);
        let mut bytes = (self.bytes + room.incoming.bytes).saturating_sub(gone_bytes);
        if entries <= room.limit.entries && bytes <= room.limit.bytes {
            return Vec::new();
        }
        let is_old = |row: &Row| row.lifetime.created.plus(PROTECTED) <= now || !row.lifetime.includes(now);
        let rows = self.rows.iter().filter(|(id, row)| is_old(row) && !room.leaving.contains(id));
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|(id, row)| (row.lifetime.includes(now), row.used_seconds.load(Ordering::Relaxed), **id));
        let needed = rows.into_iter().take_while(|(_, row)| {
            let is_needed = entries > room.limit.entries || bytes > room.limit.bytes;
            (entries, bytes) = (entries.saturating_sub(1), bytes.saturating_sub(row.bytes.into()));
            is_needed
        });
        needed.map(|(id, _)| *id).collect()
    }

    pub(super) fn get(&self, id: EntryId, now: Moment) -> Option<Found> {
        let row = self.rows.get(&id)?;
        row.lifetime.includes(now).then(|| self.found(id, row))
    }

    fn found(&self, id: EntryId, row: &Row) -> Found {
        let model = row.model.map(|model| Arc::clone(self.models.name(model)));
        Found { id, model, created: row.lifetime.created }
    }

    pub(super) fn vectors(&self, scope: &ScopeKey) -> Option<View> {
        self.scopes.get(scope).map(Vectors::view)
    }

    pub(super) fn visible(&self, model: Option<&str>, now: Moment) -> Visible {
        Visible { now, model: self.models.filter(model) }
    }

    /// Live entries that the semantic tier has yet to see, oldest first.
    pub(super) fn undescribed(&self, limit: usize, now: Moment) -> Vec<Found> {
        let live = self.undescribed.iter().filter_map(|id| self.get(*id, now));
        live.take(limit).collect()
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
        let ids = self.questions.get(&head.question)?;
        ids.iter().copied().find(|id| self.rows[id].model == model)
    }

    pub(super) fn holds(&self, id: EntryId) -> bool {
        self.rows.contains_key(&id)
    }

    /// At most `limit` entries that had ended at `moment`, those that ended first before the others.
    pub(super) fn ended(&self, limit: usize, moment: Moment) -> Vec<EntryId> {
        self.ends.range(..=(moment, EntryId(u64::MAX))).take(limit).map(|(_, id)| *id).collect()
    }

    pub(super) fn apply(&mut self, change: Change) {
        match change {
            Change::Put { id, entry } => {
                self.put(id, &entry.head);
                if let Some(described) = &entry.described {
                    self.describe(id, Some(described));
                }
            }
            Change::Remove { id } => self.remove(id),
            Change::Describe { id, described } => self.describe(id, described.as_deref()),
            Change::Rate { id, rating } => self.rate(id, rating),
        }
    }

    /// Adds an entry; entries come in the order of their numbers.
    pub(super) fn put(&mut self, id: EntryId, head: &Head) {
        let model = head.model.as_deref().map(|name| self.models.id(name));
        let Head { scope, question, lifetime, reach, bytes, .. } = *head;
        let used_seconds = AtomicU32::new(lifetime.created.seconds());
        let semantics = match reach {
            Reach::Similar => Semantics::Nothing,
            Reach::Same => Semantics::Unfit,
        };
        self.rows.insert(id, Row { scope, question, model, lifetime, semantics, reach, bytes, used_seconds });
        self.bytes += u64::from(bytes);
        self.questions.entry(question).or_default().push(id);
        if lifetime.ends != Moment::NEVER {
            self.ends.insert((lifetime.ends, id));
        }
        if reach == Reach::Similar {
            self.undescribed.insert(id);
        }
    }

    fn remove(&mut self, id: EntryId) {
        self.clear_semantics(id);
        let Some(row) = self.rows.remove(&id) else { return };
        self.bytes -= u64::from(row.bytes);
        self.ratings.remove(&id);
        self.ends.remove(&(row.lifetime.ends, id));
        self.undescribed.remove(&id);
        if let Some(ids) = self.questions.get_mut(&row.question) {
            ids.retain(|held| *held != id);
            if ids.is_empty() {
                self.questions.remove(&row.question);
            }
        }
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
        let Some(row) = self.rows.get_mut(&id).filter(|row| row.reach == Reach::Similar) else { return };
        let vectors = self.scopes.entry(row.scope).or_insert_with(|| Vectors::new(self.kind));
        let slot = vectors.insert(nearest::Row { id, model: row.model, lifetime: row.lifetime }, vector);
        row.semantics = Semantics::Vector(slot);
    }

    /// Notes that an entry with a vector also has features.
    pub(super) fn mark_complete(&mut self, id: EntryId) {
        let Some(row) = self.rows.get_mut(&id) else { return };
        if let Semantics::Vector(slot) = row.semantics {
            row.semantics = Semantics::Complete(slot);
            self.undescribed.remove(&id);
        }
    }

    pub(super) fn mark_unfit(&mut self, id: EntryId) {
        self.clear_semantics(id);
        let Some(row) = self.rows.get_mut(&id) else { return };
        row.semantics = Semantics::Unfit;
        self.undescribed.remove(&id);
    }

    fn clear_semantics(&mut self, id: EntryId) {
        let Some(row) = self.rows.get_mut(&id) else { return };
        let (Semantics::Vector(slot) | Semantics::Complete(slot)) = row.semantics else { return };
        row.semantics = Semantics::Nothing;
        if let Some(vectors) = self.scopes.get_mut(&row.scope) {
            vectors.remove(slot);
            if vectors.is_empty() {
                self.scopes.remove(&row.scope);
            }
        }
    }

    /// A scope whose approximate index should be built anew.
    pub(super) fn build_due(&self) -> Option<ScopeKey> {
        self.scopes.iter().find(|(_, vectors)| vectors.is_build_due()).map(|(scope, _)| *scope)
    }

    pub(super) fn begin_build(&mut self, scope: &ScopeKey) -> Option<Build> {
        self.scopes.get_mut(scope)?.begin_build()
    }

    pub(super) fn end_build(&mut self, scope: &ScopeKey, build: &Build, graph: Option<nearest::Graph>) {
        if let Some(vectors) = self.scopes.get_mut(scope) {
            vectors.end_build(graph, build.mark());
        }
    }
}
