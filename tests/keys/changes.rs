//! A running gateway goes by the file: what a command says is so when it returns.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{LOOKUP, ask, audited, create, keys, listed, lookup, made, opens, states};
use crate::support::{Home, text};

/// Longer than anything takes; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

fn await_that(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: still not so");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn the_first_key_closes_the_gateway_and_the_last_leaves_it_closed() {
    let home = Home::new();
    let gateway = home.up();
    let url = &gateway.url;
    gateway.store("what is mine", "yes");
    assert!(keys(&home, &["create", "--name", "first"]).contains("the running gateway has taken it over"));
    let answer = ask(url, "POST", LOOKUP, &[], &json!({ "prompt": "what is mine" }));
    assert_eq!((answer.status, answer.code().as_str()), (401, "unauthorized"));
    assert!(answer.head.contains("\r\nwww-authenticate: Bearer realm=\"isartor\"\r\n"), "{}", answer.head);
    let health = ask(url, "GET", "/health", &[], &Value::Null).json();
    assert_eq!(health, json!({ "status": "ok" }), "the rest is nobody's business");
    let second = create(&home, "second", &[]);
    assert!(opens(url, &second.key));
    assert_eq!(lookup(url, &second.key, "what is mine").json()["hit"], json!(false), "it is the user's");
    let health = ask(url, "GET", "/health", &[("x-api-key", &second.key)], &Value::Null).json();
    assert!(health["version"].is_string() && health["plugins"].is_object(), "{health}");
    assert!(text(&home.run(&["cache", "list"])).contains("what is mine"), "the terminal is its owner's");
    assert_eq!(keys(&home, &["revoke", "first"]).lines().count(), 2);
    assert!(opens(url, &second.key));
    keys(&home, &["revoke", "second"]);
    assert!(!opens(url, &second.key));
    drop(gateway);
    let gateway = home.up();
    assert!(!opens(&gateway.url, &second.key));
    assert_eq!(ask(&gateway.url, "POST", LOOKUP, &[], &json!({ "prompt": "x" })).status, 401, "still closed");
    drop(gateway);
    let told = audited(&home, &["auth_failed"]);
    let is_told = |reason: &str, key: &Value| {
        let event = told.iter().find(|event| event["reason"] == reason).unwrap_or_else(|| panic!("{told:?}"));
        assert_eq!((&event["key"], &event["route"]), (key, &json!(LOOKUP)));
    };
    is_told("missing", &Value::Null);
    is_told("revoked", &json!("second"));
}

#[test]
fn a_rotated_key_goes_on_for_its_grace_and_no_longer() {
    let home = Home::new();
    let first = create(&home, "ci", &["--namespace", "builds", "--scope", "read"]);
    let gateway = home.up();
    let url = &gateway.url;
    let second = made(&home, &["rotate", "ci", "--grace", "1h"]);
    assert!(first.key != second.key && opens(url, &first.key) && opens(url, &second.key));
    let shown = &listed(&home)[1];
    assert_eq!(json!([shown["name"], shown["namespace"], shown["scopes"]]), json!(["ci", "builds", ["read"]]));
    let third = made(&home, &["rotate", "ci"]);
    assert!(opens(url, &first.key) && !opens(url, &second.key) && opens(url, &third.key));
    let begun = Instant::now();
    let fourth = made(&home, &["rotate", "ci", "--grace", "2s"]);
    assert!(opens(url, &third.key) || begun.elapsed() > Duration::from_secs(1), "its grace has begun");
    await_that("the grace is over", || !opens(url, &third.key));
    assert!(begun.elapsed() >= Duration::from_secs(1) && opens(url, &fourth.key));
    drop(gateway);
    let gateway = home.up();
    let opening: Vec<bool> = [first, second, third, fourth].iter().map(|key| opens(&gateway.url, &key.key)).collect();
    assert_eq!(opening, [true, false, false, true]);
}

#[test]
fn a_file_that_cannot_be_read_opens_to_nobody() {
    let home = Home::new();
    home.write_settings("gateway_api_key = \"of-the-settings\"\n");
    let key = create(&home, "a", &[]).key;
    let gateway = home.up();
    let file = home.state().join("keys.json");
    let sound = fs::read_to_string(&file).expect("there are keys");
    for damaged in ["", "{", "[]", "{\"format\":2,\"keys\":[]}", &sound.replace("\"read\"", "\"root\"")] {
        replace(&file, damaged, 0o600);
        await_that("nobody gets in", || !opens(&gateway.url, &key));
        assert!(opens(&gateway.url, "of-the-settings"));
        assert!(text(&home.run(&["status"])).contains("keys:    none of keys.json is taken: cannot use "));
        let output = home.run(&["keys", "create"]);
        assert!(!output.status.success() && text(&output).contains("hint: correct "), "{}", text(&output));
        assert_eq!(fs::read_to_string(&file).expect("it is there"), damaged, "nothing is written over it");
        replace(&file, &sound, 0o600);
        await_that("it is read again", || opens(&gateway.url, &key));
    }
    replace(&file, &sound, 0o644);
    await_that("what others can read counts for nothing", || !opens(&gateway.url, &key));
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("it is ours");
    await_that("it is private again", || opens(&gateway.url, &key));
    fs::set_permissions(&file, Permissions::from_mode(0o604)).expect("it is ours");
    await_that("it is not any more", || !opens(&gateway.url, &key));
    drop(gateway);
    let output = home.run(&["up", "--detach", "--port", "0"]);
    assert!(!output.status.success(), "{}", text(&output));
    let says = ["can be read or written by other users", "hint: run 'chmod 600 "];
    assert!(says.iter().all(|words| text(&output).contains(words)), "{}", text(&output));
}

#[test]
fn without_its_file_a_gateway_stays_closed_until_it_is_started_again() {
    let home = Home::new();
    let key = create(&home, "a", &[]).key;
    let gateway = home.up();
    fs::remove_file(home.state().join("keys.json")).expect("it is ours");
    await_that("no key is known", || !opens(&gateway.url, &key));
    assert_eq!(ask(&gateway.url, "POST", LOOKUP, &[], &json!({ "prompt": "x" })).status, 401);
    drop(gateway);
    assert_eq!(home.up().lookup("x")["hit"], json!(false), "whoever takes the file away and starts again means it");
}

#[test]
fn a_key_lets_others_in_and_no_key_does_not() {
    let home = Home::new();
    home.write_settings("[server]\nallow_plain_http = true\nallowed_hosts = [\"isartor.test\"]\n");
    let up = ["up", "--detach", "--host", "0.0.0.0", "--port", "0"];
    let output = home.run(&up);
    assert!(!output.status.success() && text(&output).contains("isartor keys create"), "{}", text(&output));
    create(&home, "a", &[]);
    let output = home.run(&up);
    assert!(output.status.success(), "{}", text(&output));
    assert!(home.run(&["stop"]).status.success());
}

#[test]
fn when_a_key_was_used_is_remembered() {
    let home = Home::new();
    let used = create(&home, "used", &[]);
    create(&home, "idle", &[]);
    let gateway = home.up();
    assert!(opens(&gateway.url, &used.key));
    drop(gateway);
    let last = || listed(&home).iter().map(|key| key["last_used_at"].clone()).collect::<Vec<_>>();
    let remembered = last();
    assert!(remembered[0].is_string() && remembered[1].is_null(), "{remembered:?}");
    drop(home.up());
    assert_eq!(last(), remembered, "the next gateway forgets nothing");
    assert_eq!(states(&home), ["active", "active"]);
}

fn replace(file: &std::path::Path, text: &str, mode: u32) {
    let new = file.with_extension("new");
    fs::write(&new, text).expect("it can be written");
    fs::set_permissions(&new, Permissions::from_mode(mode)).expect("it is ours");
    fs::rename(&new, file).expect("it can be replaced");
}
