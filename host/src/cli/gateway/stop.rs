//! `isartor stop`: asks the process that holds the lock to end, and waits until it has. Never signals anybody.

use std::fs::OpenOptions;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

use super::{Hinted, ask, output};
use crate::server::control::Request;
use crate::server::instance::{InstanceInfo, Presence, wait_until_announced, wait_until_gone};
use crate::settings::{Home, Settings};
use crate::system::Private;

/// How long the process may take to end once requests in flight had their time.
const PATIENCE_AFTER_GRACE: Duration = Duration::from_secs(5);

pub(in crate::cli) fn stop(settings: &Settings) -> anyhow::Result<ExitCode> {
    let home = &settings.home;
    mark_stopped(home)?;
    let stopped = match wait_until_announced(home, PATIENCE_AFTER_GRACE)? {
        Presence::Absent => None,
        Presence::Running(info) => stop_running(settings, info)?,
        Presence::Starting => {
            let hint = format!("look at {}", home.log_file().display());
            return Err(Hinted::new("the gateway is starting and cannot be stopped yet", hint).into());
        }
    };
    match stopped {
        Some(info) => output::line(format!("isartor at {} has stopped", info.url))?,
        None => output::line("isartor is not running")?,
    }
    Ok(ExitCode::SUCCESS)
}

/// None when it ended before it was told to.
fn stop_running(settings: &Settings, info: InstanceInfo) -> anyhow::Result<Option<InstanceInfo>> {
    let home = &settings.home;
    let patience = settings.server.shutdown_grace.saturating_add(PATIENCE_AFTER_GRACE);
    let Some(reply) = ask(home, &info, Request::Stop, patience)? else { return Ok(None) };
    let patience = Duration::from_secs(reply.shutdown_grace_seconds).saturating_add(PATIENCE_AFTER_GRACE);
    if wait_until_gone(home, patience)? {
        return Ok(Some(info));
    }
    let message = format!("the gateway at {} did not end within {} s", info.url, patience.as_secs());
    let hint = format!("look at {}; if process {} hangs, end it", home.log_file().display(), info.pid);
    Err(Hinted::new(message, hint).into())
}

/// Comes first: nothing may start the gateway again between its end and this.
fn mark_stopped(home: &Home) -> anyhow::Result<()> {
    home.create().with_context(|| format!("cannot create {}", home.root().display()))?;
    let marker = home.stopped_marker();
    let created = OpenOptions::new().write(true).create(true).truncate(true).private().open(&marker);
    created.map(drop).with_context(|| format!("cannot create {}", marker.display()))
}
