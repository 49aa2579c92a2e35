//! Semantic misses side by side, beside one session of the embedder that does nothing else: throughput and latency in
//! one run, alternating, medians. Needs the model: `isartor model pull`.
#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

#[path = "stage.rs"]
mod stage;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use isartor_host::cache::Cache;
use isartor_host::cache::embedding::{Embedder, embedder_id};
use isartor_host::chat::{Answer, Caller, Chat, Lookup, Store};
use isartor_host::settings::{Environment, Flags, Settings};
use tokio::runtime::Runtime;

const ROUNDS: usize = 7;
const TEXTS_EACH: usize = 480;
const CLIENTS: usize = 16;
const ENTRIES: usize = 1_000;

/// What a round came to.
struct Round {
    per_second: f64,
    p50: Duration,
    p99: Duration,
}

fn main() {
    // `cargo test --benches` runs this too, and wants to hear nothing of figures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let settings = Settings::load(&Environment::of_process(), &Flags::default()).expect("the settings");
    let model = stage::model(&settings);
    let alone = Embedder::load(&model, 1).expect("the model loads");
    let pool = Embedder::load(&model, settings.embedding.sessions).expect("the model loads");
    let (runtime, home) = (Runtime::new().expect("a runtime"), tempfile::tempdir().expect("a temporary directory"));
    let chat = Arc::new(chat(&settings, home.path()));
    runtime.block_on(fill(&chat, pool));
    let asked = Arc::new(AtomicUsize::new(0));
    let (mut of_session, mut of_one, mut of_many) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_session.push(one_session(&alone, &asked));
        of_one.push(runtime.block_on(lookups(&chat, 1, &asked)));
        of_many.push(runtime.block_on(lookups(&chat, CLIENTS, &asked)));
    }
    report(&median(of_session), &median(of_one), &median(of_many), settings.embedding.sessions);
}

fn chat(settings: &Settings, home: &std::path::Path) -> Chat {
    let policy = stage::plugins(home).policy(None, &[]).expect("there is a default policy");
    let embedder = embedder_id(settings.embedding.precision);
    let cache = Cache::open(&home.join("cache.redb"), &settings.cache, embedder, policy.digest());
    Chat::new(Arc::new(cache.expect("a new cache")), Some(policy), &settings.cache, Arc::new(SystemTime::now))
}

async fn fill(chat: &Chat, embedder: Embedder) {
    for first in (0..ENTRIES).step_by(64) {
        let stores = (first..ENTRIES.min(first + 64)).map(|number| {
            let prompt = format!("how long does a parcel of {number} grams take to Norway");
            let store = Store::of(prompt, "A week.".to_owned());
            async { chat.store(&Caller::local(), store).await.expect("it is stored") }
        });
        futures_util::future::join_all(stores).await;
    }
    chat.activate(embedder).await;
}

fn prompt(asked: &AtomicUsize) -> String {
    format!("how do I reset the password of account {}", asked.fetch_add(1, Ordering::Relaxed))
}

/// One session on one thread.
fn one_session(embedder: &Embedder, asked: &AtomicUsize) -> Round {
    let (began, mut took) = (Instant::now(), Vec::with_capacity(TEXTS_EACH));
    for _ in 0..TEXTS_EACH {
        let (prompt, begun) = (prompt(asked), Instant::now());
        std::hint::black_box(embedder.embed(&prompt).expect("it is embedded"));
        took.push(begun.elapsed());
    }
    round(began, took)
}

/// So many clients, each with one look-up after the other.
async fn lookups(chat: &Arc<Chat>, clients: usize, asked: &Arc<AtomicUsize>) -> Round {
    let began = Instant::now();
    let clients = (0..clients).map(|_| {
        let (chat, asked) = (Arc::clone(chat), Arc::clone(asked));
        tokio::spawn(async move {
            let mut took = Vec::new();
            for _ in 0..TEXTS_EACH / clients {
                let lookup = Lookup::of(prompt(&asked));
                let begun = Instant::now();
                let answer = chat.lookup(&Caller::local(), lookup).await.expect("a look-up");
                took.push(begun.elapsed());
                assert!(matches!(answer, Answer::Miss(_)), "{answer:?}");
            }
            took
        })
    });
    let took = futures_util::future::join_all(clients).await;
    round(began, took.into_iter().flat_map(|took| took.expect("no client panics")).collect())
}

fn round(began: Instant, mut took: Vec<Duration>) -> Round {
    let per_second = took.len() as f64 / began.elapsed().as_secs_f64();
    took.sort_unstable();
    Round { per_second, p50: took[took.len() / 2], p99: took[took.len() * 99 / 100] }
}

fn median(mut rounds: Vec<Round>) -> Round {
    let mut middle = |key: fn(&Round) -> f64| {
        rounds.sort_by(|a, b| key(a).total_cmp(&key(b)));
        key(&rounds[rounds.len() / 2])
    };
    Round {
        per_second: middle(|round| round.per_second),
        p50: Duration::from_secs_f64(middle(|round| round.p50.as_secs_f64())),
        p99: Duration::from_secs_f64(middle(|round| round.p99.as_secs_f64())),
    }
}

fn report(session: &Round, one: &Round, many: &Round, sessions: usize) {
    let line = |name: &str, round: &Round| {
        let Round { per_second, p50, p99 } = round;
        println!("{name:<34} {per_second:>7.0}/s   p50 {p50:>9.2?}   p99 {p99:>9.2?}");
    };
    line("one session, nothing else", session);
    line("semantic misses, one client", one);
    line(&format!("semantic misses, {CLIENTS} clients"), many);
    // Means, not medians: on a machine with more to do the median is what a text takes when nothing else runs.
    let single = 1.0 / one.per_second;
    println!("one client, mean: {:.2} x one session", session.per_second / one.per_second);
    println!("{CLIENTS} clients, throughput: {:.2} x one session (wanted: 1.6)", many.per_second / session.per_second);
    println!("{CLIENTS} clients, p99: {:.1} x one client's mean (wanted: 12)", many.p99.as_secs_f64() / single);
    println!("{sessions} sessions, {ENTRIES} entries, {TEXTS_EACH} texts a round, medians of {ROUNDS} rounds");
}
