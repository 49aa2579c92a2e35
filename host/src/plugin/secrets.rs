//! The secrets that users set for plugins: one private file, read when a request needs one. A value is shown nowhere.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::system;

/// Shorter values would be found in answers by chance, where they are replaced.
const VALUE_MIN_BYTES: usize = 8;
const VALUE_MAX_BYTES: usize = 8 << 10;
const FILE_MAX_BYTES: u64 = 1 << 20;

/// A value that shows itself to nobody but who asks for it by name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// What a header can carry: visible ASCII characters and spaces between them.
    pub fn new(value: String) -> Result<Self, SecretsError> {
        let allowed = value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) && value.trim() == value;
        match allowed && (VALUE_MIN_BYTES..=VALUE_MAX_BYTES).contains(&value.len()) {
            true => Ok(Self(value)),
            false => Err(SecretsError::Value),
        }
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

/// The values by key, of one plugin.
pub type PluginSecrets = BTreeMap<String, Secret>;

#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    #[error("this command keeps no secrets")]
    Nowhere,
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{} belongs to another user", path.display())]
    NotOurs { path: PathBuf },
    #[error("{} can be read or written by other users", path.display())]
    NotPrivate { path: PathBuf },
    /// Without the parser's message, which quotes the file.
    #[error("{} is not what isartor wrote there", path.display())]
    Damaged { path: PathBuf },
    #[error("the value is not 8 to 8,192 visible ASCII characters")]
    Value,
}

impl SecretsError {
    /// The message with everything behind it, on one line.
    pub fn chain(&self) -> String {
        match std::error::Error::source(self) {
            Some(source) => format!("{self}: {source}"),
            None => self.to_string(),
        }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Nowhere | Self::Value => "run 'isartor plugin secret set PLUGIN KEY' again".to_owned(),
            Self::Read { path, .. } | Self::Write { path, .. } => {
                format!("make {} yours to read and write", path.display())
            }
            Self::NotOurs { path } | Self::Damaged { path } => {
                format!("move {} away and set the secrets again", path.display())
            }
            Self::NotPrivate { path } => {
                format!("run 'chmod 600 {}', and replace secrets that others saw", path.display())
            }
        }
    }
}

/// Where the secrets are.
#[derive(Debug, Default)]
pub struct Secrets {
    path: Option<PathBuf>,
}

type All = BTreeMap<String, PluginSecrets>;

impl Secrets {
    pub fn at(path: PathBuf) -> Self {
        Self { path: Some(path) }
    }

    /// What is set for `plugin` at this moment.
    pub fn of(&self, plugin: &str) -> Result<PluginSecrets, SecretsError> {
        match &self.path {
            Some(path) => Ok(read(path)?.remove(plugin).unwrap_or_default()),
            None => Ok(PluginSecrets::new()),
        }
    }

    pub fn set(&self, plugin: &str, key: &str, value: Secret) -> Result<(), SecretsError> {
        self.change(|all| {
            all.entry(plugin.to_owned()).or_default().insert(key.to_owned(), value);
            true
        })
        .map(drop)
    }

    /// Whether it was there.
    pub fn remove(&self, plugin: &str, key: &str) -> Result<bool, SecretsError> {
        self.change(|all| {
            let removed = all.get_mut(plugin).and_then(|secrets| secrets.remove(key));
            all.retain(|_, secrets| !secrets.is_empty());
            removed.is_some()
        })
    }

    /// Whether any was there.
    pub fn remove_all(&self, plugin: &str) -> Result<bool, SecretsError> {
        self.change(|all| all.remove(plugin).is_some())
    }

    /// Writes what `change` says it changed. One process after the other: the lock is on the directory, since the file
    /// is replaced.
    fn change(&self, change: impl FnOnce(&mut All) -> bool) -> Result<bool, SecretsError> {
        let path = self.path.as_deref().ok_or(SecretsError::Nowhere)?;
        let write_error = |source| SecretsError::Write { path: path.to_owned(), source };
        let dir = path.parent().expect("the file is in the home");
        let _turn = system::lock_directory(dir).map_err(write_error)?;
        let mut all = read(path)?;
        let changed = change(&mut all);
        if changed {
            write(path, &all).map_err(write_error)?;
        }
        Ok(changed)
    }
}

fn read(path: &Path) -> Result<All, SecretsError> {
    let read_error = |source| SecretsError::Read { path: path.to_owned(), source };
    let file = match system::open_regular(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(All::new()),
        Err(error) => return Err(read_error(error)),
    };
    let metadata = file.metadata().map_err(read_error)?;
    if !system::is_own(&metadata) {
        return Err(SecretsError::NotOurs { path: path.to_owned() });
    }
    if system::is_open_to_others(&metadata) {
        return Err(SecretsError::NotPrivate { path: path.to_owned() });
    }
    let mut text = String::new();
    file.take(FILE_MAX_BYTES).read_to_string(&mut text).map_err(read_error)?;
    toml::from_str(&text).map_err(|_| SecretsError::Damaged { path: path.to_owned() })
}

fn write(path: &Path, all: &All) -> io::Result<()> {
    let text = toml::to_string(all).map_err(io::Error::other)?;
    crate::system::write_whole(path, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn secret(value: &str) -> Secret {
        Secret::new(value.to_owned()).expect("it is one")
    }

    #[test]
    fn what_is_set_is_there_for_its_plugin_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secrets.toml");
        let secrets = Secrets::at(path.clone());
        assert!(secrets.of("a").unwrap().is_empty());
        secrets.set("a", "KEY", secret("first value")).unwrap();
        secrets.set("a", "KEY", secret("second \"value\"")).unwrap();
        secrets.set("b", "KEY", secret("other value")).unwrap();
        assert_eq!(secrets.of("a").unwrap()["KEY"].expose(), "second \"value\"");
        assert_eq!(system::mode(&fs::metadata(&path).unwrap()), 0o600);
        assert_eq!(format!("{:?}", secrets.of("b").unwrap()), r#"{"KEY": [secret]}"#);
        assert!(secrets.remove("a", "KEY").unwrap() && !secrets.remove("a", "KEY").unwrap());
        assert!(secrets.remove_all("b").unwrap() && !secrets.remove_all("b").unwrap());
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secrets.toml");
        let secrets = Secrets::at(path.clone());
        secrets.set("a", "KEY", secret("first value")).unwrap();
        for mode in [0o640, 0o604, 0o620] {
            system::set_mode(&path, mode).unwrap();
            let error = secrets.of("a").unwrap_err();
            assert!(error.to_string().contains("by other users"), "{error}");
        }
        system::set_mode(&path, 0o600).unwrap();
        fs::write(&path, "[a]\nKEY = 'hunter2hunter2").unwrap();
        let error = secrets.of("a").unwrap_err().chain();
        assert!(error.contains("is not what isartor wrote") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_value_fits_a_header() {
        for value in ["", "short", "with\nline feed", "tab\tinside", "größe größe", " space first", "space last "] {
            assert!(Secret::new(value.to_owned()).is_err(), "{value:?}");
        }
    }
}
