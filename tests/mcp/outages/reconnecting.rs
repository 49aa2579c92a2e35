//! What becomes of a session when the gateway goes away and comes back: nothing is asked twice, nothing is forgotten.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::bridge::{Bridge, FakeGateway, error_text, free_port};
use super::super::modern_meta;
use crate::support::Home;

/// Sends a request that the gateway answers with nothing.
fn ask(bridge: &mut Bridge, gateway: &mut super::super::bridge::Connection, method: &str, params: Value) {
    let asked = bridge.ask(method, params);
    let request = gateway.expect(method);
    gateway.answer(&request, json!({}));
    assert_eq!(bridge.receive().expect("an answer")["id"], json!(asked));
}

#[test]
fn a_session_is_begun_again_with_all_that_was_asked_of_it() {
    let home = Home::new();
    let port = free_port();
    let gateway = FakeGateway::start(&home, port);
    let mut bridge = Bridge::open(&home, &gateway.url);
    let mut connection = gateway.accept();
    connection.begin();
    ask(&mut bridge, &mut connection, "logging/setLevel", json!({ "level": "debug" }));
    for uri in ["isartor://stats", "isartor://cache/1"] {
        ask(&mut bridge, &mut connection, "resources/subscribe", json!({ "uri": uri }));
    }
    ask(&mut bridge, &mut connection, "resources/unsubscribe", json!({ "uri": "isartor://cache/1" }));
    let listed = bridge.ask("tools/list", json!({}));
    let request = connection.receive();
    connection.list(&request, &["a"]);
    assert_eq!(bridge.receive().expect("an answer")["id"], json!(listed));
    let called = bridge.ask("tools/call", json!({ "name": "a" }));
    connection.expect("tools/call");

    drop((connection, gateway));
    let lost = bridge.receive().expect("no request is left without an answer");
    assert_eq!(lost["id"], json!(called));
    let (is_error, text) = error_text(&lost["result"]);
    assert!(is_error && text.contains("may or may not have been carried out"), "{text}");

    let gateway = FakeGateway::start(&home, port);
    let back = Instant::now();
    let mut connection = gateway.accept();
    assert!(back.elapsed() < Duration::from_secs(10), "without a word of the client");
    connection.begin();
    let level = connection.expect("logging/setLevel");
    assert_eq!(level["params"], json!({ "level": "debug" }));
    connection.answer(&level, json!({}));
    let subscription = connection.expect("resources/subscribe");
    assert_eq!(subscription["params"], json!({ "uri": "isartor://stats" }));
    connection.answer(&subscription, json!({}));
    let compared = connection.receive();
    connection.list(&compared, &["a", "b"]);
    let news = bridge.receive().expect("a notification");
    assert_eq!(news["method"], json!("notifications/tools/list_changed"), "our own requests are our own: {news}");
    let called = bridge.ask("tools/call", json!({ "name": "b" }));
    assert_eq!(connection.expect("tools/call")["id"], json!(called), "the lost call is not repeated");
}

#[test]
fn lists_that_were_empty_meanwhile_are_to_be_asked_for_again() {
    let home = Home::new();
    let port = free_port();
    let gateway = FakeGateway::start(&home, port);
    let mut bridge = Bridge::open(&home, &gateway.url);
    gateway.accept().begin();
    drop(gateway);
    assert!(home.run(&["stop"]).status.success(), "nothing is to be started");
    for (method, list) in [
        ("prompts/list", "prompts"),
        ("resources/list", "resources"),
        ("resources/templates/list", "resourceTemplates"),
    ] {
        assert_eq!(bridge.request(method, json!({}))["result"][list], json!([]), "{method}");
    }
    for (method, params) in [
        ("logging/setLevel", json!({ "level": "debug" })),
        ("resources/subscribe", json!({ "uri": "isartor://stats" })),
    ] {
        assert_eq!(bridge.request(method, params)["result"], json!({}), "{method} is remembered");
    }
    let refused = bridge.request("prompts/get", json!({ "name": "p" }));
    assert!(refused["error"]["message"].as_str().expect("a sentence").contains("isartor up"), "{refused}");

    let gateway = FakeGateway::start(&home, port);
    let mut connection = gateway.accept();
    connection.begin();
    for method in ["logging/setLevel", "resources/subscribe", "ping"] {
        let request = connection.expect(method);
        connection.answer(&request, json!({}));
    }
    for list in ["prompts", "resources"] {
        let news = bridge.receive().expect("a notification");
        assert_eq!(news["method"], json!(format!("notifications/{list}/list_changed")));
    }
}

#[test]
fn a_client_without_initialize_reconnects_when_it_asks() {
    let home = Home::new();
    let port = free_port();
    let gateway = FakeGateway::start(&home, port);
    let mut bridge = Bridge::start(&home, &gateway.url);
    let listening = bridge.ask("subscriptions/listen", json!({ "notifications": {}, "_meta": modern_meta() }));
    let mut connection = gateway.accept();
    connection.expect("subscriptions/listen");
    drop((connection, gateway));
    let ended = bridge.receive().expect("the stream ends");
    assert_eq!((&ended["id"], &ended["result"]["resultType"]), (&json!(listening), &json!("complete")), "{ended}");
    let gateway = FakeGateway::start(&home, port);
    let asked = bridge.ask("tools/call", json!({ "name": "a", "_meta": modern_meta() }));
    let mut connection = gateway.accept();
    assert_eq!(connection.expect("tools/call")["id"], json!(asked));
}

#[test]
fn both_sides_may_ask_notify_and_cancel() {
    let home = Home::new();
    let gateway = FakeGateway::start(&home, free_port());
    let mut bridge = Bridge::open(&home, &gateway.url);
    let asked = bridge.ask("tools/call", json!({ "name": "a", "_meta": { "progressToken": "p" } }));
    let mut connection = gateway.accept();
    connection.begin();
    assert_eq!(connection.expect("tools/call")["params"]["_meta"], json!({ "progressToken": "p" }));
    for said in [
        json!({ "method": "notifications/progress", "params": { "progressToken": "p", "progress": 0.5 } }),
        json!({ "method": "notifications/message", "params": { "level": "info", "data": { "a": "ü" } } }),
        json!({ "method": "notifications/resources/updated", "params": { "uri": "isartor://stats" } }),
        json!({ "method": "notifications/prompts/list_changed" }),
        json!({ "method": "notifications/cancelled", "params": { "requestId": 7 } }),
        json!({ "id": 7, "method": "roots/list" }),
        json!({ "id": "r", "method": "elicitation/create", "params": { "message": "m" } }),
    ] {
        let mut said = said;
        said["jsonrpc"] = json!("2.0");
        connection.send(&said);
        assert_eq!(bridge.receive(), Some(said));
    }
    for said in [
        json!({ "jsonrpc": "2.0", "id": 7, "result": { "roots": [] } }),
        json!({ "jsonrpc": "2.0", "id": "r", "error": { "code": -32601, "message": "no" } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/roots/list_changed" }),
        json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": { "progressToken": 1, "progress": 1 } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": asked } }),
    ] {
        bridge.send(&said);
        assert_eq!(connection.receive(), said);
    }
    connection.send(&json!({ "jsonrpc": "2.0", "id": asked, "result": { "content": [] } }));
    let (status, rest) = bridge.finish();
    assert!(status.success() && rest.is_empty(), "a cancelled call has no answer: {rest:?}");
}
