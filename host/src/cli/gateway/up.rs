//! `isartor up`: in the foreground, or in the background and not gone before it answers.

use std::process::{Command, ExitCode};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::serve::{check_reach, serve};
use super::{Hinted, UpArgs, explained, output};
use crate::server::instance::{InstanceError, InstanceInfo, LaunchError, Presence, launch, presence};
use crate::server::log::Audience;
use crate::settings::{Environment, Home, Settings};
use crate::system;

pub(in crate::cli) fn up(settings: &Settings, environment: &Environment, args: &UpArgs) -> anyhow::Result<ExitCode> {
    if args.background {
        background(settings)
    } else if args.detach {
        detach(settings, environment)
    } else {
        serve(settings, Audience::Terminal)
    }
}

/// Starts the background half and waits for it.
fn detach(settings: &Settings, environment: &Environment) -> anyhow::Result<ExitCode> {
    check_reach(settings)?;
    let home = &settings.home;
    refuse_second(home)?;
    home.create().with_context(|| format!("cannot create {}", home.root().display()))?;
    let mut command = Command::new(&environment.program);
    command.args(["up", "--background", "--host", &settings.host.to_string(), "--port", &settings.port.to_string()]);
    if let Some(url) = &settings.server.external_url {
        command.args(["--external-url", url.as_str()]);
    }
    command.env("ISARTOR_HOME", home.root());
    system::detach(&mut command);
    let info = launch(command, home).map_err(|error| launch_failed(error, home))?;
    announce(&info, home)?;
    Ok(ExitCode::SUCCESS)
}

/// Asked before anything is created, so that a refused start leaves no trace.
fn refuse_second(home: &Home) -> anyhow::Result<()> {
    match presence(home)? {
        Presence::Absent => Ok(()),
        Presence::Starting => Err(explained(InstanceError::AlreadyStarting { home: home.root().into() })),
        Presence::Running(info) => Err(explained(InstanceError::AlreadyRunning { home: home.root().into(), info })),
    }
}

/// The background half: a session of its own, and its error on the pipe to the waiting half instead of in the log.
fn background(settings: &Settings) -> anyhow::Result<ExitCode> {
    system::leave_terminal().context("cannot leave the terminal's session")?;
    std::env::set_current_dir("/").context("cannot leave the working directory")?;
    match serve(settings, Audience::LogOnly) {
        Ok(code) => Ok(code),
        Err(error) => {
            let words = LastWords { message: format!("{error:#}"), hint: output::hint(&error) };
            output::line(serde_json::to_string(&words)?)?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// How the background half tells the waiting half why it ends.
#[derive(Debug, Serialize, Deserialize)]
struct LastWords {
    message: String,
    hint: Option<String>,
}

fn launch_failed(error: LaunchError, home: &Home) -> anyhow::Error {
    let hint = || format!("look at {}", home.log_file().display());
    match error {
        LaunchError::Died(text) => match serde_json::from_str::<LastWords>(&text) {
            Ok(LastWords { message, hint: Some(hint) }) => Hinted::new(message, hint).into(),
            Ok(LastWords { message, hint: None }) => anyhow::anyhow!(message),
            Err(_) => Hinted::new(text, hint()).into(),
        },
        LaunchError::Silent => Hinted::new(error.to_string(), hint()).into(),
        LaunchError::Instance(_) | LaunchError::Stopped | LaunchError::Spawn { .. } | LaunchError::Log { .. } => {
            error.into()
        }
    }
}

/// Where the gateway listens and logs.
pub(super) fn announce(info: &InstanceInfo, home: &Home) -> anyhow::Result<()> {
    output::line(format!("isartor {} is running at {}", info.version, info.url))?;
    output::line(format!("log: {}", home.log_file().display()))?;
    Ok(())
}
