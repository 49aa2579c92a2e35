//! One question, one line: embed, find the nearest, leave out what may not be served, ask the policy, answer. Never
//! holds up the runtime; any failure is a miss.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use tokio::sync::Semaphore;
use tokio::task::block_in_place;

use super::pending::Pending;
use crate::cache::embedding::{Embedder, Embedding, EmbeddingError, Urgency};
use crate::cache::{Asked, Cache, CacheError, EntryId, Near, Semantics};
use crate::chat::eligibility::{Eligibility, Gate};
use crate::chat::shadow::Shadow;
use crate::chat::{Answer, ChatError, Hit, Miss, age};
use crate::plugin::breaker::BreakerState;
use crate::plugin::policy::{CANDIDATES_MAX, Candidate, Question, Verdict};
use crate::plugin::{PluginError, Policy};

/// Below this cosine no policy may serve: what it would have to be sure of, no wording shows.
pub(crate) const COSINE_FLOOR: f32 = 0.70;

/// What a look-up needs, in one piece.
pub(super) struct Engine {
    cache: Arc<Cache>,
    policy: Arc<Policy>,
    gate: Arc<Gate>,
    shadow: Option<Arc<Shadow>>,
    embedder: Embedder,
    pending: Pending,
    /// For what computes beside the embedder; as many as it has sessions.
    places: Semaphore,
    /// How the model failed last, unless it has worked since.
    failure: Mutex<Option<String>>,
}

/// What one text is to this tier.
pub(super) enum Judged {
    Fit(Semantics),
    /// Too long, not known to the model in all its parts, or the policy failed on it.
    Unfit,
    /// It is not the text's fault.
    NotNow(Trouble),
}

#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("the model fails: {0}")]
    Model(#[source] EmbeddingError),
    #[error("the embedder is busy")]
    Busy,
    #[error("the policy cannot be asked: {}", .0.chain())]
    Policy(#[source] PluginError),
    #[error("the cache fails: {0}")]
    Cache(#[from] CacheError),
}

impl Engine {
    pub(super) fn new(
        cache: Arc<Cache>,
        policy: Arc<Policy>,
        gate: Arc<Gate>,
        shadow: Option<Arc<Shadow>>,
        embedder: Embedder,
    ) -> Self {
        let places = Semaphore::new(embedder.sessions());
        Self { cache, policy, gate, shadow, embedder, pending: Pending::default(), places, failure: Mutex::default() }
    }

    /// What is stored and still to be embedded.
    pub(super) fn pending(&self) -> &Pending {
        &self.pending
    }

    /// Whether a text would be embedded at once even when so many others come with it.
    pub(super) fn has_room_for(&self, texts: usize) -> bool {
        texts <= self.embedder.sessions() && self.embedder.waiting() == 0
    }

    /// Why questions are missed that should not be.
    pub(super) fn trouble(&self) -> Option<String> {
        if let BreakerState::Suspended { wait } = self.policy.breaker() {
            let policy = &self.policy.manifest().id;
            return Some(format!("the policy {policy} keeps failing and is suspended for {} s", wait.as_secs().max(1)));
        }
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) async fn lookup(&self, asked: &Asked<'_>, prompt: &str, now: SystemTime) -> Result<Answer, ChatError> {
        let older = self.pending.newest(asked.scope());
        let vector = match self.vector(prompt).await {
            Ok(vector) => vector,
            Err(miss) => return Ok(Answer::Miss(miss)),
        };
        if let Some(older) = older {
            self.pending.wait(asked.scope(), older).await;
        }
        self.blocking(|| self.find(asked, prompt, &vector, now)).await?
    }

    /// What the tier keeps of a text.
    pub(super) async fn judge(&self, prompt: &str, urgency: Urgency) -> Judged {
        let vector = match self.embed(prompt, urgency).await {
            Ok(Embedding::Vector(vector)) => vector,
            Ok(Embedding::TooLong { .. } | Embedding::UnknownToken) => return Judged::Unfit,
            Err(EmbeddingError::Busy) => return Judged::NotNow(Trouble::Busy),
            Err(error) => return Judged::NotNow(Trouble::Model(error)),
        };
        self.describe(prompt, vector.to_vec())
    }

    /// The same of a text whose vector is known.
    pub(super) fn describe(&self, prompt: &str, vector: Vec<f32>) -> Judged {
        match self.policy.describe(prompt) {
            Ok(features) => Judged::Fit(Semantics { vector, features }),
            Err(error @ (PluginError::Tripped { .. } | PluginError::Busy { .. })) => {
                Judged::NotNow(Trouble::Policy(error))
            }
            Err(error) => {
                tracing::warn!(error = error.chain(), "the policy cannot describe a text; it stays in the exact tier");
                Judged::Unfit
            }
        }
    }

    async fn vector(&self, prompt: &str) -> Result<Arc<[f32]>, Miss> {
        match self.embed(prompt, Urgency::Now).await {
            Ok(Embedding::Vector(vector)) => Ok(vector),
            Ok(Embedding::TooLong { .. }) => Err(Miss::TooLong),
            Ok(Embedding::UnknownToken) => Err(Miss::UnknownToken),
            Err(EmbeddingError::Busy) => Err(Miss::Busy),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "cannot embed a question");
                Err(Miss::EmbeddingFailed)
            }
        }
    }

    /// Notes whether the model works, for those who ask why nothing is found.
    async fn embed(&self, prompt: &str, urgency: Urgency) -> Result<Embedding, EmbeddingError> {
        let embedded = self.embedder.embed_in_turn(prompt, urgency).await;
        let failure = match &embedded {
            Ok(Embedding::Vector(_)) => None,
            Ok(Embedding::TooLong { .. } | Embedding::UnknownToken) | Err(EmbeddingError::Busy) => return embedded,
            Err(error) => Some(format!("the model fails: {error}")),
        };
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
        embedded
    }

    fn find(&self, asked: &Asked<'_>, prompt: &str, vector: &[f32], now: SystemTime) -> Result<Answer, ChatError> {
        let near = self.cache.nearest(asked, vector, CANDIDATES_MAX, now)?;
        let servable: Vec<&Near> = near.iter().filter(|near| is_servable(near)).collect();
        let decided = self.decide(prompt, &servable, now);
        self.show_the_shadow(prompt, &servable, decided.as_ref().ok().map(|chosen| chosen.id), now);
        let chosen = match decided {
            Ok(near) => near,
            Err(miss) => return Ok(Answer::Miss(miss)),
        };
        // The entry may have been replaced or have expired since.
        let Some(entry) = self.cache.get(chosen.id, now)? else {
            return Ok(Answer::Miss(Miss::NotFound));
        };
        // What was stored before there was a gate, or came in by other ways, meets it here.
        match self.gate.of(&entry.prompt) {
            Eligibility::Semantic => {}
            Eligibility::ExactOnly(_) | Eligibility::NeedsContext => return Ok(Answer::Miss(Miss::NotFound)),
        }
        if !self.gate.may_answer(prompt, &entry.prompt) {
            return Ok(Answer::Miss(Miss::OtherCode));
        }
        Ok(Answer::Hit(Hit::semantic(entry, chosen.cosine, now)))
    }

    /// The candidate that the policy serves.
    fn decide<'a>(&self, prompt: &str, servable: &[&'a Near], now: SystemTime) -> Result<&'a Near, Miss> {
        if servable.is_empty() {
            return Err(Miss::NotFound);
        }
        let candidates: Vec<Candidate> = servable.iter().map(|near| candidate(near, now)).collect();
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
                Ok(servable[index])
            }
            Verdict::Miss(reason) => Err(Miss::Policy(reason.code())),
        }
    }

    fn show_the_shadow(&self, prompt: &str, servable: &[&Near], active: Option<EntryId>, now: SystemTime) {
        let Some(shadow) = &self.shadow else { return };
        let without_features = |near: &&Near| (near.id, Candidate { features: Vec::new(), ..candidate(near, now) });
        shadow.compare(prompt, servable.iter().map(without_features).collect(), active, now);
    }

    /// Runs `work` once there is a place: on this thread, while the runtime moves everything else away from it.
    async fn blocking<T>(&self, work: impl FnOnce() -> T) -> Result<T, ChatError> {
        let _place = self.places.acquire().await.expect("the semaphore is never closed");
        let worked = block_in_place(|| catch_unwind(AssertUnwindSafe(work)));
        worked.map_err(|_panic| ChatError::Panicked)
    }
}

/// Whether the policy is asked at all: not of what it has not described yet, and not of what is too far away for any
/// policy, or for what users said of the entry.
fn is_servable(near: &Near) -> bool {
    near.features.is_some() && near.cosine >= COSINE_FLOOR.max(near.threshold)
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
