//! What a plugin says to its client during a call: heard by who asked for it, so much and no more. A cancelled call ends.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{ALL, home, log_of};
use crate::mcp::bridge::Bridge;
use crate::support::Home;

/// Calls a tool of the guest, and gives what was said before its result.
fn said_before_result(bridge: &mut Bridge, tool: &str, arguments: &Value, meta: &Value) -> Vec<Value> {
    let name = format!("capable-tool__{tool}");
    let id = bridge.ask("tools/call", json!({ "name": name, "arguments": arguments, "_meta": meta }));
    let mut said = Vec::new();
    loop {
        let message = bridge.receive().expect("a call is answered");
        if message["id"] == json!(id) {
            assert!(message["result"]["isError"] != json!(true), "{message}");
            return said;
        }
        said.push(message);
    }
}

fn of_method<'a>(said: &'a [Value], method: &str) -> Vec<&'a Value> {
    said.iter().filter(|message| message["method"] == json!(method)).map(|message| &message["params"]).collect()
}

#[test]
fn who_asks_for_words_hears_them_in_order() {
    let home = home(&ALL, 1);
    let gateway = home.up();
    let mut bridge = Bridge::open(&home, &gateway.url);
    let arguments = json!({ "times": 3, "total": 3, "message": "step" });
    let said = said_before_result(&mut bridge, "progress", &arguments, &json!({ "progressToken": "t" }));
    let progress = of_method(&said, "notifications/progress");
    let reported: Vec<_> = progress.iter().map(|report| report["progress"].as_f64().expect("a number")).collect();
    assert_eq!(reported, [0.0, 1.0, 2.0], "{said:?}");
    assert!(progress.iter().all(|report| report["progressToken"] == json!("t") && report["message"] == json!("step")));
    assert!(progress.iter().all(|report| report["total"].as_f64() == Some(3.0)), "{said:?}");
    let silent = said_before_result(&mut bridge, "progress", &arguments, &json!({}));
    assert!(silent.is_empty(), "nobody asked: {silent:?}");

    bridge.request("logging/setLevel", json!({ "level": "warning" }));
    let arguments = json!({ "times": 8, "message": "now\u{1B}[31m" });
    let said = said_before_result(&mut bridge, "notify", &arguments, &json!({}));
    let messages = of_method(&said, "notifications/message");
    let levels: Vec<_> = messages.iter().filter_map(|message| message["level"].as_str()).collect();
    assert_eq!(levels, ["warning", "error", "critical", "alert", "emergency"], "{said:?}");
    let from_it = |message: &&Value| message["logger"] == json!("capable-tool") && message["data"] == json!("now [31m");
    assert!(messages.iter().all(from_it), "{said:?}");
}

#[test]
fn a_cancelled_call_stops_its_plugin() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let gateway = home.up();
    let mut bridge = Bridge::open(&home, &gateway.url);
    let call = bridge.ask("tools/call", json!({ "name": "hostile-tool__loop", "arguments": {} }));
    // The call is under way once a later one is answered.
    bridge.tool_names();
    let cancelled = Instant::now();
    bridge.send(&json!({
        "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": call, "reason": "enough" },
    }));
    let is_over = |log: &str| log.lines().any(|line| line.contains("hostile-tool") && line.contains("abandoned"));
    while !is_over(&log_of(&home)) {
        assert!(cancelled.elapsed() < Duration::from_secs(8), "it would have run for 10 s: {}", log_of(&home));
        std::thread::sleep(Duration::from_millis(20));
    }
}
