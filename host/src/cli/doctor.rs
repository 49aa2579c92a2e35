//! `isartor doctor`: looks at everything that isartor needs and has changed, says what is wrong, and repairs what can be
//! repaired without taking anything from anybody.

mod clients;
mod finding;
mod gateway;
mod home;
mod keys;
mod model;
mod plugins;

use std::process::ExitCode;

use clap::Args;

use super::clients::{Clients, Traces};
use super::connect;
use super::output::{line, report};
use crate::settings::{Environment, Settings};
use finding::{Finding, Health, Repair};

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Repair what can be repaired safely: modes of isartor's own files and of those with its key, and entries that a
    /// client dropped or that start a program which is gone.
    #[arg(long)]
    fix: bool,
}

/// Exits 1 while something is wrong.
pub(super) fn run(settings: &Settings, environment: &Environment, args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let clients = Clients::open(settings, environment, Traces::Kept)?;
    let findings = examine(&clients)?;
    for finding in &findings {
        tell(finding)?;
    }
    let ill: Vec<&Finding> = findings.iter().filter(|finding| finding.health == Health::Ill).collect();
    let repairs: Vec<&Repair> = findings.iter().filter_map(|finding| finding.repair.as_ref()).collect();
    if !args.fix || repairs.is_empty() {
        conclude(ill.len(), repairs.len())?;
        return Ok(exit_code(ill.len()));
    }
    for repair in &repairs {
        if let Err(error) = carry_out(&clients, repair) {
            report(&error);
        }
    }
    let left = examine(&clients)?.into_iter().filter(|finding| finding.health == Health::Ill).count();
    line(match left {
        0 => "everything is well now".to_owned(),
        1 => "1 problem is left; see 'isartor doctor'".to_owned(),
        left => format!("{left} problems are left; see 'isartor doctor'"),
    })?;
    Ok(exit_code(left))
}

fn examine(clients: &Clients) -> anyhow::Result<Vec<Finding>> {
    let settings = clients.settings;
    let mut findings = home::examine(&settings.home)?;
    findings.push(gateway::examine(settings)?);
    findings.push(keys::examine(settings));
    findings.push(model::examine(settings));
    findings.extend(plugins::examine(clients)?);
    findings.extend(clients::examine(clients)?);
    Ok(findings)
}

fn tell(finding: &Finding) -> std::io::Result<()> {
    let health = match finding.health {
        Health::Well => "ok",
        Health::Odd => "note",
        Health::Ill => "problem",
    };
    line(format!("{:<16} {health:<8} {}", finding.of, finding.what))?;
    match &finding.hint {
        Some(hint) => line(format!("{:<16} {:<8} hint: {hint}", "", "")),
        None => Ok(()),
    }
}

fn conclude(ill: usize, repairs: usize) -> std::io::Result<()> {
    let found = match ill {
        0 => "everything is well".to_owned(),
        1 => "1 problem".to_owned(),
        ill => format!("{ill} problems"),
    };
    match repairs {
        0 => line(found),
        repairs => line(format!("{found}; 'isartor doctor --fix' repairs {repairs}")),
    }
}

fn carry_out(clients: &Clients, repair: &Repair) -> anyhow::Result<()> {
    match repair {
        Repair::MakePrivate { path, mode } => {
            home::make_private(path, *mode)?;
            line(format!("made {} private", path.display()))?;
            Ok(())
        }
        Repair::Reconnect(wanted) => {
            line(format!("== {}", wanted.client))?;
            connect::again(clients, wanted)
        }
    }
}

fn exit_code(ill: usize) -> ExitCode {
    if ill == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
