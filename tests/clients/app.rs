//! `isartor app`: what is on this machine, and the way back.

use std::fs;

use serde_json::json;

use super::{CURSOR, GIT, failure, json, read, success, write};
use crate::support::Home;

#[test]
fn every_server_is_found_with_every_field_and_no_secret() {
    let home = Home::new();
    write(&home, CURSOR, GIT);
    let found = json(&home, &["app", "discover"]);
    let file = &found["apps"][0]["files"][0];
    assert_eq!((&found["apps"][0]["client"], &file["scope"]), (&json!("cursor"), &json!("user")));
    let transports: Vec<_> =
        file["servers"].as_array().expect("a list").iter().map(|server| &server["transport"]).collect();
    let git = json!({
        "type": "stdio", "command": "uvx", "args": ["mcp-server-git", "--token", "********"],
        "env": { "GIT_TOKEN": "********" },
    });
    let docs = json!({
        "type": "http", "url": "https://docs.example/mcp", "headers": { "Authorization": "********" },
    });
    assert_eq!(transports, [&git, &docs]);
    assert_eq!(file["servers"][0]["extra"], json!({ "cwd": "\"/srv/repository\"", "disabled": "true" }));
    assert_eq!(file["servers"][1]["extra"], json!({ "timeout": "30" }));
    let said = success(&home.run(&["app", "discover"]));
    assert!(said.contains("git                  uvx mcp-server-git --token ********"), "{said}");
    assert!(said.contains("docs                 https://docs.example/mcp"), "{said}");
    assert!(!found.to_string().contains("s3cret") && !said.contains("s3cret"));
    let nothing = success(&Home::new().run(&["app", "discover"]));
    assert!(nothing.contains("no client was found on this machine"), "{nothing}");
    assert_eq!(json(&home, &["app", "list"]), json(&home, &["connect", "list"]));
    assert_eq!(json(&home, &["app", "status"]), json(&home, &["connect", "status"]));
}

#[test]
fn a_change_is_taken_back_once_its_difference_was_shown() {
    let home = Home::new();
    let path = write(&home, CURSOR, GIT);
    success(&home.run(&["connect", "cursor"]));
    let connected = read(&path);
    let backups = json(&home, &["app", "backups", "cursor"]);
    let backup = &backups["backups"][0];
    assert_eq!(
        (&backup["action"], &backup["bytes"], &backup["path"]),
        (&json!("connect"), &json!(GIT.len()), &json!(path))
    );
    let shown = success(&home.run(&["app", "restore", "cursor", "--dry-run"]));
    assert!(shown.contains("-    \"isartor\": {") && shown.contains("nothing was written (--dry-run)"), "{shown}");
    assert_eq!(read(&path), connected);
    let said = success(&home.run(&["app", "restore", "cursor"]));
    assert!(said.contains("-    \"isartor\": {") && said.contains("restored "), "{said}");
    assert_eq!(read(&path), GIT);
    assert_eq!(json(&home, &["connect", "status"])["clients"], json!([]), "nothing is missed after it");
    let again = success(&home.run(&["app", "restore", "cursor", "--backup", backup["id"].as_str().expect("an id")]));
    assert!(again.contains("nothing to do"), "{again}");
    success(&home.run(&["app", "restore", "cursor"]));
    assert_eq!(read(&path), connected, "a restoration is a change too");
}

#[test]
fn a_backup_from_before_later_edits_says_so() {
    let home = Home::new();
    let path = write(&home, CURSOR, GIT);
    success(&home.run(&["connect", "cursor"]));
    let edited = read(&path).replace("\"timeout\": 30", "\"timeout\": 60");
    fs::write(&path, &edited).expect("it can be written");
    let error = failure(&home.run(&["app", "restore", "cursor"]));
    assert!(error.contains("was edited after ") && error.contains("restoring loses these edits"), "{error}");
    assert_eq!(read(&path), edited);
    success(&home.run(&["app", "restore", "cursor", "--yes"]));
    assert_eq!(read(&path), GIT);
}

#[test]
fn what_is_not_there_cannot_be_restored() {
    let home = Home::new();
    write(&home, CURSOR, GIT);
    let error = failure(&home.run(&["app", "restore", "cursor"]));
    assert!(error.contains("there is no backup of cursor") && error.contains("isartor app backups cursor"), "{error}");
    let error = failure(&home.run(&["app", "restore", "nothing"]));
    assert!(error.contains("there is no connector called nothing"), "{error}");
    success(&home.run(&["connect", "cursor"]));
    let error = failure(&home.run(&["app", "restore", "cursor", "--backup", "x"]));
    assert!(error.contains("no backup x"), "{error}");
    for file in fs::read_dir(home.state().join("backups")).expect("it is there") {
        let path = file.expect("it can be read").path();
        if path.extension().is_some_and(|extension| extension == "backup") {
            fs::write(path, "something else").expect("it can be written");
        }
    }
    let error = failure(&home.run(&["app", "restore", "cursor"]));
    assert!(error.contains("is gone or was changed"), "{error}");
}
