//! `isartor app discover`: every MCP server of every installed client, as its connector reads it. Secrets are hidden.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::clients::{Clients, Traces};
use crate::cli::connect::diff;
use crate::cli::output::line;
use crate::connect::{Inspected, Inspection};
use crate::plugin::Manifest;
use crate::plugin::connector::{FoundEntry, Transport};
use crate::plugin::manifest::client_file::Scope;
use crate::settings::{Environment, Settings};

pub(super) fn run(settings: &Settings, environment: &Environment, json: bool) -> anyhow::Result<ExitCode> {
    let clients = Clients::open(settings, environment, Traces::Kept)?;
    let is_here = |manifest: &&Manifest| {
        let located = |scope| clients.locate(manifest, scope).is_ok_and(|located| located.is_installed);
        located(Scope::User) || located(Scope::Project)
    };
    let installed: Vec<&Manifest> = clients.manifests().into_iter().filter(is_here).collect();
    let found: Vec<(&Manifest, Vec<File>)> =
        installed.into_iter().map(|manifest| (manifest, files(&clients, manifest))).collect();
    if json {
        let apps: Vec<Value> = found.iter().map(|(manifest, files)| as_json(manifest, files)).collect();
        line(serde_json::to_string_pretty(&json!({ "apps": apps }))?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if found.is_empty() {
        line("no client was found on this machine; 'isartor app list' shows which isartor knows")?;
    }
    for (manifest, files) in &found {
        tell(manifest, files)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A file that is there, or what kept us from reading it.
type File = Result<Inspected, String>;

fn files(clients: &Clients, manifest: &Manifest) -> Vec<File> {
    let of_scope = |scope| match clients.inspect(manifest, scope) {
        Ok(Some(Inspection { files, .. })) => {
            files.into_iter().map(|file| file.map_err(|error| error.to_string())).collect()
        }
        Ok(None) => Vec::new(),
        Err(error) => vec![Err(error.to_string())],
    };
    let mut files: Vec<File> = [Scope::User, Scope::Project].into_iter().flat_map(of_scope).collect();
    files.retain(|file| file.as_ref().map_or(true, |file| file.is_there));
    files
}

fn tell(manifest: &Manifest, files: &[File]) -> std::io::Result<()> {
    line(format!("{} ({})", manifest.title, manifest.id))?;
    if files.is_empty() {
        line("  has no MCP servers yet")?;
    }
    for file in files {
        match file {
            Ok(file) => {
                line(format!("  {}", file.path.display()))?;
                for server in &file.servers {
                    line(format!("    {:<20} {}", diff::shown(&server.name), summary(server)))?;
                }
                if file.servers.is_empty() {
                    line("    no servers")?;
                }
            }
            Err(reason) => line(format!("  {reason}"))?,
        }
    }
    Ok(())
}

/// One line for a person.
fn summary(server: &FoundEntry) -> String {
    match &server.transport {
        Some(Transport::Stdio(program)) => {
            let words: Vec<String> =
                [&program.command].into_iter().chain(&program.args).map(|word| quoted(word)).collect();
            diff::shown(&words.join(" "))
        }
        Some(Transport::Http(server)) => diff::shown(&server.url),
        None => "(of a kind that isartor does not know)".to_owned(),
    }
}

fn quoted(word: &str) -> String {
    if word.is_empty() || word.contains(char::is_whitespace) { format!("{word:?}") } else { word.to_owned() }
}

fn as_json(manifest: &Manifest, files: &[File]) -> Value {
    let files: Vec<Value> = files
        .iter()
        .map(|file| match file {
            Ok(file) => json!({
                "path": file.path,
                "scope": file.scope.as_str(),
                "servers": file.servers.iter().map(server).collect::<Vec<_>>(),
            }),
            Err(reason) => json!({ "trouble": reason }),
        })
        .collect();
    json!({ "client": manifest.id, "title": manifest.title, "files": files })
}

fn server(found: &FoundEntry) -> Value {
    let transport = match &found.transport {
        Some(Transport::Stdio(server)) => json!({
            "type": "stdio",
            "command": server.command,
            "args": masked_args(&server.args),
            "env": masked_pairs(&server.env),
        }),
        Some(Transport::Http(server)) => {
            json!({ "type": "http", "url": server.url, "headers": masked_pairs(&server.headers) })
        }
        None => Value::Null,
    };
    let extra: serde_json::Map<String, Value> =
        found.extra.iter().map(|(name, raw)| (name.clone(), Value::from(masked_field(name, raw)))).collect();
    json!({ "name": found.name, "transport": transport, "extra": extra, "raw": masked_text(&found.raw) })
}

/// As `--name value` and `--name=value` are masked in a diff.
fn masked_args(args: &[String]) -> Vec<String> {
    let hidden = |(index, arg): (usize, &String)| match index.checked_sub(1).map(|before| args[before].as_str()) {
        Some(name) if name.starts_with("--") && diff::is_secret(name) => diff::MASK.to_owned(),
        Some(_) | None => diff::shown(arg),
    };
    args.iter().enumerate().map(hidden).collect()
}

fn masked_pairs(pairs: &[(String, String)]) -> serde_json::Map<String, Value> {
    pairs.iter().map(|(name, value)| (name.clone(), Value::from(masked_value(name, value)))).collect()
}

fn masked_value(name: &str, value: &str) -> String {
    if diff::is_secret(name) && diff::may_be_secret(value) { diff::MASK.to_owned() } else { value.to_owned() }
}

fn masked_field(name: &str, raw: &str) -> String {
    if diff::is_secret(name) { masked_value(name, raw) } else { masked_text(raw) }
}

fn masked_text(text: &str) -> String {
    text.lines().map(diff::shown).collect::<Vec<_>>().join("\n")
}
