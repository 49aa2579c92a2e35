//! The capability `log`.

use super::Sandbox;
use crate::plugin::bindings::capabilities::isartor::plugin::log::{Host, Level};
use crate::plugin::manifest::capability::CapabilityName;

impl Host for Sandbox {
    async fn log(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        self.used(CapabilityName::Log, message.len())?;
        self.lines.log(level, &message);
        Ok(())
    }
}
