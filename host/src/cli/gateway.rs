//! `isartor up|stop|status|logs`: the gateway's life, as seen from the terminal.

use std::process::ExitCode;

use super::UpArgs;
use crate::settings::{Environment, Settings};

pub(super) fn up(settings: &Settings, environment: &Environment, args: &UpArgs) -> anyhow::Result<ExitCode> {
    unimplemented!()
}

pub(super) fn stop(settings: &Settings) -> anyhow::Result<ExitCode> {
    unimplemented!()
}

pub(super) fn status(settings: &Settings, json: bool) -> anyhow::Result<ExitCode> {
    unimplemented!()
}

pub(super) fn logs(settings: &Settings, follow: bool) -> anyhow::Result<ExitCode> {
    unimplemented!()
}
