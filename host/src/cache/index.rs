//! What is stored, in memory: enough to find an entry by question, by vector or by number without reading the disk.
//! Never holds a text.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::EntryId;
use super::change::{Change, Described, Head};
use super::exact::{QuestionKey, ScopeKey};
use super::lifetime::{Lifetime, Moment};
use super::models::{ModelId, Models};
use super::nearest::{self, Build, Quantised, Slot, Vectors, View, Visible};
use crate::settings::NearestKind;

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
}

struct Row {
    scope: ScopeKey,
    question: QuestionKey,
    model: Option<ModelId>,
    lifetime: Lifetime,
    semantics: Semantics,
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
        }
    }

    pub(super) fn reserve(&mut self, entries: usize) {
        self.rows.reserve(entries);
        self.questions.reserve(entries);
    }

    pub(super) fn live(&self, now: Moment) -> usize {
        self.rows.len() - self.ends.range(..=(now, EntryId(u64::MAX))).count()
    }

    /// The newest entry of a question that may be seen.
    pub(super) fn newest(&self, question: &QuestionKey, visible: &Visible) -> Option<Found> {
        let ids = self.questions.get(question)?;
        ids.iter().rev().find_map(|id| {
            let row = &self.rows[id];
            visible.admits(row.model, &row.lifetime).then(|| self.found(*id, row))
        })
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

    /// At most `limit` entries that have ended, those that ended first before the others.
    pub(super) fn ended(&self, limit: usize, now: Moment) -> Vec<EntryId> {
        self.ends.range(..=(now, EntryId(u64::MAX))).take(limit).map(|(_, id)| *id).collect()
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
        }
    }

    /// Adds an entry; entries come in the order of their numbers.
    pub(super) fn put(&mut self, id: EntryId, head: &Head) {
        let model = head.model.as_deref().map(|name| self.models.id(name));
        let Head { scope, question, lifetime, .. } = *head;
        self.rows.insert(id, Row { scope, question, model, lifetime, semantics: Semantics::Nothing });
        self.questions.entry(question).or_default().push(id);
        if lifetime.ends != Moment::NEVER {
            self.ends.insert((lifetime.ends, id));
        }
        self.undescribed.insert(id);
    }

    fn remove(&mut self, id: EntryId) {
        self.clear_semantics(id);
        let Some(row) = self.rows.remove(&id) else { return };
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
        let Some(row) = self.rows.get_mut(&id) else { return };
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
