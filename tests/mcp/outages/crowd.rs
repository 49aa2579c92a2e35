//! Many calls and many bridges at once, over the gateway's death.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::PROMPT;
use super::super::bridge::{Bridge, free_port, is_notification};
use crate::support::Home;

const CALLS: usize = 1000;
const BRIDGES: usize = 50;

#[test]
fn a_gateway_that_is_killed_amid_calls_leaves_none_without_an_answer() {
    let home = Home::new();
    let port = free_port();
    let mut gateway = Some(home.up_at(port));
    let mut command = home.command(&["mcp"]);
    command.env("ISARTOR_GATEWAY_URL", format!("http://localhost:{port}"));
    command.env("RUST_LOG", "trace").env("ISARTOR__LOG", "trace").stderr(std::process::Stdio::null());
    let mut bridge = Bridge::spawn(&mut command);
    bridge.request("initialize", super::super::initialize_params("2025-11-25"));
    let params = json!({ "name": "isartor_chat", "arguments": { "prompt": PROMPT } });
    let mut asked = BTreeSet::new();
    for number in 0..CALLS {
        asked.insert(bridge.ask("tools/call", params.clone()));
        if number == CALLS / 2 {
            gateway.take().expect("it still runs").kill();
        }
    }
    let mut answered = BTreeSet::new();
    while answered.len() < asked.len() {
        let answer = bridge.receive().expect("every request gets an answer");
        if !is_notification(&answer) {
            assert!(answer["result"]["content"].is_array(), "{answer}");
            assert!(answered.insert(answer["id"].as_i64().expect("our ids are numbers")), "a second answer: {answer}");
        }
    }
    assert_eq!(answered, asked);
    let gateway = home.up_or_found_at(port);
    gateway.store(PROMPT, "Paris.");
    let answer = bridge.call("isartor_chat", json!({ "prompt": PROMPT }));
    assert_eq!(answer["structuredContent"]["response"], json!("Paris."), "the same bridge goes on");
    let (status, rest) = bridge.finish();
    assert!(status.success() && rest.iter().all(is_notification), "{rest:?}");
}

#[test]
fn many_bridges_share_a_gateway() {
    let home = Home::new();
    let gateway = home.up();
    gateway.store(PROMPT, "Paris.");
    let mut bridges: Vec<Bridge> = (0..BRIDGES).map(|_| Bridge::open(&home, &gateway.url)).collect();
    for bridge in &mut bridges {
        bridge.ask("tools/call", json!({ "name": "isartor_chat", "arguments": { "prompt": PROMPT } }));
    }
    for bridge in bridges {
        let (status, answers) = bridge.finish();
        assert!(status.success());
        let answers: Vec<_> = answers.iter().filter(|answer| !is_notification(answer)).collect();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_eq!(answers[0]["result"]["structuredContent"]["response"], json!("Paris."), "{answers:?}");
    }
}
