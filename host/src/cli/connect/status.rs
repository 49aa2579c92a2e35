//! `isartor connect status`: how isartor stands in every client that it is in, or was and is no longer.

use std::collections::HashMap;
use std::process::ExitCode;
use std::time::{Duration, UNIX_EPOCH};

use serde::{Serialize, Serializer};
use serde_json::json;

use crate::cli::clients::{Clients, Gateway, GatewayAnswer, Processes, Traces};
use crate::cli::keys;
use crate::cli::output::line;
use crate::connect::entry::DEFAULT_NAME;
use crate::connect::{EntryKey, OurEntry, Standing};
use crate::keys::Denied;
use crate::plugin::Manifest;
use crate::plugin::manifest::TransportKind;
use crate::plugin::manifest::client_file::Scope;
use crate::settings::{Environment, Settings};

/// What is said of one file.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct Status {
    pub(in crate::cli) client: String,
    pub(in crate::cli) title: String,
    /// The entry's name.
    pub(in crate::cli) name: String,
    pub(in crate::cli) path: String,
    #[serde(serialize_with = "scope_name")]
    pub(in crate::cli) scope: Scope,
    pub(in crate::cli) entry_present: bool,
    /// We wrote an entry that is gone, and nobody took it back.
    pub(in crate::cli) wiped: bool,
    pub(in crate::cli) transport: Option<TransportKind>,
    pub(in crate::cli) command: Option<String>,
    pub(in crate::cli) matches_this_binary: Option<bool>,
    pub(in crate::cli) gateway_url: Option<String>,
    pub(in crate::cli) gateway_reachable: Option<bool>,
    pub(in crate::cli) key: KeyStatus,
    /// Why it is refused, where the gateway is our own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) key_problem: Option<Denied>,
    pub(in crate::cli) restart_needed: bool,
    pub(in crate::cli) shadowed_by: Option<String>,
    pub(in crate::cli) competing: Vec<String>,
    pub(in crate::cli) duplicates: Vec<String>,
    #[serde(skip)]
    pub(in crate::cli) exposed_mode: Option<u32>,
    /// The key as the entry has it.
    #[serde(skip)]
    pub(in crate::cli) entry_key: EntryKey,
}

/// What the gateway says to the entry's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::cli) enum KeyStatus {
    /// It has none, and needs none.
    None,
    Valid,
    Refused,
    /// It has none, and the gateway wants one.
    Missing,
    /// The gateway does not answer, or the key is where we cannot look.
    Unknown,
}

fn scope_name<S: Serializer>(scope: &Scope, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(scope.as_str())
}

/// A client that could not be looked at.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct Trouble {
    pub(in crate::cli) client: String,
    pub(in crate::cli) reason: String,
}

/// What is looked at once for all clients: the processes, and each gateway with each key.
struct Asked {
    gateway: Gateway,
    processes: Processes,
    answers: HashMap<(String, Option<String>), GatewayAnswer>,
}

pub(in crate::cli) fn run(settings: &Settings, environment: &Environment, json: bool) -> anyhow::Result<ExitCode> {
    let clients = Clients::open(settings, environment, Traces::Kept)?;
    let (statuses, troubles) = of_all(&clients)?;
    if json {
        line(serde_json::to_string_pretty(&json!({ "clients": statuses, "troubles": troubles }))?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if statuses.is_empty() {
        line("isartor is in no client; 'isartor connect list' shows which there are")?;
    }
    for status in &statuses {
        line(format!("{} ({} scope)", status.title, status.scope.as_str()))?;
        for (label, value) in rows(status) {
            line(format!("  {label:<9} {value}"))?;
        }
    }
    for trouble in &troubles {
        line(format!("{}: {}", trouble.client, trouble.reason))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Every file that has our entry or lost it, and the clients that could not be looked at.
pub(in crate::cli) fn of_all(clients: &Clients) -> anyhow::Result<(Vec<Status>, Vec<Trouble>)> {
    let mut asked = Asked { gateway: Gateway::new()?, processes: Processes::now(), answers: HashMap::new() };
    let (mut statuses, mut troubles) = (Vec::new(), Vec::new());
    for manifest in clients.manifests() {
        let mut inspect = |scope| match clients.inspect(manifest, scope) {
            Ok(Some(mut inspection)) => {
                let errors = inspection.files.extract_if(.., |file| file.is_err()).filter_map(Result::err);
                troubles.extend(errors.map(|error| trouble(manifest, &error)));
                Some(inspection)
            }
            Ok(None) => None,
            Err(error) => {
                troubles.push(Trouble { client: manifest.id.clone(), reason: error.to_string() });
                None
            }
        };
        let (user, project) = (inspect(Scope::User), inspect(Scope::Project));
        let standings = Standing::of(manifest, user.as_ref(), project.as_ref());
        statuses.extend(standings.into_iter().map(|standing| asked.status(clients, manifest, standing)));
    }
    Ok((statuses, troubles))
}

fn trouble(manifest: &Manifest, error: &crate::connect::ConnectError) -> Trouble {
    Trouble { client: manifest.id.clone(), reason: error.to_string() }
}

impl Asked {
    fn status(&mut self, clients: &Clients, manifest: &Manifest, standing: Standing) -> Status {
        let matches_this_binary = standing.matches(&clients.environment.program);
        let restart_needed = is_restart_needed(&self.processes, manifest, &standing);
        let entry = standing.entry.as_ref();
        let gateway_url = entry.and_then(|entry| entry.gateway_url.clone());
        let (gateway_reachable, key, key_problem) = match (&gateway_url, entry) {
            (Some(url), Some(entry)) => self.key(clients, url, entry),
            _ => (None, KeyStatus::Unknown, None),
        };
        Status {
            client: standing.client,
            title: standing.title,
            name: standing.name,
            path: standing.path.display().to_string(),
            scope: standing.scope,
            entry_present: entry.is_some(),
            wiped: entry.is_none(),
            transport: entry.map(|entry| entry.transport),
            command: entry.and_then(|entry| entry.command.as_ref()).map(|command| command.display().to_string()),
            matches_this_binary,
            gateway_url,
            gateway_reachable,
            key,
            key_problem,
            restart_needed,
            shadowed_by: standing.shadowed_by.map(|path| path.display().to_string()),
            competing: standing.competing,
            duplicates: standing.duplicates,
            exposed_mode: standing.exposed_mode,
            entry_key: standing.entry.map_or(EntryKey::None, |entry| entry.key),
        }
    }

    /// Whether the gateway answers, and what it says to the key.
    fn key(&mut self, clients: &Clients, url: &str, entry: &OurEntry) -> (Option<bool>, KeyStatus, Option<Denied>) {
        let (key, is_known) = match &entry.key {
            EntryKey::None => (None, true),
            EntryKey::Literal(key) => (Some(key.clone()), true),
            EntryKey::Variable(name) => {
                let key = clients.environment.var(name).map(str::to_owned);
                (key.clone(), key.is_some())
            }
            EntryKey::Unknown => (None, false),
        };
        let gateway = &self.gateway;
        let answer =
            self.answers.entry((url.to_owned(), key.clone())).or_insert_with(|| gateway.ask(url, key.as_deref()));
        // Where that cannot be told, nothing is said to be missing.
        let needs_none = clients.needs_no_key(entry.transport, url).unwrap_or(true);
        let (is_reachable, status) = match (answer, &key) {
            (GatewayAnswer::Silent(_) | GatewayAnswer::Another, _) => (false, KeyStatus::Unknown),
            (GatewayAnswer::Welcome | GatewayAnswer::Refused, _) if !is_known => (true, KeyStatus::Unknown),
            (GatewayAnswer::Welcome, Some(_)) => (true, KeyStatus::Valid),
            (GatewayAnswer::Welcome, None) => (true, KeyStatus::None),
            (GatewayAnswer::Refused, Some(_)) => (true, KeyStatus::Refused),
            (GatewayAnswer::Refused, None) if needs_none => (true, KeyStatus::None),
            (GatewayAnswer::Refused, None) => (true, KeyStatus::Missing),
        };
        let refused = key.as_deref().filter(|_| status == KeyStatus::Refused);
        (Some(is_reachable), status, refused.and_then(|key| keys::problem(clients.settings, url, key)))
    }
}

/// The client has been running since before we wrote, and does not look at its file again by itself.
fn is_restart_needed(processes: &Processes, manifest: &Manifest, standing: &Standing) -> bool {
    let Some(written) = standing.written_at.filter(|_| manifest.restart.is_some()) else { return false };
    processes.running_since(manifest).is_some_and(|since| since < UNIX_EPOCH + Duration::from_secs(written))
}

fn rows(status: &Status) -> Vec<(&'static str, String)> {
    let mut rows = vec![("file", status.path.clone())];
    if status.name != DEFAULT_NAME {
        rows.push(("name", status.name.clone()));
    }
    if status.wiped {
        rows.push(("entry", "gone: isartor wrote it, and something else removed it".to_owned()));
        rows.push(("hint", format!("run 'isartor connect {}' again", status.client)));
        return rows;
    }
    let command = match (&status.command, status.matches_this_binary) {
        (Some(command), Some(false)) => format!("starts {command}, which is not this isartor"),
        (Some(command), _) => format!("starts {command}"),
        (None, _) => "over HTTP".to_owned(),
    };
    rows.push(("entry", command));
    if let Some(url) = &status.gateway_url {
        let answers = if status.gateway_reachable == Some(true) { "answers" } else { "does not answer" };
        rows.push(("gateway", format!("{url} {answers}")));
    }
    let key = match status.key {
        KeyStatus::None => "none, and none is needed",
        KeyStatus::Valid => "valid",
        KeyStatus::Refused => "refused by the gateway",
        KeyStatus::Missing => "none, but the gateway wants one",
        KeyStatus::Unknown => "not known",
    };
    let why = status.key_problem.map_or(String::new(), |problem| format!(": {}", keys::in_words(problem)));
    rows.push(("key", format!("{key}{why}")));
    if status.restart_needed {
        rows.push(("restart", "needed: it has been running since before the file was written".to_owned()));
    }
    rows.extend(status.shadowed_by.iter().map(|path| ("shadowed", format!("by {path}"))));
    rows.extend(status.competing.iter().map(|path| ("also", format!("{path} is there, and may be read instead"))));
    rows
}
