//! API keys: who may ask the gateway, for which namespace, what for and until when. The only reader and writer of
//! `keys.json`; knows no transport, and never a key itself but in the moment in which it is made.

mod error;
mod file;
mod key;
mod prune;
mod ring;
mod secret;
mod uses;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

pub use error::KeysError;
pub use file::{change, identified};
pub use key::{Key, KeyState};
pub use ring::{Denied, Now, Ring};
pub use secret::{KeyId, SecretDigest, SecretKey, has_key_prefix};
pub use uses::Uses;

use crate::chat::Permission;
use prune::Removed;

/// What this isartor reads and writes.
const FORMAT: u32 = 1;
/// Ended keys count until they are removed.
const MAX_KEYS: usize = 10_000;
const NAME_MAX_CHARACTERS: usize = 64;
/// The names of the local user's namespace and of the key of the settings.
const RESERVED_NAMES: [&str; 2] = ["local", SETTINGS_KEY_NAME];

/// What the key of the settings is called where the names of keys are shown.
pub const SETTINGS_KEY_NAME: &str = "gateway_api_key";

/// Every key that was made here, but for those that ended and were removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    format: u32,
    keys: Vec<Key>,
    /// None: none was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    removed: Option<Removed>,
}

/// What somebody wants a new key to be.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// None: called after its id.
    pub name: Option<String>,
    /// None: one of its own, called as the key is.
    pub namespace: Option<String>,
    pub scopes: Vec<Permission>,
    pub expires: Option<SystemTime>,
}

/// How a key takes another's place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rotation {
    /// How long the old one goes on.
    pub grace: Duration,
    /// When the new one ends; none gives it as long a life as the old one had.
    pub expires: Option<SystemTime>,
}

impl Default for Keys {
    fn default() -> Self {
        Self { format: FORMAT, keys: Vec::new(), removed: None }
    }
}

impl Keys {
    pub fn all(&self) -> &[Key] {
        &self.keys
    }

    /// Adds a key with this secret.
    pub fn create(&mut self, wanted: Wanted, secret: &SecretKey, now: SystemTime) -> Result<Key, KeysError> {
        let id = secret.id();
        let name = wanted.name.unwrap_or_else(|| format!("key-{id}"));
        check_word("name", &name)?;
        if RESERVED_NAMES.contains(&name.as_str()) || self.active(&name, now).next().is_some() {
            return Err(KeysError::NameTaken { name });
        }
        let namespace = match wanted.namespace {
            Some(namespace) => namespace,
            None => self.own_namespace(&name)?,
        };
        check_word("namespace", &namespace)?;
        self.add(Key {
            id,
            name,
            namespace,
            scopes: sorted(wanted.scopes)?,
            sha256: secret.digest(),
            created_at: seconds(now),
            expires_at: wanted.expires.map(|expires| end(expires, now)).transpose()?,
            revoked_at: None,
            replaced_by: None,
        })
    }

    /// What another key stored stays another's, though that one has ended.
    fn own_namespace(&self, name: &str) -> Result<String, KeysError> {
        let taken = |by| Err(KeysError::NamespaceTaken { namespace: name.to_owned(), by });
        match self.keys.iter().find(|key| key.namespace == name) {
            Some(key) => taken(format!("the key {}", key.name)),
            None if self.removed.as_ref().is_some_and(|removed| removed.had(name)) => {
                taken("a key that was removed".to_owned())
            }
            None => Ok(name.to_owned()),
        }
    }

    /// Ends every key called so, or the one with this id; those that were not revoked before.
    pub fn revoke(&mut self, wanted: &str, now: SystemTime) -> Result<Vec<Key>, KeysError> {
        self.known(wanted)?;
        let keys = self.keys.iter_mut().filter(|key| key.is_called(wanted) && key.revoked_at.is_none());
        let revoked = keys.map(|key| {
            key.revoked_at = Some(seconds(now));
            key.clone()
        });
        Ok(revoked.collect())
    }

    /// A key with this secret takes the place of the active one called so, or of the one with this id.
    pub fn rotate(
        &mut self,
        wanted: &str,
        rotation: Rotation,
        secret: &SecretKey,
        now: SystemTime,
    ) -> Result<Key, KeysError> {
        self.known(wanted)?;
        let Some(at) = self.keys.iter().rposition(|key| key.is_called(wanted) && key.is_replaceable(now)) else {
            return Err(KeysError::NotActive { wanted: wanted.to_owned() });
        };
        let old = self.keys[at].clone();
        let same_life = |end: u64| seconds(now).saturating_add(end.saturating_sub(old.created_at));
        let expires_at = match rotation.expires {
            Some(expires) => Some(end(expires, now)?),
            None => old.expires_at.map(same_life),
        };
        let id = secret.id();
        let new = Key { id, sha256: secret.digest(), created_at: seconds(now), expires_at, ..old };
        let new = self.add(new)?;
        self.keys[at].give_way(id, rotation.grace, now);
        Ok(new)
    }

    fn add(&mut self, key: Key) -> Result<Key, KeysError> {
        if self.keys.len() >= MAX_KEYS {
            return Err(KeysError::TooMany { max: MAX_KEYS });
        }
        if self.keys.iter().any(|other| other.id == key.id) {
            return Err(KeysError::SameId { id: key.id });
        }
        self.keys.push(key.clone());
        Ok(key)
    }

    fn active(&self, wanted: &str, now: SystemTime) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(move |key| key.is_called(wanted) && key.state(now) == KeyState::Active)
    }

    fn known(&self, wanted: &str) -> Result<(), KeysError> {
        let is_known = self.keys.iter().any(|key| key.is_called(wanted));
        is_known.then_some(()).ok_or_else(|| KeysError::Unknown { wanted: wanted.to_owned() })
    }

    /// What a file must be to be ours; the reason when it is not.
    fn check(&self) -> Result<(), String> {
        if self.format != FORMAT {
            return Err(format!("its format is {}, this isartor knows {FORMAT}", self.format));
        }
        let mut ids = std::collections::HashSet::new();
        for key in &self.keys {
            if !ids.insert(key.id) {
                return Err(format!("the key {} is in it twice", key.id));
            }
            let words = check_word("name", &key.name).and_then(|()| check_word("namespace", &key.namespace));
            words.and_then(|()| sorted(key.scopes.clone()).map(drop)).map_err(|error| error.to_string())?;
        }
        self.removed.as_ref().map_or(Ok(()), Removed::check).map_err(|error| error.to_string())
    }
}

/// Names go into logs, lists and the provenance of entries.
fn check_word(what: &'static str, word: &str) -> Result<(), KeysError> {
    let begins_well = word.starts_with(|first: char| first.is_ascii_alphanumeric());
    let allowed = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    let is_word = begins_well && word.chars().all(allowed) && word.len() <= NAME_MAX_CHARACTERS;
    if is_word { Ok(()) } else { Err(KeysError::Word { what, word: word.to_owned() }) }
}

fn sorted(mut scopes: Vec<Permission>) -> Result<Vec<Permission>, KeysError> {
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() { Err(KeysError::NoScope) } else { Ok(scopes) }
}

fn end(expires: SystemTime, now: SystemTime) -> Result<u64, KeysError> {
    let (expires, now) = (seconds(expires), seconds(now));
    if expires > now { Ok(expires) } else { Err(KeysError::EndsBeforeItBegins) }
}

/// A clock before 1970 is wrong; the earliest moment is the closest to what it says.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests;
