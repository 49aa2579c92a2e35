//! The background task that gives stored texts their vectors and features, oldest first, behind everybody who waits
//! for an answer. What is left to do is what the store says it is, so nothing is forgotten over a restart.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::Forbidden;
use super::engine::{Engine, Judged, Trouble};
use super::pending::MAX_PENDING;
use crate::cache::embedding::Urgency;
use crate::cache::{Cache, Entry, EntryId, Semantics};
use crate::chat::Clock;

/// How many texts are embedded between two writes.
const BATCH: usize = 64;

/// So many texts are a few milliseconds, after which the task can be stopped.
const TEXTS_AT_A_STRETCH: usize = 8;

/// How long to wait after a failure, twice as long after each further one.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

pub(super) struct CatchUp {
    cache: Arc<Cache>,
    engine: Arc<Engine>,
    /// Nothing is done while there is something in it.
    forbidden: Arc<Forbidden>,
    clock: Clock,
    wake: Notify,
    was_done: watch::Sender<bool>,
    trouble: RwLock<Option<String>>,
}

/// What there is to do.
enum Left {
    Nothing,
    Perhaps,
}

impl CatchUp {
    pub(super) fn new(cache: Arc<Cache>, engine: Arc<Engine>, forbidden: Arc<Forbidden>, clock: Clock) -> Self {
        let (wake, was_done) = (Notify::new(), watch::Sender::new(false));
        Self { cache, engine, forbidden, clock, wake, was_done, trouble: RwLock::default() }
    }

    /// Until it is aborted.
    pub(super) async fn run(&self) {
        let mut wait = FIRST_WAIT;
        loop {
            if self.is_forbidden() {
                self.wake.notified().await;
                continue;
            }
            match self.step().await {
                Ok(left) => {
                    wait = FIRST_WAIT;
                    self.set_trouble(None);
                    if matches!(left, Left::Nothing) {
                        self.was_done.send_replace(true);
                        self.wake.notified().await;
                    }
                }
                Err(trouble) => {
                    tracing::warn!(
                        error = &trouble as &dyn std::error::Error,
                        seconds = wait.as_secs(),
                        "stored texts wait for the semantic tier, which tries again later"
                    );
                    self.set_trouble(Some(trouble.to_string()));
                    self.engine.pending().settle(self.engine.pending().all());
                    tokio::time::sleep(wait).await;
                    wait = (2 * wait).min(LONGEST_WAIT);
                }
            }
        }
    }

    /// There may be something to do.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Until everything that was stored before is in the semantic tier; whether it once was.
    pub(super) async fn first_done(&self) {
        let mut done = self.was_done.subscribe();
        done.wait_for(|done| *done).await.expect("the sender is ours");
    }

    pub(super) fn was_done(&self) -> bool {
        *self.was_done.borrow()
    }

    /// Why texts wait, when it is not for their turn.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether look-ups should wait for an entry stored now.
    pub(super) fn is_near(&self) -> bool {
        self.trouble().is_none() && self.cache.without_semantics_count() <= MAX_PENDING
    }

    fn is_forbidden(&self) -> bool {
        self.forbidden.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn set_trouble(&self, trouble: Option<String>) {
        *self.trouble.write().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    async fn step(&self) -> Result<Left, Trouble> {
        let pending = self.engine.pending();
        // What was done before it was noted as pending, or is gone by now.
        pending.settle(pending.all().into_iter().filter(|id| !self.cache.is_without_semantics(*id)));
        let entries = self.cache.without_semantics(BATCH, (self.clock)())?;
        if entries.is_empty() {
            return Ok(Left::Nothing);
        }
        let judged = self.judge(entries).await?;
        let done: Vec<EntryId> = judged.iter().map(|(id, _)| *id).collect();
        self.cache.add_semantics(judged).await?;
        pending.settle(done);
        Ok(Left::Perhaps)
    }

    /// Those that could be judged now, at least one.
    async fn judge(&self, entries: Vec<Entry>) -> Result<Vec<(EntryId, Option<Semantics>)>, Trouble> {
        let (mut judged, mut failed, mut trouble) = (Vec::with_capacity(entries.len()), Vec::new(), None);
        for (number, entry) in entries.into_iter().enumerate() {
            if number % TEXTS_AT_A_STRETCH == 0 {
                tokio::task::yield_now().await;
            }
            // Another policy describes the texts anew; what the model said of them stays true.
            let judgement = match self.cache.vector(entry.id)? {
                Some(vector) => self.engine.describe(&entry.prompt, vector),
                None => self.engine.judge(&entry.prompt, Urgency::Later).await,
            };
            match judgement {
                Judged::Fit(semantics) => judged.push((entry.id, Some(semantics))),
                Judged::Unfit => judged.push((entry.id, None)),
                Judged::NotNow(why @ Trouble::Model(_)) => {
                    failed.push((entry.id, None));
                    trouble = Some(why);
                }
                Judged::NotNow(why) => {
                    trouble = Some(why);
                    break;
                }
            }
        }
        // Where the model works for others, the text is to blame, and would only fail again.
        if judged.iter().any(|(_, semantics)| semantics.is_some()) {
            judged.append(&mut failed);
        }
        match trouble {
            Some(trouble) if judged.is_empty() => Err(trouble),
            Some(_) | None => Ok(judged),
        }
    }
}
