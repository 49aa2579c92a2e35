//! `isartor up|stop|status|logs`: the gateway's life, as seen from the terminal.

mod logs;
mod serve;
mod signals;
mod status;
mod stop;
mod up;

use std::time::Duration;

use crate::server::control::{self, ControlError, Reply, Request};
use crate::server::instance::{InstanceError, InstanceInfo, wait_until_gone};
use crate::settings::Home;

use super::UpArgs;
use super::output::{self, Hinted};
use super::progress::ProgressPrinter;

pub(super) use logs::logs;
pub(super) use status::status;
pub(super) use stop::stop;
pub(super) use up::up;

/// Asks the gateway of `home`. None when it ends within `patience` instead of answering.
fn ask(home: &Home, info: &InstanceInfo, request: Request, patience: Duration) -> anyhow::Result<Option<Reply>> {
    match control::ask(&home.control_socket(), request) {
        Ok(reply) => Ok(Some(reply)),
        Err(_) if wait_until_gone(home, patience)? => Ok(None),
        Err(error) => Err(unresponsive(home, info, error)),
    }
}

fn unresponsive(home: &Home, info: &InstanceInfo, error: ControlError) -> anyhow::Error {
    let hint = format!("look at {}; if process {} hangs, end it", home.log_file().display(), info.pid);
    let message = format!("the gateway at {} runs but does not answer on its control socket", info.url);
    anyhow::Error::new(error).context(Hinted::new(message, hint))
}

/// What to do about a gateway that is in the way.
fn explained(error: InstanceError) -> anyhow::Error {
    let hint = match &error {
        InstanceError::AlreadyRunning { .. } => "stop it with `isartor stop`, or set ISARTOR_HOME to another directory",
        InstanceError::AlreadyStarting { .. } => "wait a moment, then see `isartor status`",
        InstanceError::Lock { .. } => return error.into(),
    };
    Hinted::new(error.to_string(), hint).into()
}
