//! Keys in a list, for a person and for a program. Never shows a secret or its hash.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::moment;
use crate::chat::Permission;
use crate::keys::{Key, Keys, Uses};

const HEADINGS: [&str; 7] = ["NAME", "ID", "STATE", "SCOPES", "NAMESPACE", "ENDS", "LAST USED"];

/// None where there is no key.
pub(super) fn rows(keys: &Keys, uses: &Uses, now: SystemTime) -> Vec<String> {
    if keys.all().is_empty() {
        return Vec::new();
    }
    let mut cells = vec![HEADINGS.map(str::to_owned)];
    cells.extend(keys.all().iter().map(|key| row(key, uses, now)));
    let width = |column: usize| cells.iter().map(|row| row[column].len()).max().unwrap_or_default();
    let widths: [usize; HEADINGS.len()] = std::array::from_fn(width);
    let padded = |row: &[String; HEADINGS.len()]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    cells.iter().map(padded).collect()
}

fn row(key: &Key, uses: &Uses, now: SystemTime) -> [String; HEADINGS.len()] {
    let when = |seconds: Option<u64>| seconds.map_or_else(|| "never".to_owned(), moment);
    [
        key.name.clone(),
        key.id.to_string(),
        key.state(now).as_str().to_owned(),
        scopes(key),
        key.namespace.clone(),
        when(key.revoked_at.or(key.expires_at)),
        when(uses.last(key.id)),
    ]
}

pub(super) fn as_json(key: &Key, uses: &Uses, now: SystemTime) -> Value {
    json!({
        "id": key.id,
        "name": key.name,
        "namespace": key.namespace,
        "scopes": key.scopes,
        "state": key.state(now),
        "created_at": moment(key.created_at),
        "expires_at": key.expires_at.map(moment),
        "revoked_at": key.revoked_at.map(moment),
        "replaced_by": key.replaced_by,
        "last_used_at": uses.last(key.id).map(moment),
    })
}

pub(super) fn scopes(key: &Key) -> String {
    key.scopes.iter().copied().map(Permission::as_str).collect::<Vec<_>>().join(",")
}
