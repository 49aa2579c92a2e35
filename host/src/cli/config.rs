//! `isartor config show|check|init|path`: the settings, where each comes from, and what is wrong with them. Never shows
//! a secret, and needs no settings that work.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::IpAddr;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::JsonArgs;
use super::output::{Hinted, line};
use crate::keys;
use crate::plugin::printable;
use crate::server::log;
use crate::settings::{self, At, Environment, Flags, Position, Problem, Setting, Settings, SettingsError};
use crate::system::Private;

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Show the settings in force, and where each comes from.
    Show(ShowArgs),
    /// Say everything that is wrong with isartor.toml and the variables. Exits 1 when something is.
    Check(JsonArgs),
    /// Write an isartor.toml with every key, its default and what it means.
    Init,
    /// Say where isartor.toml is.
    Path,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// As 'isartor up' with this flag.
    #[arg(long)]
    host: Option<IpAddr>,
    /// As 'isartor up' with this flag.
    #[arg(long)]
    port: Option<u16>,
    /// As 'isartor up' with this flag.
    #[arg(long, value_name = "URL")]
    external_url: Option<String>,
    #[command(flatten)]
    json: JsonArgs,
}

pub(super) fn run(environment: &Environment, command: &ConfigCommand) -> anyhow::Result<ExitCode> {
    match command {
        ConfigCommand::Show(args) => show(environment, args),
        ConfigCommand::Check(args) => check(environment, args.json),
        ConfigCommand::Init => init(environment),
        ConfigCommand::Path => {
            line(settings::home(environment)?.config_file().display().to_string())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn show(environment: &Environment, args: &ShowArgs) -> anyhow::Result<ExitCode> {
    let flags = Flags { host: args.host, port: args.port, external_url: args.external_url.clone() };
    let (settings, listed) = Settings::explained(environment, &flags)?;
    if args.json.json {
        let home = settings.home.root();
        let shown = json!({ "home": home, "file": settings.home.config_file(), "settings": listed });
        line(serde_json::to_string_pretty(&shown)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let said: Vec<String> = listed.iter().map(said).collect();
    let width = said.iter().map(|text| text.chars().count()).max().unwrap_or_default().min(60);
    for (setting, said) in listed.iter().zip(said) {
        line(format!("{said:<width$}  {}", setting.from))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn said(setting: &Setting) -> String {
    let value = setting.value.as_ref().map_or("(not set)".to_owned(), ToString::to_string);
    printable(&format!("{} = {value}", setting.key))
}

fn check(environment: &Environment, as_json: bool) -> anyhow::Result<ExitCode> {
    let problems = match Settings::explained(environment, &Flags::default()) {
        Ok((settings, listed)) => beyond_values(&settings, &listed)?,
        Err(SettingsError::Unusable { problems }) => problems.iter().map(told).collect(),
        Err(error) => return Err(error.into()),
    };
    if as_json {
        let problems: Vec<&Value> = problems.iter().map(|(value, _)| value).collect();
        line(serde_json::to_string_pretty(&json!({ "problems": problems }))?)?;
    } else {
        problems.iter().try_for_each(|(_, text)| line(text))?;
        line(match problems.len() {
            0 => "the settings are well".to_owned(),
            1 => "1 problem".to_owned(),
            count => format!("{count} problems"),
        })?;
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A problem for a program and for a person.
fn told(problem: &Problem) -> (Value, String) {
    let Problem { at, message, closest } = problem;
    let mut value = match at {
        At::File { path, position: Position { line, column } } => {
            json!({ "file": path, "line": line, "column": column })
        }
        At::Variable(name) => json!({ "variable": name }),
    };
    value["message"] = json!(message);
    value["did_you_mean"] = json!(closest);
    (value, printable(&problem.to_string()))
}

/// What is wrong with settings that can be read.
fn beyond_values(settings: &Settings, listed: &[Setting]) -> anyhow::Result<Vec<(Value, String)>> {
    let from = |key: &str| {
        let setting = listed.iter().find(|setting| setting.key == key);
        setting.map_or_else(String::new, |setting| format!("{}: ", setting.from))
    };
    let (keys, _) = keys::identified(&settings.home.keys_file())?;
    let has_authentication = settings.gateway_api_key.is_some() || keys.were_ever_made();
    let filter = log::check(&settings.log).err().map(|error| (from("log"), error.to_string()));
    let reach = settings.check_reach(has_authentication).err();
    let reach = reach.map(|error| (from("host"), format!("{error}; {}", error.hint())));
    let problems = filter.into_iter().chain(reach);
    let told = problems.map(|(from, message)| (json!({ "message": message }), printable(&format!("{from}{message}"))));
    Ok(told.collect())
}

fn init(environment: &Environment) -> anyhow::Result<ExitCode> {
    let home = settings::home(environment)?;
    let text = Settings::template(environment)?;
    home.create().with_context(|| format!("cannot create {}", home.root().display()))?;
    let path = home.config_file();
    let mut file = match OpenOptions::new().write(true).create_new(true).private().open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let message = format!("{} is already there", path.display());
            return Err(Hinted::new(message, "edit it, or move it away; nothing was written").into());
        }
        Err(error) => return Err(error).with_context(|| format!("cannot create {}", path.display())),
    };
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.with_context(|| format!("cannot write {}", path.display()))?;
    line(format!("wrote {}", path.display()))?;
    Ok(ExitCode::SUCCESS)
}
