//! The counted figures as values: shown, exported, saved, and added up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything that is counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// When counting began, in seconds since 1970.
    pub since_seconds: u64,
    pub hits: Hits,
    /// By reason.
    pub misses: BTreeMap<String, u64>,
    /// Misses although something was near, by the policy's reason.
    pub near_misses: BTreeMap<String, u64>,
    pub stored: u64,
    /// Answers that were not kept, by reason.
    pub refused: BTreeMap<String, u64>,
    pub feedback: Said,
    pub explored: Explored,
    /// How a policy in the shadow decided, compared with the active one.
    pub shadow: BTreeMap<String, u64>,
    /// Entries that ended and were removed from the disk.
    pub expired: u64,
    /// Entries that left to make room for others.
    pub evicted: u64,
    pub saved: Saved,
    pub clients: BTreeMap<String, ClientFigures>,
    /// The last 24, oldest first; the last is not over yet.
    pub hours: Vec<Bucket>,
    /// The last 30, in the same way.
    pub days: Vec<Bucket>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hits {
    pub exact: u64,
    pub semantic: u64,
}

/// What users said of answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    pub right: u64,
    pub wrong: u64,
    /// Entries that were removed because of it.
    pub evicted: u64,
    /// Said twice, or of what was never served.
    pub ignored: u64,
}

/// Hits that were answered as misses, to see what the caller would store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Explored {
    pub asked: u64,
    pub agreed: u64,
    pub differed: u64,
}

/// What a model did not have to write: four bytes count as a token, fifty tokens as a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    pub tokens: u64,
    pub seconds: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientFigures {
    pub hits: u64,
    pub misses: u64,
    pub stored: u64,
    pub tokens_saved: u64,
}

/// An hour or a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bucket {
    /// When it began, in seconds since 1970.
    pub start_seconds: u64,
    pub hits: u64,
    pub misses: u64,
}

impl Figures {
    pub fn all_hits(&self) -> u64 {
        self.hits.exact + self.hits.semantic
    }

    pub fn all_misses(&self) -> u64 {
        self.misses.values().sum()
    }

    /// Both, without their history.
    pub(super) fn plus(&self, later: Self) -> Self {
        let tokens = self.saved.tokens + later.saved.tokens;
        Self {
            since_seconds: self.since_seconds,
            hits: Hits {
                exact: self.hits.exact + later.hits.exact,
                semantic: self.hits.semantic + later.hits.semantic,
            },
            misses: sum(&self.misses, later.misses),
            near_misses: sum(&self.near_misses, later.near_misses),
            stored: self.stored + later.stored,
            refused: sum(&self.refused, later.refused),
            feedback: Said {
                right: self.feedback.right + later.feedback.right,
                wrong: self.feedback.wrong + later.feedback.wrong,
                evicted: self.feedback.evicted + later.feedback.evicted,
                ignored: self.feedback.ignored + later.feedback.ignored,
            },
            explored: Explored {
                asked: self.explored.asked + later.explored.asked,
                agreed: self.explored.agreed + later.explored.agreed,
                differed: self.explored.differed + later.explored.differed,
            },
            shadow: sum(&self.shadow, later.shadow),
            expired: self.expired + later.expired,
            evicted: self.evicted + later.evicted,
            saved: Saved { tokens, seconds: tokens / super::TOKENS_PER_SECOND },
            clients: self.clients_plus(later.clients),
            hours: Vec::new(),
            days: Vec::new(),
        }
    }

    fn clients_plus(&self, later: BTreeMap<String, ClientFigures>) -> BTreeMap<String, ClientFigures> {
        let mut clients = self.clients.clone();
        for (name, later) in later {
            let client = clients.entry(name).or_default();
            client.hits += later.hits;
            client.misses += later.misses;
            client.stored += later.stored;
            client.tokens_saved += later.tokens_saved;
        }
        clients
    }
}

fn sum(earlier: &BTreeMap<String, u64>, later: BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let mut sums = earlier.clone();
    for (name, count) in later {
        *sums.entry(name).or_default() += count;
    }
    sums
}
