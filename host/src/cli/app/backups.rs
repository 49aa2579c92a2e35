//! `isartor app backups`: the changes that isartor made to clients' files, newest first.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::BackupsArgs;
use crate::cli::clients::{Clients, Traces, hinted};
use crate::cli::output::line;
use crate::client_config::{Action, Backup};
use crate::connect::ConnectError;
use crate::settings::{Environment, Settings};

pub(super) fn run(settings: &Settings, environment: &Environment, args: &BackupsArgs) -> anyhow::Result<ExitCode> {
    let clients = Clients::open(settings, environment, Traces::Kept)?;
    if let Some(client) = &args.client {
        clients.check_known(client)?;
    }
    let backups = clients.configs.backups(args.client.as_deref()).map_err(ConnectError::from).map_err(hinted)?;
    if args.json {
        let backups: Vec<Value> = backups.iter().map(as_json).collect();
        line(serde_json::to_string_pretty(&json!({ "backups": backups }))?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if backups.is_empty() {
        line("isartor has changed no file")?;
    }
    for backup in &backups {
        let before = match &backup.before {
            Some(before) => format!("{} bytes", before.size_bytes),
            None => "no file".to_owned(),
        };
        line(format!("{:<36} {:<10} {:<12} {}", backup.id, action(&backup.action), before, backup.key.path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn action(action: &Action) -> &'static str {
    match action {
        Action::Connect => "connect",
        Action::Disconnect => "disconnect",
        Action::Restore(_) => "restore",
    }
}

fn as_json(backup: &Backup) -> Value {
    json!({
        "id": backup.id,
        "client": backup.key.client,
        "path": backup.key.path,
        "name": backup.key.name,
        "unix_seconds": backup.unix_seconds,
        "action": action(&backup.action),
        "existed": backup.existed(),
        "bytes": backup.before.as_ref().map(|before| before.size_bytes),
        "sha256_before": backup.sha256_before(),
        "sha256_after": backup.sha256_after,
    })
}
