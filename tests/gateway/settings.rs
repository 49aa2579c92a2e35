//! What `up` refuses before it touches anything.

use super::stderr;
use crate::http::raw::{Connection, port, request};
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

/// What stands between a gateway and other machines, and what is said when it is missing.
#[test]
fn an_address_that_others_can_reach_is_refused() {
    const KEY: (&str, &str) = ("ISARTOR__GATEWAY_API_KEY", "s3cret");
    const NAME: (&str, &str) = ("ISARTOR__EXTERNAL_URL", "http://isartor.example");
    type Case<'a> = (&'a [(&'a str, &'a str)], [&'a str; 2]);
    let cases: [Case<'_>; 4] = [
        (&[], ["nobody would need a key", "hint: create a key"]),
        (&[NAME], ["nobody would need a key", "set gateway_api_key"]),
        (&[KEY], ["by which name", "hint: say it with --external-url"]),
        (&[KEY, NAME], ["unencrypted", "hint: put a proxy with TLS in front"]),
    ];
    for (variables, expected) in cases {
        for host in ["0.0.0.0", "192.168.0.1", "::", "::ffff:127.0.0.1"] {
            let home = variables.iter().fold(Home::new(), |home, (name, value)| home.and(name, value));
            let expected = [&format!("cannot listen on {host}: "), expected[0], expected[1]];
            refused(&home, &["up", "--port", "0", "--host", host], &expected);
        }
    }
}

#[test]
fn what_protects_a_gateway_that_others_can_reach_may_be_said_in_any_place() {
    let tls = ["--external-url", "https://isartor.example"];
    let accepted = "[server]\nallow_plain_http = true\nallowed_hosts = ['isartor.example']\n";
    for (settings, flags) in [("", &tls[..]), (accepted, &[])] {
        let home = Home::new().and("ISARTOR__GATEWAY_API_KEY", "s3cret");
        home.write_settings(settings);
        let output = home.run(&[&["up", "--detach", "--port", "0", "--host", "0.0.0.0"], flags].concat());
        assert!(output.status.success(), "{}", text(&output));
        let url = home.status()["url"].as_str().expect("it runs").to_owned();
        let health = |host: &str| {
            let mut connection = Connection::open(&url);
            connection.send(request("GET", "/health", &[("host", host)], b""));
            connection.answer().expect("an answer").status
        };
        assert_eq!((health("isartor.example"), health("0.0.0.0"), health("evil.example")), (200, 403, 403));
        assert_eq!(health(&format!("0.0.0.0:{}", port(&url))), 403);
        assert!(home.run(&["stop"]).status.success());
    }
}

#[test]
fn a_filter_that_is_none_is_named() {
    let home = Home::new().and("ISARTOR__LOG", "isartor=loud");
    let output = home.run(&["up", "--port", "0"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(stderr(&output).contains("cannot use log = \"isartor=loud\""), "{}", text(&output));
}
