//! The keys: whether their file can be read, and how many still open.

use std::time::SystemTime;

use super::finding::Finding;
use crate::keys::{self, KeyState};
use crate::settings::Settings;

const NAME: &str = "keys";

pub(super) fn examine(settings: &Settings) -> Finding {
    let keys = match keys::identified(&settings.home.keys_file()) {
        Ok((keys, _)) => keys,
        Err(error) => return Finding::ill(NAME, error.chain()).hint(error.hint()),
    };
    let now = SystemTime::now();
    let active = keys.all().iter().filter(|key| key.state(now) == KeyState::Active).count();
    match (keys.all().len(), settings.gateway_api_key.is_some()) {
        (0, false) if keys.were_ever_made() => Finding::well(NAME, "all have ended: nobody is answered over HTTP"),
        (0, false) => Finding::well(NAME, "none: the gateway answers everybody on this machine"),
        (0, true) => Finding::well(NAME, "gateway_api_key of the settings"),
        (all, _) => Finding::well(NAME, format!("{active} are active, {} have ended", all - active)),
    }
}
