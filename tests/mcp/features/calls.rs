//! A call that nobody waits for any more: the plugin stops.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use super::modern_request;
use crate::mcp::bridge::Bridge;
use crate::support::{Home, block_on};

/// Would run until its deadline, ten seconds on.
pub(in crate::mcp) fn endless() -> Value {
    json!({ "name": "hostile-tool__loop", "arguments": {} })
}

/// How calls of the tool ended, as their receipts say.
fn ends(home: &Home) -> Vec<String> {
    let log = fs::read_to_string(home.state().join("run/isartor.log")).expect("the gateway has a log");
    let receipts = log.lines().filter(|line| line.contains("isartor::receipt") && line.contains("tool=\"loop\""));
    receipts.map(str::to_owned).collect()
}

/// How the call of this number ended.
pub(in crate::mcp) fn await_end(home: &Home, number: usize) -> String {
    for _ in 0..1_200 {
        if let Some(end) = ends(home).get(number - 1) {
            return end.clone();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the call goes on");
}

#[test]
fn a_notification_stops_it() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let gateway = home.up();
    let mut bridge = Bridge::open(&home, &gateway.url);
    let id = bridge.ask("tools/call", endless());
    // The call is under way once a later one is answered.
    bridge.tool_names();
    bridge.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } }));
    let end = await_end(&home, 1);
    assert!(end.contains("abandoned"), "not at its deadline: {end}");
    assert_eq!(bridge.call("hostile-tool__echo", json!({}))["isError"], json!(false), "others go on");
}

#[test]
fn the_end_of_the_stream_stops_it() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let gateway = home.up();
    let request = modern_request(&format!("{}/mcp", gateway.url), "tools/call", endless());
    let request = request.header("accept", "application/json, text/event-stream");
    block_on(async {
        let patience = Duration::from_secs(1);
        assert!(tokio::time::timeout(patience, request.send()).await.is_err(), "it is under way, and then hung up");
    });
    let end = await_end(&home, 1);
    assert!(end.contains("abandoned"), "not at its deadline: {end}");
}
