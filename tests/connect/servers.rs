//! That a connector's `servers` loses nothing: every entry that another parser sees in the cases' files comes back, with
//! every field in the transport or beside it.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use std::path::Path;

use isartor_host::plugin::connector::{FoundEntry, Os, Scope, Target, Transport};
use isartor_host::plugin::{Connector, Lock, Places, Plugins};
use serde_json::Value;

use super::cases::Case;
use super::parsed::{Layout, texts};

/// A file with as many servers is like those that people have.
const MANY: usize = 7;

/// `state_dir` is an `ISARTOR_HOME` in which the connector has been compiled.
pub(super) fn nothing_is_lost(id: &str, cases: &[Case], layout: &Layout, state_dir: &Path) {
    let program = Path::new(env!("CARGO_BIN_EXE_isartor"));
    let places = Places { plugins_dir: Path::new("/nowhere"), state_dir: Some(state_dir), program };
    let connector = Plugins::open(places, &Lock::default()).unwrap().connector(id).unwrap();
    let mut most = 0;
    for case in cases.iter().filter(|case| case.file("error").is_none()) {
        let Some(text) = case.file("before").and_then(|before| String::from_utf8(before).ok()) else { continue };
        let Some(document) = layout.document(&text) else { continue };
        let (mut expected, mut found) = (layout.entries(&document), servers(&connector, &text));
        if !layout.keeps_order() {
            expected.sort_by(|(one, _), (other, _)| one.cmp(other));
            found.sort_by(|one, other| one.name.cmp(&other.name));
        }
        most = most.max(expected.len());
        compare(&case.name, &found, &expected, layout);
    }
    assert!(most >= MANY, "{id}: no case has more than {most} servers");
}

fn servers(connector: &Connector, text: &str) -> Vec<FoundEntry> {
    let target = Target { file: "user".into(), scope: Scope::User, os: Os::Linux, project_root: None };
    connector.servers(text, &target).unwrap()
}

fn compare(case: &str, found: &[FoundEntry], expected: &[(String, Value)], layout: &Layout) {
    let names: Vec<&str> = found.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, expected.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), "{case}");
    for (entry, (name, value)) in found.iter().zip(expected) {
        let context = format!("{case}: {name}");
        let Value::Object(fields) = value else { continue };
        let (mut held, mut beside): (Vec<String>, Vec<String>) = Default::default();
        for (field, value) in fields {
            match entry.extra.iter().find(|(extra, _)| extra == field) {
                Some((_, raw)) => {
                    assert!(layout.is_spelled(raw, value), "{context}: {field} is {raw}");
                    beside.extend(texts(value));
                }
                None if layout.is_name(field) => {}
                // A program with fields of its own: their names are spelling.
                None => match (field.as_str(), value) {
                    ("command", Value::Object(inside)) => held.extend(inside.values().flat_map(texts)),
                    _ => held.extend(texts(value)),
                },
            }
        }
        assert!(entry.extra.iter().all(|(extra, _)| fields.contains_key(extra)), "{context}: {:?}", entry.extra);
        let mut told = entry.transport.as_ref().map_or_else(Vec::new, told);
        // A field that the transport holds in part, such as the headers among other options, is beside it as a whole.
        told.retain(|text| !beside.contains(text) || held.contains(text));
        held.sort();
        told.sort();
        assert_eq!(told, held, "{context}: what the transport says");
        assert!(layout.is_spelled(&entry.raw, value), "{context}: {}", entry.raw);
    }
}

/// Every text that a transport holds, names too.
fn told(transport: &Transport) -> Vec<String> {
    let (first, list, pairs) = match transport {
        Transport::Stdio(server) => (&server.command, server.args.clone(), &server.env),
        Transport::Http(server) => (&server.url, Vec::new(), &server.headers),
    };
    let pairs = pairs.iter().flat_map(|(name, value)| [name.clone(), value.clone()]);
    [first.clone()].into_iter().chain(list).chain(pairs).collect()
}
