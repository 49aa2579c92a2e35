//! What is on the disk: private, never half, and right whoever else writes at the same time.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use super::{create, keys, listed, made, opens};
use crate::support::Home;

#[test]
fn the_files_are_for_their_owner_only() {
    let home = Home::new();
    let arguments = ["-c", "umask 000; exec \"$0\" keys create --name a", env!("CARGO_BIN_EXE_isartor")];
    let mut shell = std::process::Command::new("/bin/sh");
    let status = shell.args(arguments).env_clear().env("HOME", home.user()).stdout(Stdio::null()).status();
    assert!(status.expect("there is a shell").success());
    let key = made(&home, &["rotate", "a"]).key;
    let gateway = home.up();
    assert!(opens(&gateway.url, &key));
    drop(gateway);
    let mode = |name: &str| {
        let metadata = home.state().join(name).metadata().unwrap_or_else(|error| panic!("{name}: {error}"));
        metadata.permissions().mode() & 0o777
    };
    let modes = [mode(""), mode("keys.json"), mode("key-uses.json"), mode("audit.jsonl")];
    assert_eq!(modes, [0o700, 0o600, 0o600, 0o600]);
}

#[test]
fn many_commands_at_once_lose_nothing() {
    let home = Home::new();
    let gateway = home.up();
    let running: Vec<_> = (0..16)
        .map(|number| {
            let mut command = home.command(&["keys", "create", "--json", "--name", &format!("key{number}")]);
            command.stdout(Stdio::piped()).spawn().expect("isartor runs")
        })
        .collect();
    let made: Vec<Value> = running
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().expect("isartor ends");
            serde_json::from_slice(&output.stdout).expect("it is JSON")
        })
        .collect();
    let ids: BTreeSet<_> = made.iter().map(|key| key["id"].as_str().expect("an id")).collect();
    let kept = listed(&home);
    assert_eq!((ids.len(), kept.len()), (16, 16));
    for key in &made {
        assert!(opens(&gateway.url, key["key"].as_str().expect("a key")), "{}", key["name"]);
    }
}

#[test]
fn a_command_that_is_killed_leaves_the_old_keys_or_the_new() {
    let home = Home::new();
    create(&home, "a", &[]);
    let mut rotated = BTreeSet::new();
    for round in 0..60 {
        let before = listed(&home);
        let mut child = home.command(&["keys", "rotate", "a"]).stdout(Stdio::null()).spawn().expect("isartor runs");
        std::thread::sleep(Duration::from_micros(round * 500));
        child.kill().expect("it is ours");
        child.wait().expect("it ends");
        let after = listed(&home);
        let active: Vec<_> = after.iter().filter(|key| key["state"] == "active").collect();
        assert_eq!(active.len(), 1, "never none, never both: {after:?}");
        let is_rotated = after.len() == before.len() + 1;
        assert!(is_rotated || after == before, "half a change: {before:?} {after:?}");
        rotated.insert(is_rotated);
    }
    assert_eq!(rotated.len(), 2, "some were killed before the change, and some after");
    let leftovers = std::fs::read_dir(home.state()).expect("there is a home").filter(|entry| {
        let name = entry.as_ref().expect("it can be read").file_name();
        name.to_string_lossy().starts_with(".tmp")
    });
    assert!(leftovers.count() <= 60, "a kill may leave the file that it was writing, and no more");
    let key = made(&home, &["rotate", "a"]).key;
    assert!(keys(&home, &["list"]).contains("revoked"));
    assert!(opens(&home.up().url, &key));
}
