//! Why the gateway of this home refuses a key, which it tells nobody over HTTP: its owner may know.

use std::time::SystemTime;

use crate::keys::{self, Denied, Now, Ring, Uses};
use crate::server::instance;
use crate::settings::Settings;

/// None for a key that is good, that was not made here, or for a gateway that is not this home's.
pub(in crate::cli) fn problem(settings: &Settings, url: &str, key: &str) -> Option<Denied> {
    let running = instance::running(&settings.home).ok()??;
    if running.url != url || !keys::has_key_prefix(key.as_bytes()) {
        return None;
    }
    // Keys that cannot be read are a finding of their own.
    let (keys, _) = keys::identified(&settings.home.keys_file()).ok()?;
    let calendar = SystemTime::now();
    let now = Now { calendar, steady: calendar };
    Ring::new(&keys, &Uses::default(), now).judge(key.as_bytes(), now).err()
}

pub(in crate::cli) fn in_words(problem: Denied) -> &'static str {
    match problem {
        Denied::Revoked => "it was revoked",
        Denied::Expired => "it has expired",
        Denied::Malformed | Denied::Unknown | Denied::WrongSecret => "there is no such key",
    }
}
