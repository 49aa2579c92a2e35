//! What happened since the gateway began, counted. Never holds a text.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::{Answer, Caller, FeedbackOutcome, Layer, Refusal};
use crate::cache::Opinion;

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
}

#[derive(Debug, Default)]
pub struct Statistics(Mutex<BTreeMap<&'static str, u64>>);

impl Statistics {
    pub(super) fn record(&self, _caller: &Caller, event: &Event<'_>, _now: SystemTime) {
        let name = match event {
            Event::Answered(Answer::Hit(hit)) => match hit.layer {
                Layer::Exact => "exact",
                Layer::Semantic => "semantic",
            },
            Event::Answered(Answer::Miss(miss)) => miss.code(),
            Event::Stored => "stored",
            Event::Refused(refusal) => refusal.code(),
            Event::Explored { agrees: true } => "agreed",
            Event::Explored { agrees: false } => "differed",
            Event::Judged { outcome, .. } => outcome.code(),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default() += 1;
    }
}
