//! The copy of the gateway's list of tools: when it is given out, to whom, and what happens when it was wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::json;

use super::super::bridge::{Bridge, FakeGateway, free_port};
use super::super::initialize_params;
use crate::support::Home;

const LIST_CHANGED: &str = "notifications/tools/list_changed";
const NATIVE: [&str; 3] = ["isartor_chat", "isartor_cache_store", "isartor_cache_feedback"];

/// A client asks a gateway that is well, which leaves a copy.
fn leave_copy(home: &Home, gateway: &FakeGateway, names: &[&str]) {
    let mut bridge = Bridge::open(home, &gateway.url);
    let asked = bridge.ask("tools/list", json!({}));
    let mut connection = gateway.accept();
    connection.begin();
    let request = connection.receive();
    connection.list(&request, names);
    assert_eq!(bridge.receive().expect("an answer")["id"], json!(asked));
    bridge.finish();
}

fn copies(home: &Home) -> Vec<PathBuf> {
    let entries = fs::read_dir(home.state().join("run")).expect("the home is there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    paths.filter(|path| path.to_string_lossy().contains("/tools-")).collect()
}

#[test]
fn a_slow_gateway_is_answered_for_and_heard_when_it_says_something_else() {
    let home = Home::new();
    let gateway = FakeGateway::start(&home, free_port());
    leave_copy(&home, &gateway, &["a", "b"]);
    let mut bridge = Bridge::open(&home, &gateway.url);
    let mut connection = gateway.accept();
    connection.begin();
    assert_eq!(bridge.tool_names(), ["a", "b"], "after a while");
    let late = connection.receive();
    connection.list(&late, &["a", "c"]);
    let news = bridge.receive().expect("a notification");
    assert_eq!(news["method"], json!(LIST_CHANGED), "not a second answer: {news}");
    let asked = bridge.ask("tools/list", json!({}));
    let request = connection.receive();
    assert_eq!(request["id"], json!(asked));
    connection.list(&request, &["a", "c"]);
    assert_eq!(bridge.receive().expect("an answer")["result"]["tools"][1]["name"], json!("c"));
    let (status, rest) = bridge.finish();
    assert!(status.success() && rest.is_empty(), "{rest:?}");
}

#[test]
fn a_slow_gateway_that_says_the_same_is_not_heard() {
    let home = Home::new();
    let gateway = FakeGateway::start(&home, free_port());
    leave_copy(&home, &gateway, &["a"]);
    let mut bridge = Bridge::open(&home, &gateway.url);
    let mut connection = gateway.accept();
    connection.begin();
    assert_eq!(bridge.tool_names(), ["a"]);
    let late = connection.receive();
    connection.list(&late, &["a"]);
    let (status, rest) = bridge.finish();
    assert!(status.success() && rest.is_empty(), "{rest:?}");
}

#[test]
fn a_gateway_that_is_down_leaves_its_list_behind_for_the_same_url_and_key() {
    let home = Home::new();
    let gateway = FakeGateway::start(&home, free_port());
    leave_copy(&home, &gateway, &["a", "b"]);
    let url = gateway.url.clone();
    drop(gateway);
    assert!(home.run(&["stop"]).status.success(), "nothing is to be started");
    assert_eq!(Bridge::open(&home, &url).tool_names(), ["a", "b"]);
    assert_eq!(Bridge::open(&home, "http://localhost:1").tool_names(), NATIVE);
    let mut command = home.command(&["mcp"]);
    command.env("ISARTOR_GATEWAY_URL", &url).env("ISARTOR__GATEWAY_API_KEY", "another");
    let mut bridge = Bridge::spawn(&mut command);
    bridge.request("initialize", initialize_params("2025-11-25"));
    assert_eq!(bridge.tool_names(), NATIVE);
}

#[test]
fn a_copy_is_private_and_only_what_is_a_list_is_used() {
    let home = Home::new();
    let gateway = FakeGateway::start(&home, free_port());
    leave_copy(&home, &gateway, &["a"]);
    let [copy] = copies(&home).try_into().expect("one copy");
    assert_eq!(fs::metadata(&copy).expect("it is there").permissions().mode() & 0o777, 0o600);
    leave_copy(&home, &gateway, &["not a name"]);
    let url = gateway.url.clone();
    drop(gateway);
    assert!(home.run(&["stop"]).status.success());
    assert_eq!(Bridge::open(&home, &url).tool_names(), ["a"], "a list that clients would drop is not kept");
    let whole = fs::read_to_string(&copy).expect("it can be read");
    for broken in
        ["", "{", "null", "{\"tools\":[]}", &whole.replace("\"a\"", "\"a b\""), &whole.replace(&url, "http://x")]
    {
        fs::write(&copy, broken).expect("it can be written");
        assert_eq!(Bridge::open(&home, &url).tool_names(), NATIVE, "{broken}");
    }
}

#[test]
fn the_copy_follows_the_gateway_where_the_client_does_not() {
    let home = Home::new();
    let gateway = FakeGateway::start(&home, free_port());
    let mut bridge = Bridge::open(&home, &gateway.url);
    let mut connection = gateway.accept();
    connection.begin();
    connection.send(&json!({ "jsonrpc": "2.0", "method": LIST_CHANGED }));
    assert_eq!(bridge.receive().expect("a notification")["method"], json!(LIST_CHANGED));
    let request = connection.receive();
    connection.list(&request, &["a", "z"]);
    let url = gateway.url.clone();
    // The bridge keeps the list before it asks for anything else.
    bridge.ask("tools/call", json!({ "name": "z" }));
    let request = connection.expect("tools/call");
    connection.answer(&request, json!({ "content": [] }));
    assert!(bridge.receive().expect("an answer")["result"].is_object(), "nothing else is heard");
    drop((bridge, connection, gateway));
    assert!(home.run(&["stop"]).status.success());
    assert_eq!(Bridge::open(&home, &url).tool_names(), ["a", "z"]);
}

#[test]
fn copies_do_not_pile_up() {
    let home = Home::new();
    for _ in 0..20 {
        let gateway = FakeGateway::start(&home, free_port());
        leave_copy(&home, &gateway, &["a"]);
    }
    assert_eq!(copies(&home).len(), 16);
}
