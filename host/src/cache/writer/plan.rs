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

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use tokio::sync::oneshot;

    use super::*;
    use crate::cache::change::Head;
    use crate::cache::exact::{Scope, ScopeKey};
    use crate::cache::lifetime::Lifetime;
    use crate::settings::NearestKind;

    fn head() -> Head {
        let scope = ScopeKey::of(&Scope { principal: "local".into(), namespace: None });
        let lifetime = Lifetime::new(SystemTime::UNIX_EPOCH, None);
        Head { scope, question: QuestionKey::of(&scope, "q"), model: None, lifetime }
    }

    fn store() -> Queued {
        let entry = Prepared { head: head(), texts: Vec::new(), described: None };
        Queued { request: Request::Store(Box::new(entry), oneshot::channel().0), _room: None }
    }

    fn describe(id: u64) -> Queued {
        let computed = vec![(EntryId(id), None)];
        Queued { request: Request::Describe(computed, oneshot::channel().0), _room: None }
    }

    /// A batch in short: what it puts, removes and describes.
    fn changes(index: &Index, batch: Vec<Queued>) -> Vec<String> {
        let in_short = |change: &Change| match change {
            Change::Put { id, .. } => format!("+{}", id.0),
            Change::Remove { id } => format!("-{}", id.0),
            Change::Describe { id, .. } => format!("~{}", id.0),
        };
        Plan::of(index, 7, batch).changes.iter().map(in_short).collect()
    }

    #[test]
    fn later_requests_see_earlier_ones() {
        let mut index = Index::new(NearestKind::Auto);
        index.put(EntryId(1), &head());
        let cases: [(Vec<Queued>, &[&str]); 6] = [
            (vec![], &[]),
            (vec![describe(1)], &["~1"]),
            (vec![describe(2)], &[]),
            (vec![describe(1), store()], &["~1", "-1", "+7"]),
            (vec![store(), describe(1)], &["-1", "+7"]),
            (vec![store(), store()], &["-1", "+7", "-7", "+8"]),
        ];
        for (batch, expected) in cases {
            assert_eq!(changes(&index, batch), expected);
        }
    }
}
