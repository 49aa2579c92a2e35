//! What time it is: the capability `clock`.

use std::time::Duration;

#[cfg(target_arch = "wasm32")]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "package isartor:sdk; world use-clock { import isartor:plugin/clock@0.1.0; }",
        world: "isartor:sdk/use-clock",
        generate_all,
    });
}

/// How long ago 1970-01-01 00:00 UTC was, to the millisecond, as the machine's clock has it. It may jump.
pub fn since_epoch() -> Duration {
    Duration::from_millis(host::now_milliseconds())
}

/// How long ago some moment before this call of the plugin was, to the nanosecond. It never goes back, so the
/// difference of two readings in one call is the time between them. Readings of different calls do not compare.
pub fn monotonic() -> Duration {
    Duration::from_nanos(host::monotonic_nanoseconds())
}

#[cfg(target_arch = "wasm32")]
mod host {
    pub(super) use super::bindings::isartor::plugin::clock::{monotonic_nanoseconds, now_milliseconds};
}

/// A native program has the host of its test, if any; its time stands still.
#[cfg(not(target_arch = "wasm32"))]
mod host {
    use crate::mock;

    pub(super) fn now_milliseconds() -> u64 {
        let since_epoch = mock::ask(|host| host.since_epoch()).unwrap_or_default();
        since_epoch.as_millis().try_into().unwrap_or(u64::MAX)
    }

    pub(super) fn monotonic_nanoseconds() -> u64 {
        0
    }
}
