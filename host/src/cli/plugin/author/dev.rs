//! `isartor plugin dev`: build, check and install whenever the source changes, until it is interrupted.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use super::super::{ConsentArgs, InstallArgs, install, runtime};
use super::{engine_room, hinted, progress, tell};
use crate::author::{self, Project, Sources};
use crate::cli::output::{line, report};
use crate::plugin::Lock;
use crate::server::instance;
use crate::settings::Settings;

/// How often the sources are looked at.
const LOOK: Duration = Duration::from_millis(300);

pub(super) fn run(settings: &Settings, dir: &Path) -> anyhow::Result<ExitCode> {
    let runtime = runtime()?;
    // Registered before anything is built: an interrupt ends the loop, and not a half-written file.
    let (sender, mut interrupted) = tokio::sync::watch::channel(false);
    runtime.spawn(async move {
        // Nobody waits any more when the loop has ended by itself.
        if tokio::signal::ctrl_c().await.is_ok() {
            sender.send_replace(true);
        }
    });
    let mut seen = Sources::of(dir).map_err(hinted)?;
    build_and_take(settings, dir)?;
    loop {
        let pause = runtime.block_on(async {
            tokio::time::timeout(LOOK, interrupted.wait_for(|interrupted| *interrupted)).await.is_err()
        });
        if !pause {
            line("stopped")?;
            return Ok(ExitCode::SUCCESS);
        }
        let now = Sources::of(dir).map_err(hinted)?;
        if let Some(path) = seen.first_difference(&now) {
            line(format!("{} changed", path.display()))?;
            seen = now;
            build_and_take(settings, dir)?;
        }
    }
}

/// An error is the author's to correct, and waits for the next change.
fn build_and_take(settings: &Settings, dir: &Path) -> anyhow::Result<()> {
    if let Err(error) = build_check_install(settings, dir) {
        report(&error);
    }
    Ok(line("waiting for a change; end with Ctrl-C")?)
}

fn build_check_install(settings: &Settings, dir: &Path) -> anyhow::Result<()> {
    let project = Project::open(dir).map_err(hinted)?;
    author::build(&project, &mut progress).map_err(hinted)?;
    let checked = author::check(project.dir(), engine_room(settings)).map_err(hinted)?;
    tell(&checked)?;
    let checked = checked.passed().map_err(hinted)?;
    let is_installed = Lock::read(&settings.home.plugins_lock())?.find(&checked.manifest.id).is_some();
    if !is_installed && instance::running(&settings.home)?.is_none() {
        return Ok(());
    }
    // Who changes a plugin accepts the change; nothing is granted that was not granted before.
    let consent = ConsentArgs { yes: true, grant: Vec::new(), accept_file: Vec::new(), allow_downgrade: true };
    let source = project.dir().display().to_string();
    install::install(settings, &InstallArgs { source, consent }).map(drop)
}
