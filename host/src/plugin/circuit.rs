//! The breaker of one plugin in use: asks it before each call, tells it afterwards, and logs when it opens and closes.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::breaker::{Admission, Breaker, BreakerState, Change};
use super::{Manifest, PluginError};

pub(super) struct Circuit {
    plugin: String,
    version: String,
    breaker: Mutex<Breaker>,
}

impl Circuit {
    pub(super) fn new(manifest: &Manifest) -> Self {
        Self { plugin: manifest.id.clone(), version: manifest.version.to_string(), breaker: Mutex::default() }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a call may begin; its end is to be told.
    pub(super) fn admit(&self, now: Instant) -> Result<Admission, PluginError> {
        match self.breaker().admit(now) {
            Admission::Refused { wait } => Err(PluginError::Tripped { plugin: self.plugin.clone(), wait }),
            admission @ (Admission::Admitted | Admission::Trial) => Ok(admission),
        }
    }

    /// How an admitted call ended.
    pub(super) fn settle<T>(&self, admission: Admission, ended: &Result<T, PluginError>) {
        let change = match ended {
            Err(error) if error.is_fault() => self.breaker().faulted(admission, Instant::now()),
            // It did not get as far as to show anything.
            Err(PluginError::Busy { .. }) => None,
            Ok(_) | Err(_) => self.breaker().succeeded(admission),
        };
        let (plugin, version) = (&self.plugin, &self.version);
        match change {
            Some(Change::Suspended { wait }) => {
                tracing::warn!(plugin, version, seconds = wait.as_secs(), "it keeps failing and is suspended");
            }
            Some(Change::Resumed) => tracing::info!(plugin, version, "it works again"),
            None => {}
        }
    }

    pub(super) fn state(&self, now: Instant) -> BreakerState {
        self.breaker().state(now)
    }
}
