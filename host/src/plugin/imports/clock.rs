//! The capability `clock`.

use std::time::SystemTime;

use super::Sandbox;
use crate::plugin::bindings::capabilities::isartor::plugin::clock::Host;
use crate::plugin::manifest::capability::CapabilityName;

impl Host for Sandbox {
    /// A clock that is set before 1970 reads as 1970.
    async fn now_milliseconds(&mut self) -> wasmtime::Result<u64> {
        self.used(CapabilityName::Clock, 0)?;
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Ok(since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX)))
    }

    async fn monotonic_nanoseconds(&mut self) -> wasmtime::Result<u64> {
        self.used(CapabilityName::Clock, 0)?;
        Ok(u64::try_from(self.receipt.started().elapsed().as_nanos()).unwrap_or(u64::MAX))
    }
}
