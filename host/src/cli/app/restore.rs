//! `isartor app restore`: shows what a client's file would be again, asks where edits would be lost, has it written.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::Context;

use super::RestoreArgs;
use crate::cli::ask;
use crate::cli::clients::{Clients, Traces, hinted};
use crate::cli::connect::diff;
use crate::cli::output::{Hinted, line};
use crate::client_config::Backup;
use crate::connect::ConnectError;
use crate::settings::{Environment, Settings};

pub(super) fn run(settings: &Settings, environment: &Environment, args: &RestoreArgs) -> anyhow::Result<ExitCode> {
    let clients = Clients::open(settings, environment, if args.dry_run { Traces::None } else { Traces::Kept })?;
    clients.check_known(&args.client)?;
    let backup = backup(&clients, args)?;
    let connector = clients.connector(&args.client)?;
    let restoring = clients.with_client(&connector, |client| client.restoring(&backup)).map_err(hinted)?;
    let path = backup.key.path.display();
    let Some(restoring) = restoring else {
        line(format!("{path} is what it was before {} already: nothing to do", backup.id))?;
        return Ok(ExitCode::SUCCESS);
    };
    let colours = io::stdout().is_terminal() && environment.var("NO_COLOR").is_none();
    for text in diff::lines(&restoring.change, colours) {
        line(text)?;
    }
    let matter = format!("{path} was edited after {}, and restoring loses these edits", backup.id);
    if args.dry_run {
        if restoring.loses_edits {
            line(format!("note: {matter}"))?;
        }
        line("nothing was written (--dry-run)")?;
        return Ok(ExitCode::SUCCESS);
    }
    if restoring.loses_edits {
        ask::settle(&matter, "Restore it all the same?", args.yes)?;
    }
    settings.home.create().with_context(|| format!("cannot prepare {}", settings.home.root().display()))?;
    let applied = clients.with_client(&connector, |client| client.restore(restoring, SystemTime::now()));
    let applied = applied.map_err(hinted)?;
    let verb = if applied.is_removed { "removed" } else { "restored" };
    line(format!("{verb} {}", applied.path.display()))?;
    line(format!("backup: {}", applied.backup_id))?;
    if let Some(restart) = &connector.manifest().restart {
        line(format!("next: {restart}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn backup(clients: &Clients, args: &RestoreArgs) -> anyhow::Result<Backup> {
    let of_client = clients.configs.backups(Some(&args.client)).map_err(ConnectError::from).map_err(hinted)?;
    let found = match &args.backup {
        Some(id) => of_client.into_iter().find(|backup| backup.id == *id),
        None => of_client.into_iter().next(),
    };
    found.ok_or_else(|| {
        let what = args.backup.as_ref().map_or("no backup".to_owned(), |id| format!("no backup {id}"));
        let hint = format!("see 'isartor app backups {}'", args.client);
        Hinted::new(format!("there is {what} of {}", args.client), hint).into()
    })
}
