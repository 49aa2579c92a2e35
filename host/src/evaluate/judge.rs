//! Each pair as a lookup would decide it: the first text stored, the second asked, through the real embedder, the
//! host's own gates and the real policy. The exact tier is left out: what it serves is the same text.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::Pair;
use super::gate::HostGates;
use crate::cache::embedding::{Embedder, Embedding, EmbeddingError};
use crate::chat::Miss;
use crate::chat::eligibility::Reason;
use crate::plugin::policy::{Candidate, Question, ServeReason, Verdict};
use crate::plugin::{PluginError, Policy};

/// How often a policy is asked that fails.
const ATTEMPTS: usize = 3;

#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    #[error("cannot embed {text:?}")]
    Embedding { text: String, source: EmbeddingError },
    #[error("cannot judge the pairs: the policy failed on {text:?}")]
    Policy { text: String, source: PluginError },
}

/// What became of one pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// None when one of the texts is too long to be embedded.
    pub cosine: Option<f32>,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    Served {
        reason: ServeReason,
        confidence: f32,
    },
    /// The stable code of the reason.
    Missed(&'static str),
}

/// What decides.
pub struct Judge<'a> {
    pub embedder: &'a Embedder,
    pub policy: &'a Policy,
    /// How many texts are read side by side.
    pub threads: usize,
}

/// What a text is to the semantic tier.
struct Described {
    /// None when the embedder does not take the text. What the host bars has one too: cosine alone would serve it.
    vector: Option<Arc<[f32]>>,
    /// The policy's features, or the stable code of the reason why the text gets none.
    features: Result<Vec<u8>, &'static str>,
}

impl Judge<'_> {
    /// Reads each distinct text once; `progress` hears how many of how many are done.
    pub fn judge(
        &self,
        pairs: &[Pair],
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Vec<Judged>, EvaluateError> {
        let texts = distinct(pairs);
        let gates = HostGates::new();
        let described = self.describe_all(&texts, &gates, progress)?;
        pairs.iter().map(|pair| self.decide(pair, &gates, &described)).collect()
    }

    fn describe_all<'t>(
        &self,
        texts: &[&'t str],
        gates: &HostGates,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<HashMap<&'t str, Described>, EvaluateError> {
        let (next, done, all) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(HashMap::new()));
        let work = || -> Result<(), EvaluateError> {
            while let Some(text) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
                let described = self.describe(text, gates)?;
                all.lock().unwrap_or_else(PoisonError::into_inner).insert(*text, described);
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, texts.len());
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads.max(1)).map(|_| scope.spawn(work)).collect();
            threads.into_iter().try_for_each(|thread| match thread.join() {
                Ok(worked) => worked,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })?;
        Ok(all.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn describe(&self, text: &str, gates: &HostGates) -> Result<Described, EvaluateError> {
        let embedding =
            self.embedder.embed(text).map_err(|source| EvaluateError::Embedding { text: text.to_owned(), source })?;
        let (vector, refused) = match embedding {
            Embedding::Vector(vector) => (Some(vector), None),
            Embedding::TooLong { .. } => (None, Some(Miss::TooLong.code())),
            Embedding::UnknownToken => (None, Some(Reason::UnknownToken.code())),
        };
        let features = match gates.bars(text).or(refused) {
            Some(code) => Err(code),
            None => Ok(patiently(|| self.policy.describe(text))
                .map_err(|source| EvaluateError::Policy { text: text.to_owned(), source })?),
        };
        Ok(Described { vector, features })
    }

    fn decide(
        &self,
        pair: &Pair,
        gates: &HostGates,
        described: &HashMap<&str, Described>,
    ) -> Result<Judged, EvaluateError> {
        let find = |text: &str| described.get(text).expect("every text of the pairs was described");
        let (stored, asked) = (find(&pair.a), find(&pair.b));
        let cosine = match (&stored.vector, &asked.vector) {
            (Some(stored), Some(asked)) => Some(stored.iter().zip(asked.iter()).map(|(one, other)| one * other).sum()),
            (None, _) | (_, None) => None,
        };
        let outcome = match (&asked.features, &stored.features, cosine) {
            (Err(code), _, _) | (_, Err(code), _) => Outcome::Missed(code),
            (Ok(_), Ok(_), None) => Outcome::Missed(Miss::TooLong.code()),
            (Ok(_), Ok(_), Some(cosine)) if gates.is_too_far(cosine) => Outcome::Missed(Miss::NotFound.code()),
            (Ok(asked), Ok(stored), Some(cosine)) => {
                let verdict = self.ask(asked, stored, cosine);
                let verdict = verdict.map_err(|source| EvaluateError::Policy { text: pair.b.clone(), source })?;
                gates.passed(&pair.a, &pair.b, verdict)
            }
        };
        Ok(Judged { cosine, outcome })
    }

    fn ask(&self, asked: &[u8], stored: &[u8], cosine: f32) -> Result<Outcome, PluginError> {
        let question = Question { features: asked.to_owned() };
        let features = stored.to_owned();
        let candidate = Candidate { cosine, age_seconds: 0, threshold: 0.0, complaints: 0, features };
        let candidates = [candidate];
        Ok(match patiently(|| self.policy.decide(&question, &candidates))? {
            Verdict::Serve(served) => Outcome::Served { reason: served.reason, confidence: served.confidence },
            Verdict::Miss(reason) => Outcome::Missed(reason.code()),
        })
    }
}

/// On a machine that is busy with other things a sound policy may miss its deadline. One that fails every time is
/// broken, and its figures would be those of the failure.
fn patiently<T>(call: impl Fn() -> Result<T, PluginError>) -> Result<T, PluginError> {
    for _ in 1..ATTEMPTS {
        if let Ok(value) = call() {
            return Ok(value);
        }
    }
    call()
}

fn distinct(pairs: &[Pair]) -> Vec<&str> {
    let mut texts: Vec<&str> = pairs.iter().flat_map(|pair| [pair.a.as_str(), pair.b.as_str()]).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}
