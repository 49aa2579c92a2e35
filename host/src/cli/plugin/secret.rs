//! `isartor plugin secret set|list|remove`: values for plugins that never see them. A value comes from standard input
//! or a prompt that shows nothing, never from the command line, and is printed nowhere.

use std::io::{self, BufRead, IsTerminal, Read};
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::Context;
use clap::Subcommand;

use super::{hinted, open_here};
use crate::audit::{AuditFile, Event};
use crate::cli::output::{Hinted, line};
use crate::plugin::manifest::capability::{CapabilityName, CapabilityRequest, SecretRequest};
use crate::plugin::{Plugin, Secret, Secrets, SecretsError};
use crate::settings::Settings;

/// Longest line that is read for a value, in bytes.
const LINE_MAX_BYTES: u64 = 64 << 10;

#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    /// Set a secret that a plugin asks for; the value is read from standard input, or asked for.
    Set { plugin: String, key: String },
    /// Show which secrets a plugin asks for, and which are set. Never shows a value.
    List { plugin: String },
    /// Forget one secret of a plugin, or all of them.
    Remove { plugin: String, key: Option<String> },
}

pub(super) fn run(settings: &Settings, command: SecretCommand) -> anyhow::Result<ExitCode> {
    let secrets = Secrets::at(settings.home.secrets_file());
    match command {
        SecretCommand::Set { plugin, key } => set(settings, &secrets, &plugin, &key),
        SecretCommand::List { plugin } => list(settings, &secrets, &plugin),
        SecretCommand::Remove { plugin, key } => remove(settings, &secrets, &plugin, key.as_deref()),
    }
}

fn set(settings: &Settings, secrets: &Secrets, name: &str, key: &str) -> anyhow::Result<ExitCode> {
    let plugins = open_here(settings)?;
    let plugin = plugins.get(name).map_err(hinted)?;
    let Some(request) = requests(plugin).find(|request| request.key == key) else {
        return Err(unknown(plugin, key).into());
    };
    let value = Secret::new(read_value(key)?).map_err(refused)?;
    settings.home.create().with_context(|| format!("cannot make {}", settings.home.root().display()))?;
    secrets.set(name, key, value).map_err(refused)?;
    tell(settings, &Event::PluginSecretSet { plugin: name.to_owned(), name: key.to_owned() })?;
    let hosts = request.hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    line(format!("{key} is set; it is sent as the header {} to {hosts}", request.header))?;
    if !plugin.grants().has(CapabilityName::Secret) {
        line(format!("it is not used before you run 'isartor plugin grant {name} secret'"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn list(settings: &Settings, secrets: &Secrets, name: &str) -> anyhow::Result<ExitCode> {
    let plugins = open_here(settings)?;
    let plugin = plugins.get(name).map_err(hinted)?;
    let set = secrets.of(name).map_err(refused)?;
    for request in requests(plugin) {
        let state = if set.contains_key(&request.key) { "set" } else { "not set" };
        line(format!("{:<30} {state:<8} {}", request.key, request.reason))?;
    }
    for key in set.keys().filter(|key| !requests(plugin).any(|request| request.key == **key)) {
        line(format!("{key:<30} set      {name} does not ask for it"))?;
    }
    if requests(plugin).next().is_none() && set.is_empty() {
        line(format!("{name} asks for no secret"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Works for a plugin that is gone as well: what is left of it must be removable.
fn remove(settings: &Settings, secrets: &Secrets, plugin: &str, key: Option<&str>) -> anyhow::Result<ExitCode> {
    let (removed, what) = match key {
        Some(key) => (secrets.remove(plugin, key), format!("the secret {key} of {plugin}")),
        None => (secrets.remove_all(plugin), format!("every secret of {plugin}")),
    };
    match removed.map_err(refused)? {
        true => {
            let event = Event::PluginSecretRemoved { plugin: plugin.to_owned(), name: key.map(str::to_owned) };
            tell(settings, &event)?;
            line(format!("removed {what}"))?;
        }
        false => line(format!("{plugin} has no such secret"))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(settings: &Settings, event: &Event) -> anyhow::Result<()> {
    let told = AuditFile::of(settings).append(SystemTime::now(), event);
    told.context("it is done, but the audit log does not tell of it")
}

fn requests(plugin: &Plugin) -> impl Iterator<Item = &SecretRequest> {
    plugin.manifest().capabilities.iter().filter_map(CapabilityRequest::secret)
}

fn unknown(plugin: &Plugin, key: &str) -> Hinted {
    let id = &plugin.manifest().id;
    let keys = requests(plugin).map(|request| request.key.as_str()).collect::<Vec<_>>().join(", ");
    let hint = if keys.is_empty() { format!("{id} asks for no secret") } else { format!("it asks for {keys}") };
    Hinted::new(format!("the plugin {id} does not ask for a secret called {key}"), hint)
}

/// One line, without its end.
fn read_value(key: &str) -> anyhow::Result<String> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password(format!("{key}: ")).context("cannot read from the terminal");
    }
    let mut line = String::new();
    io::stdin()
        .lock()
        .take(LINE_MAX_BYTES)
        .read_line(&mut line)
        .context("cannot read the value from standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn refused(error: SecretsError) -> Hinted {
    Hinted::new(error.chain(), error.hint())
}
