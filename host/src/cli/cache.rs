//! `isartor cache ...`: what can be typed about the cache, and who carries it out.

mod replay;

use std::process::ExitCode;

use clap::Subcommand;

use crate::settings::Settings;

#[derive(Debug, Subcommand)]
pub(super) enum CacheCommand {
    /// Ask a list of questions one after the other, in a cache of their own, and say what was answered from it.
    Replay(replay::ReplayArgs),
}

pub(super) fn run(settings: &Settings, command: &CacheCommand) -> anyhow::Result<ExitCode> {
    match command {
        CacheCommand::Replay(args) => replay::run(settings, args),
    }
}
