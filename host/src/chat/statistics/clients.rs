//! What each client had. Callers name themselves, so the number of names is bounded.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};

use super::{BYTES_PER_TOKEN, ClientFigures, read};

/// Clients that are told apart; all later ones are one.
const MAX_CLIENTS: usize = 64;

/// Who gives no name, and who comes too late for a place of their own.
const UNNAMED: &str = "unnamed";
const OTHERS: &str = "others";

#[derive(Debug, Default)]
pub(super) struct Clients {
    unnamed: Counters,
    others: Counters,
    named: RwLock<HashMap<Box<str>, Arc<Counters>>>,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) hits: AtomicU64,
    pub(super) misses: AtomicU64,
    pub(super) stored: AtomicU64,
    pub(super) served_bytes: AtomicU64,
}

impl Clients {
    pub(super) fn count(&self, client: Option<&str>, count: impl FnOnce(&Counters)) {
        let Some(name) = client else { return count(&self.unnamed) };
        if let Some(counters) = self.named.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return count(counters);
        }
        let mut named = self.named.write().unwrap_or_else(PoisonError::into_inner);
        if named.len() >= MAX_CLIENTS && !named.contains_key(name) {
            return count(&self.others);
        }
        count(named.entry(name.into()).or_default());
    }

    pub(super) fn figures(&self) -> BTreeMap<String, ClientFigures> {
        let named = self.named.read().unwrap_or_else(PoisonError::into_inner);
        let named = named.iter().map(|(name, counters)| (name.to_string(), figures(counters)));
        let rest = [(UNNAMED, &self.unnamed), (OTHERS, &self.others)];
        let rest = rest.map(|(name, counters)| (name.to_owned(), figures(counters)));
        let rest = rest.into_iter().filter(|(_, figures)| *figures != ClientFigures::default());
        named.chain(rest).collect()
    }
}

fn figures(counters: &Counters) -> ClientFigures {
    ClientFigures {
        hits: read(&counters.hits),
        misses: read(&counters.misses),
        stored: read(&counters.stored),
        tokens_saved: read(&counters.served_bytes).div_ceil(BYTES_PER_TOKEN),
    }
}
