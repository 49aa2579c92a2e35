//! The capability `config`.

use super::Sandbox;
use crate::plugin::bindings::capabilities::isartor::plugin::config::Host;
use crate::plugin::manifest::capability::CapabilityName;

impl Host for Sandbox {
    async fn get(&mut self, key: String) -> wasmtime::Result<Option<String>> {
        let found = self.config().iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone());
        self.used(CapabilityName::Config, key.len() + found.as_ref().map_or(0, String::len))?;
        Ok(found)
    }

    async fn all(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        let all = self.config().to_vec();
        self.used(CapabilityName::Config, all.iter().map(|(key, value)| key.len() + value.len()).sum())?;
        Ok(all)
    }
}

impl Sandbox {
    fn config(&self) -> &[(String, String)] {
        self.surroundings.outside.config(self.surroundings.id())
    }
}
