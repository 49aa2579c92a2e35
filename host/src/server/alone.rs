//! The cache of a home in which no gateway runs: to look at it and tidy it up. Serves nobody.

use std::sync::Arc;

use super::SteadyClock;
use super::instance::{InstanceError, Lock};
use super::relay::{Relayed, RelayedAnswer, relay};
use crate::cache::embedding::embedder_id;
use crate::cache::{Cache, CacheError};
use crate::chat::{Chat, Statistics};
use crate::settings::Settings;

#[derive(Debug, thiserror::Error)]
pub enum AloneError {
    #[error(transparent)]
    Instance(#[from] InstanceError),
    #[error("cannot open the cache")]
    Cache(#[from] CacheError),
}

/// While it lives no gateway starts in this home.
pub struct CacheAlone {
    chat: Arc<Chat>,
    _lock: Lock,
}

impl CacheAlone {
    /// The home must exist. A damaged cache is an error here: only a gateway that needs one begins anew.
    pub fn open(settings: &Settings) -> Result<Self, AloneError> {
        let home = &settings.home;
        let lock = Lock::acquire(home)?;
        // No policy describes anything here, and what is stored waits for a gateway to be embedded.
        let policy = "";
        let embedder = embedder_id(settings.embedding.precision);
        let cache = Cache::open(&home.database(), &settings.cache, embedder, policy)?;
        let clock = SteadyClock::start(home.clock_file());
        let statistics = Statistics::restored(&home.statistics_file(), clock.now());
        let chat = Chat::new(Arc::new(cache), None, &settings.cache, Arc::new(move || clock.now()));
        Ok(Self { chat: Arc::new(chat.counting(statistics)), _lock: lock })
    }

    /// Does what the HTTP API would.
    pub async fn relay(&self, relayed: &Relayed) -> RelayedAnswer {
        relay(&self.chat, relayed).await
    }
}
