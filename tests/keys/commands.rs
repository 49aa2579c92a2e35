//! What the commands print, and what they refuse.

use serde_json::json;

use super::{audited, create, keys, listed, made, refused, states};
use crate::support::Home;

#[test]
fn a_key_is_shown_once_and_listed_without_its_secret() {
    let home = Home::new();
    assert!(keys(&home, &["list"]).contains("there is no key: whoever reaches the gateway"));
    let said = keys(&home, &["create", "--name", "laptop", "--expires", "2099-01-31"]);
    let key = said.lines().find(|line| line.starts_with("isk_")).expect("the key is on a line of its own");
    assert_eq!(key.len(), "isk_".len() + 12 + 1 + 64, "256 bits: {key}");
    let id = &key[4..16];
    assert!(said.contains(&format!("created the key laptop (id {id}) for the namespace laptop")), "{said}");
    assert!(said.contains("scopes: read,write; it ends 2099-01-31T00:00:00Z"), "{said}");
    assert!(said.contains("note: from now on the gateway answers nobody over HTTP without a key"), "{said}");
    assert!(!keys(&home, &["create"]).contains("note:"), "that is so already");
    let list = keys(&home, &["list"]);
    assert!(list.starts_with("NAME") && list.contains(id) && list.contains("2099-01-31"), "{list}");
    for place in [list, keys(&home, &["list", "--json"]), file(&home), audit(&home)] {
        assert!(!place.contains(&key[17..]), "the secret is nowhere else: {place}");
    }
    let shown = &listed(&home)[0];
    let words = json!([shown["name"], shown["namespace"], shown["state"], shown["scopes"], shown["last_used_at"]]);
    assert_eq!(words, json!(["laptop", "laptop", "active", ["read", "write"], null]));
    assert_eq!(listed(&home)[1]["name"], listed(&home)[1]["namespace"], "each has a namespace of its own");
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let home = Home::new();
    create(&home, "a", &["--scope", "admin"]);
    let before = file(&home);
    for (arguments, says) in [
        (&["create", "--name", "a"][..], "there is a key called a already"),
        (&["create", "--name", "local"], "there is a key called local already"),
        (&["create", "--name", "a/b"], "cannot use \"a/b\" as a key's name"),
        (&["create", "--namespace", "../x"], "cannot use \"../x\" as a key's namespace"),
        (&["create", "--expires", "1999-12-31"], "a key cannot end before it begins"),
        (&["create", "--expires", "200000d"], "more than 100 years"),
        (&["revoke", "b"], "there is no key called \"b\""),
        (&["rotate", "b"], "there is no key called \"b\""),
    ] {
        let error = refused(&home, arguments);
        assert!(error.contains(says) && error.contains("hint: "), "{arguments:?}: {error}");
    }
    for arguments in
        [&["create", "--expires", "soon"][..], &["create", "--scope", "all"], &["rotate", "a", "--grace", "x"]]
    {
        assert_eq!(home.run(&[&["keys"], arguments].concat()).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(file(&home), before);
    keys(&home, &["revoke", "a"]);
    assert!(keys(&home, &["revoke", "a"]).contains("was revoked before"));
    assert!(refused(&home, &["rotate", "a"]).contains("the key a is not active any more"));
    let error = refused(&home, &["create", "--name", "a"]);
    assert!(error.contains("the namespace a is that of the key a") && error.contains("--namespace a"), "{error}");
    create(&home, "a", &["--namespace", "a"]);
    assert_eq!(states(&home), ["revoked", "active"]);
}

#[test]
fn the_audit_log_tells_of_each_change() {
    let home = Home::new();
    let first = create(&home, "a", &["--namespace", "shared", "--scope", "read", "--expires", "90d"]);
    let second = made(&home, &["rotate", "a", "--grace", "1h"]);
    keys(&home, &["revoke", &first.id]);
    let events = audited(&home, &["key_created", "key_rotated", "key_revoked"]);
    let told: Vec<_> = events.iter().map(|event| json!([event["event"], event["key"]])).collect();
    let name = |id: &str| format!("a ({id})");
    let expected = [
        json!(["key_created", name(&first.id)]),
        json!(["key_rotated", name(&second.id)]),
        json!(["key_revoked", name(&first.id)]),
    ];
    assert_eq!(told, expected);
    assert_eq!(json!([events[0]["namespace"], events[0]["permissions"]]), json!(["shared", ["read"]]));
    assert!(events[0]["expires"].is_string(), "{}", events[0]);
    assert_eq!(states(&home), ["revoked", "active"]);
}

fn file(home: &Home) -> String {
    std::fs::read_to_string(home.state().join("keys.json")).expect("there are keys")
}

fn audit(home: &Home) -> String {
    std::fs::read_to_string(home.state().join("audit.jsonl")).expect("there is an audit log")
}
