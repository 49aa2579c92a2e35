//! `connect list`, `connect --all` and `connect status`.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::{CURSOR, GIT, failure, json, read, status, success, write};
use crate::support::Home;

#[test]
fn every_client_is_listed_and_those_that_are_here_are_connected_at_once() {
    let home = Home::new();
    let (cursor, code) = (write(&home, CURSOR, GIT), home.user().join(".config/Code/User/mcp.json"));
    fs::create_dir_all(code.parent().expect("a directory")).expect("it can be made");
    let clients = |key: &str| -> Vec<String> {
        let listed = json(&home, &["connect", "list"]);
        let clients = listed["clients"].as_array().expect("a list").iter().filter(|client| client[key] == true);
        clients.map(|client| client["client"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(clients("installed"), ["cursor", "vscode"]);
    assert_eq!(clients("connected"), Vec::<String>::new());
    let said = success(&home.run(&["connect", "--all"]));
    assert!(said.contains("== cursor\n") && said.contains("== vscode\n"), "{said}");
    assert_eq!(said.matches("warning: no gateway answers").count(), 1, "{said}");
    assert_eq!(clients("connected"), ["cursor", "vscode"]);
    assert!(read(&code).contains("\"servers\"") && read(&cursor).contains("s3cret-argument"));
    let table = success(&home.run(&["connect", "list"]));
    assert!(table.contains("claude-desktop   no         no         Claude Desktop"), "{table}");
    assert!(table.contains("cursor           yes        yes        Cursor"), "{table}");
    success(&home.run(&["connect", "--all", "--disconnect"]));
    assert_eq!((read(&cursor).as_str(), code.exists()), (GIT, false));
}

#[test]
fn one_client_that_fails_does_not_keep_the_others_from_it() {
    let home = Home::new();
    let (cursor, kiro) = (write(&home, CURSOR, "{"), write(&home, ".kiro/settings/mcp.json", "{}"));
    let output = home.run(&["connect", "--all"]);
    let error = failure(&output);
    assert!(error.contains("error: cursor failed") && error.contains("it is not valid JSON"), "{error}");
    assert_eq!(read(&cursor), "{");
    assert!(read(&kiro).contains("isartor"));
    let error = failure(&Home::new().run(&["connect", "--all"]));
    assert!(error.contains("no client was found on this machine") && error.contains("connect list"), "{error}");
    let error = failure(&Home::new().run(&["connect", "roo-code"]));
    assert!(error.contains("Roo Code is not connected any more") && error.contains("--force"), "{error}");
}

#[test]
fn the_status_says_what_the_entry_is_and_whether_it_fits() {
    let home = Home::new();
    let path = write(&home, CURSOR, GIT);
    assert_eq!(json(&home, &["connect", "status"]), json!({ "clients": [], "troubles": [] }));
    success(&home.run(&["connect", "cursor"]));
    let found = status(&home, "cursor");
    let expected = json!({
        "client": "cursor", "title": "Cursor", "name": "isartor", "path": path, "scope": "user", "entry_present": true, "wiped": false,
        "transport": "stdio", "command": env!("CARGO_BIN_EXE_isartor"), "matches_this_binary": true,
        "gateway_url": "http://localhost:8080", "gateway_reachable": found["gateway_reachable"].clone(),
        "key": found["key"].clone(), "restart_needed": false, "shadowed_by": null, "competing": [], "duplicates": [],
    });
    assert_eq!(found, expected);

    let moved = read(&path).replace(env!("CARGO_BIN_EXE_isartor"), "/old/isartor");
    fs::write(&path, moved.replace("\"git\": {", "\"cache\": {\"command\": \"isartor\"}, \"git\": {"))
        .expect("written");
    let found = status(&home, "cursor");
    assert_eq!((&found["matches_this_binary"], &found["command"]), (&json!(false), &json!("/old/isartor")));
    assert_eq!(found["duplicates"], json!(["cache"]));

    success(&home.run(&["connect", "cursor", "--yes", "--name", "second", "--transport", "http"]));
    let both = json(&home, &["connect", "status"]);
    let names: Vec<_> = both["clients"].as_array().expect("a list").iter().map(|found| &found["name"]).collect();
    assert_eq!(names, ["isartor", "second"], "{both}");
    success(&home.run(&["connect", "cursor", "--name", "second", "--disconnect"]));

    fs::write(&path, GIT).expect("it can be written");
    let found = status(&home, "cursor");
    assert_eq!((&found["entry_present"], &found["wiped"]), (&json!(false), &json!(true)));
    let said = success(&home.run(&["connect", "status"]));
    assert!(said.contains("isartor wrote it, and something else removed it"), "{said}");
    success(&home.run(&["connect", "cursor", "--disconnect"]));
    fs::write(&path, "[").expect("it can be written");
    success(&home.run(&["connect", "list"]));
}

#[test]
fn a_projects_entry_counts_instead_of_the_users() {
    let home = Home::new();
    let path = write(&home, CURSOR, GIT);
    let project = home.user().join("project");
    fs::create_dir(&project).expect("it can be made");
    let run = |arguments: &[&str]| home.command(arguments).current_dir(&project).output().expect("it runs");
    success(&run(&["connect", "cursor"]));
    success(&run(&["connect", "cursor", "--scope", "project"]));
    let theirs = project.join(CURSOR);
    assert!(read(&theirs).contains("isartor"));
    assert_eq!(
        fs::read_dir(theirs.parent().expect("a directory")).expect("it is there").count(),
        1,
        "no copy beside it"
    );
    let status: Value = serde_json::from_str(&success(&run(&["connect", "status", "--json"]))).expect("JSON");
    let shadows: Vec<_> =
        status["clients"].as_array().expect("a list").iter().map(|found| &found["shadowed_by"]).collect();
    assert_eq!(shadows, [&json!(theirs), &Value::Null], "{status}");
    success(&run(&["connect", "cursor", "--scope", "project", "--disconnect"]));
    assert!(!project.join(".cursor").exists());
    assert!(read(&path).contains("isartor"), "the user's own is another");

    let at_home = home.command(&["connect", "cursor", "--scope", "project"]).current_dir(home.user()).output();
    let error = failure(&at_home.expect("it runs"));
    assert!(
        error.contains("this directory is no project's") && error.contains("hint: run it in the project's"),
        "{error}"
    );
    let error = failure(&run(&["connect", "claude-desktop", "--scope", "project"]));
    assert!(error.contains("it has no configuration of its own for a project"), "{error}");
}

#[test]
fn a_client_that_has_been_running_since_before_needs_a_restart() {
    let home = Home::new();
    let program = home.user().join("claude-desktop");
    fs::copy("/bin/sleep", &program).expect("it can be copied");
    let mut client = Command::new(&program).arg("600").spawn().expect("it runs");
    // A process is dated in whole seconds.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let said = success(&home.run(&["connect", "claude-desktop"]));
    let running = status(&home, "claude-desktop");
    client.kill().and_then(|()| client.wait()).expect("it ends");
    assert!(said.contains("note: Claude Desktop is running, and may write its file again"), "{said}");
    assert_eq!(running["restart_needed"], json!(true));
    assert_eq!(status(&home, "claude-desktop")["restart_needed"], json!(false));
}
