//! What was lately served, missed and explored: bounded memories that a restart empties. Never holds a text.

mod recent;

use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use self::recent::RecentCosines;
use super::caller::Caller;
use crate::cache::{EntryId, QuestionKey, Served};

/// Of each kind; the oldest are forgotten first.
const MISSED_KEPT: NonZeroUsize = NonZeroUsize::new(16_384).expect("it is not zero");
const RECOGNISED_KEPT: NonZeroUsize = NonZeroUsize::new(16_384).expect("it is not zero");
const EXPLORED_KEPT: NonZeroUsize = NonZeroUsize::new(1_024).expect("it is not zero");

pub(super) struct Ledger {
    /// Keyed at random, so that nobody can choose what collides.
    hasher: RandomState,
    /// At which cosine what was served.
    served: RecentCosines,
    memories: Mutex<Memories>,
}

struct Memories {
    missed: LruCache<u64, ()>,
    recognised: LruCache<u64, Served>,
    explored: LruCache<u64, EntryId>,
}

impl Ledger {
    pub(super) fn new() -> Self {
        let memories = Memories {
            missed: LruCache::new(MISSED_KEPT),
            recognised: LruCache::new(RECOGNISED_KEPT),
            explored: LruCache::new(EXPLORED_KEPT),
        };
        Self { hasher: RandomState::new(), served: RecentCosines::new(), memories: Mutex::new(memories) }
    }

    pub(super) fn note_served(&self, caller: &Caller, served: Served) {
        let key = self.hasher.hash_one((caller.principal.as_str(), served.entry, served.question));
        self.served.note(key, served.cosine);
    }

    /// The answer, if it was lately served to this principal for this question.
    pub(super) fn served(&self, caller: &Caller, entry: EntryId, question: QuestionKey) -> Option<Served> {
        let key = self.hasher.hash_one((caller.principal.as_str(), entry, question));
        self.served.cosine(key).map(|cosine| Served { entry, question, cosine })
    }

    pub(super) fn note_missed(&self, caller: &Caller, question: QuestionKey) {
        let key = self.asker(caller, question);
        self.memories().missed.put(key, ());
    }

    /// Whether this client of this principal asked the question and got no answer.
    pub(super) fn has_missed(&self, caller: &Caller, question: QuestionKey) -> bool {
        let key = self.asker(caller, question);
        self.memories().missed.contains(&key)
    }

    /// Which entry answers a question in other words, so that nobody has to decide that again.
    pub(super) fn note_recognised(&self, model: Option<&str>, served: Served) {
        let key = self.hasher.hash_one((served.question, model));
        self.memories().recognised.put(key, served);
    }

    pub(super) fn recognised(&self, model: Option<&str>, question: QuestionKey) -> Option<Served> {
        let key = self.hasher.hash_one((question, model));
        self.memories().recognised.get(&key).copied()
    }

    pub(super) fn note_explored(&self, question: QuestionKey, would_have_served: EntryId) {
        let key = self.hasher.hash_one(question);
        self.memories().explored.put(key, would_have_served);
    }

    /// The entry that would have answered, once.
    pub(super) fn take_explored(&self, question: QuestionKey) -> Option<EntryId> {
        let key = self.hasher.hash_one(question);
        self.memories().explored.pop(&key)
    }

    fn asker(&self, caller: &Caller, question: QuestionKey) -> u64 {
        self.hasher.hash_one((caller.principal.as_str(), caller.client.as_deref(), question))
    }

    /// A panic cannot leave a memory half changed in a way that matters: it is only ever believed as a hint.
    fn memories(&self) -> MutexGuard<'_, Memories> {
        self.memories.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::caller::{Channel, Principal};
    use super::*;
    use crate::cache::{Asked, Scope};

    fn question(text: &str) -> QuestionKey {
        let scope = Scope { principal: "local".into(), namespace: None, context: None };
        Asked::new(&scope, text, None).question()
    }

    fn caller(principal: &str, client: Option<&str>) -> Caller {
        let client = client.map(str::to_owned);
        Caller { client, ..Caller::new(Principal::of_call(principal), Channel::Mcp) }
    }

    #[test]
    fn each_remembers_what_was_theirs() {
        let ledger = Ledger::new();
        let (one, other) = (caller("a", Some("x")), caller("b", Some("x")));
        let served = Served { entry: EntryId(7), question: question("q"), cosine: 0.9 };
        ledger.note_served(&one, served);
        assert_eq!(ledger.served(&one, EntryId(7), question("q")), Some(served));
        assert_eq!(
            ledger.served(&caller("a", None), EntryId(7), question(" q ")),
            Some(served),
            "any client of theirs"
        );
        assert_eq!(ledger.served(&other, EntryId(7), question("q")), None);
        assert_eq!(ledger.served(&one, EntryId(8), question("q")), None);
        assert_eq!(ledger.served(&one, EntryId(7), question("p")), None);

        ledger.note_missed(&one, question("q"));
        assert!(ledger.has_missed(&one, question("q")));
        assert!(!ledger.has_missed(&caller("a", Some("y")), question("q")), "another client asked nothing");
        assert!(!ledger.has_missed(&one, question("p")));

        ledger.note_explored(question("q"), EntryId(7));
        assert_eq!(ledger.take_explored(question("p")), None);
        assert_eq!(ledger.take_explored(question("q")), Some(EntryId(7)));
        assert_eq!(ledger.take_explored(question("q")), None, "once");
    }

    #[test]
    fn memories_are_bounded() {
        let ledger = Ledger::new();
        let mut questions = (0..=RECOGNISED_KEPT.get()).map(|number| question(&number.to_string()));
        let (first, second) = (questions.next().unwrap(), questions.next().unwrap());
        for question in [first, second].into_iter().chain(questions) {
            ledger.note_recognised(None, Served { entry: EntryId(1), question, cosine: 1.0 });
        }
        assert_eq!(ledger.recognised(None, first), None);
        assert!(ledger.recognised(None, second).is_some());
    }
}
