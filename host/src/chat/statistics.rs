//! What happened, counted, also across restarts. Never holds a text; an exact hit costs a few atomic additions.

mod clients;
mod figures;
mod file;
mod history;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::{Answer, Caller, FeedbackOutcome, Hit, Layer, Miss, Refusal, ShadowCounts};
use crate::cache::Opinion;
use clients::Clients;
use history::History;

pub use figures::{Bucket, ClientFigures, Explored, Figures, Hits, Said, Saved};
pub use file::StatisticsError;
pub(super) use file::write;

/// About what a token is long; nobody knows the tokenizer of the model that was not asked.
const BYTES_PER_TOKEN: u64 = 4;
/// About how many tokens a model writes in a second.
const TOKENS_PER_SECOND: u64 = 50;

/// What is counted.
#[derive(Debug)]
pub enum Event<'a> {
    Answered(&'a Answer),
    Stored,
    Refused(Refusal),
    /// What was stored was compared with what would have been served.
    Explored {
        agrees: bool,
    },
    Judged {
        opinion: Opinion,
        outcome: FeedbackOutcome,
    },
    /// Entries that had ended were removed from the disk.
    Expired(usize),
}

/// What others count since the gateway began.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beside {
    /// Entries that left to make room.
    pub(super) evicted: u64,
    pub(super) shadow: ShadowCounts,
}

/// Everything since counting began: what was restored, and what came since.
#[derive(Debug)]
pub struct Statistics {
    earlier: Figures,
    exact: AtomicU64,
    semantic: AtomicU64,
    stored: AtomicU64,
    expired: AtomicU64,
    served_bytes: AtomicU64,
    named: Mutex<Named>,
    clients: Clients,
    history: History,
}

/// What is counted by name, and never on the way of an exact hit.
#[derive(Debug, Default)]
struct Named {
    misses: Counts,
    near_misses: Counts,
    refused: Counts,
    feedback: Counts,
    explored: Counts,
}

type Counts = BTreeMap<&'static str, u64>;

impl Default for Statistics {
    fn default() -> Self {
        Self::after(Figures::default())
    }
}

impl Statistics {
    /// Goes on counting where these figures end.
    pub fn after(earlier: Figures) -> Self {
        let history = History::after(&earlier.hours, &earlier.days);
        Self {
            earlier,
            exact: AtomicU64::new(0),
            semantic: AtomicU64::new(0),
            stored: AtomicU64::new(0),
            expired: AtomicU64::new(0),
            served_bytes: AtomicU64::new(0),
            named: Mutex::default(),
            clients: Clients::default(),
            history,
        }
    }

    pub fn record(&self, caller: &Caller, event: &Event<'_>, now: SystemTime) {
        let client = caller.client.as_deref();
        match event {
            Event::Answered(Answer::Hit(hit)) => self.record_hit(client, hit, now),
            Event::Answered(Answer::Miss(miss)) => self.record_miss(client, *miss, now),
            Event::Stored => {
                add(&self.stored, 1);
                self.clients.count(client, |counters| add(&counters.stored, 1));
            }
            Event::Refused(refusal) => self.count(|named| &mut named.refused, refusal.code()),
            Event::Explored { agrees } => {
                self.count(|named| &mut named.explored, if *agrees { "agreed" } else { "differed" });
            }
            Event::Judged { opinion, outcome } => self.record_opinion(*opinion, *outcome),
            Event::Expired(count) => add(&self.expired, *count as u64),
        }
    }

    fn record_hit(&self, client: Option<&str>, hit: &Hit, now: SystemTime) {
        let bytes = hit.response.len() as u64;
        match hit.layer {
            Layer::Exact => add(&self.exact, 1),
            Layer::Semantic => add(&self.semantic, 1),
        }
        add(&self.served_bytes, bytes);
        self.clients.count(client, |counters| {
            add(&counters.hits, 1);
            add(&counters.served_bytes, bytes);
        });
        self.history.hit(now);
    }

    fn record_miss(&self, client: Option<&str>, miss: Miss, now: SystemTime) {
        self.count(|named| &mut named.misses, miss.code());
        if let Miss::Policy(reason) = miss {
            self.count(|named| &mut named.near_misses, reason);
        }
        self.clients.count(client, |counters| add(&counters.misses, 1));
        self.history.miss(now);
    }

    fn record_opinion(&self, opinion: Opinion, outcome: FeedbackOutcome) {
        match outcome {
            FeedbackOutcome::Counted | FeedbackOutcome::Evicted => {
                let said = match opinion {
                    Opinion::Right => "right",
                    Opinion::Wrong => "wrong",
                };
                self.count(|named| &mut named.feedback, said);
                if outcome == FeedbackOutcome::Evicted {
                    self.count(|named| &mut named.feedback, outcome.code());
                }
            }
            FeedbackOutcome::Again | FeedbackOutcome::Gone | FeedbackOutcome::NotServed => {
                self.count(|named| &mut named.feedback, "ignored");
            }
        }
    }

    fn count(&self, of: impl FnOnce(&mut Named) -> &mut Counts, name: &'static str) {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        *of(&mut named).entry(name).or_default() += 1;
    }

    /// Everything until now.
    pub(super) fn figures(&self, beside: &Beside, now: SystemTime) -> Figures {
        let named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        let (hours, days) = self.history.buckets(now);
        let served_bytes = read(&self.served_bytes);
        let explored = |name| named.explored.get(name).copied().unwrap_or(0);
        let said = |name| named.feedback.get(name).copied().unwrap_or(0);
        let current = Figures {
            since_seconds: 0,
            hits: Hits { exact: read(&self.exact), semantic: read(&self.semantic) },
            misses: owned(&named.misses),
            near_misses: owned(&named.near_misses),
            stored: read(&self.stored),
            refused: owned(&named.refused),
            feedback: Said {
                right: said("right"),
                wrong: said("wrong"),
                evicted: said("evicted"),
                ignored: said("ignored"),
            },
            explored: Explored {
                asked: named.misses.get(Miss::Explored.code()).copied().unwrap_or(0),
                agreed: explored("agreed"),
                differed: explored("differed"),
            },
            shadow: shadowed(&beside.shadow),
            expired: read(&self.expired),
            evicted: beside.evicted,
            saved: saved(served_bytes),
            clients: self.clients.figures(),
            hours: Vec::new(),
            days: Vec::new(),
        };
        drop(named);
        Figures { hours, days, ..self.earlier.plus(current) }
    }
}

/// What the bytes that were served would have cost to write.
fn saved(served_bytes: u64) -> Saved {
    let tokens = served_bytes.div_ceil(BYTES_PER_TOKEN);
    Saved { tokens, seconds: tokens / TOKENS_PER_SECOND }
}

/// What was never counted stays out.
fn shadowed(counts: &ShadowCounts) -> BTreeMap<String, u64> {
    let named = [
        ("both_miss", counts.both_miss),
        ("both_serve", counts.both_serve),
        ("serve_different", counts.serve_different),
        ("only_active_serves", counts.only_active_serves),
        ("only_shadow_serves", counts.only_shadow_serves),
        ("failed", counts.failed),
        ("dropped", counts.dropped),
    ];
    let counted = named.into_iter().filter(|(_, count)| *count > 0);
    counted.map(|(name, count)| (name.to_owned(), count)).collect()
}

fn owned(counts: &Counts) -> BTreeMap<String, u64> {
    counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// Seconds since 1970; a clock before that is at its start.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

#[cfg(test)]
mod tests;
