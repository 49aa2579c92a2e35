//! Answers stay where they belong: among a hundred thousand random operations none crosses a partition or a model.

use super::{at, cache, semantics};
use crate::cache::nearest::UnitVector;
use crate::cache::test_random::Random;
use crate::cache::{Asked, Cache, ContextKey, NewEntry, Scope};

const OPERATIONS: usize = 100_000;
const BATCH: usize = 16;

fn scopes() -> Vec<Scope> {
    let mut scopes = Vec::new();
    for principal in ["a", "ab", "b"] {
        for namespace in [None, Some(""), Some("a"), Some("b")] {
            for context in [None, Some("one"), Some("two")] {
                let (namespace, context) = (namespace.map(str::to_owned), context.map(ContextKey::of));
                scopes.push(Scope { principal: principal.into(), namespace, context });
            }
        }
    }
    scopes
}

/// Says where an answer belongs.
fn label(scope: &Scope, model: Option<&str>) -> String {
    format!("{:?} {:?} {:?} {model:?}", scope.principal, scope.namespace, scope.context)
}

struct World {
    cache: Cache,
    random: Random,
    scopes: Vec<Scope>,
    vectors: Vec<UnitVector>,
    found: usize,
}

const MODELS: [Option<&str>; 3] = [None, Some("one"), Some("two")];

impl World {
    fn entry(&mut self) -> NewEntry {
        let (scope, model) = (self.random.pick(&self.scopes), self.random.pick(&MODELS));
        let vector = self.random.pick(&self.vectors);
        let prompt = format!("question {}", self.random.below(8));
        NewEntry {
            semantics: Some(semantics(&vector, b"f")),
            model: model.map(str::to_owned),
            response: label(&scope, model),
            scope,
            ..super::new_entry(&prompt, "")
        }
    }

    async fn store(&mut self) {
        let entries: Vec<NewEntry> = (0..BATCH).map(|_| self.entry()).collect();
        let stores = entries.into_iter().map(|entry| self.cache.store(entry, at(0)));
        for stored in futures_util::future::join_all(stores).await {
            stored.unwrap();
        }
    }

    fn look_up(&mut self) {
        let (scope, model) = (self.random.pick(&self.scopes), self.random.pick(&MODELS));
        let prompt = format!("question {}", self.random.below(8));
        let asked = Asked::new(&scope, &prompt, model);
        let exact = self.cache.exact(&asked, at(1)).unwrap();
        let vector = self.random.pick(&self.vectors);
        let near = self.cache.nearest(&asked, vector.as_slice(), 3, at(1)).unwrap();
        let near = near.iter().map(|near| self.cache.get(near.id, at(1)).unwrap().expect("it was just found"));
        for entry in exact.into_iter().chain(near) {
            let is_seen = model.is_none() || entry.model.is_none() || entry.model.as_deref() == model;
            assert!(is_seen, "{:?} was shown to {model:?}", entry.model);
            assert_eq!(entry.response, label(&scope, entry.model.as_deref()));
            self.found += 1;
        }
    }
}

#[tokio::test]
async fn nothing_crosses_a_partition_or_a_model() {
    let home = tempfile::tempdir().unwrap();
    let mut random = Random(77);
    let vectors = (0..12).map(|_| random.vector()).collect();
    let cache = cache(&home.path().join("cache.redb"));
    let mut world = World { cache, random, scopes: scopes(), vectors, found: 0 };
    let mut operations = 0;
    while operations < OPERATIONS {
        if world.random.one_in(60) {
            world.store().await;
            operations += BATCH;
        } else {
            world.look_up();
            operations += 1;
        }
    }
    assert!(world.found > OPERATIONS, "{} answers were looked at", world.found);
}
