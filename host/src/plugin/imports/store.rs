//! The capability `store`: a plugin's calls, checked and brought to the disk on a thread that may wait for it.

use std::sync::Arc;

use super::{Sandbox, Surroundings};
use crate::plugin::bindings::capabilities::isartor::plugin::store::{Host, StoreError};
use crate::plugin::manifest::capability::{CapabilityName, CapabilityRequest};
use crate::plugin::store::{PluginStore, PluginStoreError};

/// Longest key, in bytes.
const KEY_MAX_BYTES: usize = 256;

/// Most keys in one answer.
const KEYS_MAX: usize = 1_000;

impl Host for Sandbox {
    async fn get(&mut self, key: String) -> wasmtime::Result<Result<Option<Vec<u8>>, StoreError>> {
        self.used(CapabilityName::Store, key.len())?;
        if !is_key(&key) {
            return Ok(Err(StoreError::InvalidKey));
        }
        let value = on_disk(&self.surroundings, move |store, plugin| store.get(plugin, &key)).await;
        self.receipt.moved(CapabilityName::Store, value.as_ref().map_or(0, |value| value.as_ref().map_or(0, Vec::len)));
        Ok(value)
    }

    async fn set(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<Result<(), StoreError>> {
        self.used(CapabilityName::Store, key.len() + value.len())?;
        if !is_key(&key) {
            return Ok(Err(StoreError::InvalidKey));
        }
        let quota_bytes = self.quota_bytes();
        Ok(on_disk(&self.surroundings, move |store, plugin| store.set(plugin, &key, &value, quota_bytes)).await)
    }

    async fn delete(&mut self, key: String) -> wasmtime::Result<Result<(), StoreError>> {
        self.used(CapabilityName::Store, key.len())?;
        if !is_key(&key) {
            return Ok(Err(StoreError::InvalidKey));
        }
        Ok(on_disk(&self.surroundings, move |store, plugin| store.delete(plugin, &key)).await)
    }

    async fn keys(
        &mut self,
        prefix: String,
        after: Option<String>,
    ) -> wasmtime::Result<Result<Vec<String>, StoreError>> {
        self.used(CapabilityName::Store, prefix.len() + after.as_ref().map_or(0, String::len))?;
        let keys =
            on_disk(&self.surroundings, move |store, plugin| store.keys(plugin, &prefix, after.as_deref(), KEYS_MAX))
                .await;
        let bytes = keys.as_ref().map_or(0, |keys| keys.iter().map(String::len).sum());
        self.receipt.moved(CapabilityName::Store, bytes);
        Ok(keys)
    }
}

impl Sandbox {
    fn quota_bytes(&self) -> u64 {
        let granted = self.surroundings.plugin.grants().granted();
        let quota = granted.iter().find_map(CapabilityRequest::store).map(|request| request.quota_bytes);
        quota.expect("the store is linked only when it was granted")
    }
}

/// The disk may be slow, and the runtime's threads are for all.
async fn on_disk<T: Send + 'static>(
    surroundings: &Arc<Surroundings>,
    work: impl FnOnce(&PluginStore, &str) -> Result<T, PluginStoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let moved = Arc::clone(surroundings);
    let worked = tokio::task::spawn_blocking(move || work(moved.outside.store(), moved.id())).await;
    let error = match worked {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(PluginStoreError::Quota { quota_bytes, .. })) => return Err(StoreError::Quota(quota_bytes)),
        Ok(Err(error)) => error.chain(),
        Err(panic) => panic.to_string(),
    };
    tracing::error!(plugin = surroundings.id(), error, "the plugin store failed");
    Err(StoreError::Failed)
}

fn is_key(key: &str) -> bool {
    (1..=KEY_MAX_BYTES).contains(&key.len())
}
