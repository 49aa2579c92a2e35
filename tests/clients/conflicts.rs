//! What `connect` asks about: an entry of ours that the user edited, and files that compete. `--yes` answers; nobody
//! there is a no.

use std::fs;

use super::{CURSOR, GIT, failure, read, success, write};
use crate::support::Home;

#[test]
fn an_entry_that_was_edited_is_asked_about() {
    let home = Home::new();
    let path = write(&home, CURSOR, GIT);
    success(&home.run(&["connect", "cursor"]));
    let edited = read(&path).replace("http://localhost:8080", "http://localhost:9999");
    fs::write(&path, &edited).expect("it can be written");
    for arguments in [&["connect", "cursor"][..], &["connect", "cursor", "--disconnect"]] {
        let error = failure(&home.run(arguments));
        assert!(error.contains("was edited (env.ISARTOR_GATEWAY_URL)"), "{error}");
        assert!(error.contains("hint: nothing was written; --yes goes on all the same"), "{error}");
        assert_eq!(read(&path), edited);
    }
    let shown = success(&home.run(&["connect", "cursor", "--disconnect", "--dry-run"]));
    assert!(shown.contains("note: isartor's entry in "), "{shown}");
    success(&home.run(&["connect", "cursor", "--yes"]));
    assert!(read(&path).contains("http://localhost:8080"));
    fs::write(&path, &edited).expect("it can be written");
    success(&home.run(&["connect", "cursor", "--disconnect", "--yes"]));
    assert_eq!(read(&path), GIT);
}

#[test]
fn what_the_user_added_stays_and_is_asked_about_only_when_it_would_go() {
    let home = Home::new();
    let path = write(&home, CURSOR, "{}");
    success(&home.run(&["connect", "cursor"]));
    let added = read(&path).replace("\"args\": [\"mcp\"],", "\"args\": [\"mcp\"],\n      \"envFile\": \".env\",");
    assert!(added.contains("envFile"));
    fs::write(&path, &added).expect("it can be written");
    success(&home.run(&["connect", "cursor", "--gateway-url", "http://localhost:7070"]));
    assert_eq!(read(&path), added.replace("8080", "7070"));
    fs::write(&path, read(&path).replace("\".env\"", "\".env.local\"")).expect("it can be written");
    let error = failure(&home.run(&["connect", "cursor", "--disconnect"]));
    assert!(error.contains("was edited (envFile)"), "{error}");
}

#[test]
fn a_client_that_writes_its_file_anew_has_edited_nothing() {
    let home = Home::new();
    let path = write(&home, CURSOR, "{}");
    success(&home.run(&["connect", "cursor"]));
    let value: serde_json::Value = serde_json::from_str(&read(&path)).expect("JSON");
    fs::write(&path, value.to_string()).expect("it can be written");
    success(&home.run(&["connect", "cursor", "--gateway-url", "http://localhost:7070"]));
    success(&home.run(&["connect", "cursor", "--disconnect"]));
    assert!(!read(&path).contains("isartor"));
}

#[test]
fn of_two_files_that_compete_one_is_written_and_only_with_the_users_word() {
    let home = Home::new();
    let plain = write(&home, ".config/opencode/opencode.json", "{}");
    let commented = write(&home, ".config/opencode/opencode.jsonc", "{}");
    let error = failure(&home.run(&["connect", "opencode"]));
    assert!(error.contains("OpenCode may read ") && error.contains("opencode.json instead of "), "{error}");
    assert_eq!((read(&plain).as_str(), read(&commented).as_str()), ("{}", "{}"));
    success(&home.run(&["connect", "opencode", "--yes"]));
    assert!(read(&commented).contains("isartor") && read(&plain) == "{}");
    let said = success(&home.run(&["connect", "status"]));
    assert!(said.contains("opencode.json is there, and may be read instead"), "{said}");
}
