//! Forgetting keys that ended long ago. Never forgets that keys are wanted, nor whose a namespace was.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::{Key, Keys, KeysError, check_word, seconds};

/// More would not fit into the file beside the keys.
const MAX_NAMESPACES: usize = 100_000;

/// What is left of keys that were removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Removed {
    /// How many there were.
    keys: u64,
    /// What they stored may still be there.
    namespaces: BTreeSet<String>,
}

impl Removed {
    pub(super) fn had(&self, namespace: &str) -> bool {
        self.namespaces.contains(namespace)
    }

    pub(super) fn check(&self) -> Result<(), KeysError> {
        self.namespaces.iter().try_for_each(|namespace| check_word("namespace", namespace))
    }
}

impl Keys {
    /// Whether a key was ever made here: from then on nobody is answered without one.
    pub fn were_ever_made(&self) -> bool {
        !self.keys.is_empty() || self.removed.is_some()
    }

    /// Removes the keys that ended at least so long ago.
    pub fn prune(&mut self, ended_for: Duration, now: SystemTime) -> Result<Vec<Key>, KeysError> {
        let latest = seconds(now).checked_sub(ended_for.as_secs());
        let is_over = |key: &mut Key| key.ended_at(now).is_some_and(|end| latest.is_some_and(|latest| end <= latest));
        let mut left = self.keys.clone();
        let pruned: Vec<Key> = left.extract_if(.., is_over).collect();
        if pruned.is_empty() {
            return Ok(pruned);
        }
        let mut removed = self.removed.clone().unwrap_or_default();
        removed.keys = removed.keys.saturating_add(pruned.len() as u64);
        removed.namespaces.extend(pruned.iter().map(|key| key.namespace.clone()));
        if removed.namespaces.len() > MAX_NAMESPACES {
            return Err(KeysError::TooManyNamespaces { max: MAX_NAMESPACES });
        }
        (self.keys, self.removed) = (left, Some(removed));
        Ok(pruned)
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::chat::Permission;
    use crate::keys::{SecretKey, Wanted};

    const DAY: u64 = 24 * 3600;
    const START: u64 = 1_800_000_000;

    fn day(number: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(START + number * DAY)
    }

    fn add(keys: &mut Keys, name: &str, expires: Option<u64>) -> Result<Key, KeysError> {
        let (name, expires) = (Some(name.to_owned()), expires.map(day));
        let wanted = Wanted { name, namespace: None, scopes: vec![Permission::Read], expires };
        keys.create(wanted, &SecretKey::generate().unwrap(), day(0))
    }

    #[test]
    fn what_ended_long_ago_goes_and_what_may_still_open_stays() {
        let made = || {
            let mut keys = Keys::default();
            add(&mut keys, "lasting", None).unwrap();
            add(&mut keys, "expired", Some(10)).unwrap();
            add(&mut keys, "expires", Some(90)).unwrap();
            add(&mut keys, "revoked", None).unwrap();
            add(&mut keys, "both", Some(10)).unwrap();
            keys.revoke("revoked", day(20)).unwrap();
            keys.revoke("both", day(40)).unwrap();
            keys
        };
        let cases: [(u64, u64, &[&str]); 7] = [
            (0, 0, &[]),
            (39, 30, &[]),
            (40, 30, &["expired", "both"]),
            (50, 30, &["expired", "revoked", "both"]),
            (50, 0, &["expired", "revoked", "both"]),
            (90, 0, &["expired", "expires", "revoked", "both"]),
            (50, u64::MAX / DAY, &[]),
        ];
        for (now, ended_for_days, expected) in cases {
            let mut keys = made();
            let pruned = keys.prune(Duration::from_secs(ended_for_days * DAY), day(now)).unwrap();
            let names: Vec<&str> = pruned.iter().map(|key| key.name.as_str()).collect();
            assert_eq!(names, expected, "on day {now}, {ended_for_days} days after their end");
            assert_eq!(keys.all().len() + names.len(), 5);
            assert_eq!(keys.removed.is_some(), !names.is_empty(), "nothing is noted for nothing");
        }
    }

    #[test]
    fn nobody_inherits_a_namespace_and_nothing_is_open_again() {
        let mut keys = Keys::default();
        assert!(!keys.were_ever_made());
        add(&mut keys, "a", Some(1)).unwrap();
        keys.prune(Duration::ZERO, day(1)).unwrap();
        assert!(keys.all().is_empty() && keys.were_ever_made());
        let error = add(&mut keys, "a", None).unwrap_err().to_string();
        assert!(error.contains("the namespace a is that of a key that was removed"), "{error}");
        let written = serde_json::to_string(&keys).unwrap();
        let read: Keys = serde_json::from_str(&written).unwrap();
        assert_eq!(read, keys);
        assert!(read.check().is_ok());
        assert!(serde_json::from_str::<Keys>(&written.replace("\"a\"", "\"../a\"")).unwrap().check().is_err());
    }
}
