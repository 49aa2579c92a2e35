//! The clients that isartor is in, or was: what their files say, and whether it still fits.

use std::path::Path;

use super::finding::{Finding, Repair};
use crate::cli::clients::Clients;
use crate::cli::connect::Reconnect;
use crate::cli::connect::status::{self, KeyStatus, Status};
use crate::cli::keys;
use crate::connect::EntryKey;
use crate::plugin::manifest::TransportKind;

pub(super) fn examine(clients: &Clients) -> anyhow::Result<Vec<Finding>> {
    let (statuses, troubles) = status::of_all(clients)?;
    let mut findings: Vec<Finding> = statuses.iter().flat_map(of_file).collect();
    for trouble in troubles {
        let found = Finding::ill(&trouble.client, trouble.reason);
        findings.push(found.hint("correct the file; isartor touches no file that it cannot read"));
    }
    Ok(findings)
}

/// What is to be said of one file; that all is well where nothing is wrong.
fn of_file(status: &Status) -> Vec<Finding> {
    let client = &status.client;
    let again = || Repair::Reconnect(reconnect(status));
    if status.wiped {
        let what = format!("isartor's entry is gone from {}: something else removed it", status.path);
        return vec![Finding::ill(client, what).hint(format!("run 'isartor connect {client}'")).repair(again())];
    }
    let mut findings = Vec::new();
    if let Some(command) = status.command.as_ref().filter(|command| !Path::new(command).exists()) {
        let what = format!("{} starts {command}, which is not there", status.path);
        findings.push(Finding::ill(client, what).hint(format!("run 'isartor connect {client}'")).repair(again()));
    } else if let (Some(command), Some(false)) = (&status.command, status.matches_this_binary) {
        findings.push(Finding::odd(client, format!("{} starts {command}, which is another isartor", status.path)));
    }
    findings.extend(of_key(status));
    if let Some(mode) = status.exposed_mode {
        let what = format!("{} holds the gateway's key and can be read by others (mode {mode:03o})", status.path);
        let repair = Repair::MakePrivate { path: status.path.clone().into(), mode: mode & 0o700 };
        findings.push(Finding::ill(client, what).hint(format!("chmod 600 {}", status.path)).repair(repair));
    }
    for path in &status.competing {
        findings.push(match Path::new(path).exists() {
            true => Finding::ill(client, format!("{path} is there too, and may be read instead of {}", status.path))
                .hint("keep the servers in one of them, and remove the other"),
            false => Finding::ill(client, format!("{} reads {path} now instead of {}", status.title, status.path))
                .hint(format!("run 'isartor connect {client}'"))
                .repair(again()),
        });
    }
    if let Some(path) = &status.shadowed_by {
        let what = format!("in this project {path} counts instead of {}", status.path);
        findings.push(Finding::odd(client, what));
    }
    if !status.duplicates.is_empty() {
        let what = format!("isartor is in {} more than once, also as {}", status.path, status.duplicates.join(", "));
        let hint = format!("run 'isartor connect {client} --disconnect --name {}'", status.duplicates[0]);
        findings.push(Finding::ill(client, what).hint(hint));
    }
    if status.restart_needed {
        let what = format!("{} has been running since before its file was written", status.title);
        findings.push(Finding::odd(client, what).hint("start it again"));
    }
    if findings.is_empty() {
        findings.push(Finding::well(client, status.path.clone()));
    }
    findings
}

/// The entry as it is but for the program; what a default entry says where it is gone.
fn reconnect(status: &Status) -> Reconnect {
    let (key, key_variable) = match &status.entry_key {
        EntryKey::Literal(key) => (Some(key.clone()), None),
        EntryKey::Variable(name) => (None, Some(name.clone())),
        EntryKey::None | EntryKey::Unknown => (None, None),
    };
    Reconnect {
        client: status.client.clone(),
        name: status.name.clone(),
        scope: status.scope,
        transport: status.transport.unwrap_or(TransportKind::Stdio),
        gateway_url: status.gateway_url.clone(),
        key,
        key_variable,
    }
}

fn of_key(status: &Status) -> Option<Finding> {
    let (client, url) = (&status.client, status.gateway_url.as_deref().unwrap_or_default());
    let connect = format!("run 'isartor connect {client} --gateway-api-key KEY'");
    match status.key {
        KeyStatus::Refused => {
            let why = status.key_problem.map_or(String::new(), |problem| format!(": {}", keys::in_words(problem)));
            Some(Finding::ill(client, format!("the gateway at {url} refuses its key{why}")).hint(connect))
        }
        KeyStatus::Missing => {
            Some(Finding::ill(client, format!("it has no key, and the gateway at {url} wants one")).hint(connect))
        }
        KeyStatus::None | KeyStatus::Valid | KeyStatus::Unknown => None,
    }
}
