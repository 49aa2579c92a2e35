//! `isartor mcp`: hands standard input and output to the bridge.

use std::process::ExitCode;

use crate::settings::{Environment, Settings};

pub(super) fn serve(settings: &Settings, environment: &Environment) -> anyhow::Result<ExitCode> {
    unimplemented!()
}
