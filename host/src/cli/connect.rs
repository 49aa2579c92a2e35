//! `isartor connect`: shows what will change, has it written, says what to do next.

pub(in crate::cli) mod diff;

use std::fs;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::Context;

use super::ConnectArgs;
use super::output::{Hinted, line};
use crate::client_config::{Applied, ClientConfigs};
use crate::connect::entry::{self, EntryError, Parts};
use crate::connect::locate::{Directories, Surroundings};
use crate::connect::{self, Client, ConnectError, Intent, Plan, Step};
use crate::plugin::manifest::client_file::{Os, Scope};
use crate::plugin::{Connector, Lock, Manifest, Places, PluginError, Plugins};
use crate::server::instance;
use crate::settings::{Environment, Settings};

pub(super) fn run(settings: &Settings, environment: &Environment, args: ConnectArgs) -> anyhow::Result<ExitCode> {
    let intent = intent(settings, environment, &args)?;
    let connector = connector(settings, &args)?;
    let configs = ClientConfigs::new(settings.home.root(), &settings.home.backups_dir());
    let plan = plan(settings, &connector, &configs, environment, &intent)?;
    show(&plan, connector.manifest(), environment, &intent)?;
    if args.dry_run {
        line("nothing was written (--dry-run)")?;
        return Ok(ExitCode::SUCCESS);
    }
    if !plan.steps.iter().any(|step| matches!(step, Step::Change(_))) {
        return Ok(ExitCode::SUCCESS);
    }
    let home = &settings.home;
    home.create().with_context(|| format!("cannot prepare {}", home.root().display()))?;
    let applied = connect::apply(&configs, plan, SystemTime::now()).map_err(hinted)?;
    tell(&applied, connector.manifest())?;
    Ok(ExitCode::SUCCESS)
}

fn intent(settings: &Settings, environment: &Environment, args: &ConnectArgs) -> anyhow::Result<Intent> {
    let with_hint = |error: EntryError| Hinted::new(error.to_string(), error.hint());
    entry::check_name(&args.name).map_err(with_hint)?;
    if args.disconnect {
        return Ok(Intent::Disconnect { name: args.name.clone() });
    }
    let gateway_url = match &args.gateway_url {
        Some(given) => given.clone(),
        None => match instance::running(&settings.home)? {
            Some(running) => running.url,
            None => entry::local_gateway_url(settings.host, settings.port).map_err(with_hint)?,
        },
    };
    let parts = Parts {
        name: &args.name,
        program: &environment.program,
        gateway_url: &gateway_url,
        gateway_api_key: args.gateway_api_key.as_deref().or(settings.gateway_api_key.as_deref()),
        home: (!settings.home.is_default()).then(|| settings.home.root()),
    };
    Ok(Intent::Connect(entry::server_entry(parts).map_err(with_hint)?))
}

fn connector(settings: &Settings, args: &ConnectArgs) -> anyhow::Result<Connector> {
    // Compiled code is kept for the next time, except where nothing may be written.
    let state_dir = (!args.dry_run && settings.home.root().is_dir()).then(|| settings.home.root());
    let with_hint = |error: PluginError| match error.hint() {
        Some(hint) => anyhow::Error::new(Hinted::new(error.chain(), hint)),
        None => error.into(),
    };
    let lock = Lock::read(&settings.home.plugins_lock()).map_err(PluginError::from).map_err(with_hint)?;
    let plugins_dir = settings.home.plugins_dir();
    let places = Places { plugins_dir: &plugins_dir, state_dir, program: &settings.program };
    let plugins = Plugins::open(places, &lock).map_err(with_hint)?;
    plugins.connector(&args.client).map_err(with_hint)
}

fn plan(
    settings: &Settings,
    connector: &Connector,
    configs: &ClientConfigs,
    environment: &Environment,
    intent: &Intent,
) -> anyhow::Result<Plan> {
    let around = Surroundings {
        os: Os::of_this_system(),
        home_dir: environment.home_dir.as_deref().and_then(Path::to_str),
        project_dir: environment.current_dir.as_deref().and_then(Path::to_str),
        variable: &|name| environment.var(name).map(str::to_owned),
        directories: &Disk,
    };
    Client { connector, configs, around: &around, state_dir: settings.home.root() }
        .plan(intent, Scope::User)
        .map_err(hinted)
}

/// The error and what is behind it on one line: a plugin's fault comes with a backtrace that helps no user.
fn hinted(error: ConnectError) -> anyhow::Error {
    let hint = error.hint();
    let error = anyhow::Error::new(error);
    let causes: Vec<String> =
        error.chain().map(|cause| cause.to_string().lines().next().unwrap_or_default().to_owned()).collect();
    Hinted::new(causes.join(": "), hint).into()
}

fn show(plan: &Plan, manifest: &Manifest, environment: &Environment, intent: &Intent) -> io::Result<()> {
    let colours = io::stdout().is_terminal() && environment.var("NO_COLOR").is_none();
    for step in &plan.steps {
        match (step, intent) {
            (Step::Change(change), _) => {
                for text in diff::lines(change, colours) {
                    line(text)?;
                }
            }
            (Step::Unchanged(path), Intent::Connect(_)) => {
                line(format!("{} is connected already: nothing to do in {}", manifest.title, path.display()))?;
            }
            (Step::Unchanged(path), Intent::Disconnect { .. }) => {
                line(format!("{} is not connected: nothing to do in {}", manifest.title, path.display()))?;
            }
        }
    }
    for conflict in &plan.conflicts {
        line(format!("note: {conflict}"))?;
    }
    if !plan.is_installed && matches!(intent, Intent::Connect(_)) {
        line(format!("note: {} was not found on this machine", manifest.title))?;
    }
    Ok(())
}

fn tell(applied: &[Applied], manifest: &Manifest) -> io::Result<()> {
    for applied in applied {
        let verb = if applied.is_removed { "removed" } else { "wrote" };
        line(format!("{verb} {}", applied.path.display()))?;
        if let Some(backup) = &applied.backup {
            line(format!("backup: {}", backup.display()))?;
        }
    }
    match &manifest.restart {
        Some(restart) => line(format!("next: {restart}")),
        None => Ok(()),
    }
}

/// The real directories. What cannot be listed holds nothing that a client could read either.
struct Disk;

impl Directories for Disk {
    fn names(&self, directory: &str) -> Vec<String> {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    }

    fn exists(&self, path: &str) -> bool {
        Path::new(path).exists()
    }
}
