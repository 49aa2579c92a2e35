//! The hot paths, each beside its yardstick in the same run. Needs the model: `isartor model pull`.

#[path = "stage.rs"]
mod stage;

use std::cell::Cell;
use std::hint::black_box;
use std::sync::Arc;
use std::time::SystemTime;

use criterion::{Criterion, criterion_group, criterion_main};
use isartor_host::cache::Cache;
use isartor_host::cache::embedding::{Embedder, ModelFiles, embedder_id};
use isartor_host::chat::{Caller, Chat, Lookup, Store};
use isartor_host::settings::{Environment, Flags, NearestKind, Settings};
use tokio::runtime::Runtime;

const ENTRIES: usize = 10_000;
/// Short, and none that was embedded lately.
fn short_prompt(asked: &Cell<usize>) -> String {
    asked.set(asked.get() + 1);
    format!("how do I reset the password of account {}", asked.get() % 1_000_000)
}

/// A chat over a temporary store with [`ENTRIES`] entries.
struct Bench {
    settings: Settings,
    runtime: Runtime,
    chat: Chat,
    home: tempfile::TempDir,
}

impl Bench {
    fn new(nearest: NearestKind, model: &ModelFiles) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let home = tempfile::tempdir().expect("a temporary directory");
        let mut settings = Settings::load(&Environment::of_process(), &Flags::default()).expect("the settings");
        settings.cache.nearest = nearest;
        let policy = stage::plugins(home.path()).policy(None, &[]).expect("there is a default policy");
        let embedder = embedder_id(settings.embedding.precision);
        let cache = Cache::open(&home.path().join("cache.redb"), &settings.cache, embedder, policy.digest());
        let chat =
            Chat::new(Arc::new(cache.expect("a new cache")), Some(policy), &settings.cache, Arc::new(SystemTime::now));
        let bench = Self { settings, runtime, chat, home };
        bench.fill(model);
        bench
    }

    fn fill(&self, model: &ModelFiles) {
        let sessions = self.settings.embedding.sessions;
        let embedder = Embedder::load(model, sessions).expect("the model loads");
        self.runtime.block_on(async {
            let chat = &self.chat;
            for first in (0..ENTRIES).step_by(64) {
                let stores = (first..ENTRIES.min(first + 64)).map(|number| async move {
                    chat.store(&Caller::local(), entry(number)).await.expect("it is stored")
                });
                futures_util::future::join_all(stores).await;
            }
            chat.activate(embedder).await;
        });
    }

    fn lookup(&self, prompt: &str) -> isartor_host::chat::Answer {
        let lookup = Lookup::of(prompt.to_owned());
        self.runtime.block_on(self.chat.lookup(&Caller::local(), lookup)).expect("a look-up")
    }
}

fn entry(number: usize) -> Store {
    const THINGS: [&str; 10] =
        ["printer", "invoice", "router", "password", "recipe", "flight", "garden", "engine", "contract", "violin"];
    const DEEDS: [&str; 10] =
        ["repair", "order", "describe", "compare", "cancel", "paint", "sell", "measure", "clean", "store"];
    let (thing, deed) = (THINGS[number % 10], DEEDS[number / 10 % 10]);
    let prompt = format!("how do I {deed} a {thing} of type {} in building {}", number / 100, number % 97);
    Store::of(prompt, format!("Answer {number}."))
}

fn lookups(criterion: &mut Criterion) {
    let settings = Settings::load(&Environment::of_process(), &Flags::default()).expect("the settings");
    let (model, asked) = (stage::model(&settings), Cell::new(0));
    for (name, nearest) in [("scan", NearestKind::Scan), ("hora", NearestKind::Hora)] {
        let bench = Bench::new(nearest, &model);
        let mut group = criterion.benchmark_group(format!("10k entries, {name}"));
        let exact = entry(4_711).prompt;
        group.bench_function("exact lookup", |bencher| bencher.iter(|| black_box(bench.lookup(&exact))));
        group.bench_function("semantic lookup", |bencher| {
            bencher.iter(|| black_box(bench.lookup(&short_prompt(&asked))));
        });
        let recent = short_prompt(&asked);
        group.bench_function("semantic lookup, asked lately", |bencher| {
            bencher.iter(|| black_box(bench.lookup(&recent)));
        });
        drop(bench.home);
    }
    let embedder = Embedder::load(&model, settings.embedding.sessions).expect("the model loads");
    criterion.bench_function("the embedder alone", |bencher| {
        bencher.iter(|| black_box(embedder.embed(&short_prompt(&asked))));
    });
}

criterion_group!(benches, lookups);
criterion_main!(benches);
