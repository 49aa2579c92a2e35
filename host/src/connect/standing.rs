//! How isartor stands in one file of a client: what our entry says, and what is wrong with it. Pure, but for its input.

use std::path::{Path, PathBuf};

use super::entry::{GATEWAY_API_KEY, GATEWAY_URL, KEY_HEADER, MCP_PATH};
use super::{Inspected, Inspection};
use crate::plugin::Manifest;
use crate::plugin::connector::{FoundEntry, Transport};
use crate::plugin::manifest::TransportKind;
use crate::plugin::manifest::client_file::Scope;

/// What others may do with a file.
const OTHERS: u32 = 0o077;

/// One file that our entry is in, or should be in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub client: String,
    pub title: String,
    /// The entry's name.
    pub name: String,
    pub path: PathBuf,
    pub scope: Scope,
    /// None: we wrote an entry, nobody took it back, and it is gone.
    pub entry: Option<OurEntry>,
    /// When we last wrote the file, in seconds since 1970.
    pub written_at: Option<u64>,
    /// The file of the project whose entry of the same name the client prefers.
    pub shadowed_by: Option<PathBuf>,
    /// Files that are there too, and that the client may read instead.
    pub competing: Vec<String>,
    /// The names of further entries that start isartor or lead to it.
    pub duplicates: Vec<String>,
    /// The file's mode, where it holds a key and others can read it.
    pub exposed_mode: Option<u32>,
}

/// What our entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurEntry {
    pub transport: TransportKind,
    /// None where the entry says it in a way we do not read.
    pub gateway_url: Option<String>,
    pub key: EntryKey,
    /// The program it starts.
    pub command: Option<PathBuf>,
}

/// The gateway's key, as an entry has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKey {
    None,
    Literal(String),
    /// In this environment variable.
    Variable(String),
    /// The entry has fields that may refer to one.
    Unknown,
}

impl Standing {
    /// Each entry of ours in one client, and each that a file of it lost.
    pub fn of(manifest: &Manifest, user: Option<&Inspection>, project: Option<&Inspection>) -> Vec<Self> {
        let mut all = Vec::new();
        for file in files(user).chain(files(project)) {
            for name in file.our_names() {
                let shadow = files(project).find(|other| other.ours().any(|entry| entry.name == name));
                let shadow = shadow.filter(|_| file.scope == Scope::User).map(|other| other.path.clone());
                all.push(Self::in_file(manifest, file, name, shadow));
            }
        }
        all
    }

    fn in_file(manifest: &Manifest, file: &Inspected, name: &str, shadow: Option<PathBuf>) -> Self {
        let entry = file.ours().find(|entry| entry.name == name).map(|entry| OurEntry::read(manifest, entry));
        let holds_key = entry.as_ref().is_some_and(OurEntry::holds_key);
        let names = file.our_names();
        let unknown = file.ours().map(|entry| entry.name.clone()).filter(|other| !names.contains(&other.as_str()));
        Self {
            client: manifest.id.clone(),
            title: manifest.title.clone(),
            name: name.to_owned(),
            path: file.path.clone(),
            scope: file.scope,
            written_at: file.written.iter().find(|written| written.name == name).and_then(|it| it.unix_seconds),
            shadowed_by: shadow.filter(|_| entry.is_some()),
            competing: file.competing.clone(),
            duplicates: unknown.collect(),
            exposed_mode: file.mode.filter(|mode| mode & OTHERS != 0 && holds_key),
            entry,
        }
    }

    /// Whether the entry starts the program at `program`; none where it starts none.
    pub fn matches(&self, program: &Path) -> Option<bool> {
        let command = self.entry.as_ref()?.command.as_ref()?;
        Some(command == program)
    }
}

fn files(inspection: Option<&Inspection>) -> impl Iterator<Item = &Inspected> {
    inspection.into_iter().flat_map(|inspection| inspection.files.iter().flatten())
}

impl OurEntry {
    fn holds_key(&self) -> bool {
        matches!(self.key, EntryKey::Literal(_))
    }

    fn read(manifest: &Manifest, entry: &FoundEntry) -> Self {
        let value = |pairs: &[(String, String)], wanted: &str| {
            pairs.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.clone())
        };
        let key = |found: Option<String>| match found {
            Some(text) => match manifest.servers.as_ref().and_then(|servers| servers.referred(&text)) {
                Some(variable) => EntryKey::Variable(variable.to_owned()),
                None => EntryKey::Literal(text),
            },
            None if entry.extra.is_empty() => EntryKey::None,
            None => EntryKey::Unknown,
        };
        match &entry.transport {
            Some(Transport::Http(server)) => Self {
                transport: TransportKind::Http,
                gateway_url: server.url.trim_end_matches('/').strip_suffix(MCP_PATH).map(str::to_owned),
                key: key(value(&server.headers, KEY_HEADER)),
                command: None,
            },
            Some(Transport::Stdio(server)) => Self {
                transport: TransportKind::Stdio,
                gateway_url: value(&server.env, GATEWAY_URL),
                key: key(value(&server.env, GATEWAY_API_KEY)),
                command: Some(PathBuf::from(&server.command)),
            },
            None => Self { transport: TransportKind::Stdio, gateway_url: None, key: EntryKey::Unknown, command: None },
        }
    }
}
