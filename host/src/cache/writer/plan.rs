//! What a batch of requests changes, decided against the index and against what comes before it in the batch.

use std::collections::{HashMap, HashSet};

use tokio::sync::OwnedSemaphorePermit;

use super::{Answer, Computed, MAX_SWEPT, Queued, Request};
use crate::cache::EntryId;
use crate::cache::change::{Change, Prepared};
use crate::cache::error::CacheError;
use crate::cache::exact::QuestionKey;
use crate::cache::index::Index;
use crate::cache::lifetime::Moment;

#[derive(Default)]
pub(super) struct Plan {
    pub(super) changes: Vec<Change>,
    pub(super) answers: Vec<Prospect>,
    pub(super) next_id: u64,
    pub(super) room: Vec<OwnedSemaphorePermit>,
}

/// What a caller hears once the changes are durable.
pub(super) enum Prospect {
    Stored(EntryId, Answer<EntryId>),
    Described(Answer<()>),
    Swept(usize, Answer<usize>),
}

struct Planner<'a> {
    index: &'a Index,
    plan: Plan,
    stored: HashMap<(QuestionKey, Option<String>), EntryId>,
    removed: HashSet<EntryId>,
}

impl Plan {
    pub(super) fn of(index: &Index, next_id: u64, batch: Vec<Queued>) -> Self {
        let plan = Self { next_id, ..Self::default() };
        let mut planner = Planner { index, plan, stored: HashMap::new(), removed: HashSet::new() };
        for Queued { request, _room: room } in batch {
            planner.plan.room.extend(room);
            planner.add(request);
        }
        planner.plan
    }
}

impl Planner<'_> {
    fn add(&mut self, request: Request) {
        let prospect = match request {
            Request::Store(entry, answer) => Prospect::Stored(self.store(entry), answer),
            Request::Describe(computed, answer) => {
                self.describe(computed);
                Prospect::Described(answer)
            }
            Request::Sweep(now, answer) => Prospect::Swept(self.sweep(now), answer),
            Request::Recover => return,
        };
        self.plan.answers.push(prospect);
    }

    fn store(&mut self, entry: Box<Prepared>) -> EntryId {
        let id = EntryId(self.plan.next_id);
        self.plan.next_id += 1;
        let key = (entry.head.question, entry.head.model.clone());
        let replaced = self.stored.insert(key, id).or_else(|| self.index.replaced_by(&entry.head));
        if let Some(replaced) = replaced {
            self.remove(replaced);
        }
        self.plan.changes.push(Change::Put { id, entry });
        id
    }

    fn describe(&mut self, computed: Vec<Computed>) {
        for (id, described) in computed {
            if self.index.holds(id) && !self.removed.contains(&id) {
                self.plan.changes.push(Change::Describe { id, described });
            }
        }
    }

    fn sweep(&mut self, now: Moment) -> usize {
        let ended = self.index.ended(MAX_SWEPT, now);
        for id in &ended {
            self.remove(*id);
        }
        ended.len()
    }

    fn remove(&mut self, id: EntryId) {
        self.removed.insert(id);
        self.plan.changes.push(Change::Remove { id });
    }
}

impl Prospect {
    pub(super) fn send(self, outcome: &Result<(), CacheError>) {
        let was_heard = match self {
            Self::Stored(id, answer) => answer.send(outcome.clone().map(|()| id)).is_ok(),
            Self::Described(answer) => answer.send(outcome.clone()).is_ok(),
            Self::Swept(count, answer) => answer.send(outcome.clone().map(|()| count)).is_ok(),
        };
        if !was_heard {
            tracing::debug!("whoever asked the cache for a change did not wait for its answer");
        }
    }
}
