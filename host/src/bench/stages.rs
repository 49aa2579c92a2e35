//! A gateway's cache filled, asked and opened again, as its users do it.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use super::material::{TOKENS, question, rewritten};
use super::measure::{Measure, Times, timed};
use super::{Bench, BenchError, Progress};
use crate::cache::embedding::{Embedder, Urgency};
use crate::cache::{Asked, Cache, CacheError, Scope};
use crate::chat::{Answer, Caller, Chat, Layer, LayerState, Lookup, Store};
use crate::settings::CacheSettings;

/// Stores that are under way at the same time.
const WRITERS: usize = 32;

/// Longer questions among the stored ones, of each length.
const LONGER: usize = 100;

const EXACT_LOOKUPS: usize = 20_000;
const SEMANTIC_LOOKUPS: usize = 80;
const LONE_STORES: usize = 100;

/// Numbers of questions that are never stored.
const UNSTORED: usize = 30_000;

/// How long the embedder may take for what was stored.
const PATIENCE: Duration = Duration::from_mins(10);

/// How long the cache may take to close.
const CLOSING: Duration = Duration::from_secs(10);

/// The cache under test.
struct Subject {
    chat: Arc<Chat>,
    entries: usize,
    /// The model alone, for each of [`TOKENS`]; empty without one.
    alone: Vec<Duration>,
}

pub(super) async fn run(bench: Bench<'_>, progress: &Progress<'_>) -> Result<Vec<Measure>, BenchError> {
    let Bench { directory, settings, entries, semantic } = bench;
    let database = directory.join("cache.redb");
    let (policy, embedder) = semantic.unzip();
    let embedder_id = embedder.as_ref().map_or("none", Embedder::id);
    let digest = policy.as_ref().map_or("", |policy| policy.digest()).to_owned();
    let cache = Arc::new(Cache::open(&database, &settings, embedder_id, &digest)?);
    let chat = Arc::new(Chat::new(cache, policy, &settings, Arc::new(SystemTime::now)));
    let mut subject = Subject { chat, entries, alone: Vec::new() };
    let has_model = embedder.is_some();
    if let Some(embedder) = embedder {
        progress("asking the model alone", 0, 1);
        subject.alone = alone(&embedder).await?;
        subject.chat.activate(embedder).await;
    }
    let mut measures = vec![subject.fill(progress).await?];
    if has_model {
        subject.catch_up(progress).await;
    }
    progress("looking up", 0, 1);
    measures.push(subject.store_alone(directory).await?);
    measures.push(subject.exact().await?);
    if has_model {
        for (at, tokens) in TOKENS.into_iter().enumerate() {
            measures.push(subject.semantic(at, tokens, true).await?);
            measures.push(subject.semantic(at, tokens, false).await?);
        }
    }
    progress("opening the cache again", 0, 1);
    let Subject { chat, .. } = subject;
    drop(chat);
    measures.push(reopened(&database, &settings, embedder_id, &digest, entries)?);
    Ok(measures)
}

/// What the model takes for a question of each length.
async fn alone(embedder: &Embedder) -> Result<Vec<Duration>, BenchError> {
    let mut medians = Vec::new();
    for tokens in TOKENS {
        let mut rounds = Vec::new();
        for number in 0..SEMANTIC_LOOKUPS {
            let text = question(UNSTORED + 1_000 + number, tokens);
            let begun = Instant::now();
            embedder.embed_in_turn(&text, Urgency::Now).await?;
            rounds.push(begun.elapsed());
        }
        medians.push(Times::in_turn(rounds).p50);
    }
    Ok(medians)
}

impl Subject {
    /// The stored questions: most are short.
    fn stored(number: usize) -> String {
        let tokens = match number {
            0..LONGER => TOKENS[1],
            number if number < 2 * LONGER => TOKENS[2],
            _ => TOKENS[0],
        };
        question(number, tokens)
    }

    async fn fill(&self, progress: &Progress<'_>) -> Result<Measure, BenchError> {
        let next = Arc::new(AtomicUsize::new(0));
        progress("filling the cache", 0, self.entries);
        let begun = Instant::now();
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..WRITERS {
            writers.spawn(write(Arc::clone(&self.chat), Arc::clone(&next), self.entries));
        }
        let mut rounds = Vec::with_capacity(self.entries);
        while let Some(written) = writers.join_next().await {
            rounds.extend(written.map_err(|_| BenchError::Panicked)??);
            progress("filling the cache", next.load(Ordering::Relaxed).min(self.entries), self.entries);
        }
        let what = format!("store, {WRITERS} at a time");
        Ok(Measure::new(what, Times::of(rounds, begun.elapsed())).noting("durable and found when answered"))
    }

    /// Waits until the model has seen what is stored, as a gateway does beside its requests.
    async fn catch_up(&self, progress: &Progress<'_>) {
        let begun = Instant::now();
        progress("embedding what is stored", 0, self.entries);
        while self.chat.semantic_layer() != LayerState::Active || self.chat.semantic_lag() > 0 {
            if begun.elapsed() > PATIENCE {
                return;
            }
            let done = self.entries.saturating_sub(self.chat.semantic_lag()).max(2);
            progress("embedding what is stored", done, self.entries);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn store_alone(&self, directory: &Path) -> Result<Measure, BenchError> {
        let mut rounds = Vec::new();
        for number in 0..LONE_STORES {
            let begun = Instant::now();
            store(&self.chat, question(UNSTORED + 2_000 + number, TOKENS[0])).await?;
            rounds.push(begun.elapsed());
        }
        let measure = Measure::new("store, one at a time", Times::in_turn(rounds));
        Ok(measure.beside("one write to the disk", written_through(directory)?))
    }

    async fn exact(&self) -> Result<Measure, BenchError> {
        let (mut rounds, mut hashing, mut hits) = (Vec::new(), Vec::new(), 0);
        let scope = Scope { principal: "local".into(), namespace: None, context: None };
        for number in 0..EXACT_LOOKUPS {
            let prompt = Self::stored(number * 7_919 % self.entries.max(1));
            hashing.push(timed(|| Asked::new(&scope, &prompt, None).question()).1);
            let begun = Instant::now();
            let answer = self.chat.lookup(&Caller::local(), Lookup::of(prompt)).await?;
            rounds.push(begun.elapsed());
            hits += usize::from(matches!(answer, Answer::Hit(hit) if hit.layer == Layer::Exact));
        }
        let measure = Measure::new("exact hit", Times::in_turn(rounds));
        let measure = measure.noting(format!("{hits} of {EXACT_LOOKUPS} were hits"));
        Ok(measure.beside("hashing the question", Times::in_turn(hashing).p50))
    }

    /// Of questions that are stored, written otherwise, or not at all: what a miss adds to every new question.
    async fn semantic(&self, at: usize, tokens: usize, is_stored: bool) -> Result<Measure, BenchError> {
        let first = if tokens == TOKENS[0] { 2 * LONGER } else { (at - 1) * LONGER };
        let (mut rounds, mut hits) = (Vec::new(), 0);
        for number in 0..SEMANTIC_LOOKUPS {
            let prompt = match is_stored {
                true => rewritten(&Self::stored(first + number)),
                false => question(UNSTORED + number, tokens),
            };
            let begun = Instant::now();
            let answer = self.chat.lookup(&Caller::local(), Lookup::of(prompt)).await?;
            rounds.push(begun.elapsed());
            hits += usize::from(matches!(answer, Answer::Hit(hit) if hit.layer == Layer::Semantic));
        }
        let what = if is_stored { "semantic hit" } else { "miss" };
        let measure = Measure::new(format!("{what}, {tokens} tokens"), Times::in_turn(rounds));
        let measure = measure.noting(format!("{hits} of {SEMANTIC_LOOKUPS} were hits"));
        Ok(measure.beside("the model alone", self.alone[at]))
    }
}

async fn write(chat: Arc<Chat>, next: Arc<AtomicUsize>, entries: usize) -> Result<Vec<Duration>, BenchError> {
    let mut rounds = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= entries {
            return Ok(rounds);
        }
        let begun = Instant::now();
        store(&chat, Subject::stored(number)).await?;
        rounds.push(begun.elapsed());
    }
}

async fn store(chat: &Chat, prompt: String) -> Result<(), BenchError> {
    let response = format!("This is how: {prompt}. ").repeat(8);
    chat.store(&Caller::local(), Store::of(prompt, response)).await?;
    Ok(())
}

/// The least that a durable store could take: a page written and waited for.
fn written_through(directory: &Path) -> Result<Duration, BenchError> {
    let path = directory.join("page");
    let failed = |source| BenchError::Write { path: path.clone(), source };
    let mut file = File::create(&path).map_err(failed)?;
    let mut rounds = Vec::new();
    for _ in 0..LONE_STORES {
        let (written, took) = timed(|| file.write_all(&[7; 4096]).and_then(|()| file.sync_data()));
        written.map_err(failed)?;
        rounds.push(took);
    }
    Ok(Times::in_turn(rounds).p50)
}

/// From nothing to the first answer.
fn reopened(
    database: &Path,
    settings: &CacheSettings,
    embedder_id: &str,
    digest: &str,
    entries: usize,
) -> Result<Measure, BenchError> {
    let scope = Scope { principal: "local".into(), namespace: None, context: None };
    let prompt = Subject::stored(entries / 2);
    let asked = Asked::new(&scope, &prompt, None);
    let waiting = Instant::now();
    let (begun, cache) = loop {
        let begun = Instant::now();
        match Cache::open(database, settings, embedder_id, digest) {
            // What embeds beside the requests lets go of the cache soon after it was told to end.
            Err(CacheError::Locked { .. }) if waiting.elapsed() < CLOSING => {
                std::thread::sleep(Duration::from_millis(1));
            }
            opened => break (begun, opened?),
        }
    };
    cache.exact(&asked, SystemTime::now())?;
    let first = begun.elapsed();
    let held = cache.holdings();
    let note = format!("{} entries in {} MiB on disk", held.entries, held.file_bytes >> 20);
    Ok(Measure::new("open the cache, and the first exact hit", Times::once(first)).noting(note))
}
