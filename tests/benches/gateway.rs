//! The hot paths, each beside its yardstick in the same run. Needs the model: `isartor model pull`.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use criterion::{Criterion, criterion_group, criterion_main};
use isartor_host::cache::Cache;
use isartor_host::cache::embedding::{Embedder, ModelFiles, OnnxRuntime, embedder_id};
use isartor_host::chat::{Caller, Chat, Lookup, Store};
use isartor_host::plugin::{Lock, Places, Plugins};
use isartor_host::settings::{Environment, Flags, NearestKind, Settings};
use tokio::runtime::Runtime;

const ENTRIES: usize = 10_000;
const SHORT_PROMPT: &str = "how do I reset the password of my account";

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
        let policy = plugins(home.path()).policy(None, &[]).expect("there is a default policy");
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
            self.chat.activate(embedder, sessions).await.expect("the semantic tier");
            let chat = &self.chat;
            for first in (0..ENTRIES).step_by(64) {
                let stores = (first..ENTRIES.min(first + 64)).map(|number| async move {
                    chat.store(&Caller::local(), entry(number)).await.expect("it is stored")
                });
                futures_util::future::join_all(stores).await;
            }
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

fn plugins(home: &Path) -> Plugins {
    let program = Path::new(env!("CARGO_BIN_EXE_isartor"));
    let places = Places { plugins_dir: &home.join("plugins"), state_dir: Some(home), program };
    Plugins::open(places, &Lock::default()).expect("the bundled plugins")
}

/// The installed model with its runtime library loaded, which a process can do only once.
fn model(settings: &Settings) -> ModelFiles {
    let files = isartor_host::model::installed(&settings.embedding).expect("the model directory can be read");
    let files = files.expect("there is a model; run 'isartor model pull' first");
    let runtime = Some(OnnxRuntime::load(&files.runtime_library).expect("the runtime library loads"));
    ModelFiles { runtime, ..files }
}

fn lookups(criterion: &mut Criterion) {
    let settings = Settings::load(&Environment::of_process(), &Flags::default()).expect("the settings");
    let model = model(&settings);
    for (name, nearest) in [("scan", NearestKind::Scan), ("hora", NearestKind::Hora)] {
        let bench = Bench::new(nearest, &model);
        let mut group = criterion.benchmark_group(format!("10k entries, {name}"));
        let exact = entry(4_711).prompt;
        group.bench_function("exact lookup", |bencher| bencher.iter(|| black_box(bench.lookup(&exact))));
        group.bench_function("semantic lookup", |bencher| bencher.iter(|| black_box(bench.lookup(SHORT_PROMPT))));
        drop(bench.home);
    }
    let embedder = Embedder::load(&model, settings.embedding.sessions).expect("the model loads");
    criterion.bench_function("the embedder alone", |bencher| bencher.iter(|| black_box(embedder.embed(SHORT_PROMPT))));
}

criterion_group!(benches, lookups);
criterion_main!(benches);
