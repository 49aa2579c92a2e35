//! What a batch of requests changes, decided against the index and against what comes before it in the batch.

use std::collections::{HashMap, HashSet};

use tokio::sync::OwnedSemaphorePermit;

use super::{Answer, Computed, Judged, Judgement, MAX_SWEPT, Queued, Request};
use crate::cache::EntryId;
use crate::cache::change::{Change, Prepared};
use crate::cache::error::CacheError;
use crate::cache::exact::QuestionKey;
use crate::cache::feedback::{Outcome, Rating};
use crate::cache::index::{Index, Room, Size};
use crate::cache::lifetime::Moment;

#[derive(Default)]
pub(super) struct Plan {
    pub(super) changes: Vec<Change>,
    pub(super) answers: Vec<Prospect>,
    /// Who wants the space of removed entries back, once the changes are done.
    pub(super) compactions: Vec<Answer<bool>>,
    pub(super) next_id: u64,
    /// How many entries leave to make room.
    pub(super) evicted: u64,
    pub(super) room: Vec<OwnedSemaphorePermit>,
}

/// What a caller hears once the changes are durable.
pub(super) enum Prospect {
    Stored(EntryId, Answer<EntryId>),
    Described(Answer<()>),
    Rated(Judged, Answer<Judged>),
    Removed(usize, Answer<usize>),
}

struct Planner<'a> {
    index: &'a Index,
    plan: Plan,
    stored: HashMap<(QuestionKey, Option<String>), EntryId>,
    removed: HashSet<EntryId>,
    rated: HashMap<EntryId, Rating>,
    incoming: Size,
    /// The latest of the moments at which the batch's entries were stored.
    now: Moment,
}

impl Plan {
    pub(super) fn of(index: &Index, limit: Size, next_id: u64, batch: Vec<Queued>) -> Self {
        let mut planner = Planner::new(index, next_id);
        for Queued { request, _room: room } in batch {
            planner.plan.room.extend(room);
            planner.add(request);
        }
        planner.make_room(limit);
        planner.plan
    }
}

impl<'a> Planner<'a> {
    fn new(index: &'a Index, next_id: u64) -> Self {
        Self {
            index,
            plan: Plan { next_id, ..Plan::default() },
            stored: HashMap::new(),
            removed: HashSet::new(),
            rated: HashMap::new(),
            incoming: Size::default(),
            now: Moment::ALWAYS,
        }
    }

    fn add(&mut self, request: Request) {
        let prospect = match request {
            Request::Store(entry, answer) => Prospect::Stored(self.store(entry), answer),
            Request::Describe(computed, answer) => {
                self.describe(computed);
                Prospect::Described(answer)
            }
            Request::Rate(judgement, answer) => Prospect::Rated(self.rate(&judgement), answer),
            Request::Remove(ids, answer) => Prospect::Removed(self.remove_all(ids), answer),
            Request::Sweep(moment, answer) => {
                Prospect::Removed(self.remove_all(self.index.ended(MAX_SWEPT, moment)), answer)
            }
            Request::Compact(answer) => return self.plan.compactions.push(answer),
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
        self.incoming.entries += 1;
        self.incoming.bytes += u64::from(entry.head.bytes);
        self.now = self.now.max(entry.head.lifetime.created);
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

    fn rate(&mut self, judgement: &Judgement) -> Judged {
        let Judgement { id, vote, cosine } = *judgement;
        if !self.index.holds(id) || self.removed.contains(&id) {
            return Judged::Gone;
        }
        let before = self.rated.get(&id).or_else(|| self.index.rating(id));
        match before.unwrap_or(&Rating::default()).with(vote, cosine) {
            Outcome::Ignored => Judged::Again,
            Outcome::Rated(rating) => {
                self.rated.insert(id, rating.clone());
                self.plan.changes.push(Change::Rate { id, rating });
                Judged::Counted
            }
            Outcome::Evicted => {
                self.remove(id);
                Judged::Evicted
            }
        }
    }

    fn remove_all(&mut self, ids: Vec<EntryId>) -> usize {
        let before = self.removed.len();
        for id in ids {
            if self.index.holds(id) && !self.removed.contains(&id) {
                self.remove(id);
            }
        }
        self.removed.len() - before
    }

    /// Nothing is ever refused for want of room: others leave.
    fn make_room(&mut self, limit: Size) {
        let room = Room { limit, incoming: self.incoming, leaving: &self.removed };
        for id in self.index.victims(&room, self.now) {
            self.plan.evicted += 1;
            self.remove(id);
        }
    }

    fn remove(&mut self, id: EntryId) {
        self.removed.insert(id);
        self.plan.changes.push(Change::Remove { id });
    }
}

impl Prospect {
    pub(super) fn send(self, outcome: &Result<(), CacheError>) {
        let outcome = outcome.clone();
        match self {
            Self::Stored(id, answer) => send(answer, outcome.map(|()| id)),
            Self::Described(answer) => send(answer, outcome),
            Self::Rated(judged, answer) => send(answer, outcome.map(|()| judged)),
            Self::Removed(count, answer) => send(answer, outcome.map(|()| count)),
        }
    }
}

pub(super) fn send<T>(answer: Answer<T>, outcome: Result<T, CacheError>) {
    if answer.send(outcome).is_err() {
        tracing::debug!("whoever asked the cache for a change did not wait for its answer");
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use tokio::sync::oneshot;

    use super::*;
    use crate::cache::change::Head;
    use crate::cache::exact::{Scope, ScopeKey};
    use crate::cache::feedback::{Opinion, Vote};
    use crate::cache::index::Owner;
    use crate::cache::lifetime::Lifetime;
    use crate::cache::origin::{Provenance, Reach};
    use crate::settings::NearestKind;

    fn head() -> Head {
        question("q", 0)
    }

    fn question(text: &str, created_seconds: u64) -> Head {
        let scope = ScopeKey::of(&Scope { principal: "local".into(), namespace: None, context: None });
        let lifetime = Lifetime::new(SystemTime::UNIX_EPOCH + Duration::from_secs(created_seconds), None);
        let question = QuestionKey::of(&scope, text);
        Head { scope, question, model: None, lifetime, reach: Reach::Similar, bytes: 10 }
    }

    fn store() -> Queued {
        store_of(head())
    }

    fn store_of(head: Head) -> Queued {
        let owner = Owner { principal: "local".into(), namespace: None };
        let entry = Prepared { head, owner, texts: Vec::new(), provenance: Provenance::default(), described: None };
        Queued { request: Request::Store(Box::new(entry), oneshot::channel().0), _room: None }
    }

    fn describe(id: u64) -> Queued {
        let computed = vec![(EntryId(id), None)];
        Queued { request: Request::Describe(computed, oneshot::channel().0), _room: None }
    }

    fn rate(id: u64, voter: &str) -> Queued {
        let vote = Vote::of(voter, &head().question, Opinion::Wrong);
        let judgement = Judgement { id: EntryId(id), vote, cosine: 0.9 };
        Queued { request: Request::Rate(judgement, oneshot::channel().0), _room: None }
    }

    /// A batch in short: what it puts, removes, describes and rates.
    fn changes(index: &Index, batch: Vec<Queued>) -> Vec<String> {
        changes_within(Size { entries: 99, bytes: 9_999 }, index, batch)
    }

    fn changes_within(limit: Size, index: &Index, batch: Vec<Queued>) -> Vec<String> {
        let in_short = |change: &Change| match change {
            Change::Put { id, .. } => format!("+{}", id.0),
            Change::Remove { id } => format!("-{}", id.0),
            Change::Describe { id, .. } => format!("~{}", id.0),
            Change::Rate { id, rating } => format!("!{}{}", "wrong ".repeat(rating.complaints() as usize), id.0),
        };
        Plan::of(index, limit, 7, batch).changes.iter().map(in_short).collect()
    }

    #[test]
    fn later_requests_see_earlier_ones() {
        let mut index = Index::new(NearestKind::Auto);
        index.put(EntryId(1), &head());
        let cases: [(Vec<Queued>, &[&str]); 10] = [
            (vec![], &[]),
            (vec![describe(1)], &["~1"]),
            (vec![describe(2)], &[]),
            (vec![describe(1), store()], &["~1", "-1", "+7"]),
            (vec![store(), describe(1)], &["-1", "+7"]),
            (vec![store(), store()], &["-1", "+7", "-7", "+8"]),
            (vec![rate(1, "a"), rate(1, "a")], &["!wrong 1"]),
            (vec![rate(1, "a"), rate(1, "b"), rate(1, "c")], &["!wrong 1", "-1"]),
            (vec![store(), rate(1, "a")], &["-1", "+7"]),
            (vec![rate(2, "a")], &[]),
        ];
        for (batch, expected) in cases {
            assert_eq!(changes(&index, batch), expected);
        }
    }

    #[test]
    fn room_is_made_by_those_unused_for_longest() {
        let mut index = Index::new(NearestKind::Auto);
        for (id, created_seconds) in [(1, 0), (2, 1), (3, 2), (4, 1_000)] {
            index.put(EntryId(id), &question(&format!("q{id}"), created_seconds));
        }
        index.touch(EntryId(1), Moment::from(SystemTime::UNIX_EPOCH + Duration::from_secs(500)));
        let store = |created_seconds| vec![store_of(question("new", created_seconds))];
        let entries = |entries| Size { entries, bytes: 9_999 };
        assert_eq!(changes_within(entries(5), &index, store(1_001)), ["+7"]);
        assert_eq!(changes_within(entries(4), &index, store(1_001)), ["+7", "-2"]);
        assert_eq!(changes_within(entries(2), &index, store(1_001)), ["+7", "-2", "-3", "-1"]);
        assert_eq!(changes_within(entries(1), &index, store(1_001)), ["+7", "-2", "-3", "-1"], "4 is too young");
        assert_eq!(changes_within(entries(1), &index, store(1_061)), ["+7", "-2", "-3", "-1", "-4"]);
        assert_eq!(changes_within(Size { entries: 99, bytes: 45 }, &index, store(1_001)), ["+7", "-2"]);
        let replaced = store_of(question("q2", 1_001));
        assert_eq!(changes_within(entries(4), &index, vec![replaced]), ["-2", "+7"], "its own place is enough");
    }
}
