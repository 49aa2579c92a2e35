//! Whether the user edited our entry since we wrote it. Pure; remembers digests, never a value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::journal::digest;

/// Our entry in a form that does not depend on how a file spells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryForm {
    /// What we give: a name for each value of the transport, such as `command`, `args.0` or `env.NAME`.
    pub managed: Vec<(String, String)>,
    /// Fields that are not ours, as the file spells them.
    pub extra: Vec<(String, String)>,
}

/// Digests of an entry's values, by their names. The copies beside the journal hold the values themselves, so these
/// give away nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenEntry {
    managed: BTreeMap<String, String>,
    extra: BTreeMap<String, String>,
}

/// What became of our entry since we wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    Untouched,
    /// These fields came, or say something else; what we gave is as we gave it.
    OnlyAdded(Vec<String>),
    /// These of our values are gone, new or different.
    ManagedValuesChanged(Vec<String>),
}

impl WrittenEntry {
    pub fn of(form: &EntryForm) -> Self {
        let managed = form.managed.iter().map(|(name, value)| (name.clone(), digest(value))).collect();
        let extra = form.extra.iter().map(|(name, raw)| (name, canonical(raw)));
        let extra = extra.filter(|(_, value)| !EMPTY.contains(&value.as_str()));
        let extra = extra.map(|(name, value)| (name.clone(), digest(value))).collect();
        Self { managed, extra }
    }

    /// Compares what was written with what is there now.
    pub fn compare(&self, now: &EntryForm) -> Edited {
        let now = Self::of(now);
        let mut changed = differing(&now.managed, &self.managed);
        changed.extend(self.managed.keys().filter(|name| !now.managed.contains_key(*name)).cloned());
        if !changed.is_empty() {
            return Edited::ManagedValuesChanged(changed);
        }
        match differing(&now.extra, &self.extra) {
            added if added.is_empty() => Edited::Untouched,
            added => Edited::OnlyAdded(added),
        }
    }
}

/// Fields that clients write when they write their file anew, and that say nothing.
const EMPTY: [&str; 5] = ["", "null", "~", "[]", "{}"];

/// The names in `now` whose value `then` does not have.
fn differing(now: &BTreeMap<String, String>, then: &BTreeMap<String, String>) -> Vec<String> {
    now.iter().filter(|(name, value)| then.get(*name) != Some(value)).map(|(name, _)| name.clone()).collect()
}

/// The same text for every way to spell a value: as JSON with sorted keys, or else without quotes and with single
/// spaces.
fn canonical(raw: &str) -> String {
    match serde_json::from_str::<Value>(raw) {
        Ok(Value::String(text)) => text,
        Ok(mut value) => {
            value.sort_all_objects();
            value.to_string()
        }
        Err(_) => {
            let text = raw.split_whitespace().collect::<Vec<_>>().join(" ");
            text.trim_matches(['"', '\'']).to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(managed: &[(&str, &str)], extra: &[(&str, &str)]) -> EntryForm {
        let owned = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        EntryForm { managed: owned(managed), extra: owned(extra) }
    }

    #[test]
    fn only_what_the_user_did_counts_as_edited() {
        let ours: &[(&str, &str)] = &[("command", "/bin/isartor"), ("env.URL", "http://x")];
        let written = WrittenEntry::of(&form(ours, &[("tools", r#"{"b": [1, 2], "a": "x"}"#)]));
        let changed = |names: &[&str]| Edited::ManagedValuesChanged(names.iter().map(ToString::to_string).collect());
        let added = |names: &[&str]| Edited::OnlyAdded(names.iter().map(ToString::to_string).collect());
        let cases = [
            (form(ours, &[("tools", r#"{"b": [1, 2], "a": "x"}"#)]), Edited::Untouched),
            (form(&[ours[1], ours[0]], &[("tools", "{ \"a\":\"x\",\n \"b\":[1,2]}")]), Edited::Untouched),
            (form(ours, &[]), Edited::Untouched),
            (form(ours, &[("env_keys", "[]"), ("bundled", "null")]), Edited::Untouched),
            (form(ours, &[("tools", r#"{"b": [2, 1], "a": "x"}"#)]), added(&["tools"])),
            (form(ours, &[("timeout", "5")]), added(&["timeout"])),
            (form(&[ours[0], ("env.URL", "http://y")], &[("timeout", "5")]), changed(&["env.URL"])),
            (form(&[ours[0]], &[]), changed(&["env.URL"])),
            (form(&[ours[0], ours[1], ("env.MORE", "1")], &[]), changed(&["env.MORE"])),
        ];
        for (now, edited) in cases {
            assert_eq!(written.compare(&now), edited, "{now:?}");
        }
    }

    #[test]
    fn a_value_is_the_same_however_it_is_spelled() {
        for (one, other) in [("\"a\"", "a"), ("'a'", "a"), ("[ 1,2 ]", "[1, 2]"), ("a  b\n c", "a b c")] {
            assert_eq!(canonical(one), canonical(other));
        }
        assert_ne!(canonical("a"), canonical("b"));
    }
}
