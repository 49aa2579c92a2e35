//! When each key was used last, in a file of its own: for people who tidy up, and never for a decision.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::KeyId;
use crate::system::write_whole;

/// Seconds since 1970, by key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Uses(BTreeMap<KeyId, u64>);

impl Uses {
    /// A file that is not there says of no key when it was used.
    pub fn read(path: &Path) -> io::Result<Self> {
        match std::fs::read(path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    pub fn write(&self, path: &Path) -> io::Result<()> {
        write_whole(path, &serde_json::to_vec(self)?)
    }

    pub fn last(&self, key: KeyId) -> Option<u64> {
        self.0.get(&key).copied()
    }
}

impl FromIterator<(KeyId, u64)> for Uses {
    fn from_iter<I: IntoIterator<Item = (KeyId, u64)>>(uses: I) -> Self {
        Self(uses.into_iter().collect())
    }
}
