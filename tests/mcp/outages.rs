//! `isartor mcp` when something is missing: the gateway, its key, the client, the parent process.

mod crowd;
mod ending;
mod keys;
mod reconnecting;
mod starving;
mod tool_lists;

use std::fs;

use serde_json::{Value, json};

use super::bridge::{Bridge, error_text, free_port};
use super::{PROMPT, initialize_params, modern_meta};
use crate::support::Home;

fn chat(bridge: &mut Bridge) -> Value {
    bridge.call("isartor_chat", json!({ "prompt": PROMPT }))
}

#[test]
fn without_a_gateway_tools_are_listed_and_calls_say_what_to_run() {
    let home = Home::new();
    assert!(home.run(&["stop"]).status.success());
    let port = free_port();
    let mut bridge = Bridge::open(&home, &format!("http://127.0.0.1:{port}"));
    assert_eq!(bridge.tool_names(), ["isartor_chat", "isartor_cache_store", "isartor_cache_feedback"]);
    let (is_error, text) = error_text(&chat(&mut bridge));
    assert!(is_error && text.contains(&format!("isartor up --detach --port {port}")), "{text}");
    assert_eq!(bridge.request("ping", json!({}))["result"], json!({}));
    let mut bridge = Bridge::start(&home, &format!("http://127.0.0.1:{port}"));
    let discovered = bridge.request("server/discover", json!({ "_meta": modern_meta() }));
    assert!(discovered["result"]["supportedVersions"].is_array(), "{discovered}");
    let listed = bridge.request("tools/list", json!({ "_meta": modern_meta() }));
    assert_eq!(listed["result"]["resultType"], json!("complete"), "{listed}");
    assert!(listed["result"]["ttlMs"].is_number(), "{listed}");
}

#[test]
fn a_gateway_elsewhere_that_is_down_is_not_started() {
    let home = Home::new();
    let mut bridge = Bridge::open(&home, "https://[::ffff:127.0.0.1]:9");
    let (is_error, text) = error_text(&chat(&mut bridge));
    assert!(is_error && text.contains("ISARTOR_GATEWAY_URL"), "{text}");
    assert_eq!(home.run(&["status"]).status.code(), Some(3));
}

#[test]
fn the_gateway_is_started_once_and_never_after_stop() {
    let home = Home::new();
    let port = free_port();
    let url = format!("http://localhost:{port}");
    let key = "a-key-of-the-client";
    let command = &mut home.command(&["mcp"]);
    let mut bridge = Bridge::spawn(command.env("ISARTOR_GATEWAY_URL", &url).env("ISARTOR__GATEWAY_API_KEY", key));
    bridge.request("initialize", initialize_params("2025-11-25"));
    assert!(bridge.tool_names().len() > 2, "the list waits for the gateway and its plugins");
    let status = home.status();
    assert_eq!(status["url"], json!(url));
    let environment = fs::read(format!("/proc/{}/environ", status["pid"])).expect("the gateway runs");
    let environment = String::from_utf8_lossy(&environment);
    assert!(!environment.contains("ISARTOR_GATEWAY_URL") && !environment.contains(key), "{environment}");

    assert!(home.run(&["stop"]).status.success());
    let (is_error, text) = error_text(&chat(&mut bridge));
    assert!(is_error && text.contains("stopped with `isartor stop`"), "{text}");
    let mut another = Bridge::open(&home, &url);
    assert!(error_text(&chat(&mut another)).0);
    assert_eq!(home.run(&["status"]).status.code(), Some(3), "nothing was started");
}

#[test]
fn a_gateway_that_was_killed_and_started_again_is_found_by_the_same_bridge() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let port = free_port();
    let gateway = home.up_at(port);
    let mut bridge = Bridge::open(&home, &gateway.url);
    assert_eq!(chat(&mut bridge)["structuredContent"]["hit"], json!(false));
    let asked = bridge.ask("tools/call", json!({ "name": "hostile-tool__loop", "arguments": {} }));
    // The call is under way once a later one is answered.
    let answer = bridge.request("tools/list", json!({}));
    assert!(answer["result"]["tools"].is_array(), "{answer}");
    gateway.kill();
    let lost = bridge.receive().expect("no request is left without an answer");
    assert_eq!(lost["id"], json!(asked));
    let (is_error, text) = error_text(&lost["result"]);
    assert!(is_error && text.contains("went away"), "{text}");
    let (is_error, text) = error_text(&chat(&mut bridge));
    assert!(is_error && text.contains("isartor up"), "{text}");
    let gateway = home.up_at(port);
    gateway.store(PROMPT, "Paris.");
    assert_eq!(chat(&mut bridge)["structuredContent"]["response"], json!("Paris."));
}

#[test]
fn a_gateway_of_another_home_is_reached_over_http() {
    let (theirs, ours) = (Home::new(), Home::new());
    let port = free_port();
    let gateway = theirs.up_at(port);
    gateway.store(PROMPT, "Paris.");
    let mut bridge = Bridge::open(&ours, &gateway.url);
    assert_eq!(chat(&mut bridge)["structuredContent"]["response"], json!("Paris."));
    let answer = bridge.request("tools/call", json!({ "name": "nothing-like-it" }));
    assert_eq!(answer["error"]["code"], json!(-32602), "{answer}");
    drop(gateway);
    let gateway = theirs.up_at(port);
    assert_eq!(chat(&mut bridge)["structuredContent"]["response"], json!("Paris."), "a new session begins by itself");
    drop(gateway);
    assert_eq!(ours.run(&["status"]).status.code(), Some(3), "ours was never needed");
}

#[test]
fn a_client_without_initialize_reaches_a_gateway_over_http() {
    let (theirs, ours) = (Home::new(), Home::new());
    let gateway = theirs.up();
    let mut bridge = Bridge::start(&ours, &gateway.url);
    let params = json!({ "name": "isartor_chat", "arguments": { "prompt": PROMPT }, "_meta": modern_meta() });
    let answer = bridge.request("tools/call", params);
    assert_eq!(answer["result"]["structuredContent"]["hit"], json!(false), "{answer}");
}

#[test]
fn a_wrong_key_is_explained() {
    let (theirs, ours) = (Home::new().and("ISARTOR__GATEWAY_API_KEY", "right"), Home::new());
    let gateway = theirs.up();
    for (key, accepted) in [("right", true), ("wrong", false)] {
        let command = &mut ours.command(&["mcp"]);
        command.env("ISARTOR_GATEWAY_URL", &gateway.url).env("ISARTOR__GATEWAY_API_KEY", key);
        let mut bridge = Bridge::spawn(command);
        bridge.request("initialize", initialize_params("2025-11-25"));
        let result = chat(&mut bridge);
        match accepted {
            true => assert_eq!(result["structuredContent"]["hit"], json!(false), "{result}"),
            false => assert!(error_text(&result).1.contains("--gateway-api-key"), "{result}"),
        }
    }
}

#[test]
fn a_url_that_is_none_is_refused_by_name() {
    let home = Home::new();
    let output = home.command(&["mcp"]).env("ISARTOR_GATEWAY_URL", "localhost:8080").output().expect("isartor runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("ISARTOR_GATEWAY_URL"));
}

#[test]
fn nobody_waits_for_a_cancelled_call() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let gateway = home.up();
    for client in [&home, &Home::new()] {
        let mut bridge = Bridge::open(client, &gateway.url);
        let asked = bridge.ask("tools/call", json!({ "name": "hostile-tool__loop", "arguments": {} }));
        let params = json!({ "requestId": asked, "reason": "the test changed its mind" });
        bridge.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params }));
        assert_eq!(bridge.request("ping", json!({}))["result"], json!({}));
        let (status, answers) = bridge.finish();
        assert!(status.success() && answers.is_empty(), "{answers:?}");
    }
}
