//! `isartor app`: the clients on this machine and the MCP servers they have, and the way back to an earlier file.

mod backups;
mod discover;
mod restore;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::JsonArgs;
use super::connect::{list, status};
use crate::settings::{Environment, Settings};

#[derive(Debug, Subcommand)]
pub(super) enum AppCommand {
    /// The clients that are installed, and every MCP server that each one has.
    Discover(JsonArgs),
    /// Every client that isartor knows.
    List(JsonArgs),
    /// How isartor stands in the clients that it is in.
    Status(JsonArgs),
    /// The changes that isartor made to clients' files, each of which can be taken back.
    Backups(BackupsArgs),
    /// Put a client's whole file back to what it was before a change.
    Restore(RestoreArgs),
}

#[derive(Debug, Args)]
pub(super) struct BackupsArgs {
    /// The client's id; without it those of all clients.
    client: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The client's id.
    client: String,
    /// Which change to take back, as 'isartor app backups' names it. [default: the newest]
    #[arg(long, value_name = "ID")]
    backup: Option<String>,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Restore although the file was edited since, and ask nothing.
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(settings: &Settings, environment: &Environment, command: AppCommand) -> anyhow::Result<ExitCode> {
    match command {
        AppCommand::Discover(args) => discover::run(settings, environment, args.json),
        AppCommand::List(args) => list::run(settings, environment, args.json),
        AppCommand::Status(args) => status::run(settings, environment, args.json),
        AppCommand::Backups(args) => backups::run(settings, environment, &args),
        AppCommand::Restore(args) => restore::run(settings, environment, &args),
    }
}
