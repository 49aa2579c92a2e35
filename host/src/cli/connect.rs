//! `isartor connect`: shows what will change, has it written, says what to do next; and how the clients are.

pub(in crate::cli) mod diff;
pub(super) mod list;
mod one;
pub(super) mod status;
mod wanted;

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};

use super::JsonArgs;
use super::clients::{Clients, Traces, hinted};
use super::output::{Hinted, line, report};
use crate::plugin::Manifest;
use crate::plugin::manifest::TransportKind;
use crate::plugin::manifest::client_file::Scope;
use crate::settings::{Environment, Settings};
use one::Connecting;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct ConnectArgs {
    #[command(subcommand)]
    command: Option<ConnectCommand>,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(Debug, Subcommand)]
enum ConnectCommand {
    /// Every client that isartor knows: whether it is installed, and whether isartor is in it.
    List(JsonArgs),
    /// How isartor stands in the clients that it is in.
    Status(JsonArgs),
}

#[derive(Debug, Args)]
struct ClientArgs {
    /// The client's id, such as claude-desktop; 'isartor connect list' shows all.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    client: Option<String>,
    /// Every client that is found on this machine.
    #[arg(long)]
    all: bool,
    /// How the client reaches isartor: it starts 'isartor mcp', or asks the gateway's URL.
    #[arg(long, value_enum, default_value_t = TransportArg::Stdio)]
    transport: TransportArg,
    /// Whose configuration: the user's, or that of the project in the current directory.
    #[arg(long, value_enum, default_value_t = ScopeArg::User)]
    scope: ScopeArg,
    /// The name of the entry in the client's configuration.
    #[arg(long, default_value = "isartor")]
    name: String,
    /// The gateway's URL. [default: http://localhost:PORT of the running or configured gateway]
    #[arg(long, value_name = "URL")]
    gateway_url: Option<String>,
    /// The gateway's key, when it wants one.
    #[arg(long, value_name = "KEY")]
    gateway_api_key: Option<String>,
    /// Write a reference to this environment variable instead of the key.
    #[arg(long, value_name = "VAR", conflicts_with = "gateway_api_key")]
    key_env: Option<String>,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print what a configuration with nothing else in it would be, for pasting, and change nothing.
    #[arg(long, conflicts_with_all = ["disconnect", "dry_run"])]
    show_config: bool,
    /// Take a conflict as settled: an entry that was edited is replaced, and of two files the one that isartor chose.
    #[arg(short, long)]
    yes: bool,
    /// Write although the gateway refuses the key, or the client is no longer made.
    #[arg(long)]
    force: bool,
    /// Take isartor out of the client again.
    #[arg(long)]
    disconnect: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TransportArg {
    Stdio,
    Http,
}

impl From<TransportArg> for TransportKind {
    fn from(transport: TransportArg) -> Self {
        match transport {
            TransportArg::Stdio => Self::Stdio,
            TransportArg::Http => Self::Http,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ScopeArg {
    User,
    Project,
}

impl From<ScopeArg> for Scope {
    fn from(scope: ScopeArg) -> Self {
        match scope {
            ScopeArg::User => Self::User,
            ScopeArg::Project => Self::Project,
        }
    }
}

pub(super) fn run(settings: &Settings, environment: &Environment, args: ConnectArgs) -> anyhow::Result<ExitCode> {
    match args.command {
        Some(ConnectCommand::List(json)) => list::run(settings, environment, json.json),
        Some(ConnectCommand::Status(json)) => status::run(settings, environment, json.json),
        None => connect(settings, environment, &args.client),
    }
}

fn connect(settings: &Settings, environment: &Environment, args: &ClientArgs) -> anyhow::Result<ExitCode> {
    let traces = if args.dry_run || args.show_config { Traces::None } else { Traces::Kept };
    if args.all && traces == Traces::Kept {
        // Many connectors are compiled; a home keeps their code for the next time.
        settings.home.create().with_context(|| format!("cannot prepare {}", settings.home.root().display()))?;
    }
    let clients = Clients::open(settings, environment, traces)?;
    if traces == Traces::Kept {
        clients.configs.settle().map_err(|error| hinted(error.into()))?;
    }
    let connecting = Connecting::new(&clients, args)?;
    match &args.client {
        Some(id) => connecting.client(id)?,
        None => every(&connecting)?,
    }
    connecting.tell_about_gateway()?;
    Ok(ExitCode::SUCCESS)
}

/// A client whose entry is to be written again as it should be.
#[derive(Debug)]
pub(super) struct Reconnect {
    pub(super) client: String,
    pub(super) name: String,
    pub(super) scope: Scope,
    pub(super) transport: TransportKind,
    pub(super) gateway_url: Option<String>,
    pub(super) key: Option<String>,
    pub(super) key_variable: Option<String>,
}

/// Connects a client again. What the user wrote into the entry is in `wanted`, so there is nothing to ask about.
pub(super) fn again(clients: &Clients, wanted: &Reconnect) -> anyhow::Result<()> {
    let args = ClientArgs {
        client: Some(wanted.client.clone()),
        all: false,
        transport: match wanted.transport {
            TransportKind::Stdio => TransportArg::Stdio,
            TransportKind::Http => TransportArg::Http,
        },
        scope: match wanted.scope {
            Scope::User => ScopeArg::User,
            Scope::Project => ScopeArg::Project,
        },
        name: wanted.name.clone(),
        gateway_url: wanted.gateway_url.clone(),
        gateway_api_key: wanted.key.clone(),
        key_env: wanted.key_variable.clone(),
        dry_run: false,
        show_config: false,
        yes: true,
        force: false,
        disconnect: false,
    };
    Connecting::new(clients, &args)?.client(&wanted.client)
}

/// Each client that is found, one after the other; one that fails does not keep the others from it.
fn every(connecting: &Connecting) -> anyhow::Result<()> {
    let clients = connecting.clients;
    let scope = connecting.args.scope.into();
    let is_found = |manifest: &&Manifest| {
        let located = clients.locate(manifest, scope);
        manifest.retired.is_none() && located.is_ok_and(|located| located.is_installed)
    };
    let found: Vec<&str> =
        clients.manifests().into_iter().filter(is_found).map(|manifest| manifest.id.as_str()).collect();
    if found.is_empty() {
        return Err(Hinted::new("no client was found on this machine", "see 'isartor connect list'").into());
    }
    let mut failed = Vec::new();
    for id in found {
        line(format!("== {id}"))?;
        if let Err(error) = connecting.client(id) {
            report(&error);
            failed.push(id);
        }
    }
    match failed.as_slice() {
        [] => Ok(()),
        failed => {
            let hint = "the others are done; see the reasons above";
            Err(Hinted::new(format!("{} failed", failed.join(", ")), hint).into())
        }
    }
}
