//! `isartor model pull|status`: progress and reports.

use std::process::ExitCode;

use crate::settings::Settings;

pub(super) fn pull(settings: Settings, source: Option<String>) -> anyhow::Result<ExitCode> {
    unimplemented!()
}

pub(super) fn status(settings: &Settings, json: bool) -> anyhow::Result<ExitCode> {
    unimplemented!()
}
