//! `isartor doctor`: names what is wrong, repairs what is safe to repair, and nothing else.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::{CURSOR, GIT, failure, read, success, write};
use crate::support::{Home, text};

/// What `doctor` printed; whether it found something wrong.
fn doctor(home: &Home, more: &[&str]) -> (String, bool) {
    let output = home.run(&[&["doctor"], more].concat());
    let said = text(&output);
    match output.status.code() {
        Some(0) => (said, false),
        Some(1) => (said, true),
        _ => panic!("{said}"),
    }
}

#[test]
fn a_machine_on_which_nothing_is_wrong_is_well() {
    let home = Home::new();
    let (said, is_ill) = doctor(&home, &[]);
    assert!(!is_ill && said.contains("everything is well"), "{said}");
    write(&home, CURSOR, GIT);
    let _gateway = home.up();
    success(&home.run(&["connect", "cursor"]));
    let (said, is_ill) = doctor(&home, &[]);
    assert!(!is_ill, "{said}");
    for words in
        ["gateway          ok", "model            ok       switched off", "plugins          ok", "cursor           ok"]
    {
        assert!(said.contains(words), "{said:?} does not say {words:?}");
    }
}

#[test]
fn an_entry_that_the_client_dropped_or_that_starts_nothing_is_written_again() {
    let home = Home::new();
    let path = write(&home, CURSOR, GIT);
    success(&home.run(&["connect", "cursor"]));
    let connected = read(&path);
    for damaged in [GIT.to_owned(), connected.replace(env!("CARGO_BIN_EXE_isartor"), "/gone/isartor")] {
        fs::write(&path, &damaged).expect("it can be written");
        let (said, is_ill) = doctor(&home, &[]);
        assert!(is_ill && said.contains("cursor           problem") && said.contains("repairs 1"), "{said}");
        assert_eq!(read(&path), damaged, "nobody asked for a repair");
        let (said, is_ill) = doctor(&home, &["--fix"]);
        assert!(!is_ill && said.contains("everything is well now"), "{said}");
        assert_eq!(read(&path), connected);
    }
}

#[test]
fn what_others_can_read_is_made_private() {
    let home = Home::new();
    let path = write(&home, CURSOR, "{}");
    success(&home.run(&["connect", "cursor", "--gateway-api-key", "k-1"]));
    fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("it is ours");
    fs::set_permissions(home.state().join("backups"), Permissions::from_mode(0o755)).expect("it is ours");
    let (said, is_ill) = doctor(&home, &[]);
    assert!(is_ill && said.contains("holds the gateway's key and can be read by others (mode 644)"), "{said}");
    assert!(said.contains("backups can be looked into by others (mode 755)") && said.contains("2 problems"), "{said}");
    let (said, is_ill) = doctor(&home, &["--fix"]);
    assert!(!is_ill, "{said}");
    let mode = |path: &std::path::Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&home.state().join("backups"))), (0o600, 0o700));
}

#[test]
fn what_only_the_user_can_settle_is_named_and_left() {
    let home = Home::new();
    let cursor = write(&home, CURSOR, GIT);
    success(&home.run(&["connect", "cursor"]));
    let twice =
        read(&cursor).replace("\"git\": {", "\"cache\": { \"command\": \"/usr/bin/isartor\" },\n    \"git\": {");
    fs::write(&cursor, &twice).expect("it can be written");
    write(&home, ".config/opencode/opencode.json", "{}");
    success(&home.run(&["connect", "opencode"]));
    write(&home, ".config/opencode/opencode.jsonc", "{}");
    success(&home.run(&["connect", "kiro"]));
    let kiro = write(&home, ".kiro/settings/mcp.json", "{ broken");
    for more in [&[][..], &["--fix"]] {
        let (said, is_ill) = doctor(&home, more);
        assert!(is_ill, "{said}");
        for words in
            ["more than once, also as cache", "--disconnect --name cache", "is there too, and may be read", "kiro"]
        {
            assert!(said.contains(words), "{said:?} does not say {words:?}");
        }
    }
    assert_eq!((read(&cursor), read(&kiro).as_str()), (twice, "{ broken"));
    let error = failure(&home.run(&["connect", "kiro", "--disconnect"]));
    assert!(error.contains("it is not valid JSON"), "{error}");
}
