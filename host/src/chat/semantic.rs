//! The semantic tier: whether it is on and why not, and who answers for it. Any failure in it is a miss, with a reason.

mod catch_up;
mod engine;
mod pending;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use tokio::task::AbortHandle;

use super::eligibility::Gate;
use super::shadow::Shadow;
use super::{Answer, ChatError, Clock, LayerState, Miss, Policies};
use crate::cache::embedding::{Embedder, Urgency};
use crate::cache::{Asked, Cache, EntryId, NewEntry, Reach, Scope};
use crate::plugin::Policy;
use catch_up::CatchUp;
pub(crate) use engine::COSINE_FLOOR;
use engine::{Engine, Judged};

pub(super) struct SemanticTier {
    cache: Arc<Cache>,
    policy: Option<Arc<Policy>>,
    gate: Arc<Gate>,
    shadow: Option<Arc<Shadow>>,
    state: RwLock<State>,
    /// Why the policy may not decide now, whatever else is ready.
    forbidden: Arc<Forbidden>,
    stores: Arc<AtomicUsize>,
}

/// Why the policy may not decide now.
type Forbidden = RwLock<Option<String>>;

#[derive(Clone)]
enum State {
    /// Nobody needs to be told why where it is off because it is not wanted.
    Off {
        why: Option<String>,
    },
    Loading,
    On(Arc<Running>),
}

/// The tier at work. Its task ends with it.
struct Running {
    engine: Arc<Engine>,
    catch_up: Arc<CatchUp>,
    task: AbortHandle,
}

/// When an entry is given what this tier needs.
enum Described {
    /// Before it is stored.
    Now,
    /// Soon after.
    Later,
    /// Not before it is known why it could not be done at once; nobody should wait for that.
    InVain,
}

/// A store that has begun; dropped when it has ended.
struct Storing {
    stores: Arc<AtomicUsize>,
    /// How many there were when it began, with this one.
    at_once: usize,
}

impl SemanticTier {
    pub(super) fn new(cache: Arc<Cache>, policies: Policies, gate: Arc<Gate>) -> Self {
        let Policies { active: policy, shadow } = policies;
        let shadow = shadow.and_then(|shadow| started(shadow, &cache)).map(Arc::new);
        let state = match &policy {
            Some(_) => State::Loading,
            None => State::Off { why: None },
        };
        let (policy, state) = (policy.map(Arc::new), RwLock::new(state));
        Self { cache, policy, gate, shadow, state, forbidden: Arc::default(), stores: Arc::default() }
    }

    pub(super) fn state(&self) -> LayerState {
        match self.current() {
            State::Off { .. } => LayerState::Off,
            State::Loading => LayerState::Loading,
            State::On(running) if running.catch_up.was_done() => LayerState::Active,
            State::On(_) => LayerState::Loading,
        }
    }

    /// Why the tier does not do all it should, in a sentence.
    pub(super) fn reason(&self) -> Option<String> {
        match self.current() {
            State::Off { why } => why,
            State::Loading => Some("the model is being fetched or loaded".to_owned()),
            State::On(running) => {
                let trouble = running.engine.trouble().or_else(|| running.catch_up.trouble());
                let catching_up = || "what was stored before is being embedded".to_owned();
                trouble.or_else(|| (!running.catch_up.was_done()).then(catching_up))
            }
        }
    }

    /// Entries that this tier has yet to see; none while nothing is to come of it.
    pub(super) fn lag(&self) -> usize {
        match self.current() {
            State::Off { .. } => 0,
            State::Loading | State::On(_) => self.cache.without_semantics_count(),
        }
    }

    pub(super) fn deactivate(&self, why: String) {
        self.set(State::Off { why: Some(why) });
    }

    pub(super) fn shadow(&self) -> Option<&Shadow> {
        self.shadow.as_deref()
    }

    /// Whether an embedder would be put to use.
    pub(super) fn has_policy(&self) -> bool {
        self.policy.is_some()
    }

    /// Returns once what was stored before is in the tier; look-ups are answered from the beginning.
    pub(super) async fn activate(&self, embedder: Embedder, clock: &Clock) {
        let Some(policy) = self.policy.clone() else { return };
        let (cache, gate) = (Arc::clone(&self.cache), Arc::clone(&self.gate));
        let engine = Arc::new(Engine::new(cache, policy, gate, self.shadow.clone(), embedder));
        let forbidden = Arc::clone(&self.forbidden);
        let catch_up =
            Arc::new(CatchUp::new(Arc::clone(&self.cache), Arc::clone(&engine), forbidden, Arc::clone(clock)));
        let task = Arc::clone(&catch_up);
        let task = tokio::spawn(async move { task.run().await }).abort_handle();
        self.set(State::On(Arc::new(Running { engine, catch_up: Arc::clone(&catch_up), task })));
        catch_up.first_done().await;
    }

    pub(super) async fn lookup(&self, asked: &Asked<'_>, prompt: &str, now: SystemTime) -> Result<Answer, ChatError> {
        match self.current() {
            State::Off { .. } => Ok(Answer::Miss(Miss::SemanticOff)),
            State::Loading => Ok(Answer::Miss(Miss::SemanticLoading)),
            State::On(running) => running.engine.lookup(asked, prompt, now).await,
        }
    }

    /// Stores an entry; when this returns, it is durable. One that comes alone gets its vector before it is written, so
    /// that it is found by its meaning as soon as it is answered; when many come at once they are written first.
    pub(super) async fn store(&self, mut entry: NewEntry, now: SystemTime) -> Result<EntryId, ChatError> {
        if entry.reach == Reach::Same {
            return Ok(self.cache.store(entry, now).await?);
        }
        let storing = Storing::begin(&self.stores);
        let described = match self.current() {
            State::On(running) => running.describe_at_once(&mut entry, storing.at_once).await,
            State::Off { .. } | State::Loading => Described::InVain,
        };
        let scope = entry.scope.clone();
        let id = self.cache.store(entry, now).await?;
        // It may have come up while the entry was being written, after its look at what was stored before.
        if let State::On(running) = self.current() {
            running.follow(described, id, scope);
        }
        Ok(id)
    }

    /// None lets the policy decide.
    pub(super) fn forbid(&self, why: Option<String>) {
        *self.forbidden.write().unwrap_or_else(PoisonError::into_inner) = why;
        if let State::On(running) = self.current() {
            running.catch_up.wake();
        }
    }

    /// Something was stored that this tier has yet to see.
    pub(super) fn wake(&self) {
        if let State::On(running) = self.current() {
            running.catch_up.wake();
        }
    }

    fn current(&self) -> State {
        let why = self.forbidden.read().unwrap_or_else(PoisonError::into_inner).clone();
        if why.is_some() {
            return State::Off { why };
        }
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, state: State) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

/// Without a thread for it there is no shadow; everything else goes on.
fn started(shadow: Policy, cache: &Arc<Cache>) -> Option<Shadow> {
    match Shadow::start(shadow, cache) {
        Ok(shadow) => Some(shadow),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot start the shadow policy");
            None
        }
    }
}

impl Running {
    async fn describe_at_once(&self, entry: &mut NewEntry, stores: usize) -> Described {
        if !self.engine.has_room_for(stores) {
            return Described::Later;
        }
        match self.engine.judge(&entry.prompt, Urgency::Now).await {
            Judged::Fit(semantics) => {
                entry.semantics = Some(semantics);
                Described::Now
            }
            Judged::Unfit | Judged::NotNow(_) => Described::InVain,
        }
    }

    /// What is left to do once the entry is durable.
    fn follow(&self, described: Described, id: EntryId, scope: Scope) {
        match described {
            Described::Now => return,
            Described::Later if self.catch_up.is_near() => self.engine.pending().add(id, scope),
            Described::Later | Described::InVain => {}
        }
        self.catch_up.wake();
    }
}

impl Storing {
    fn begin(stores: &Arc<AtomicUsize>) -> Self {
        let at_once = stores.fetch_add(1, Ordering::Relaxed) + 1;
        Self { stores: Arc::clone(stores), at_once }
    }
}

impl Drop for Storing {
    fn drop(&mut self) {
        self.stores.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
