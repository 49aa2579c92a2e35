//! Install isartor into an AI client: plan, then apply; and undo. Never writes a file itself, and never believes a
//! connector that anything but our own entry changed.

mod audited;
mod carry_out;
pub mod entry;
mod error;
mod inspect;
pub mod locate;
mod one_file;
mod ours;
pub mod permitted;
mod restore;
mod standing;

use std::path::{Path, PathBuf};

use crate::audit::AuditFile;
use crate::client_config::{Change, ClientConfigs};
use crate::plugin::connector::{self, ServerEntry, Target};
use crate::plugin::manifest::Snippet;
use crate::plugin::manifest::client_file::{self, Scope, Servers};
use crate::plugin::{Connector, PluginError};

pub use error::ConnectError;
pub use inspect::{Inspected, Inspection, Written};
use locate::{Located, Location, Surroundings, locate};
use permitted::Forbidden;
pub use restore::Restoring;
pub use standing::{EntryKey, OurEntry, Standing};

/// What is wanted of a client.
#[derive(Debug)]
pub enum Intent {
    /// Our entry, as given.
    Connect(ServerEntry),
    /// No entry called `name`.
    Disconnect { name: String },
}

/// Everything that would happen. Nothing has, yet.
#[derive(Debug)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// What the user has to decide first.
    pub conflicts: Vec<Conflict>,
    /// Whether the client seems to be on this machine.
    pub is_installed: bool,
}

/// What would happen to one file.
#[derive(Debug)]
pub enum Step {
    Change(Box<Change>),
    /// It is as it is wanted already.
    Unchanged(PathBuf),
}

/// Why a plan is not carried out without the user's word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    #[error("{title} may read {other} instead of {}", used.display())]
    Competing { title: String, used: PathBuf, other: String },
    #[error("isartor's entry in {} was edited ({})", path.display(), fields.join(", "))]
    Edited { path: PathBuf, fields: Vec<String> },
}

impl Conflict {
    /// What the user is asked.
    pub fn question(&self) -> &'static str {
        match self {
            Self::Competing { .. } => "Go on with the file that isartor chose?",
            Self::Edited { .. } => "Go on and lose these edits?",
        }
    }
}

/// One client, reached through its connector.
pub struct Client<'a> {
    pub connector: &'a Connector,
    pub configs: &'a ClientConfigs,
    pub around: &'a Surroundings<'a>,
    /// `ISARTOR_HOME`, where no connector writes.
    pub state_dir: &'a Path,
    /// What is done to a file is told to it.
    pub audit: &'a AuditFile,
}

impl Client<'_> {
    /// Reads the client's files and has the connector say what they should become.
    pub fn plan(&self, intent: &Intent, scope: Scope) -> Result<Plan, ConnectError> {
        let located = self.locate(scope)?;
        let (mut steps, mut conflicts) = (Vec::new(), Vec::new());
        let mut places: Vec<&Located> = located.targets.iter().collect();
        match intent {
            Intent::Connect(_) => conflicts.extend(self.competing(&located)),
            // Wherever our entry is, it goes.
            Intent::Disconnect { .. } => places.extend(&located.competing),
        }
        places.iter().try_for_each(|place| self.check_permitted(place))?;
        for place in places {
            let (step, conflict) = match intent {
                Intent::Connect(entry) => self.connecting(place, entry)?,
                Intent::Disconnect { name } => self.disconnecting(place, name)?,
            };
            steps.push(step);
            conflicts.extend(conflict);
        }
        Ok(Plan { steps, conflicts, is_installed: located.is_installed })
    }

    /// What each file of the client would hold if there were nothing else in it.
    pub fn example(&self, entry: &ServerEntry, scope: Scope) -> Result<Vec<(PathBuf, String)>, ConnectError> {
        let located = self.locate(scope)?;
        let example = |place: &Located| {
            let path = PathBuf::from(&place.path);
            let text = self.connector.connect(None, &self.target(place), entry).map_err(failed_on(&path))?;
            Ok((path, text))
        };
        located.targets.iter().map(example).collect()
    }

    /// A snippet of the connector, with `entry` in it.
    pub fn snippet(&self, entry: &ServerEntry, snippet: &Snippet) -> Result<String, ConnectError> {
        let scope = connector::Scope::User;
        let target = Target { file: snippet.id.clone(), scope, os: in_wit(self.around.os), project_root: None };
        let failed = |source| ConnectError::Connector { path: PathBuf::from(&snippet.title), source };
        self.connector.connect(None, &target, entry).map_err(failed)
    }

    fn locate(&self, scope: Scope) -> Result<Location<'_>, ConnectError> {
        let manifest = self.connector.manifest();
        locate(&manifest.files, scope, self.around)
            .map_err(|source| ConnectError::Locate { title: manifest.title.clone(), source })
    }

    fn competing(&self, located: &Location) -> Vec<Conflict> {
        let title = &self.connector.manifest().title;
        let used = Path::new(&located.targets[0].path);
        let conflict = |other: &Located| Conflict::Competing {
            title: title.clone(),
            used: used.to_owned(),
            other: other.path.clone(),
        };
        located.competing.iter().map(conflict).collect()
    }

    /// What came with this program was looked at by us; anybody else's connector edits what the user accepted.
    fn check_permitted(&self, place: &Located) -> Result<(), ConnectError> {
        let path = PathBuf::from(&place.path);
        let Some(accepted) = self.connector.accepted_files() else { return Ok(()) };
        let inside = match place.file.scope {
            Scope::User => self.around.home_dir,
            Scope::Project => self.around.project_dir,
        };
        let checked = match accepted.iter().any(|file| file.id == place.file.id) {
            true => permitted::check_path(&path, inside.map(Path::new), self.state_dir)
                .map_err(|source| ConnectError::Unreachable { path: path.clone(), source })?,
            false => Err(Forbidden::NotAccepted),
        };
        let connector = self.connector.manifest().id.clone();
        checked.map_err(|reason| ConnectError::Forbidden { connector, path, reason })
    }

    fn servers(&self) -> &Servers {
        self.connector.manifest().servers.as_ref().expect("a manifest with files has servers")
    }

    fn target(&self, place: &Located) -> Target {
        let (scope, project_root) = match place.file.scope {
            Scope::User => (connector::Scope::User, None),
            Scope::Project => (connector::Scope::Project, self.around.project_dir.map(str::to_owned)),
        };
        Target { file: place.file.id.clone(), scope, os: in_wit(self.around.os), project_root }
    }
}

fn in_wit(os: client_file::Os) -> connector::Os {
    match os {
        client_file::Os::Macos => connector::Os::Macos,
        client_file::Os::Linux => connector::Os::Linux,
        client_file::Os::Windows => connector::Os::Windows,
    }
}

fn failed_on(path: &Path) -> impl Fn(PluginError) -> ConnectError {
    |source| {
        let path = path.to_owned();
        if let PluginError::Reported { message, line_column, .. } = source {
            return ConnectError::Unusable { path, message, line_column };
        }
        ConnectError::Connector { path, source }
    }
}
