//! What one principal has: how much, in which namespaces, the newest first. Goes through the rows in memory, a stride at
//! a time; reads the disk only for the entries it gives back, and once for each scope that it has not met yet.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::SystemTime;

use tokio::sync::watch;

use super::index::{Held, Owner};
use super::{Cache, CacheError, EntryId, Listed};

/// Rows that are gone through while the writer waits.
const STRIDE_ROWS: usize = 1 << 16;

/// Scopes that are read from the disk before they are noted.
const LEARNED_AT_ONCE: usize = 1 << 14;

/// What a principal has, in figures and names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owned {
    pub entries: usize,
    pub text_bytes: u64,
    /// The models of the entries in each namespace that has a name.
    pub namespaces: BTreeMap<String, BTreeSet<String>>,
    /// Those of all entries, with or without a namespace.
    pub models: BTreeSet<String>,
}

impl Cache {
    /// What of the live entries is this principal's.
    pub fn owned_by(&self, principal: &str, now: SystemTime) -> Result<Owned, CacheError> {
        let mut owned = Owned::default();
        self.each_held(principal, now, |held| owned.add(&held))?;
        Ok(owned)
    }

    /// The newest live entries of this principal whose number `is_wanted`, at most `limit`, and how many there are in all.
    pub fn newest_ids(
        &self,
        principal: &str,
        is_wanted: impl Fn(EntryId) -> bool,
        limit: usize,
        now: SystemTime,
    ) -> Result<(Vec<EntryId>, usize), CacheError> {
        self.newest(principal, |held| is_wanted(held.id), limit, now)
    }

    fn newest(
        &self,
        principal: &str,
        is_wanted: impl Fn(&Held<'_>) -> bool,
        limit: usize,
        now: SystemTime,
    ) -> Result<(Vec<EntryId>, usize), CacheError> {
        let (mut newest, mut total) = (BinaryHeap::with_capacity(limit + 1), 0);
        self.each_held(principal, now, |held| {
            if is_wanted(&held) {
                total += 1;
                newest.push(Reverse(held.id));
                if newest.len() > limit {
                    newest.pop();
                }
            }
        })?;
        Ok((newest.into_sorted_vec().into_iter().map(|Reverse(id)| id).collect(), total))
    }

    /// The newest live entries of this principal, in one namespace if one is given, that are older than `before`, at most
    /// `limit`.
    pub fn newest_of(
        &self,
        principal: &str,
        namespace: Option<&str>,
        before: Option<EntryId>,
        limit: usize,
        now: SystemTime,
    ) -> Result<Vec<Listed>, CacheError> {
        let is_wanted = |held: &Held<'_>| {
            before.is_none_or(|before| held.id < before) && (namespace.is_none() || held.namespace == namespace)
        };
        let (ids, _) = self.newest(principal, is_wanted, limit, now)?;
        let mut listed = Vec::with_capacity(ids.len());
        for id in ids {
            listed.extend(self.own(principal, id, now)?);
        }
        Ok(listed)
    }

    /// The live entry with this number, if it is this principal's: whose others are is nobody's business.
    pub fn own(&self, principal: &str, id: EntryId, now: SystemTime) -> Result<Option<Listed>, CacheError> {
        let snapshot = self.contents.read().snapshot()?;
        let own = snapshot.one(id, |stored| {
            let is_own = stored.texts.principal == principal && stored.head.lifetime.includes(now.into());
            is_own.then(|| self.listed(stored))
        });
        self.recovering(own).map(Option::flatten)
    }

    /// Whether there is a live entry with this number, whosever it is.
    pub fn holds(&self, id: EntryId, now: SystemTime) -> bool {
        self.contents.read().index.get(id, now.into()).is_some()
    }

    /// Hears of everything that comes, goes or becomes known from now on.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.contents.changes()
    }

    /// Tells whoever hears of changes what has ended by itself since this was called last.
    pub fn notice_ends(&self, now: SystemTime) {
        self.contents.notice_ends(now.into());
    }

    /// Differs from what it was whenever entries of this principal came or went. Those that end by themselves go when
    /// that is noticed.
    pub fn revision(&self, principal: &str) -> u64 {
        self.contents.read().index.revision(principal)
    }

    fn each_held(&self, principal: &str, now: SystemTime, mut visit: impl FnMut(Held<'_>)) -> Result<(), CacheError> {
        self.learn_owners()?;
        let mut first = 0;
        loop {
            let current = self.contents.read();
            let places = first..current.index.places().min(first + STRIDE_ROWS);
            if places.is_empty() {
                return Ok(());
            }
            first = places.end;
            current.index.held_by(principal, places, now.into()).for_each(&mut visit);
        }
    }

    /// Finds out whose each scope is. After a start none is known, later only those of new scopes are not.
    fn learn_owners(&self) -> Result<(), CacheError> {
        loop {
            let (unowned, snapshot) = {
                let current = self.contents.read();
                (current.index.unowned(LEARNED_AT_ONCE), current.snapshot()?)
            };
            let mut learned: Vec<(_, Owner)> = Vec::with_capacity(unowned.len());
            for (scope, id) in unowned {
                let owner = self.recovering(snapshot.texts(id, |texts| texts.owner()))?;
                learned.extend(owner.map(|owner| (scope, owner)));
            }
            if learned.is_empty() {
                return Ok(());
            }
            let mut current = self.contents.write();
            learned.iter().for_each(|(scope, owner)| current.index.own(scope, owner));
        }
    }
}

impl Owned {
    fn add(&mut self, held: &Held<'_>) {
        self.entries += 1;
        self.text_bytes += u64::from(held.bytes);
        let namespace = held.namespace.map(|name| {
            // Looking first copies no name, and nearly always it is there.
            if !self.namespaces.contains_key(name) {
                self.namespaces.insert(name.to_owned(), BTreeSet::new());
            }
            self.namespaces.get_mut(name).expect("it was put there")
        });
        let Some(model) = held.model else { return };
        for models in [Some(&mut self.models), namespace].into_iter().flatten() {
            if !models.contains(&**model) {
                models.insert(model.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::cache::{ContextKey, NewEntry, Reach, Scope};
    use crate::settings::CacheSettings;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn open(dir: &Path) -> Cache {
        Cache::open(&dir.join("cache.redb"), &CacheSettings::default(), "", "").unwrap()
    }

    async fn store(cache: &Cache, principal: &str, namespace: Option<&str>, model: Option<&str>, prompt: &str) -> u64 {
        cache.store(new_entry(principal, namespace, model, prompt), NOW).await.unwrap().0
    }

    fn new_entry(principal: &str, namespace: Option<&str>, model: Option<&str>, prompt: &str) -> NewEntry {
        let scope = Scope {
            principal: principal.to_owned(),
            namespace: namespace.map(str::to_owned),
            // Each in a conversation of its own, so in a scope of its own.
            context: Some(ContextKey::of(prompt)),
        };
        NewEntry {
            scope,
            prompt: prompt.to_owned(),
            response: "answer".to_owned(),
            model: model.map(str::to_owned),
            ttl: None,
            reach: Reach::Same,
            client: None,
            session: None,
            key: None,
            semantics: None,
        }
    }

    fn ids(listed: &[Listed]) -> Vec<u64> {
        listed.iter().map(|listed| listed.id.0).collect()
    }

    #[tokio::test]
    async fn each_has_what_is_theirs_also_after_a_start() {
        let dir = tempfile::tempdir().unwrap();
        let cache = open(dir.path());
        let first = store(&cache, "a", None, Some("m1"), "one").await;
        let foreign = store(&cache, "b", Some("work"), Some("m9"), "two").await;
        let second = store(&cache, "a", Some("work"), Some("m2"), "three").await;
        let third = store(&cache, "a", Some("work"), None, "four").await;
        drop(cache);
        let cache = open(dir.path());
        let owned = cache.owned_by("a", NOW).unwrap();
        assert_eq!(owned.entries, 3);
        assert_eq!(owned.models, BTreeSet::from(["m1".to_owned(), "m2".to_owned()]));
        assert_eq!(owned.namespaces, BTreeMap::from([("work".to_owned(), BTreeSet::from(["m2".to_owned()]))]));
        assert_eq!(ids(&cache.newest_of("a", None, None, 2, NOW).unwrap()), [third, second]);
        assert_eq!(ids(&cache.newest_of("a", None, Some(EntryId(second)), 2, NOW).unwrap()), [first]);
        assert_eq!(ids(&cache.newest_of("a", Some("work"), None, 9, NOW).unwrap()), [third, second]);
        assert_eq!(cache.own("a", EntryId(foreign), NOW).unwrap(), None);
        assert_eq!(cache.newest_ids("a", |id| id.0 != first, 1, NOW).unwrap(), (vec![EntryId(third)], 2));
        assert_eq!(cache.owned_by("c", NOW).unwrap(), Owned::default());
    }

    #[tokio::test]
    async fn a_change_is_told_to_its_owner_also_after_a_start() {
        let dir = tempfile::tempdir().unwrap();
        let cache = open(dir.path());
        let id = store(&cache, "a", None, None, "one").await;
        store(&cache, "b", None, None, "two").await;
        drop(cache);
        let cache = open(dir.path());
        let mut changes = cache.changes();
        let before = [cache.revision("a"), cache.revision("b")];
        assert!(cache.delete_entry(EntryId(id)).await.unwrap());
        assert!(changes.has_changed().unwrap());
        changes.mark_unchanged();
        assert_ne!(cache.revision("a"), before[0]);
        assert_eq!(cache.revision("b"), before[1], "nothing of theirs changed");
        assert!(!cache.holds(EntryId(id), NOW));
        store(&cache, "b", None, None, "three").await;
        assert_ne!(cache.revision("b"), before[1]);
    }

    #[tokio::test]
    async fn an_end_is_told_once_and_not_again_when_it_is_swept() {
        let dir = tempfile::tempdir().unwrap();
        let cache = open(dir.path());
        let at = |seconds| NOW + Duration::from_secs(seconds);
        let ttl = Some(Duration::from_secs(10));
        let id = cache.store(NewEntry { ttl, ..new_entry("a", None, None, "one") }, at(0)).await.unwrap();
        store(&cache, "b", None, None, "two").await;
        let mut changes = cache.changes();
        let (ours, theirs) = (cache.revision("a"), cache.revision("b"));
        for (seconds, is_told) in [(9, false), (10, true), (11, false), (10, false)] {
            cache.notice_ends(at(seconds));
            assert_eq!(changes.has_changed().unwrap(), is_told, "at {seconds}");
            changes.mark_unchanged();
        }
        assert_eq!((cache.revision("a"), cache.revision("b")), (ours + 1, theirs));
        assert_eq!(cache.sweep(at(11) + Duration::from_secs(25 * 3600)).await.unwrap(), 1);
        assert!(cache.own("a", id, at(9)).unwrap().is_none(), "it is swept");
        assert_eq!(cache.revision("a"), ours + 1);
    }
}
