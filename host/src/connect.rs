//! Install isartor into an AI client: plan, then apply; and undo. Never writes a file itself, and never believes a
//! connector that anything but our own entry changed.

mod carry_out;
pub mod entry;
mod error;
mod inspect;
pub mod locate;
mod ours;
pub mod permitted;
mod restore;
mod standing;

use std::path::{Path, PathBuf};

use crate::client_config::{
    Change, ClientConfigError, ClientConfigs, Edited, Format, Key, Place, Record, Slot, Snapshot, Undo,
    check_connected, check_disconnected,
};
use crate::plugin::connector::{self, FoundEntry, ServerEntry, Target};
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

    fn connecting(&self, place: &Located, entry: &ServerEntry) -> Result<Planned, ConnectError> {
        let File { before, target, slot, key } = self.open(place, &entry.name)?;
        let found = self.ours(&key, before.text(), &target)?;
        let after = self.connector.connect(before.text(), &target, entry).map_err(failed_on(&before.path))?;
        // What does not change has to be right as well: "nothing to do" is a connector's word too.
        let checked = check_connected(before.text(), &after, slot, &ours::allowed(entry, self.servers()));
        let difference = checked.map_err(self.refused(&before.path))?;
        if before.text() == Some(after.as_str()) {
            return Ok((Step::Unchanged(before.path), None));
        }
        before.check_changeable()?;
        let earlier = self.configs.record(&key)?;
        // What the user added to the entry stays; only what we gave would be lost.
        let conflict = edited(&before.path, found.as_ref(), earlier.as_ref(), Losing::OurValues);
        let written = self.entry(&before.path, &after, &target, &entry.name)?;
        let change = Change::connecting(key, before, after, earlier.as_ref(), &difference);
        let change = written.iter().fold(change, |change, entry| change.with_entry(&ours::form(entry)));
        let change = if ours::holds_key(entry) { change.holding_key() } else { change };
        Ok((Step::Change(Box::new(in_scope(change, place))), conflict))
    }

    fn disconnecting(&self, place: &Located, name: &str) -> Result<Planned, ConnectError> {
        let File { before, target, slot, key } = self.open(place, name)?;
        let Some(text) = before.text() else { return Ok((Step::Unchanged(before.path), None)) };
        let record = self.configs.record(&key)?;
        let mut conflict = None;
        let undo = Undo::of(record.as_ref(), &before);
        let is_exact = matches!(undo, Undo::Exact(_));
        let after = match undo {
            Undo::Exact(original) => original,
            Undo::Surgical { created_container, created_file } => {
                let found = self.ours(&key, Some(text), &target)?;
                conflict = edited(&before.path, found.as_ref(), record.as_ref(), Losing::Everything);
                let without = |created_container| {
                    let without = self.connector.disconnect(text, &target, name, created_container);
                    without.map_err(failed_on(&before.path))
                };
                match without(created_container)? {
                    // Nothing worth a file is left; but the file is not ours to remove.
                    None if !created_file => without(false)?,
                    after => after,
                }
            }
        };
        if !is_exact {
            check_disconnected(text, after.as_deref(), slot).map_err(self.refused(&before.path))?;
        }
        if after.as_deref() == Some(text) {
            return Ok((Step::Unchanged(before.path), None));
        }
        before.check_changeable()?;
        let change = Change::disconnecting(key, before, after, record.as_ref(), is_exact);
        Ok((Step::Change(Box::new(in_scope(change, place))), conflict))
    }

    fn open<'p>(&'p self, place: &Located, name: &'p str) -> Result<File<'p>, ConnectError> {
        let path = PathBuf::from(&place.path);
        let client = self.connector.manifest().id.clone();
        let key = Key { client, path: path.clone(), name: name.to_owned() };
        let before = self.configs.read(&Place { path, base: PathBuf::from(&place.base) })?;
        let servers = self.servers();
        let slot = Slot {
            format: format(servers.format),
            container: &servers.container,
            name_field: servers.name_field.as_deref(),
            name,
            head: &servers.head,
        };
        Ok(File { before, target: self.target(place), slot, key })
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

    fn refused(&self, path: &Path) -> impl Fn(String) -> ConnectError {
        let connector = &self.connector.manifest().id;
        move |reason| {
            ClientConfigError::BadChange { connector: connector.clone(), path: path.to_owned(), reason }.into()
        }
    }

    /// The entry that `key` names. An error when it is a server of the user's that happens to have the name: we do not
    /// take it over. A URL does not say whose it is, but the journal does.
    fn ours(&self, key: &Key, text: Option<&str>, target: &Target) -> Result<Option<FoundEntry>, ConnectError> {
        let Some(text) = text else { return Ok(None) };
        match self.entry(&key.path, text, target, &key.name)? {
            Some(entry) if !ours::is_ours(&entry) && self.configs.record(key)?.is_none() => {
                Err(ConnectError::ForeignEntry { path: key.path.clone(), name: key.name.clone() })
            }
            found => Ok(found),
        }
    }

    fn entry(&self, path: &Path, text: &str, target: &Target, name: &str) -> Result<Option<FoundEntry>, ConnectError> {
        let found = self.connector.servers(text, target).map_err(failed_on(path))?;
        Ok(found.into_iter().find(|entry| entry.name == name))
    }
}

/// What would happen to one file, and what the user has to decide about it.
type Planned = (Step, Option<Conflict>);

/// What a change takes from an entry of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Losing {
    OurValues,
    Everything,
}

/// Whether the user would lose edits of our entry.
fn edited(path: &Path, now: Option<&FoundEntry>, record: Option<&Record>, losing: Losing) -> Option<Conflict> {
    let written = record?.entry.as_ref()?;
    let fields = match (written.compare(&ours::form(now?)), losing) {
        (Edited::ManagedValuesChanged(fields), _) | (Edited::OnlyAdded(fields), Losing::Everything) => fields,
        (Edited::OnlyAdded(_), Losing::OurValues) | (Edited::Untouched, _) => return None,
    };
    Some(Conflict::Edited { path: path.to_owned(), fields })
}

/// One of the client's files, and what we need to know to change it.
struct File<'p> {
    before: Snapshot,
    target: Target,
    slot: Slot<'p>,
    key: Key,
}

/// A project's directory gets no copies: they would be committed.
fn in_scope(change: Change, place: &Located) -> Change {
    match place.file.scope {
        Scope::User => change,
        Scope::Project => change.in_project(),
    }
}

fn in_wit(os: client_file::Os) -> connector::Os {
    match os {
        client_file::Os::Macos => connector::Os::Macos,
        client_file::Os::Linux => connector::Os::Linux,
        client_file::Os::Windows => connector::Os::Windows,
    }
}

fn format(format: client_file::Format) -> Format {
    match format {
        client_file::Format::Json => Format::Json,
        client_file::Format::Json5 => Format::Json5,
        client_file::Format::Toml => Format::Toml,
        client_file::Format::Yaml => Format::Yaml,
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
