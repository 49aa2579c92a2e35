//! Clients that have a key in their configuration: what `connect`, `connect status` and `doctor` say when it ends.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use super::{audited, create, keys, store};
use crate::support::{Home, text};

fn client(home: &Home) -> Value {
    let output = home.run(&["connect", "status", "--json"]);
    let status: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    status["clients"][0].clone()
}

#[test]
fn a_client_whose_key_ended_is_told_so() {
    let home = Home::new();
    let file = home.user().join(".cursor/mcp.json");
    std::fs::create_dir_all(file.parent().expect("a directory")).expect("it can be made");
    std::fs::write(&file, "{}").expect("it can be written");
    let gateway = home.up();
    let key = create(&home, "cursor", &[]).key;
    let refused = home.run(&["connect", "cursor", "--transport", "http"]);
    assert!(!refused.status.success() && text(&refused).contains("wants a key"), "{}", text(&refused));
    let connected = home.run(&["connect", "cursor"]);
    assert!(connected.status.success() && !text(&connected).contains("warning"), "{}", text(&connected));
    assert_eq!(client(&home)["key"], json!("none"), "over the socket its owner needs none");
    assert!(!text(&home.run(&["doctor"])).contains("wants one"));
    let connected = home.run(&["connect", "cursor", "--gateway-api-key", &key]);
    assert!(connected.status.success() && !text(&connected).contains(&key), "{}", text(&connected));
    assert_eq!(json!([client(&home)["key"], client(&home)["key_problem"]]), json!(["valid", null]));
    keys(&home, &["revoke", "cursor"]);
    assert_eq!(json!([client(&home)["key"], client(&home)["key_problem"]]), json!(["refused", "revoked"]));
    assert!(text(&home.run(&["connect", "status"])).contains("refused by the gateway: it was revoked"));
    let doctor = text(&home.run(&["doctor"]));
    assert!(doctor.contains(&format!("the gateway at {} refuses its key: it was revoked", gateway.url)), "{doctor}");
    let stranger = format!("isk_{}_{}", "0".repeat(12), "0".repeat(64));
    let forced = home.run(&["connect", "cursor", "--gateway-api-key", &stranger, "--force"]);
    assert!(forced.status.success(), "{}", text(&forced));
    let doctor = text(&home.run(&["doctor"]));
    assert!(doctor.contains("refuses its key: there is no such key"), "{doctor}");
    assert!(doctor.contains("keys             ok       0 are active"), "{doctor}");
    std::fs::write(home.state().join("keys.json"), "{").expect("it can be written");
    let doctor = text(&home.run(&["doctor"]));
    assert!(doctor.contains("keys             problem  cannot use "), "{doctor}");
}

/// What `isartor_chat` says over stdio.
fn asked_over_stdio(home: &Home, url: &str, key: Option<&str>, prompt: &str) -> Value {
    called_over_stdio(home, url, key, &json!({ "name": "isartor_chat", "arguments": { "prompt": prompt } }))
}

/// The answer to this call over stdio, for a client with this key in its environment or none.
pub(super) fn called_over_stdio(home: &Home, url: &str, key: Option<&str>, call: &Value) -> Value {
    let mut command = home.command(&["mcp"]);
    command.env("ISARTOR_GATEWAY_URL", url).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut bridge = command.envs(key.map(|key| ("ISARTOR__GATEWAY_API_KEY", key))).spawn().expect("isartor runs");
    let client = json!({ "name": "tests", "version": "1" });
    let greeting = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client });
    let mut input = bridge.stdin.take().expect("it is piped");
    for message in [
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": greeting }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call }),
    ] {
        writeln!(input, "{message}").expect("the bridge reads");
    }
    drop(input);
    let output = bridge.wait_with_output().expect("it ends with its input");
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    let mut answers = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("each line is JSON"));
    answers.find(|answer| answer["id"] == 2).unwrap_or_else(|| panic!("no answer: {lines}"))
}

#[test]
fn a_client_that_starts_isartor_reaches_the_namespace_of_its_key() {
    let home = Home::new();
    let gateway = home.up();
    gateway.store("How high is the Zugspitze?", "for the user");
    let key = create(&home, "one", &[]).key;
    let forgotten = create(&home, "forgotten", &[]).key;
    keys(&home, &["revoke", "forgotten"]);
    store(&gateway.url, &key, "How high is the Zugspitze?", "for the key");
    let asked = |key| asked_over_stdio(&home, &gateway.url, key, "How high is the Zugspitze?");
    let response = |key| asked(key)["result"]["structuredContent"]["response"].clone();
    assert_eq!(response(Some(&key)), json!("for the key"));
    assert_eq!(response(None), json!("for the user"));
    for wrong in [forgotten.as_str(), "isk_", "whatever"] {
        let result = asked(Some(wrong))["result"].clone();
        assert_eq!((&result["isError"], result.get("structuredContent")), (&json!(true), None), "{wrong}: {result}");
        assert!(result.to_string().contains("refused the API key"), "{wrong}: {result}");
    }
    drop(gateway);
    let told = audited(&home, &["auth_failed"]);
    assert!(told.iter().any(|event| event["key"] == "forgotten" && event["route"] == "mcp.sock"), "{told:?}");
}
