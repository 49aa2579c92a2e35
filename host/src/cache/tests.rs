//! The cache as a whole: on a disk that fails, across restarts, and beside other threads.

mod leaks;
mod migration;
mod naive;
mod power;

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::tables::test_disk::{self, Fault};
use super::test_random::Random;
use super::*;
use crate::settings::NearestKind;

fn settings(nearest: NearestKind) -> CacheSettings {
    CacheSettings { nearest, page_cache_bytes: 4 << 20, ..CacheSettings::default() }
}

fn cache(path: &Path) -> Cache {
    faulty_cache(path, &Fault::none())
}

fn faulty_cache(path: &Path, fault: &Fault) -> Cache {
    cache_of(path, "embedder", "policy", fault)
}

fn cache_of(path: &Path, embedder: &str, policy: &str, fault: &Fault) -> Cache {
    let identity = Identity { embedder: embedder.into(), policy: policy.into() };
    Cache::over(test_disk::tables(path, identity, fault), &settings(NearestKind::Auto)).unwrap()
}

fn scope(principal: &str, namespace: Option<&str>) -> Scope {
    Scope { principal: principal.into(), namespace: namespace.map(str::to_owned), context: None }
}

fn new_entry(prompt: &str, response: &str) -> NewEntry {
    NewEntry {
        scope: scope("local", None),
        prompt: prompt.into(),
        response: response.into(),
        model: None,
        ttl: None,
        reach: Reach::Similar,
        client: None,
        session: None,
        key: None,
        semantics: None,
    }
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn semantics(vector: &UnitVector, features: &[u8]) -> Semantics {
    Semantics { vector: vector.as_slice().to_vec(), features: features.to_vec() }
}

#[tokio::test]
async fn a_store_is_visible_once_it_returns() {
    let home = tempfile::tempdir().unwrap();
    let cache = Arc::new(cache(&home.path().join("cache.redb")));
    let vector = Arc::new(Random(5).vector());
    let writers = (0..16).map(|writer| {
        let (cache, vector) = (Arc::clone(&cache), Arc::clone(&vector));
        tokio::spawn(async move {
            for round in 0..20 {
                let prompt = format!("question {writer} {round}");
                let entry = NewEntry { semantics: Some(semantics(&vector, b"")), ..new_entry(&prompt, &prompt) };
                let id = cache.store(entry, at(round)).await.unwrap();
                let found = cache.exact(&Asked::new(&scope("local", None), &prompt, None), at(round)).unwrap().unwrap();
                assert_eq!((found.id, found.response), (id, prompt));
                let near = cache
                    .nearest(&Asked::new(&scope("local", None), "q", None), vector.as_slice(), 400, at(round))
                    .unwrap();
                assert!(near.iter().any(|near| near.id == id));
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(cache.len(at(99)), 16 * 20);
}

/// Readers that run beside a store see the old answer or the new one, and never neither.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replaced_answer_is_never_missing() {
    let home = tempfile::tempdir().unwrap();
    let cache = Arc::new(cache(&home.path().join("cache.redb")));
    let vector = Random(5).vector();
    let entry = NewEntry { semantics: Some(semantics(&vector, b"")), ..new_entry("q", "0") };
    cache.store(entry.clone(), at(0)).await.unwrap();
    let reader = tokio::task::spawn_blocking({
        let (cache, vector) = (Arc::clone(&cache), vector.clone());
        move || {
            let mut last = 0;
            while last < 200 {
                let found =
                    cache.exact(&Asked::new(&scope("local", None), "q", None), at(0)).unwrap().expect("an answer");
                let near =
                    cache.nearest(&Asked::new(&scope("local", None), "q", None), vector.as_slice(), 5, at(0)).unwrap();
                assert_eq!(near.len(), 1);
                let current: u32 = found.response.parse().unwrap();
                assert!(current >= last, "answers only get newer");
                last = current;
            }
        }
    });
    for round in 1..=200 {
        cache.store(NewEntry { response: round.to_string(), ..entry.clone() }, at(0)).await.unwrap();
    }
    reader.await.unwrap();
    assert_eq!(cache.len(at(0)), 1);
}

/// Stores that share a commit replace each other as if each had its own.
#[tokio::test]
async fn stores_of_one_question_leave_one_entry() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.redb");
    let mut cache = Arc::new(self::cache(&path));
    let vector = Random(5).vector();
    let stores = (0..40).map(|number| {
        let cache = Arc::clone(&cache);
        let model = (number % 2 == 0).then(|| "m".to_owned());
        let semantics = Some(semantics(&vector, b""));
        let entry = NewEntry { model, semantics, ..new_entry("q", &number.to_string()) };
        tokio::spawn(async move { (cache.store(entry, at(0)).await.unwrap(), number.to_string()) })
    });
    let mut stored = Vec::new();
    for store in stores.collect::<Vec<_>>() {
        stored.push(store.await.unwrap());
    }
    let newest = stored.iter().max().unwrap();
    for _ in ["as it is", "after a restart"] {
        let found = cache.exact(&Asked::new(&scope("local", None), "q", None), at(0)).unwrap().unwrap();
        assert_eq!((found.id, &found.response), (newest.0, &newest.1));
        assert_eq!(cache.len(at(0)), 2);
        assert_eq!(
            cache.nearest(&Asked::new(&scope("local", None), "q", None), vector.as_slice(), 99, at(0)).unwrap().len(),
            2
        );
        drop(cache);
        cache = Arc::new(self::cache(&path));
    }
}

/// Every write and sync of a store fails once. Whatever the answer was, the cache holds exactly that.
#[tokio::test]
async fn a_failing_disk_costs_one_answer() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.redb");
    let fault = Fault::none();
    let cache = faulty_cache(&path, &fault);
    let lookup =
        |cache: &Cache, prompt: &str| cache.exact(&Asked::new(&scope("local", None), prompt, None), at(0)).unwrap();
    cache.store(new_entry("stays", "as it is"), at(0)).await.unwrap();
    let (mut failures, mut operations) = (0, 0);
    loop {
        let prompt = format!("question {operations}");
        fault.after(operations);
        let stored = cache.store(new_entry(&prompt, "answer"), at(0)).await;
        let has_struck = !fault.is_pending();
        fault.after(-1);
        assert_eq!(lookup(&cache, &prompt).is_some(), stored.is_ok(), "operation {operations}");
        assert_eq!(lookup(&cache, "stays").unwrap().response, "as it is");
        if let Err(error) = &stored {
            failures += 1;
            assert_eq!(error.to_string(), format!("cannot write to the cache {}", path.display()));
            cache.store(new_entry(&prompt, "second try"), at(0)).await.unwrap();
        }
        if !has_struck {
            break;
        }
        operations += 1;
    }
    assert!(failures > 3, "{failures} of {operations} operations failed the store");
    let live = cache.len(at(0));
    drop(cache);
    assert_eq!(self::cache(&path).len(at(0)), live);
}

#[tokio::test]
async fn an_approximate_index_takes_over() {
    let home = tempfile::tempdir().unwrap();
    let cache = Arc::new(Cache::open(&home.path().join("c"), &settings(NearestKind::Hora), "e", "p").unwrap());
    let mut random = Random(17);
    let vectors: Vec<_> = (0..400).map(|_| random.vector()).collect();
    let stores = vectors.iter().enumerate().map(|(number, vector)| {
        let cache = Arc::clone(&cache);
        let prompt = format!("question {number}");
        let entry = NewEntry { semantics: Some(semantics(vector, b"")), ..new_entry(&prompt, &prompt) };
        tokio::spawn(async move { cache.store(entry, at(0)).await.unwrap() })
    });
    let mut ids = Vec::new();
    for store in stores.collect::<Vec<_>>() {
        ids.push(store.await.unwrap());
    }
    let local = scope("local", None);
    let is_approximate = || {
        let current = cache.contents.read();
        current.index.vectors(&ScopeKey::of(&local)).is_some_and(|vectors| vectors.is_approximate())
    };
    let deadline = Instant::now() + Duration::from_secs(120);
    while !is_approximate() {
        assert!(Instant::now() < deadline, "no graph was built");
        std::thread::yield_now();
    }
    let nearest =
        |vector: &UnitVector| cache.nearest(&Asked::new(&local, "q", None), vector.as_slice(), 1, at(0)).unwrap()[0].id;
    let found = (0..100).filter(|number| nearest(&random.near(&vectors[*number], 0.9)) == ids[*number]).count();
    assert!(found >= 98, "{found} of 100");
    let late = random.vector();
    let entry = NewEntry { semantics: Some(semantics(&late, b"")), ..new_entry("late", "late") };
    assert_eq!(cache.store(entry, at(0)).await.unwrap(), nearest(&late));
    let entry = NewEntry { semantics: Some(semantics(&late, b"")), ..new_entry("question 7", "replaced") };
    assert_eq!(cache.store(entry, at(0)).await.unwrap(), nearest(&late), "newer first among equals");
    assert_ne!(nearest(&vectors[7]), ids[7]);
}

#[tokio::test]
async fn a_copy_made_at_any_time_opens() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.redb");
    let cache = cache(&path);
    for round in 0..5 {
        cache.store(new_entry(&format!("question {round}"), "answer"), at(0)).await.unwrap();
        let killed = home.path().join(format!("killed{round}.redb"));
        std::fs::copy(&path, &killed).unwrap();
        assert_eq!(self::cache(&killed).len(at(0)), round + 1);
    }
}

/// What goes, goes from every table.
#[tokio::test]
async fn nothing_stays_of_an_entry_that_went() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.redb");
    let cache = cache(&path);
    let mut random = Random(5);
    let ttl = Some(Duration::from_secs(10));
    for prompt in ["described", "replaced", "replaced", "described later", "unfit", "described, then unfit"] {
        let is_described = !matches!(prompt, "described later" | "unfit");
        let found = is_described.then(|| semantics(&random.vector(), b"f"));
        let id = cache.store(NewEntry { ttl, semantics: found, ..new_entry(prompt, "a") }, at(0)).await.unwrap();
        match prompt {
            "described later" => {
                cache.add_semantics(vec![(id, Some(semantics(&random.vector(), b"f")))]).await.unwrap()
            }
            "unfit" | "described, then unfit" => cache.add_semantics(vec![(id, None)]).await.unwrap(),
            _ => {}
        }
    }
    assert_eq!(test_disk::row_counts(&path), [5, 5, 3, 3, 3, 2]);
    let near =
        cache.nearest(&Asked::new(&scope("local", None), "q", None), random.vector().as_slice(), 9, at(0)).unwrap();
    assert_eq!(near.len(), 3);
    assert_eq!(cache.sweep(at(9) + KEPT_AFTER_END).await.unwrap(), 0);
    assert_eq!(cache.sweep(at(10) + KEPT_AFTER_END).await.unwrap(), 5);
    assert_eq!(test_disk::row_counts(&path), [0; 6]);
}

#[tokio::test]
async fn numbers_are_never_given_twice() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.redb");
    let mut seen = HashSet::new();
    for round in 0..5 {
        let cache = cache(&path);
        let ttl = Some(Duration::from_secs(1));
        let id = cache.store(NewEntry { ttl, ..new_entry("q", "a") }, at(round)).await.unwrap();
        assert!(seen.insert(id));
        assert_eq!(cache.sweep(at(round + 1) + KEPT_AFTER_END).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn another_embedder_or_policy_starts_over() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.redb");
    let mut random = Random(3);
    let (vector, other) = (random.vector(), random.vector());
    let asked = scope("local", None);
    let cache = cache_of(&path, "e1", "p1", &Fault::none());
    let entry = NewEntry { semantics: Some(semantics(&vector, b"f1")), ..new_entry("q", "a") };
    let id = cache.store(entry, at(0)).await.unwrap();
    let long = cache.store(new_entry("long", "a"), at(0)).await.unwrap();
    cache.add_semantics(vec![(long, None)]).await.unwrap();
    assert!(cache.without_semantics(9, at(0)).unwrap().is_empty());
    drop(cache);

    let cache = cache_of(&path, "e1", "p2", &Fault::none());
    let near = cache.nearest(&Asked::new(&asked, "q", None), vector.as_slice(), 5, at(0)).unwrap();
    assert_eq!((near.len(), &near[0].features), (1, &None), "the vector stays, the features do not");
    assert_eq!(cache.without_semantics(9, at(0)).unwrap().len(), 1);
    drop(cache);

    let cache = cache_of(&path, "e2", "p1", &Fault::none());
    assert!(cache.nearest(&Asked::new(&asked, "q", None), vector.as_slice(), 5, at(0)).unwrap().is_empty());
    assert_eq!(cache.exact(&Asked::new(&asked, "q", None), at(0)).unwrap().unwrap().id, id, "exact needs no embedder");
    let missing: Vec<_> = cache.without_semantics(9, at(0)).unwrap().iter().map(|entry| entry.id).collect();
    assert_eq!(missing, [id, long], "what was too long for one embedder may not be for another");
    cache.add_semantics(vec![(id, Some(semantics(&other, b"f2"))), (long, None)]).await.unwrap();
    let near = cache.nearest(&Asked::new(&asked, "q", None), other.as_slice(), 5, at(0)).unwrap();
    assert_eq!((near[0].id, near[0].features.as_deref()), (id, Some(&b"f2"[..])));
}

#[tokio::test]
async fn an_unfit_text_may_become_fit() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.redb");
    let vector = Random(3).vector();
    let first = cache(&path);
    let id = first.store(new_entry("q", "a"), at(0)).await.unwrap();
    first.add_semantics(vec![(id, None)]).await.unwrap();
    first.add_semantics(vec![(id, Some(semantics(&vector, b"f")))]).await.unwrap();
    let found = |cache: &Cache| {
        cache.nearest(&Asked::new(&scope("local", None), "q", None), vector.as_slice(), 5, at(0)).unwrap()
    };
    let before = found(&first);
    assert_eq!(before.len(), 1);
    drop(first);
    assert_eq!(found(&cache(&path)), before);
}

#[tokio::test]
async fn bad_vectors_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let cache = cache(&home.path().join("cache.redb"));
    let bad = Semantics { vector: vec![f32::NAN; embedding::DIMENSIONS], features: Vec::new() };
    let entry = NewEntry { semantics: Some(bad), ..new_entry("q", "a") };
    assert!(matches!(cache.store(entry, at(0)).await, Err(CacheError::Length { .. })));
    assert!(matches!(
        cache.nearest(&Asked::new(&scope("local", None), "q", None), &[1.0], 5, at(0)),
        Err(CacheError::Dimensions { found: 1 })
    ));
    assert_eq!(cache.len(at(0)), 0);
}

#[test]
fn files_that_cannot_be_a_cache() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.redb");
    let open = || Cache::open(&path, &settings(NearestKind::Auto), "e", "p").map(drop);

    std::fs::create_dir(&path).unwrap();
    assert!(matches!(open(), Err(CacheError::Open { .. })));
    std::fs::remove_dir(&path).unwrap();

    for bytes in [&b"{}"[..], &[0; 8192], &[0xff; 100_000]] {
        std::fs::write(&path, bytes).unwrap();
        let error = open().unwrap_err();
        assert!(matches!(error, CacheError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains(path.to_str().unwrap()) && error.hint().contains("move"), "{error}");
    }
    std::fs::remove_file(&path).unwrap();

    let first = Cache::open(&path, &settings(NearestKind::Auto), "e", "p").unwrap();
    assert!(matches!(open(), Err(CacheError::Locked { .. })));
    drop(first);
    open().unwrap();
}

#[test]
fn the_file_is_private() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.redb");
    let mode = || crate::system::mode(&std::fs::metadata(&path).unwrap());
    let open = || drop(Cache::open(&path, &settings(NearestKind::Auto), "e", "p").unwrap());
    open();
    assert_eq!(mode(), 0o600);
    crate::system::set_mode(&path, 0o644).unwrap();
    open();
    assert_eq!(mode(), 0o600);
}
