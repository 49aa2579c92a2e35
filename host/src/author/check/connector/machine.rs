//! A user's machine made of scratch folders: where a connector's client keeps its file, and nothing else.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::TempDir;

use super::said;
use crate::audit::AuditFile;
use crate::author::AuthorError;
use crate::client_config::ClientConfigs;
use crate::connect::locate::{Directories, Located, Surroundings, locate};
use crate::connect::{Client, ConnectError, Intent};
use crate::plugin::connector::{self, Scope, Target};
use crate::plugin::manifest::client_file::{ClientFile, Os, Root, Scope as ManifestScope, Template};
use crate::plugin::{Connector, Manifest, PluginError};

pub(super) struct Machine {
    root: TempDir,
    os: Os,
    /// Variables that a path cannot do without.
    variables: Vec<String>,
    scope: ManifestScope,
    path: PathBuf,
    target: Target,
}

impl Machine {
    /// A machine whose client has no configuration yet, with the directories that the first file of `os` and
    /// `scope` requires.
    pub(super) fn new(manifest: &Manifest, os: Os, scope: ManifestScope) -> Result<Self, AuthorError> {
        let failed = |source| AuthorError::file("make", Path::new("a scratch folder"), source);
        let root = tempfile::tempdir().map_err(failed)?;
        let file = manifest.files.iter().find(|file| file.systems.contains(&os) && file.scope == scope);
        let templates = file.map(|file| std::iter::once(&file.path).chain(&file.requires)).into_iter().flatten();
        let variables = templates.clone().filter_map(|template| needed(&template.root)).collect();
        let target = Target { file: String::new(), scope: Scope::User, os: in_wit(os), project_root: None };
        let mut machine = Self { root, os, variables, scope, path: PathBuf::new(), target };
        fs::create_dir(machine.home()).and_then(|()| fs::create_dir(machine.project())).map_err(failed)?;
        if let Some(requires) = file.and_then(|file| file.requires.as_ref()) {
            fs::create_dir_all(machine.place(requires)).map_err(failed)?;
        }
        (machine.path, machine.target.file) = machine.first(manifest)?;
        if scope == ManifestScope::Project {
            machine.target.scope = Scope::Project;
            machine.target.project_root = machine.project().to_str().map(str::to_owned);
        }
        Ok(machine)
    }

    /// The file that the client reads, by path and id.
    fn first(&self, manifest: &Manifest) -> Result<(PathBuf, String), AuthorError> {
        self.with_surroundings(|around| {
            let located = locate(&manifest.files, self.scope, around)
                .map_err(|source| PluginError::Manifest { plugin: manifest.id.clone(), message: source.to_string() })?;
            let Located { file: ClientFile { id, .. }, path, .. } = &located.targets[0];
            if !Path::new(path).starts_with(self.root.path()) {
                let message = format!("{path} is outside of the home directory, so no case can have it");
                return Err(PluginError::Manifest { plugin: manifest.id.clone(), message }.into());
            }
            Ok((PathBuf::from(path), id.clone()))
        })
    }

    fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    fn project(&self) -> PathBuf {
        self.root.path().join("project")
    }

    /// Where a template leads here, with something for its `*`.
    fn place(&self, template: &Template) -> PathBuf {
        let root = match &template.root {
            Root::Home => self.home(),
            Root::Variable { otherwise: Some(otherwise), .. } => self.place(otherwise),
            Root::Variable { name, otherwise: None } => self.root.path().join(name),
            Root::FileSystem => PathBuf::from("/"),
            Root::Project => self.project(),
        };
        template.parts.iter().fold(root, |path, part| path.join(part.replace('*', "1")))
    }

    fn with_surroundings<T>(&self, use_them: impl FnOnce(&Surroundings) -> T) -> T {
        let (home, project) = (self.home(), self.project());
        let variable = |name: &str| {
            let is_needed = self.variables.iter().any(|variable| variable == name);
            is_needed.then(|| self.root.path().join(name).display().to_string())
        };
        let directories = Inside(self.root.path());
        use_them(&Surroundings {
            os: self.os,
            home_dir: home.to_str(),
            project_dir: project.to_str(),
            variable: &variable,
            directories: &directories,
        })
    }

    /// Plans and applies; the error is what the user would read.
    pub(super) fn carry_out(&self, connector: &Connector, intent: &Intent) -> Result<(), String> {
        let state_dir = self.root.path().join("isartor");
        let configs = ClientConfigs::new(&state_dir, &state_dir.join("backups"));
        let audit = AuditFile::at(state_dir.join("audit.jsonl"), u64::MAX, 1);
        let done = self.with_surroundings(|around| {
            let client = Client { connector, configs: &configs, around, state_dir: &state_dir, audit: &audit };
            let plan = client.plan(intent, self.scope)?;
            client.carry_out(intent, self.scope, plan, &|| SystemTime::UNIX_EPOCH).map(drop)
        });
        done.map_err(|error: ConnectError| said(error))
    }

    /// The names of the servers that the connector sees.
    pub(super) fn servers(&self, connector: &Connector) -> Result<Vec<String>, AuthorError> {
        let text = self.config()?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let found = connector.servers(&text, &self.target)?;
        Ok(found.into_iter().map(|entry| entry.name).collect())
    }

    /// The client's file; none when there is none.
    pub(super) fn config(&self) -> Result<Option<Vec<u8>>, AuthorError> {
        match fs::read(&self.path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(AuthorError::file("read", &self.path, source)),
        }
    }

    /// Writes the client's file, as the client or its user would.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), AuthorError> {
        let made = self.path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&self.path, bytes))
            .map_err(|source| AuthorError::file("write", &self.path, source))
    }
}

/// The variable that a path has no other beginning than.
fn needed(root: &Root) -> Option<String> {
    match root {
        Root::Variable { name, otherwise: None } => Some(name.clone()),
        Root::Variable { otherwise: Some(otherwise), .. } => needed(&otherwise.root),
        Root::Home | Root::FileSystem | Root::Project => None,
    }
}

fn in_wit(os: Os) -> connector::Os {
    match os {
        Os::Macos => connector::Os::Macos,
        Os::Linux => connector::Os::Linux,
        Os::Windows => connector::Os::Windows,
    }
}

/// The directories of this machine: whatever is outside of its root does not exist.
struct Inside<'a>(&'a Path);

impl Directories for Inside<'_> {
    fn names(&self, directory: &str) -> Vec<String> {
        // What cannot be listed holds nothing that a client could read either.
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let inside = entries.filter(|entry| entry.path().starts_with(self.0));
        inside.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    }

    fn exists(&self, path: &str) -> bool {
        Path::new(path).starts_with(self.0) && Path::new(path).exists()
    }
}
