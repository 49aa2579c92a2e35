//! The semantic tier: embed, find the nearest, ask the policy. Never holds up the runtime; any failure is a miss.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use tokio::sync::Semaphore;
use tokio::task::block_in_place;

use super::{Answer, ChatError, Clock, Hit, Layer, LayerState, Miss, age};
use crate::cache::embedding::Embedder;
use crate::cache::{Asked, Cache, Entry, EntryId, Near, NewEntry, Reach, Semantics};
use crate::plugin::Policy;
use crate::plugin::policy::{CANDIDATES_MAX, Candidate, Question, Verdict};

/// How many stored texts are embedded between two writes while catching up.
const CATCH_UP_BATCH: usize = 64;

/// Below this cosine no policy may serve: what it would have to be sure of, no wording shows.
pub(crate) const COSINE_FLOOR: f32 = 0.75;

/// What one text is to this tier.
pub(super) enum Judged {
    Fit(Semantics),
    /// Too long, or the policy cannot describe it.
    Unfit,
    /// There is no embedder yet.
    NotYet,
}

pub(super) struct SemanticTier {
    cache: Arc<Cache>,
    policy: Option<Arc<Policy>>,
    state: RwLock<State>,
    is_allowed: AtomicBool,
}

#[derive(Clone)]
enum State {
    Off,
    Loading,
    CatchingUp(Arc<Engine>),
    Active(Arc<Engine>),
}

/// What a look-up needs, in one piece.
struct Engine {
    cache: Arc<Cache>,
    policy: Arc<Policy>,
    embedder: Embedder,
    /// One place for each session, first come first served.
    places: Semaphore,
}

impl SemanticTier {
    pub(super) fn new(cache: Arc<Cache>, policy: Option<Policy>) -> Self {
        let state = if policy.is_some() { State::Loading } else { State::Off };
        Self { cache, policy: policy.map(Arc::new), state: RwLock::new(state), is_allowed: AtomicBool::new(true) }
    }

    pub(super) fn state(&self) -> LayerState {
        match self.current() {
            State::Off => LayerState::Off,
            State::Loading | State::CatchingUp(_) => LayerState::Loading,
            State::Active(_) => LayerState::Active,
        }
    }

    pub(super) fn deactivate(&self) {
        self.set(State::Off);
    }

    pub(super) async fn activate(&self, embedder: Embedder, sessions: usize, clock: &Clock) -> Result<(), ChatError> {
        let Some(policy) = self.policy.clone() else {
            return Ok(());
        };
        let places = Semaphore::new(sessions);
        let engine = Arc::new(Engine { cache: Arc::clone(&self.cache), policy, embedder, places });
        self.set(State::CatchingUp(Arc::clone(&engine)));
        loop {
            let pending = self.cache.without_semantics(CATCH_UP_BATCH, clock())?;
            if pending.is_empty() {
                break;
            }
            self.cache.add_semantics(engine.judge_all(pending).await?).await?;
        }
        self.set(State::Active(engine));
        Ok(())
    }

    pub(super) async fn lookup(&self, asked: &Asked<'_>, prompt: &str, now: SystemTime) -> Result<Answer, ChatError> {
        match self.current() {
            State::Off => Ok(Answer::Miss(Miss::SemanticOff)),
            State::Loading => Ok(Answer::Miss(Miss::SemanticLoading)),
            State::CatchingUp(engine) | State::Active(engine) => {
                engine.blocking(|engine| engine.lookup(asked, prompt, now)).await?
            }
        }
    }

    /// Stores an entry and gives it what this tier needs; when this returns, it is durable and every later look-up
    /// sees it.
    pub(super) async fn store(&self, mut entry: NewEntry, now: SystemTime) -> Result<EntryId, ChatError> {
        if entry.reach == Reach::Same {
            return Ok(self.cache.store(entry, now).await?);
        }
        let judged = self.judge(&entry.prompt).await?;
        let prompt = entry.prompt.clone();
        let later = match judged {
            Judged::Fit(semantics) => {
                entry.semantics = Some(semantics);
                return Ok(self.cache.store(entry, now).await?);
            }
            Judged::Unfit => Some(Judged::Unfit),
            Judged::NotYet => None,
        };
        let id = self.cache.store(entry, now).await?;
        // The embedder may have arrived while the entry was being written, after its pass over the old ones.
        let judged = match later {
            Some(judged) => judged,
            None => self.judge(&prompt).await?,
        };
        self.add(id, judged).await?;
        Ok(id)
    }

    pub(super) async fn judge(&self, prompt: &str) -> Result<Judged, ChatError> {
        match self.current() {
            State::Off | State::Loading => Ok(Judged::NotYet),
            State::CatchingUp(engine) | State::Active(engine) => engine.blocking(|engine| engine.judge(prompt)).await,
        }
    }

    /// Adds what was judged after the entry was stored.
    pub(super) async fn add(&self, id: EntryId, judged: Judged) -> Result<(), ChatError> {
        let semantics = match judged {
            Judged::Fit(semantics) => Some(semantics),
            Judged::Unfit => None,
            Judged::NotYet => return Ok(()),
        };
        Ok(self.cache.add_semantics(vec![(id, semantics)]).await?)
    }

    pub(super) fn allow(&self, allowed: bool) {
        self.is_allowed.store(allowed, Ordering::Relaxed);
    }

    fn current(&self) -> State {
        if !self.is_allowed.load(Ordering::Relaxed) {
            return State::Off;
        }
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, state: State) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

impl Engine {
    /// Runs `work` once there is a place: on this thread, while the runtime moves everything else away from it.
    /// A thread of its own costs a tenth of a millisecond more, and finds nothing of the model in its cache.
    async fn blocking<T>(&self, work: impl FnOnce(&Self) -> T) -> Result<T, ChatError> {
        let _place = self.places.acquire().await.expect("the semaphore is never closed");
        let worked = block_in_place(|| catch_unwind(AssertUnwindSafe(|| work(self))));
        worked.map_err(|_panic| ChatError::Panicked)
    }

    fn lookup(&self, asked: &Asked<'_>, prompt: &str, now: SystemTime) -> Result<Answer, ChatError> {
        let vector = match self.embedder.embed(prompt) {
            Ok(Some(vector)) => vector,
            Ok(None) => return Ok(Answer::Miss(Miss::TooLong)),
            Err(error) => {
                tracing::error!(error = %error, "cannot embed a question");
                return Ok(Answer::Miss(Miss::EmbeddingFailed));
            }
        };
        let near = self.cache.nearest(asked, &vector, CANDIDATES_MAX, now)?;
        let chosen = match self.decide(prompt, &near, now) {
            Ok(near) => near,
            Err(miss) => return Ok(Answer::Miss(miss)),
        };
        // The entry may have been replaced or have expired since.
        let Some(entry) = self.cache.get(chosen.id, now)? else {
            return Ok(Answer::Miss(Miss::NotFound));
        };
        Ok(Answer::Hit(hit(entry, chosen.cosine, now)))
    }

    /// The candidate that the policy serves. Entries it has not described yet are left out, and those that are too far
    /// away for any policy.
    fn decide<'a>(&self, prompt: &str, near: &'a [Near], now: SystemTime) -> Result<&'a Near, Miss> {
        let is_open = |near: &&Near| near.features.is_some() && near.cosine >= COSINE_FLOOR.max(near.threshold);
        let described: Vec<&Near> = near.iter().filter(is_open).collect();
        if described.is_empty() {
            return Err(Miss::NotFound);
        }
        let candidates: Vec<Candidate> = described.iter().map(|near| candidate(near, now)).collect();
        let verdict = self
            .policy
            .describe(prompt)
            .and_then(|features| self.policy.decide(&Question { features }, &candidates))
            .map_err(|error| {
                tracing::warn!(error = error.chain(), "the policy failed, which is a miss");
                Miss::PolicyFailed
            })?;
        match verdict {
            Verdict::Serve(served) => {
                let index = usize::try_from(served.index).expect("decide checked the index");
                Ok(described[index])
            }
            Verdict::Miss(reason) => Err(Miss::Policy(reason.code())),
        }
    }

    fn judge(&self, prompt: &str) -> Judged {
        let vector = match self.embedder.embed(prompt) {
            Ok(Some(vector)) => vector,
            Ok(None) => return Judged::Unfit,
            Err(error) => {
                tracing::error!(error = %error, "cannot embed a text; it stays in the exact tier");
                return Judged::Unfit;
            }
        };
        match self.policy.describe(prompt) {
            Ok(features) => Judged::Fit(Semantics { vector, features }),
            Err(error) => {
                tracing::warn!(error = error.chain(), "the policy cannot describe a text; it stays in the exact tier");
                Judged::Unfit
            }
        }
    }

    async fn judge_all(&self, entries: Vec<Entry>) -> Result<Vec<(EntryId, Option<Semantics>)>, ChatError> {
        let judge_each = move |engine: &Self| {
            let judge = |entry: Entry| match engine.judge(&entry.prompt) {
                Judged::Fit(semantics) => (entry.id, Some(semantics)),
                Judged::Unfit | Judged::NotYet => (entry.id, None),
            };
            entries.into_iter().map(judge).collect()
        };
        self.blocking(judge_each).await
    }
}

fn candidate(near: &Near, now: SystemTime) -> Candidate {
    Candidate {
        cosine: near.cosine,
        age_seconds: age(near.created, now).as_secs(),
        threshold: near.threshold,
        complaints: near.complaints,
        features: near.features.clone().unwrap_or_default(),
    }
}

fn hit(entry: Entry, cosine: f32, now: SystemTime) -> Hit {
    Hit {
        layer: Layer::Semantic,
        response: entry.response,
        score: cosine,
        age: age(entry.created, now),
        matched_prompt: entry.prompt,
        entry: entry.id,
    }
}
