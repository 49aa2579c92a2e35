//! The end of a key ends what its holder listens to; a call that has begun is answered.

use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};

use super::http::{SLOW_TOOL, call, home_with_slow_tool, message, post};
use super::initialize_params;
use super::listeners::Listener;
use crate::support::{Home, block_on, text};

fn keys(home: &Home, arguments: &[&str]) -> String {
    let output = home.run(&[&["keys"], arguments].concat());
    assert!(output.status.success(), "{arguments:?}: {}", text(&output));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn create(home: &Home, name: &str, more: &[&str]) -> String {
    let made = keys(home, &[&["create", "--name", name, "--json"], more].concat());
    let made: Value = serde_json::from_str(&made).expect("it is JSON");
    made["key"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

/// That nothing more is said, and how long it took to be so.
fn await_end(listeners: &[Listener]) -> Duration {
    let begun = Instant::now();
    for listener in listeners {
        while listener.next().is_some() {}
    }
    begun.elapsed()
}

#[test]
fn streams_end_with_the_key_that_opened_them_and_no_others() {
    let home = Home::new();
    let (revoked, rotated, kept) =
        (create(&home, "revoked", &[]), create(&home, "rotated", &[]), create(&home, "kept", &[]));
    let gateway = home.up();
    let mut listeners = [&revoked, &rotated, &kept].map(|key| Listener::over_http(&gateway, &[], Some(key)));
    keys(&home, &["revoke", "revoked"]);
    assert!(await_end(&listeners[0]) < Duration::from_secs(20));
    keys(&home, &["rotate", "rotated"]);
    assert!(await_end(&listeners[1]) < Duration::from_secs(20));
    home.install_guest("hostile-tool");
    for listener in &mut listeners[2] {
        assert_eq!(listener.hears(), super::listeners::TOOLS_CHANGED, "{}", listener.transport);
    }
}

#[test]
fn streams_end_when_the_life_of_their_key_does() {
    let home = Home::new();
    let long = create(&home, "long", &["--expires", "1h"]);
    let gateway = home.up();
    let long = Listener::over_http(&gateway, &[], Some(&long));
    let short = create(&home, "short", &["--expires", "4s"]);
    let short = Listener::over_http(&gateway, &[], Some(&short));
    assert!(await_end(&short) < Duration::from_secs(20));
    home.install_guest("hostile-tool");
    for listener in &long {
        assert_eq!(listener.hears(), super::listeners::TOOLS_CHANGED, "{}", listener.transport);
    }
}

#[test]
fn streams_that_needed_no_key_end_with_the_first_one() {
    let home = Home::new();
    let gateway = home.up();
    let listeners = Listener::over_http(&gateway, &[], None);
    create(&home, "first", &[]);
    assert!(await_end(&listeners) < Duration::from_secs(20));
    drop(gateway);
}

#[test]
fn a_call_that_has_begun_is_answered() {
    let home = home_with_slow_tool();
    let key = create(&home, "team", &["--scope", "read,write"]);
    let gateway = home.up();
    let url = format!("{}/mcp", gateway.url);
    block_on(async {
        let initialize =
            json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": initialize_params("2025-11-25") });
        let begun = post(&url).bearer_auth(&key).json(&initialize).send().await.expect("it is answered");
        let session = begun.headers()["mcp-session-id"].clone();
        let request = post(&url).bearer_auth(&key).header("mcp-session-id", &session);
        let under_way = request.json(&call(1, SLOW_TOOL, &json!({}))).send().await.expect("its stream has begun");
        assert_eq!(under_way.headers()["content-type"], "text/event-stream");
        keys(&home, &["revoke", "team"]);
        let listening = Client::new().get(&url).bearer_auth(&key).header("mcp-session-id", &session);
        assert_eq!(listening.send().await.expect("it is answered").status(), 401, "the key opens nothing more");
        let answer = message(under_way).await;
        assert_eq!(
            (&answer["id"], &answer["result"]["isError"]),
            (&json!(1), &json!(true)),
            "at its deadline: {answer}"
        );
    });
}
