//! The clients of this machine, as the commands about them see them: which connectors there are, where their files
//! are, what is in them. Opens and reads; the commands decide and print.

mod gateway;
mod running;

use std::fs;
use std::path::Path;

use crate::audit::AuditFile;
use crate::client_config::ClientConfigs;
use crate::connect::locate::{Directories, LocateError, Location, Surroundings, locate};
use crate::connect::{Client, ConnectError, Inspection};
use crate::plugin::manifest::TransportKind;
use crate::plugin::manifest::client_file::{Os, Scope};
use crate::plugin::{Connector, Kind, Manifest, PluginError, Plugins};
use crate::server::instance;
use crate::settings::{Environment, Settings};

use super::output::Hinted;
use super::plugin;

pub(super) use gateway::{Gateway, GatewayAnswer};
pub(super) use running::Processes;

/// Whether compiled connectors are kept for the next time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Traces {
    /// In isartor's home, where there is one.
    Kept,
    /// Nothing is written.
    None,
}

/// Everything that a command about clients needs.
pub(super) struct Clients<'a> {
    pub(super) settings: &'a Settings,
    pub(super) environment: &'a Environment,
    pub(super) configs: ClientConfigs,
    audit: AuditFile,
    plugins: Plugins,
}

impl<'a> Clients<'a> {
    pub(super) fn open(settings: &'a Settings, environment: &'a Environment, traces: Traces) -> anyhow::Result<Self> {
        let home = &settings.home;
        let state_dir = (traces == Traces::Kept && home.root().is_dir()).then(|| home.root());
        let plugins = plugin::open(settings, state_dir)?;
        let configs = ClientConfigs::new(home.root(), &home.backups_dir()).keeping(settings.connect.backups_kept);
        Ok(Self { settings, environment, configs, audit: AuditFile::of(settings), plugins })
    }

    /// Whether a client that starts isartor gets to the gateway at `url` without a key: over the socket of this home.
    pub(super) fn needs_no_key(&self, transport: TransportKind, url: &str) -> anyhow::Result<bool> {
        let running = instance::running(&self.settings.home)?;
        Ok(transport == TransportKind::Stdio && running.is_some_and(|running| running.url == url))
    }

    /// The manifest of every connector, by id.
    pub(super) fn manifests(&self) -> Vec<&Manifest> {
        let mut manifests: Vec<&Manifest> =
            self.plugins.of_kind(Kind::Connector).map(|plugin| plugin.manifest()).collect();
        manifests.sort_by(|one, other| one.id.cmp(&other.id));
        manifests
    }

    pub(super) fn plugins(&self) -> &Plugins {
        &self.plugins
    }

    /// An error when no connector is called so.
    pub(super) fn check_known(&self, id: &str) -> anyhow::Result<()> {
        match self.manifests().iter().any(|manifest| manifest.id == id) {
            true => Ok(()),
            // Loading it says what is wrong, in the words of every other command.
            false => self.connector(id).map(drop),
        }
    }

    pub(super) fn connector(&self, id: &str) -> anyhow::Result<Connector> {
        Ok(self.plugins.connector(id).map_err(explained)?)
    }

    /// Where a client's files are, without running its connector.
    pub(super) fn locate<'m>(&self, manifest: &'m Manifest, scope: Scope) -> Result<Location<'m>, LocateError> {
        self.with_surroundings(|around| locate(&manifest.files, scope, around))
    }

    /// Gives `act` the client behind a connector.
    pub(super) fn with_client<T>(&self, connector: &Connector, act: impl FnOnce(Client<'_>) -> T) -> T {
        self.with_surroundings(|around| {
            let (configs, audit) = (&self.configs, &self.audit);
            act(Client { connector, configs, around, state_dir: self.settings.home.root(), audit })
        })
    }

    /// What a client's files of one scope hold. None where it has no such files, or none is there and nothing was ever
    /// done: the connector is not even loaded then.
    pub(super) fn inspect(&self, manifest: &Manifest, scope: Scope) -> anyhow::Result<Option<Inspection>> {
        let Ok(located) = self.locate(manifest, scope) else { return Ok(None) };
        let is_there = located.targets.iter().any(|place| Path::new(&place.path).exists());
        if !is_there && !self.configs.knows(&manifest.id).map_err(ConnectError::from).map_err(hinted)? {
            return Ok(None);
        }
        let connector = self.connector(&manifest.id)?;
        self.with_client(&connector, |client| client.inspect(scope)).map(Some).map_err(hinted)
    }

    fn with_surroundings<T>(&self, act: impl FnOnce(&Surroundings<'_>) -> T) -> T {
        let environment = self.environment;
        act(&Surroundings {
            os: Os::of_this_system(),
            home_dir: environment.home_dir.as_deref().and_then(Path::to_str),
            project_dir: project_dir(environment).and_then(Path::to_str),
            variable: &|name| environment.var(name).map(str::to_owned),
            directories: &Disk,
        })
    }
}

/// Where we are. A file in the home is the user's, whatever it is called.
fn project_dir(environment: &Environment) -> Option<&Path> {
    let here = environment.current_dir.as_deref()?;
    (environment.home_dir.as_deref() != Some(here)).then_some(here)
}

/// The error and what is behind it on one line: a plugin's fault comes with a backtrace that helps no user.
pub(super) fn hinted(error: ConnectError) -> anyhow::Error {
    let hint = error.hint();
    let error = anyhow::Error::new(error);
    let causes: Vec<String> =
        error.chain().map(|cause| cause.to_string().lines().next().unwrap_or_default().to_owned()).collect();
    Hinted::new(causes.join(": "), hint).into()
}

fn explained(error: PluginError) -> Hinted {
    let hint = error.hint().unwrap_or_else(|| "run 'isartor connect list' to see every client".to_owned());
    Hinted::new(error.chain(), hint)
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
