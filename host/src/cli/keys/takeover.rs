//! After a change of the keys: waits until the running gateway, if there is one, goes by it.

use std::thread;
use std::time::{Duration, Instant};

use crate::cli::output::line;
use crate::keys;
use crate::server::control::{self, Request};
use crate::server::instance;
use crate::settings::Settings;

/// The gateway looks ten times a second.
const PATIENCE: Duration = Duration::from_secs(5);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Says whether the change is in effect in the running gateway. Nothing to say without one.
pub(super) fn wait(settings: &Settings) -> anyhow::Result<()> {
    match is_in_effect(settings)? {
        None => {}
        Some(true) => line("the running gateway has taken it over")?,
        Some(false) => line("note: the running gateway has not taken it over yet; 'isartor logs' says why")?,
    }
    Ok(())
}

/// None where no gateway runs.
pub(super) fn is_in_effect(settings: &Settings) -> anyhow::Result<Option<bool>> {
    let home = &settings.home;
    if instance::running(home)?.is_none() {
        return Ok(None);
    }
    let wanted = keys::identified(&home.keys_file())?.1;
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if control::ask(&home.control_socket(), Request::Status)?.keys.file == wanted {
            return Ok(Some(true));
        }
        thread::sleep(POLL_INTERVAL);
    }
    Ok(Some(false))
}
