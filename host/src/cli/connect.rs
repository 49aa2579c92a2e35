//! `isartor connect`: shows what will change, has it written, says what to do next.

use std::process::ExitCode;

use super::ConnectArgs;
use crate::settings::{Environment, Settings};

pub(super) fn run(settings: &Settings, environment: &Environment, args: ConnectArgs) -> anyhow::Result<ExitCode> {
    unimplemented!()
}
