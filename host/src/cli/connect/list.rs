//! `isartor connect list`: every client that isartor knows, whether it is here and whether isartor is in it.

use std::process::ExitCode;

use serde_json::json;

use crate::cli::clients::{Clients, Traces};
use crate::cli::output::line;
use crate::plugin::Manifest;
use crate::plugin::manifest::client_file::Scope;
use crate::settings::{Environment, Settings};

/// One client.
struct Row {
    id: String,
    title: String,
    is_installed: bool,
    /// The files that isartor is in.
    connected: Vec<String>,
    /// What kept us from looking.
    trouble: Option<String>,
}

pub(in crate::cli) fn run(settings: &Settings, environment: &Environment, json: bool) -> anyhow::Result<ExitCode> {
    let clients = Clients::open(settings, environment, Traces::Kept)?;
    let rows: Vec<Row> = clients.manifests().into_iter().map(|manifest| row(&clients, manifest)).collect();
    if json {
        let rows: Vec<_> = rows.iter().map(as_json).collect();
        line(serde_json::to_string_pretty(&json!({ "clients": rows }))?)?;
        return Ok(ExitCode::SUCCESS);
    }
    line(format!("{:<16} {:<10} {:<10} WHAT IT IS", "CLIENT", "INSTALLED", "CONNECTED"))?;
    for row in &rows {
        let (installed, connected) = (yes_or_no(row.is_installed), yes_or_no(!row.connected.is_empty()));
        line(format!("{:<16} {installed:<10} {connected:<10} {}", row.id, row.title))?;
        if let Some(trouble) = &row.trouble {
            line(format!("{:<16} {trouble}", ""))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn row(clients: &Clients, manifest: &Manifest) -> Row {
    let mut row = Row {
        id: manifest.id.clone(),
        title: manifest.title.clone(),
        is_installed: false,
        connected: Vec::new(),
        trouble: None,
    };
    for scope in [Scope::User, Scope::Project] {
        row.is_installed |= clients.locate(manifest, scope).is_ok_and(|located| located.is_installed);
        match clients.inspect(manifest, scope) {
            Ok(Some(inspection)) => {
                for file in inspection.files {
                    match file {
                        Ok(file) if file.ours().next().is_some() => {
                            row.connected.push(file.path.display().to_string());
                        }
                        Ok(_) => {}
                        Err(error) => row.trouble = Some(error.to_string()),
                    }
                }
            }
            Ok(None) => {}
            Err(error) => row.trouble = Some(error.to_string()),
        }
    }
    row
}

fn as_json(row: &Row) -> serde_json::Value {
    json!({
        "client": row.id,
        "title": row.title,
        "installed": row.is_installed,
        "connected": !row.connected.is_empty(),
        "files": row.connected,
        "trouble": row.trouble,
    })
}

fn yes_or_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}
