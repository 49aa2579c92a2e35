//! Another policy beside the active one: it is shown the same candidates and its verdicts are counted. Never serves,
//! never holds up an answer: it decides afterwards, on a thread of its own, and what it has no time for is dropped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::SystemTime;

use crate::cache::{Cache, EntryId};
use crate::plugin::policy::{Candidate, Question, Verdict};
use crate::plugin::{PluginError, Policy};

/// Most look-ups that wait for the shadow's verdict.
const WAITING_MAX: usize = 64;

/// What became of the look-ups that the active policy decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShadowCounts {
    pub both_miss: u64,
    /// Both serve the same entry.
    pub both_serve: u64,
    /// Both serve, another entry each.
    pub serve_different: u64,
    /// The active policy serves what the shadow would not.
    pub only_active_serves: u64,
    /// The shadow would serve what the active policy does not.
    pub only_shadow_serves: u64,
    /// The shadow failed.
    pub failed: u64,
    /// The shadow was busy, or what it should have judged was gone.
    pub dropped: u64,
}

impl ShadowCounts {
    pub fn agreements(&self) -> u64 {
        self.both_miss + self.both_serve
    }

    pub fn disagreements(&self) -> u64 {
        self.serve_different + self.only_active_serves + self.only_shadow_serves
    }
}

/// The shadow at work. Its thread ends with it.
pub(super) struct Shadow {
    policy: String,
    digest: String,
    is_allowed: AtomicBool,
    counts: Arc<Mutex<ShadowCounts>>,
    /// None only while it ends.
    cases: Option<SyncSender<Case>>,
    thread: Option<JoinHandle<()>>,
}

/// One look-up as the active policy decided it.
struct Case {
    prompt: String,
    /// As the active policy saw them, but for their features, which are another policy's.
    candidates: Vec<(EntryId, Candidate)>,
    active: Option<EntryId>,
    now: SystemTime,
}

/// What does the comparing.
struct Judge {
    policy: Policy,
    /// The cache may close while the shadow still has something to do.
    cache: Weak<Cache>,
    counts: Arc<Mutex<ShadowCounts>>,
}

impl Shadow {
    pub(super) fn start(policy: Policy, cache: &Arc<Cache>) -> std::io::Result<Self> {
        let (sender, cases) = sync_channel(WAITING_MAX);
        let (id, digest, counts) = (policy.manifest().id.clone(), policy.digest().to_owned(), Arc::default());
        let judge = Judge { policy, cache: Arc::downgrade(cache), counts: Arc::clone(&counts) };
        let thread = std::thread::Builder::new().name("shadow-policy".to_owned());
        let thread = thread.spawn(move || judge.work(&cases))?;
        let is_allowed = AtomicBool::new(true);
        Ok(Self { policy: id, digest, is_allowed, counts, cases: Some(sender), thread: Some(thread) })
    }

    /// The id of the policy.
    pub(super) fn policy(&self) -> &str {
        &self.policy
    }

    pub(super) fn counts(&self) -> ShadowCounts {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The only policy that may be the shadow from now on; another one comes in with the next start.
    pub(super) fn allow(&self, digest: Option<&str>) {
        self.is_allowed.store(digest == Some(&self.digest), Ordering::Relaxed);
    }

    /// Has the shadow judge, later, what the active policy has just decided: which entry it serves, if any.
    pub(super) fn compare(
        &self,
        prompt: &str,
        candidates: Vec<(EntryId, Candidate)>,
        active: Option<EntryId>,
        now: SystemTime,
    ) {
        if candidates.is_empty() || !self.is_allowed.load(Ordering::Relaxed) {
            return;
        }
        let case = Case { prompt: prompt.to_owned(), candidates, active, now };
        let Some(cases) = &self.cases else { return };
        match cases.try_send(case) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                add(&self.counts, |counts| &mut counts.dropped)
            }
        }
    }
}

impl Drop for Shadow {
    fn drop(&mut self) {
        self.cases = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(policy = self.policy, "the thread of the shadow policy panicked");
        }
    }
}

impl Judge {
    fn work(&self, cases: &Receiver<Case>) {
        for case in cases {
            let Some(cache) = self.cache.upgrade() else { return };
            match self.decide(&cache, &case) {
                Ok(Some(shadow)) => self.count(&case, shadow),
                Ok(None) => add(&self.counts, |counts| &mut counts.dropped),
                Err(error) => {
                    tracing::debug!(error = error.chain(), "the shadow policy failed");
                    add(&self.counts, |counts| &mut counts.failed);
                }
            }
        }
    }

    /// What the shadow would serve; nothing at all when a candidate is gone.
    fn decide(&self, cache: &Cache, case: &Case) -> Result<Option<Option<EntryId>>, PluginError> {
        let mut candidates = Vec::with_capacity(case.candidates.len());
        for (id, seen) in &case.candidates {
            let entry = match cache.get(*id, case.now) {
                Ok(Some(entry)) => entry,
                Ok(None) => return Ok(None),
                Err(error) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "the shadow policy reads nothing");
                    return Ok(None);
                }
            };
            candidates.push(Candidate { features: self.policy.describe(&entry.prompt)?, ..seen.clone() });
        }
        let question = Question { features: self.policy.describe(&case.prompt)? };
        Ok(Some(match self.policy.decide(&question, &candidates)? {
            Verdict::Serve(served) => {
                let index = usize::try_from(served.index).expect("decide checked the index");
                Some(case.candidates[index].0)
            }
            Verdict::Miss(_) => None,
        }))
    }

    fn count(&self, case: &Case, shadow: Option<EntryId>) {
        add(&self.counts, |counts| tallied(counts, case.active, shadow));
        if case.active != shadow {
            let (policy, active) = (&self.policy.manifest().id, case.active.map(|entry| entry.0));
            tracing::debug!(
                policy,
                active,
                shadow = shadow.map(|entry| entry.0),
                "the shadow policy decides otherwise"
            );
        }
    }
}

fn tallied(counts: &mut ShadowCounts, active: Option<EntryId>, shadow: Option<EntryId>) -> &mut u64 {
    match (active, shadow) {
        (None, None) => &mut counts.both_miss,
        (Some(active), Some(shadow)) if active == shadow => &mut counts.both_serve,
        (Some(_), Some(_)) => &mut counts.serve_different,
        (Some(_), None) => &mut counts.only_active_serves,
        (None, Some(_)) => &mut counts.only_shadow_serves,
    }
}

fn add(counts: &Mutex<ShadowCounts>, which: impl FnOnce(&mut ShadowCounts) -> &mut u64) {
    *which(&mut counts.lock().unwrap_or_else(PoisonError::into_inner)) += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_count() {
        let (one, other) = (Some(EntryId(1)), Some(EntryId(2)));
        let cases = [(None, None), (one, one), (one, other), (one, None), (None, one)];
        let mut counts = ShadowCounts::default();
        for (times, (active, shadow)) in (1..).zip(cases) {
            *tallied(&mut counts, active, shadow) += times;
        }
        let expected = ShadowCounts {
            both_miss: 1,
            both_serve: 2,
            serve_different: 3,
            only_active_serves: 4,
            only_shadow_serves: 5,
            ..ShadowCounts::default()
        };
        assert_eq!(counts, expected);
        assert_eq!((counts.agreements(), counts.disagreements()), (3, 12));
    }
}
