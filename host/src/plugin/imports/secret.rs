//! The capability `secret`: whether one is set, and what a plugin's granted secrets are for its requests.

use super::{Sandbox, Surroundings};
use crate::plugin::bindings::capabilities::isartor::plugin::secret::Host;
use crate::plugin::manifest::capability::{CapabilityName, CapabilityRequest, SecretRequest};
use crate::plugin::secrets::Secret;

/// A secret that was granted and set.
pub(super) struct GrantedSecret<'a> {
    pub(super) request: &'a SecretRequest,
    pub(super) value: Secret,
}

impl Host for Sandbox {
    async fn is_set(&mut self, key: String) -> wasmtime::Result<bool> {
        self.used(CapabilityName::Secret, key.len())?;
        Ok(self.surroundings.secrets().is_ok_and(|secrets| secrets.iter().any(|secret| secret.request.key == key)))
    }
}

/// The secrets of the user's file cannot be read; the log says why.
#[derive(Debug)]
pub(super) struct SecretsUnreadable;

impl Surroundings {
    /// What plugin.toml asks for under `secret`, if that was granted.
    pub(super) fn secret_requests(&self) -> impl Iterator<Item = &SecretRequest> {
        self.plugin.grants().granted().iter().filter_map(CapabilityRequest::secret)
    }

    /// The granted secrets that are set. Reads the file each time, so that a change counts at once.
    pub(super) fn secrets(&self) -> Result<Vec<GrantedSecret<'_>>, SecretsUnreadable> {
        let requests: Vec<&SecretRequest> = self.secret_requests().collect();
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let mut set = self.outside.secrets().of(self.id()).map_err(|error| {
            tracing::error!(plugin = self.id(), error = error.chain(), "the secrets cannot be used");
            SecretsUnreadable
        })?;
        let granted = requests.into_iter().filter_map(|request| {
            let value = set.remove(&request.key)?;
            Some(GrantedSecret { request, value })
        });
        Ok(granted.collect())
    }
}
