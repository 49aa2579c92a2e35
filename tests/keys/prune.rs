//! Keys that ended leave the list, and nothing that they kept shut opens for it.

use serde_json::{Value, json};

use super::{LOOKUP, ask, audited, create, keys, listed, made, opens, refused, states, store};
use crate::durability::clock::Machine;
use crate::support::{Home, text};

const DAY_SECONDS: i64 = 24 * 3600;

#[test]
fn what_ended_long_ago_goes_and_the_rest_stays() {
    let machine = Machine::new();
    let home = &machine.home;
    let lasting = create(home, "lasting", &[]);
    let expired = create(home, "expired", &["--expires", "10d"]);
    let revoked = create(home, "revoked", &[]);
    keys(home, &["revoke", "revoked"]);
    let replaced = create(home, "rotated", &[]);
    let rotated = made(home, &["rotate", "rotated", "--grace", "50d"]);
    let gateway = home.up();
    assert!(keys(home, &["prune"]).starts_with("no key ended before 20"));
    machine.set(31 * DAY_SECONDS);
    let said = keys(home, &["prune"]);
    assert!(said.starts_with(&format!("removed the key revoked (id {}), which ended ", revoked.id)), "{said}");
    assert!(said.ends_with("the running gateway has taken it over\n") && said.lines().count() == 2, "{said}");
    assert_eq!(states(home), ["active", "expired", "active", "active"]);
    let said: Value = serde_json::from_str(&keys(home, &["prune", "--ended-before", "20d", "--json"])).expect("JSON");
    assert_eq!((&said["removed"][0]["id"], &said["in_effect"]), (&json!(expired.id), &json!(true)), "{said}");
    assert_eq!(keys(home, &["prune", "--all-ended"]), "no key has ended\n");
    let opening = [&lasting, &expired, &revoked, &replaced, &rotated].map(|made| opens(&gateway.url, &made.key));
    assert_eq!(opening, [true, false, false, true, true]);
    machine.set(0);
    assert!(!opens(&gateway.url, &expired.key), "nor when the clock is set back");
    let told = audited(home, &["keys_removed"]);
    let removed: Vec<&Value> = told.iter().map(|event| &event["keys"]).collect();
    let named = |name: &str, id: &str| json!([format!("{name} ({id})")]);
    assert_eq!(json!(removed), json!([named("revoked", &revoked.id), named("expired", &expired.id)]));
}

#[test]
fn without_any_key_left_the_gateway_stays_closed() {
    let home = Home::new();
    let first = create(&home, "a", &[]);
    let gateway = home.up();
    store(&gateway.url, &first.key, "what a stored", "a secret");
    keys(&home, &["revoke", "a"]);
    assert!(keys(&home, &["prune", "--all-ended"]).contains("removed the key a "));
    assert_eq!(listed(&home), Vec::<Value>::new());
    let is_closed = |url: &str| {
        let without = ask(url, "POST", LOOKUP, &[], &json!({ "prompt": "x" })).status;
        without == 401 && !opens(url, &first.key)
    };
    assert!(is_closed(&gateway.url));
    drop(gateway);
    let gateway = home.up();
    assert!(is_closed(&gateway.url), "nor after a restart");
    assert!(keys(&home, &["list"]).contains("there is no key any more, and nobody is answered without one"));
    assert!(text(&home.run(&["doctor"])).contains("all have ended: nobody is answered over HTTP"));
    let error = refused(&home, &["create", "--name", "a"]);
    assert!(error.contains("the namespace a is that of a key that was removed"), "{error}");
    assert!(error.contains("'--namespace a' shares what is stored there"), "{error}");
    let said = keys(&home, &["create", "--name", "b"]);
    assert!(!said.contains("note:"), "the gateway was closed already: {said}");
    let file = home.state().join("keys.json");
    let kept = std::fs::read_to_string(&file).expect("there are keys");
    assert!(!kept.contains(&first.id) && kept.contains("\"removed\""), "{kept}");
}

#[test]
fn where_no_key_was_made_nothing_is_made() {
    let home = Home::new();
    assert!(keys(&home, &["prune"]).starts_with("no key ended before 20"));
    assert_eq!(keys(&home, &["prune", "--all-ended"]), "no key has ended\n");
    assert!(!home.state().join("keys.json").exists());
    assert_eq!(home.run(&["keys", "prune", "--all-ended", "--ended-before", "1d"]).status.code(), Some(2));
}
