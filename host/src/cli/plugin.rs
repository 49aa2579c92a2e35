//! `isartor plugin list|inspect`: which plugins there are, and what each may do.

use std::process::ExitCode;

use crate::settings::Settings;

pub(super) fn list(settings: &Settings, json: bool) -> anyhow::Result<ExitCode> {
    unimplemented!()
}

pub(super) fn inspect(settings: &Settings, name: &str, json: bool) -> anyhow::Result<ExitCode> {
    unimplemented!()
}
