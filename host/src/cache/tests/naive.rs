//! Random operations on the cache and on a naive double of it, which has no index, no hash and no disk.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{at, cache, scope, semantics};
use crate::cache::nearest::UnitVector;
use crate::cache::test_random::Random;
use crate::cache::{Asked, Cache, Entry, EntryId, KEPT_AFTER_END, NewEntry, Reach, Scope, canonical};

#[derive(Default)]
struct Naive {
    entries: Vec<(EntryId, NewEntry, SystemTime)>,
}

impl Naive {
    fn store(&mut self, id: EntryId, entry: &NewEntry, now: SystemTime) {
        let is_same = |old: &NewEntry| {
            old.scope == entry.scope && canonical(&old.prompt) == canonical(&entry.prompt) && old.model == entry.model
        };
        self.entries.retain(|(_, old, _)| !is_same(old));
        self.entries.push((id, entry.clone(), now));
    }

    fn visible(
        &self,
        scope: &Scope,
        model: Option<&str>,
        now: SystemTime,
    ) -> impl Iterator<Item = &(EntryId, NewEntry, SystemTime)> {
        self.entries.iter().filter(move |(_, entry, created)| {
            let is_live = entry.ttl.is_none_or(|ttl| now < *created + ttl);
            let is_named = model.is_none() || entry.model.is_none() || entry.model.as_deref() == model;
            entry.scope == *scope && is_live && is_named
        })
    }

    fn exact(&self, scope: &Scope, prompt: &str, model: Option<&str>, now: SystemTime) -> Option<EntryId> {
        let seen = self.visible(scope, model, now);
        seen.filter(|(_, entry, _)| canonical(&entry.prompt) == canonical(prompt)).map(|(id, ..)| *id).max()
    }

    fn nearest(&self, scope: &Scope, vector: &UnitVector, model: Option<&str>, now: SystemTime) -> Vec<(f32, EntryId)> {
        let scored = self.visible(scope, model, now).filter_map(|(id, entry, _)| {
            let stored = UnitVector::new(entry.semantics.clone()?.vector).unwrap();
            Some((vector.cosine(&stored), *id))
        });
        let mut scored: Vec<_> = scored.collect();
        scored.sort_by(|left, right| right.0.total_cmp(&left.0).then(right.1.cmp(&left.1)));
        scored
    }

    fn live(&self, now: SystemTime) -> usize {
        self.entries.iter().filter(|(_, entry, created)| entry.ttl.is_none_or(|ttl| now < *created + ttl)).count()
    }
}

/// One cache, its naive double, and what random operations choose from.
struct Twins {
    random: Random,
    cache: Option<Cache>,
    naive: Naive,
    now: SystemTime,
    scopes: Vec<Scope>,
    vectors: Vec<UnitVector>,
}

const PROMPTS: [&str; 9] = ["a b", " a b ", "a  b", "a\tb", "a\nb", "a\n b", "`a  b`", "caf\u{e9}", "cafe\u{301}"];
const MODELS: [Option<&str>; 3] = [None, Some("one"), Some("two")];

impl Twins {
    fn new(path: &Path) -> Self {
        let mut random = Random(11);
        let vectors = (0..40).map(|_| random.vector()).collect();
        let scopes = vec![scope("x", None), scope("x", Some("")), scope("x", Some("y")), scope("xy", None)];
        Self { random, cache: Some(cache(path)), naive: Naive::default(), now: at(1_000_000), scopes, vectors }
    }

    fn cache(&self) -> &Cache {
        self.cache.as_ref().unwrap()
    }

    fn prompt(&mut self) -> String {
        format!("{}{}", self.random.pick(&PROMPTS), self.random.below(6))
    }

    async fn store(&mut self) {
        let ttl = [None, Some(Duration::from_secs(30)), Some(Duration::from_secs(300))];
        let vector = self.random.pick(&self.vectors);
        let entry = NewEntry {
            scope: self.random.pick(&self.scopes),
            prompt: self.prompt(),
            response: format!("response {}", self.random.below(1_000_000)),
            model: self.random.pick(&MODELS).map(str::to_owned),
            ttl: self.random.pick(&ttl),
            reach: Reach::Similar,
            client: None,
            session: None,
            key: None,
            semantics: (!self.random.one_in(4)).then(|| semantics(&vector, b"features")),
        };
        let id = self.cache().store(entry.clone(), self.now).await.unwrap();
        self.naive.store(id, &entry, self.now);
    }

    async fn add_missing_semantics(&mut self) {
        let missing = self.cache().without_semantics(3, self.now).unwrap();
        let mut computed = Vec::new();
        for entry in missing {
            let vector = self.random.pick(&self.vectors);
            let held = self.naive.entries.iter_mut().find(|(id, ..)| *id == entry.id).unwrap();
            assert_eq!((&held.1.response, held.1.semantics.is_none()), (&entry.response, true));
            held.1.semantics = Some(semantics(&vector, b"later"));
            computed.push((entry.id, held.1.semantics.clone()));
        }
        self.cache().add_semantics(computed).await.unwrap();
    }

    fn compare_exact(&mut self) {
        let (scope, prompt, model) = (self.random.pick(&self.scopes), self.prompt(), self.random.pick(&MODELS));
        let found = self.cache().exact(&Asked::new(&scope, &prompt, model), self.now).unwrap();
        let expected = self.naive.exact(&scope, &prompt, model, self.now);
        assert_eq!(found.as_ref().map(|entry| entry.id), expected, "{prompt:?} {model:?}");
        if let Some(entry) = found {
            let (id, stored, created) = self.naive.entries.iter().find(|(id, ..)| *id == entry.id).unwrap();
            let NewEntry { prompt, response, model, .. } = stored.clone();
            let expected = Entry { id: *id, prompt, response, model, created: *created };
            assert_eq!(entry, expected);
            assert_eq!(self.cache().get(*id, self.now).unwrap(), Some(expected));
        }
    }

    fn compare_nearest(&mut self) {
        let centre = self.random.pick(&self.vectors);
        let (scope, model) = (self.random.pick(&self.scopes), self.random.pick(&MODELS));
        let vector = self.random.near(&centre, 0.8);
        let found =
            self.cache().nearest(&Asked::new(&scope, "anything", model), vector.as_slice(), 5, self.now).unwrap();
        let mut expected = self.naive.nearest(&scope, &vector, model, self.now);
        expected.truncate(5);
        let found: Vec<_> = found.iter().map(|near| (near.cosine, near.id)).collect();
        assert_eq!(found, expected);
    }

    fn reopen(&mut self, path: &Path) {
        self.cache = None;
        self.cache = Some(cache(path));
    }
}

#[tokio::test]
async fn behaves_like_the_naive_cache() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.redb");
    let mut twins = Twins::new(&path);
    for step in 0..6_000 {
        match twins.random.below(20) {
            0..6 => twins.store().await,
            6..12 => twins.compare_exact(),
            12..16 => twins.compare_nearest(),
            16 => twins.add_missing_semantics().await,
            17 => twins.now += Duration::from_secs(twins.random.below(20)),
            18 if twins.random.one_in(4) => twins.now -= Duration::from_secs(twins.random.below(40)),
            _ if twins.random.one_in(60) => twins.reopen(&path),
            _ if twins.random.one_in(10) => {
                // What a step back of the clock would bring to life again is gone once it was swept.
                let now = twins.now;
                twins.naive.entries.retain(|(_, entry, created)| entry.ttl.is_none_or(|ttl| now < *created + ttl));
                twins.cache().sweep(now + KEPT_AFTER_END).await.unwrap();
            }
            _ => {}
        }
        assert_eq!(twins.cache().len(twins.now), twins.naive.live(twins.now), "after step {step}");
    }
    assert!(twins.naive.entries.len() > 50, "the operations left something to look for");
}
