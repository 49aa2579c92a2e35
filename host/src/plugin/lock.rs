//! `isartor-plugins.lock`: which third-party plugins the user accepted, at which digest, and what each may do.
//! The only reader and writer of the file; decides nothing about it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use semver::Version;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::LimitOverrides;
use super::hexadecimal;
use super::manifest::Kind;
use super::manifest::capability::CapabilityName;
use super::manifest::client_file::ClientFile;

use crate::system::Private;

/// What this isartor reads and writes.
const FORMAT: u32 = 1;

const HEADER: &str =
    "# Written by isartor: what you accepted, and what each plugin may do. Change it with 'isartor plugin'.\n";

/// Everything the user accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    format: u32,
    /// Bundled plugins that the user switched off.
    #[serde(default)]
    pub bundled_off: BTreeSet<String>,
    #[serde(default, rename = "plugin")]
    pub plugins: Vec<Locked>,
}

/// One accepted plugin. Times are seconds since 1970-01-01 UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    pub id: String,
    pub version: Version,
    pub kind: Kind,
    /// The WIT package that it was built against.
    pub wit: String,
    /// The path or the URL that it came from.
    pub source: String,
    pub component_sha256: String,
    pub manifest_sha256: String,
    pub enabled: bool,
    pub accepted_at: u64,
    /// The minisign key that signed it; no other key can sign its updates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher_key: Option<String>,
    /// Budgets that the user lowered or raised for this plugin, within the ceilings.
    #[serde(default, skip_serializing_if = "is_default")]
    pub limits: LimitOverrides,
    /// SHA-256 of each tool's definition, by the tool's name.
    #[serde(default)]
    pub tools: BTreeMap<String, String>,
    /// The same for prompts, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prompts: BTreeMap<String, String>,
    /// The same for resources and their templates, by URI.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resources: BTreeMap<String, String>,
    #[serde(default, rename = "grant")]
    pub grants: Vec<Granted>,
    /// Connectors: the files it may edit.
    #[serde(default, rename = "file")]
    pub files: Vec<AcceptedFile>,
}

/// SHA-256 of everything that a plugin offers as the user accepted it: tools and prompts by name, resources by URI.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pins {
    pub tools: BTreeMap<String, String>,
    pub prompts: BTreeMap<String, String>,
    pub resources: BTreeMap<String, String>,
}

/// One capability that the user granted, and what it allowed as it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Granted {
    pub capability: CapabilityName,
    pub allows: Vec<String>,
    pub granted_at: u64,
}

/// One path of a connector's manifest that the user accepted, as the manifest spells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedFile {
    pub id: String,
    pub path: String,
}

impl AcceptedFile {
    pub fn of(file: &ClientFile) -> Self {
        Self { id: file.id.clone(), path: file.path.to_string() }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot use {}: {message}", path.display())]
    Unusable { path: PathBuf, message: String },
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

impl LockError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Read { path, .. } => format!("make {} readable", path.display()),
            Self::Unusable { path, .. } => {
                format!("correct {}, or move it away and install the plugins again", path.display())
            }
            Self::Write { path, .. } => {
                format!("make the directory of {} writable, and free some space", path.display())
            }
        }
    }
}

fn is_default(limits: &LimitOverrides) -> bool {
    *limits == LimitOverrides::default()
}

impl Default for Lock {
    fn default() -> Self {
        Self { format: FORMAT, bundled_off: BTreeSet::new(), plugins: Vec::new() }
    }
}

impl Lock {
    /// A file that is not there has accepted nothing.
    pub fn read(path: &Path) -> Result<Self, LockError> {
        Ok(Self::identified(path)?.0)
    }

    /// The same, and what identifies its bytes: changes whenever they do. Empty where there is no file.
    pub fn identified(path: &Path) -> Result<(Self, String), LockError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Self::default(), String::new())),
            Err(source) => return Err(LockError::Read { path: path.into(), source }),
        };
        let lock = Self::parse(&text).map_err(|message| LockError::Unusable { path: path.into(), message })?;
        Ok((lock, hexadecimal(&Sha256::digest(text))))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let lock: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        if lock.format != FORMAT {
            return Err(format!("its format is {}, this isartor knows {FORMAT}", lock.format));
        }
        match lock
            .plugins
            .iter()
            .enumerate()
            .find(|(at, one)| lock.plugins[..*at].iter().any(|other| other.id == one.id))
        {
            Some((_, twice)) => Err(format!("the plugin {:?} is in it twice", twice.id)),
            None => Ok(lock),
        }
    }

    /// Changes the file as one step that nobody sees half of, and never beside another process.
    pub fn change<T, E: From<LockError>>(path: &Path, change: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let write_error = |source| LockError::Write { path: path.into(), source };
        let _turn = take_turns(path).map_err(write_error)?;
        let mut lock = Self::read(path)?;
        let before = lock.clone();
        let changed = change(&mut lock)?;
        if lock != before {
            lock.write(path).map_err(write_error)?;
        }
        Ok(changed)
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let mut sorted = self.clone();
        sorted.plugins.sort_by(|one, other| one.id.cmp(&other.id));
        let text = toml::to_string(&sorted).map_err(io::Error::other)?;
        crate::system::write_whole(path, format!("{HEADER}{text}").as_bytes())
    }

    pub fn find(&self, id: &str) -> Option<&Locked> {
        self.plugins.iter().find(|plugin| plugin.id == id)
    }

    pub fn find_mut(&mut self, id: &str) -> Option<&mut Locked> {
        self.plugins.iter_mut().find(|plugin| plugin.id == id)
    }

    /// Replaces what was accepted of the same plugin.
    pub fn accept(&mut self, plugin: Locked) {
        self.plugins.retain(|other| other.id != plugin.id);
        self.plugins.push(plugin);
    }
}

impl Locked {
    /// What the user accepted that it offers.
    pub fn pins(&self) -> Pins {
        let Self { tools, prompts, resources, .. } = self;
        Pins { tools: tools.clone(), prompts: prompts.clone(), resources: resources.clone() }
    }

    pub fn allowed(&self) -> BTreeSet<CapabilityName> {
        self.grants.iter().map(|grant| grant.capability).collect()
    }
}

/// Held while the lock is changed; the system lets go of it when the process ends in whatever way.
fn take_turns(path: &Path) -> io::Result<File> {
    let mut private = File::options();
    private.create(true).truncate(false).write(true).private();
    let turn = private.open(path.with_extension("turn"))?;
    turn.lock()?;
    Ok(turn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unusable_lock_says_what_is_wrong() {
        let plugin = "[[plugin]]\nid = \"a\"\nversion = \"1.0.0\"\nkind = \"tool\"\nwit = \"w\"\nsource = \"s\"\n\
                      component_sha256 = \"0\"\nmanifest_sha256 = \"0\"\nenabled = true\naccepted_at = 0\n";
        let cases = [
            ("format = 2\n".to_owned(), "its format is 2"),
            (format!("format = 1\n{plugin}{plugin}"), "is in it twice"),
            ("format = 1\nplugins = []\n".to_owned(), "unknown field `plugins`"),
            (format!("format = 1\n{}", plugin.replace("enabled = true\n", "")), "missing field `enabled`"),
            (
                format!("format = 1\n{plugin}[[plugin.grant]]\ncapability = \"files\"\nallows = []\ngranted_at = 0\n"),
                "unknown variant `files`",
            ),
        ];
        assert!(Lock::parse(&format!("format = 1\n{plugin}")).is_ok());
        for (text, words) in cases {
            let message = Lock::parse(&text).expect_err(words);
            assert!(message.contains(words), "{message:?} does not say {words:?}");
        }
    }

    #[test]
    fn what_is_written_reads_the_same() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("isartor-plugins.lock");
        let locked = Locked {
            id: "a".to_owned(),
            version: Version::new(1, 2, 3),
            kind: Kind::Tool,
            wit: "isartor:plugin@0.1.0".to_owned(),
            source: "/a".to_owned(),
            component_sha256: "00".to_owned(),
            manifest_sha256: "01".to_owned(),
            enabled: true,
            accepted_at: 1,
            publisher_key: Some("RW".to_owned()),
            limits: toml::from_str("deadline_milliseconds = 500").expect("a limit"),
            tools: BTreeMap::from([("echo".to_owned(), "02".to_owned())]),
            prompts: BTreeMap::new(),
            resources: BTreeMap::from([("a://b".to_owned(), "03".to_owned())]),
            grants: vec![Granted { capability: CapabilityName::Http, allows: vec!["send".to_owned()], granted_at: 2 }],
            files: vec![AcceptedFile { id: "f".to_owned(), path: "~/x".to_owned() }],
        };
        let before = Lock::identified(&path).expect("it can be read").1;
        Lock::change(&path, |lock| -> Result<(), LockError> {
            lock.accept(locked.clone());
            Ok(())
        })
        .expect("it can be written");
        assert_eq!(Lock::read(&path).expect("it can be read").plugins, [locked]);
        assert_ne!(Lock::identified(&path).expect("it can be read").1, before);
    }
}
