//! `isartor plugin ...`: what can be typed about plugins, and who carries it out.

mod author;
mod change;
mod compile;
mod consent;
mod doctor;
mod install;
mod list;
mod secret;
mod takeover;

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::Context;
use clap::{Args, Subcommand};
use tokio::runtime::Runtime;

use super::JsonArgs;
use super::output::{Hinted, line};
use crate::audit::AuditFile;
use crate::install::{InstallError, Installation};
use crate::plugin::manifest::capability::CapabilityName;
use crate::plugin::{Lock, Places, PluginError, Plugins, Standing};
use crate::settings::{Environment, Settings};

#[derive(Debug, Subcommand)]
pub(super) enum PluginCommand {
    /// List every plugin.
    List(JsonArgs),
    /// Show one plugin: kind, version, digest, imports, grants, size.
    Inspect {
        name: String,
        #[command(flatten)]
        json: JsonArgs,
    },
    /// Look at a plugin, and install it if you agree.
    Install(InstallArgs),
    /// Fetch a plugin again, show what changed, and accept it if you agree.
    Update(UpdateArgs),
    /// Remove a plugin with everything it kept.
    Remove { name: String },
    /// Switch a plugin on again.
    Enable { name: String },
    /// Switch a plugin off; nothing of it is lost.
    Disable { name: String },
    /// Allow a plugin what it asks for.
    Grant {
        name: String,
        #[arg(required = true, value_parser = capability)]
        capabilities: Vec<CapabilityName>,
    },
    /// Take back what a plugin was allowed.
    Revoke {
        name: String,
        #[arg(required = true, value_parser = capability)]
        capabilities: Vec<CapabilityName>,
    },
    /// Set the secrets that a plugin uses and never sees.
    #[command(subcommand)]
    Secret(secret::SecretCommand),
    /// Load every plugin and say what is wrong with those that do not work. Exits 1 when one does not.
    Doctor {
        /// Only this one.
        name: Option<String>,
    },
    /// Compile standard input to standard output; isartor runs this by itself.
    #[command(hide = true)]
    CompileComponent(compile::CompileArgs),
    #[command(flatten)]
    Author(author::AuthorCommand),
}

impl PluginCommand {
    /// The command that needs no home and no settings.
    pub(super) fn without_settings(&self) -> Option<anyhow::Result<ExitCode>> {
        if let Self::CompileComponent(args) = self { Some(compile::run(args)) } else { None }
    }
}

#[derive(Debug, Args)]
pub(super) struct InstallArgs {
    /// A folder with plugin.toml and plugin.wasm, a packed file, or an https:// address of one.
    source: String,
    #[command(flatten)]
    consent: ConsentArgs,
}

#[derive(Debug, Args)]
pub(super) struct UpdateArgs {
    /// The plugin; left out: every one that was installed.
    name: Option<String>,
    /// Take it from here instead of where it came from.
    #[arg(long, value_name = "PATH|DIR|URL", requires = "name")]
    source: Option<String>,
    #[command(flatten)]
    consent: ConsentArgs,
}

/// The answers of somebody who is not there to be asked.
#[derive(Debug, Args)]
pub(super) struct ConsentArgs {
    /// Do not ask whether to install. Grants nothing by itself.
    #[arg(short, long)]
    yes: bool,
    /// Grant a capability that it asks for.
    #[arg(long, value_name = "CAPABILITY", value_delimiter = ',', value_parser = capability)]
    grant: Vec<CapabilityName>,
    /// Let a connector edit one of the files it names, by the file's id.
    #[arg(long, value_name = "FILE", value_delimiter = ',')]
    accept_file: Vec<String>,
    /// Accept a version that is older than the installed one.
    #[arg(long)]
    allow_downgrade: bool,
}

pub(super) fn run(settings: &Settings, _: &Environment, command: PluginCommand) -> anyhow::Result<ExitCode> {
    match command {
        PluginCommand::List(args) => list::list(settings, args.json),
        PluginCommand::Inspect { name, json } => list::inspect(settings, &name, json.json),
        PluginCommand::Install(args) => install::install(settings, &args),
        PluginCommand::Update(args) => install::update(settings, &args),
        PluginCommand::Remove { name } => change::remove(settings, &name),
        PluginCommand::Enable { name } => change::set_enabled(settings, &name, true),
        PluginCommand::Disable { name } => change::set_enabled(settings, &name, false),
        PluginCommand::Grant { name, capabilities } => change::grant(settings, &name, &capabilities),
        PluginCommand::Revoke { name, capabilities } => change::revoke(settings, &name, &capabilities),
        PluginCommand::Secret(command) => secret::run(settings, command),
        PluginCommand::Doctor { name } => doctor::run(settings, name.as_deref()),
        PluginCommand::CompileComponent(args) => compile::run(&args),
        PluginCommand::Author(command) => author::run(settings, command),
    }
}

fn capability(text: &str) -> Result<CapabilityName, String> {
    let known = || CapabilityName::ALL.map(CapabilityName::as_str).join(", ");
    CapabilityName::parse(text).ok_or_else(|| format!("there is no such capability; there are {}", known()))
}

/// The plugins of the home, whose compiled code is kept there when it is one.
pub(super) fn open_here(settings: &Settings) -> anyhow::Result<Plugins> {
    open(settings, settings.home.root().is_dir().then(|| settings.home.root()))
}

/// The same with compiled code kept in `state_dir`, or nowhere.
pub(super) fn open(settings: &Settings, state_dir: Option<&Path>) -> anyhow::Result<Plugins> {
    let lock = Lock::read(&settings.home.plugins_lock()).map_err(|error| hinted(error.into()))?;
    let plugins_dir = settings.home.plugins_dir();
    let places = Places { plugins_dir: &plugins_dir, state_dir, program: &settings.program };
    Ok(Plugins::open(places, &lock).map_err(hinted)?)
}

fn installation(settings: &Settings) -> Installation<'_> {
    Installation { home: &settings.home, now: SystemTime::now(), audit: AuditFile::of(settings) }
}

fn runtime() -> anyhow::Result<Runtime> {
    Runtime::new().context("cannot start the asynchronous runtime")
}

/// A plugin that is not in use, with the reason and what helps.
fn tell_ill(name: &str, standing: Standing, reason: &str, hint: Option<&str>) -> io::Result<()> {
    line(format!("{name:<20} {}: {reason}", standing.as_str()))?;
    hint.map_or(Ok(()), |hint| line(format!("{:<20} hint: {hint}", "")))
}

/// The error with its chain on one line, and the hint it has.
pub(super) fn hinted(error: PluginError) -> Hinted {
    let hint = error.hint().unwrap_or_else(|| "run 'isartor plugin list' to see every plugin".to_owned());
    Hinted::new(error.chain(), hint)
}

fn refused(error: InstallError) -> Hinted {
    match error {
        InstallError::Plugin(error) => refused_package(&error),
        error @ (InstallError::Lock(_)
        | InstallError::Files { .. }
        | InstallError::Kept { .. }
        | InstallError::Source { .. }
        | InstallError::Fetch { .. }
        | InstallError::Audit(_)
        | InstallError::NotInstalled { .. }
        | InstallError::NotAskedFor { .. }
        | InstallError::OtherPublisher { .. }
        | InstallError::OtherKind { .. }
        | InstallError::Downgrade { .. }) => {
            let hint = error.hint();
            let error = anyhow::Error::new(error);
            let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
            Hinted::new(causes.join(": "), hint)
        }
    }
}

/// A package that is not usable is its author's to correct, and nothing of it is here yet.
#[expect(clippy::wildcard_enum_match_arm, reason = "of all others the author knows more")]
fn refused_package(error: &PluginError) -> Hinted {
    let hint = match error {
        PluginError::Clash { .. } => Some("nothing was installed; isartor brings a plugin with this id".to_owned()),
        PluginError::Read { .. } | PluginError::Unpacked { .. } | PluginError::Signature { .. } => error.hint(),
        _ => None,
    };
    Hinted::new(error.chain(), hint.unwrap_or_else(|| "nothing was installed; ask the plugin's author".to_owned()))
}
