//! After a change of the lock: waits until the running gateway, if there is one, has taken it over.

use std::thread;
use std::time::{Duration, Instant};

use crate::cli::output::line;
use crate::plugin::Lock;
use crate::server::control::{self, Request};
use crate::server::instance;
use crate::settings::Settings;

/// The gateway looks five times a second; the rest is for plugins that have to be compiled.
const PATIENCE: Duration = Duration::from_secs(15);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Says whether the change is in effect in the running gateway. Nothing to say without one.
pub(super) fn wait(settings: &Settings) -> anyhow::Result<()> {
    let home = &settings.home;
    if instance::running(home)?.is_none() {
        return Ok(());
    }
    let wanted = Lock::identified(&home.plugins_lock())?.1;
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let plugins = control::ask(&home.control_socket(), Request::Status)?.health.plugins;
        if plugins.lock == wanted && plugins.loading.is_empty() {
            return Ok(line("the running gateway has taken it over")?);
        }
        thread::sleep(POLL_INTERVAL);
    }
    Ok(line("note: the running gateway has not taken it over yet; 'isartor logs' says why")?)
}
