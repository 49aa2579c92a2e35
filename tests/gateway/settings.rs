//! What `up` refuses before it touches anything.

use super::stderr;
use crate::support::{Home, text};

fn refused(home: &Home, arguments: &[&str], expected: &[&str]) {
    for background in [&[][..], &["--detach"]] {
        let arguments = [arguments, background].concat();
        let output = home.run(&arguments);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        for words in expected {
            assert!(stderr(&output).contains(words), "{words}: {}", text(&output));
        }
        assert!(!home.state().join("run").exists(), "nothing was created");
    }
}

#[test]
fn an_unknown_key_is_named() {
    let home = Home::new();
    home.write_settings("port = 0\n[server]\nmax_boddy_bytes = 1\n");
    let file = home.state().join("isartor.toml").display().to_string();
    refused(
        &home,
        &["up"],
        &[
            &file,
            "line 3",
            "column 1: unknown key server.max_boddy_bytes; did you mean server.max_body_bytes?",
            "hint: correct",
        ],
    );
}

#[test]
fn an_unknown_variable_is_named() {
    let home = Home::new().and("ISARTOR__SERVER__MAX_BODDY_BYTES", "1");
    refused(&home, &["up", "--port", "0"], &["ISARTOR__SERVER__MAX_BODDY_BYTES", "unknown key server.max_boddy_bytes"]);
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    for host in ["0.0.0.0", "192.168.0.1", "::", "::ffff:127.0.0.1"] {
        let expected = [
            &*format!("cannot listen on {host}: nobody would need a key"),
            "hint: create a key with 'isartor keys create'",
        ];
        refused(&Home::new(), &["up", "--port", "0", "--host", host], &expected);
    }
}

#[test]
fn a_filter_that_is_none_is_named() {
    let home = Home::new().and("ISARTOR__LOG", "isartor=loud");
    let output = home.run(&["up", "--port", "0"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(stderr(&output).contains("cannot use log = \"isartor=loud\""), "{}", text(&output));
}
