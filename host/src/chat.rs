//! `isartor_chat` and `isartor_cache_store`: look up, ask the policy, answer. Never calls a model, never stores
//! what it was not given.

mod access;
pub mod admission;
mod answer;
mod caller;
pub mod eligibility;
mod ledger;
pub(crate) mod prompt_log;
pub mod request;
pub mod secrets;
mod semantic;
mod shadow;
pub mod statistics;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::cache::embedding::Embedder;
use crate::cache::{
    Asked, Cache, CacheError, ContextKey, Entry, EntryId, Imported, Judged, NewEntry, Opinion, Reach, Scope, Served,
};
use crate::plugin::Policy;
use crate::settings::CacheSettings;
use admission::Admission;
use eligibility::Eligibility;
use ledger::Ledger;
use semantic::SemanticTier;
use statistics::{Beside, Event};

pub use access::{Access, Permission, Permissions};
pub use answer::{Answer, FeedbackOutcome, Hit, Layer, LayerState, Miss, Refusal, Stored};
pub use caller::{Caller, Channel, Principal, Said};
pub(crate) use semantic::COSINE_FLOOR;
pub use shadow::ShadowCounts;
pub use statistics::{Figures, Statistics, StatisticsError};

/// How the time is told. Steady: it does not follow the steps of the machine's clock.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// A question.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// Not empty, no NUL; checked where it is parsed.
    pub prompt: String,
    pub model: Option<String>,
    pub namespace: Option<String>,
    pub context: Option<ContextKey>,
    pub said: Said,
}

impl Lookup {
    /// Of any model, in the default namespace.
    pub fn of(prompt: String) -> Self {
        Self { prompt, model: None, namespace: None, context: None, said: Said::default() }
    }
}

/// An answer to keep.
#[derive(Debug, Clone)]
pub struct Store {
    pub prompt: String,
    pub response: String,
    pub model: Option<String>,
    pub namespace: Option<String>,
    pub context: Option<ContextKey>,
    pub said: Said,
    pub ttl: Option<Duration>,
}

impl Store {
    /// Of no model, in the default namespace, for as long as the gateway keeps answers.
    pub fn of(prompt: String, response: String) -> Self {
        Self { prompt, response, model: None, namespace: None, context: None, said: Said::default(), ttl: None }
    }
}

/// A user's word on an answer.
#[derive(Debug, Clone)]
pub struct Feedback {
    pub entry: EntryId,
    pub question: String,
    pub namespace: Option<String>,
    pub context: Option<ContextKey>,
    pub opinion: Opinion,
}

#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    #[error("the cache failed")]
    Cache(#[from] CacheError),
    #[error("the semantic tier panicked")]
    Panicked,
}

/// What decides in the semantic tier.
pub struct Policies {
    pub active: Option<Policy>,
    /// Decides beside the active one, and serves nothing.
    pub shadow: Option<Policy>,
}

/// One that decides alone, or none.
impl From<Option<Policy>> for Policies {
    fn from(active: Option<Policy>) -> Self {
        Self { active, shadow: None }
    }
}

/// The use case behind the MCP tools and the HTTP API.
pub struct Chat {
    cache: Arc<Cache>,
    semantic: Arc<SemanticTier>,
    admission: Admission,
    ledger: Ledger,
    statistics: Statistics,
    default_ttl: Option<Duration>,
    explore: f64,
    clock: Clock,
}

impl Chat {
    /// With an active policy the semantic tier waits for its embedder; without one it stays off.
    pub fn new(cache: Arc<Cache>, policies: impl Into<Policies>, settings: &CacheSettings, clock: Clock) -> Self {
        let admission = Admission::new();
        let semantic = Arc::new(SemanticTier::new(Arc::clone(&cache), policies.into(), admission.gate()));
        let (default_ttl, explore) = (settings.default_ttl, settings.explore);
        let (ledger, statistics) = (Ledger::new(), Statistics::default());
        Self { cache, semantic, admission, ledger, statistics, default_ttl, explore, clock }
    }

    /// Goes on with these figures.
    pub fn counting(self, statistics: Statistics) -> Self {
        Self { statistics, ..self }
    }

    /// Looks in the exact tier, then in the semantic one.
    pub async fn lookup(&self, caller: &Caller, lookup: Lookup) -> Result<Answer, ChatError> {
        let now = (self.clock)();
        let caller = caller.knowing(lookup.said);
        let scope = scope(&caller.principal, lookup.namespace, lookup.context);
        let asked = Asked::new(&scope, &lookup.prompt, lookup.model.as_deref());
        let (answer, cosine) = match self.known(&asked, now)? {
            Some((entry, cosine)) => (Answer::Hit(Hit::exact(entry, now)), cosine),
            // Apart, as in `store`: an exact hit neither allocates nor moves the ten kilobytes that embedding wants.
            None => Box::pin(self.similar(&asked, &lookup.prompt, now)).await?,
        };
        let answer = self.noted(&caller, &asked, answer, cosine, now);
        prompt_log::asked(&lookup.prompt, &answer);
        Ok(answer)
    }

    /// The answer to exactly this question: stored under it, or recognised for it before. Also the cosine that answer
    /// was found at.
    fn known(&self, asked: &Asked<'_>, now: SystemTime) -> Result<Option<(Entry, f32)>, ChatError> {
        if let Some(entry) = self.cache.exact(asked, now)? {
            return Ok(Some((entry, 1.0)));
        }
        let before = match self.semantic.state() {
            LayerState::Active | LayerState::Loading => self.ledger.recognised(asked.model(), asked.question()),
            LayerState::Off => None,
        };
        let Some(before) = before else { return Ok(None) };
        Ok(self.cache.again(asked, &before, now)?.map(|entry| (entry, before.cosine)))
    }

    /// Looks in the semantic tier, unless the prompt is none of its business whatever a policy says.
    async fn similar(&self, asked: &Asked<'_>, prompt: &str, now: SystemTime) -> Result<(Answer, f32), ChatError> {
        let answer = match self.admission.of(prompt) {
            Eligibility::Semantic => self.semantic.lookup(asked, prompt, now).await?,
            Eligibility::NeedsContext if !asked.has_context() => Answer::Miss(Miss::NeedsContext),
            Eligibility::NeedsContext => Answer::Miss(Miss::NotFound),
            Eligibility::ExactOnly(reason) => Answer::Miss(Miss::ExactOnly(reason)),
        };
        let cosine = match &answer {
            Answer::Hit(hit) => hit.score,
            Answer::Miss(_) => 0.0,
        };
        Ok((answer, cosine))
    }

    /// Remembers what is answered, and answers a small share of the hits as misses when told to explore.
    fn noted(&self, caller: &Caller, asked: &Asked<'_>, answer: Answer, cosine: f32, now: SystemTime) -> Answer {
        let question = asked.question();
        let answer = match answer {
            Answer::Hit(hit) if self.explore > 0.0 && fastrand::f64() < self.explore => {
                self.ledger.note_explored(question, hit.entry);
                Answer::Miss(Miss::Explored)
            }
            answer @ (Answer::Hit(_) | Answer::Miss(_)) => answer,
        };
        match &answer {
            Answer::Hit(hit) => {
                let served = Served { entry: hit.entry, question, cosine };
                if hit.layer == Layer::Semantic {
                    self.cache.touch(hit.entry, now);
                    self.ledger.note_recognised(asked.model(), served);
                }
                self.ledger.note_served(caller, served);
            }
            Answer::Miss(_) => self.ledger.note_missed(caller, question),
        }
        self.statistics.record(caller, &Event::Answered(&answer), now);
        answer
    }

    /// Stores an answer; when this returns, it is durable and every later look-up finds it word for word. By its
    /// meaning too, unless so many are stored that the semantic tier follows later.
    pub async fn store(&self, caller: &Caller, store: Store) -> Result<Stored, ChatError> {
        let now = (self.clock)();
        let Store { prompt, response, model, namespace, context, said, ttl } = store;
        let caller = caller.knowing(said);
        let eligibility = match self.admission.judge(&prompt, &response, context.is_some()) {
            Ok(eligibility) => eligibility,
            Err(refusal) => {
                self.statistics.record(&caller, &Event::Refused(refusal), now);
                return Ok(Stored::Refused(refusal));
            }
        };
        prompt_log::stored(&prompt);
        let scope = scope(&caller.principal, namespace, context);
        let asked = Asked::new(&scope, &prompt, model.as_deref());
        self.compare_explored(&caller, &asked, &response, now)?;
        let reach = self.reach(&caller, &asked, eligibility);
        let Caller { client, session, key, .. } = caller.clone().into_owned();
        let ttl = self.admission.lifetime(&prompt, eligibility, ttl.or(self.default_ttl));
        let entry = NewEntry { scope, prompt, response, model, ttl, reach, client, session, key, semantics: None };
        let id = Box::pin(self.semantic.store(entry, now)).await?;
        self.statistics.record(&caller, &Event::Stored, now);
        Ok(Stored::Kept(id))
    }

    /// Stores what was exported, as old as it was, unless it is nothing to keep.
    pub async fn import(&self, imported: Imported) -> Result<Stored, ChatError> {
        let imported = match self.admission.admit(imported) {
            Ok(imported) => imported,
            Err(refusal) => return Ok(Stored::Refused(refusal)),
        };
        let id = self.cache.import(imported).await?;
        self.semantic.wake();
        Ok(Stored::Kept(id))
    }

    /// What a model stores without having asked is kept for whoever asks the same, and never offered to others: it may
    /// have been talked into it.
    fn reach(&self, caller: &Caller, asked: &Asked<'_>, eligibility: Eligibility) -> Reach {
        let is_unasked = caller.channel == Channel::Mcp && !self.ledger.has_missed(caller, asked.question());
        match admission::reach(eligibility) {
            Reach::Similar if !is_unasked => Reach::Similar,
            Reach::Similar | Reach::Same => Reach::Same,
        }
    }

    /// Whether what is stored now is what would have been served.
    fn compare_explored(
        &self,
        caller: &Caller,
        asked: &Asked<'_>,
        response: &str,
        now: SystemTime,
    ) -> Result<(), ChatError> {
        let Some(explored) = self.ledger.take_explored(asked.question()) else { return Ok(()) };
        if let Some(entry) = self.cache.get(explored, now)? {
            let agrees = is_same_answer(&entry.response, response);
            self.statistics.record(caller, &Event::Explored { agrees }, now);
        }
        Ok(())
    }

    /// Takes a user's word on an answer that was served to them. A wrong answer is not served again for that question.
    pub async fn feedback(&self, caller: &Caller, feedback: Feedback) -> Result<FeedbackOutcome, ChatError> {
        let scope = scope(&caller.principal, feedback.namespace, feedback.context);
        let question = Asked::new(&scope, &feedback.question, None).question();
        let Some(served) = self.ledger.served(caller, feedback.entry, question) else {
            return Ok(FeedbackOutcome::NotServed);
        };
        let outcome = match self.cache.judge(caller.principal.as_str(), &served, feedback.opinion).await? {
            Judged::Counted => FeedbackOutcome::Counted,
            Judged::Again => FeedbackOutcome::Again,
            Judged::Evicted => FeedbackOutcome::Evicted,
            Judged::Gone => FeedbackOutcome::Gone,
        };
        self.statistics.record(caller, &Event::Judged { opinion: feedback.opinion, outcome }, (self.clock)());
        Ok(outcome)
    }

    /// Gives the semantic tier its embedder; returns once what was stored without one is in that tier.
    pub async fn activate(&self, embedder: Embedder) {
        self.semantic.activate(embedder, &self.clock).await;
    }

    /// Tells whoever hears of changes what has expired meanwhile.
    pub fn notice_expired(&self) {
        self.cache.notice_ends((self.clock)());
    }

    /// Removes what expired a day ago from the disk; it is invisible before that.
    pub async fn sweep(&self) {
        let now = (self.clock)();
        match self.cache.sweep(now).await {
            Ok(count) => self.statistics.record(&Caller::local(), &Event::Expired(count), now),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot remove expired entries");
            }
        }
    }

    /// Whether an embedder would be put to use: without a policy nothing is served by its meaning.
    pub fn wants_embedder(&self) -> bool {
        self.semantic.has_policy()
    }

    /// The embedder will not come, and `why`.
    pub fn deactivate(&self, why: String) {
        self.semantic.deactivate(why);
    }

    /// The policy that decides beside the active one, and how often it agrees, if there is one.
    pub fn shadow(&self) -> Option<(&str, ShadowCounts)> {
        self.semantic.shadow().map(|shadow| (shadow.policy(), shadow.counts()))
    }

    /// The digest of the only policy that may be the shadow from now on.
    pub fn allow_shadow(&self, digest: Option<&str>) {
        if let Some(shadow) = self.semantic.shadow() {
            shadow.allow(digest);
        }
    }

    /// Why the policy may not decide; none lets it.
    pub fn forbid_semantic(&self, why: Option<String>) {
        self.semantic.forbid(why);
    }

    /// Why the semantic tier does not do all it should, in a sentence.
    pub fn semantic_reason(&self) -> Option<String> {
        self.semantic.reason()
    }

    /// Entries that the semantic tier has yet to see.
    pub fn semantic_lag(&self) -> usize {
        self.semantic.lag()
    }

    pub fn semantic_layer(&self) -> LayerState {
        self.semantic.state()
    }

    pub fn entries(&self) -> usize {
        self.cache.len((self.clock)())
    }

    /// For what is done to entries by hand: listing, deleting, exporting.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// What it was good for until now.
    pub fn figures(&self) -> Figures {
        let shadow = self.shadow().map(|(_, counts)| counts).unwrap_or_default();
        let beside = Beside { evicted: self.cache.holdings().evicted, shadow };
        self.statistics.figures(&beside, (self.clock)())
    }

    pub fn save_figures(&self, file: &Path) -> Result<(), StatisticsError> {
        statistics::write(file, &self.figures())
    }

    pub fn now(&self) -> SystemTime {
        (self.clock)()
    }
}

fn scope(principal: &Principal, namespace: Option<String>, context: Option<ContextKey>) -> Scope {
    Scope { principal: principal.as_str().to_owned(), namespace, context }
}

/// A clock that was set back makes an entry new, never negative.
fn age(created: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(created).unwrap_or(Duration::ZERO)
}

/// Two wordings of one answer share most of their words, and every number.
fn is_same_answer(one: &str, other: &str) -> bool {
    let words = |text: &str| -> std::collections::BTreeSet<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    let numbers = |words: &std::collections::BTreeSet<String>| -> Vec<String> {
        words.iter().filter(|word| word.contains(|c: char| c.is_ascii_digit())).cloned().collect()
    };
    let (one, other) = (words(one), words(other));
    let shared = one.intersection(&other).count();
    numbers(&one) == numbers(&other) && 2 * shared >= one.union(&other).count()
}
