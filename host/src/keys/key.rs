//! One key as it is kept: everything but the key itself.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::{KeyId, SecretDigest, seconds};
use crate::chat::{Access, Permission, Permissions, Principal};

/// One key. Times are seconds since 1970-01-01 UTC. What is not there must say so: a missing end is not no end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    pub id: KeyId,
    /// Keys that took one another's place share it.
    pub name: String,
    /// Whose answers it reaches.
    pub namespace: String,
    pub scopes: Vec<Permission>,
    pub(super) sha256: SecretDigest,
    pub created_at: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    pub expires_at: Option<u64>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub revoked_at: Option<u64>,
    /// The key that took its place.
    #[serde(deserialize_with = "Option::deserialize")]
    pub replaced_by: Option<KeyId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    Active,
    Expired,
    Revoked,
}

impl KeyState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl Key {
    pub fn state(&self, now: SystemTime) -> KeyState {
        if self.revoked_at.is_some() {
            KeyState::Revoked
        } else if self.expires_at.is_some_and(|end| end <= seconds(now)) {
            KeyState::Expired
        } else {
            KeyState::Active
        }
    }

    /// When it ended, if it has.
    pub fn ended_at(&self, now: SystemTime) -> Option<u64> {
        let expired_at = self.expires_at.filter(|end| *end <= seconds(now));
        expired_at.into_iter().chain(self.revoked_at).min()
    }

    pub fn access(&self) -> Access {
        Access {
            principal: Principal::of_key_namespace(&self.namespace),
            permissions: Permissions::from_iter(self.scopes.iter().copied()),
            key: Some(self.name.clone()),
        }
    }

    pub(super) fn is_called(&self, wanted: &str) -> bool {
        self.name == wanted || self.id.to_string() == wanted
    }

    pub(super) fn is_replaceable(&self, now: SystemTime) -> bool {
        self.replaced_by.is_none() && self.state(now) == KeyState::Active
    }

    /// Never lives longer for it.
    pub(super) fn give_way(&mut self, to: KeyId, grace: Duration, now: SystemTime) {
        self.replaced_by = Some(to);
        if grace.is_zero() {
            self.revoked_at = Some(seconds(now));
        } else {
            let end = seconds(now).saturating_add(grace.as_secs().max(1));
            self.expires_at = Some(self.expires_at.map_or(end, |before| before.min(end)));
        }
    }
}
