//! `isartor mcp` with a gateway that runs: sessions, versions, and lines that are no messages.

mod over_http;

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tokio::process::Command as TokioCommand;

use super::bridge::{Bridge, FakeGateway, error_text, free_port, shell};
use super::{PROMPT, VERSIONS_WITH_INITIALIZE, initialize_params, look_up_store_and_hit, modern_meta};
use crate::support::{Home, block_on, text};

/// The longest line, with its end.
const MAX_LINE_BYTES: usize = 16 << 20;

#[test]
fn rmcps_client_looks_up_stores_and_hits() {
    let home = Home::new();
    let gateway = home.up();
    let mut command: Command = home.command(&["mcp"]);
    command.env("ISARTOR_GATEWAY_URL", &gateway.url);
    block_on(async {
        let mut child =
            TokioCommand::from(command).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("isartor runs");
        let (output, input) = (child.stdout.take().expect("piped"), child.stdin.take().expect("piped"));
        let client = rmcp::ServiceExt::serve((), (output, input)).await.expect("the session begins");
        look_up_store_and_hit(&client).await;
        client.cancel().await.expect("the session ends");
        assert!(child.wait().await.expect("it ends").success());
    });
}

#[test]
fn initialize_is_answered_without_any_gateway() {
    let home = Home::new();
    assert!(home.run(&["stop"]).status.success(), "nothing is to be started");
    let url = format!("http://localhost:{}", free_port());
    let params = initialize_params("2025-11-25");
    let request = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params });
    let mut shell = shell(&home, &format!("echo '{request}' | \"$0\" mcp"));
    let output = shell.env("ISARTOR_GATEWAY_URL", url).output().expect("the shell runs");
    assert!(output.status.success(), "{}", text(&output));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    assert_eq!(answer["id"], json!(0));
    assert_eq!(answer["result"]["protocolVersion"], json!("2025-11-25"));
    assert_eq!(answer["result"]["serverInfo"]["name"], json!("isartor"));
}

#[test]
fn every_version_with_initialize_is_spoken() {
    let home = Home::new();
    let gateway = home.up();
    gateway.store(PROMPT, "Paris.");
    for version in VERSIONS_WITH_INITIALIZE {
        let mut bridge = Bridge::start(&home, &gateway.url);
        let answer = bridge.request("initialize", initialize_params(version));
        assert_eq!(answer["result"]["protocolVersion"], json!(version));
        let result = bridge.call("isartor_chat", json!({ "prompt": PROMPT }));
        assert_eq!(result["structuredContent"]["response"], json!("Paris."), "{version}: {result}");
        assert_eq!(result.get("resultType"), None, "{version} knows no such field");
    }
}

#[test]
fn a_client_without_initialize_is_served() {
    let home = Home::new();
    let gateway = home.up();
    gateway.store(PROMPT, "Paris.");
    let mut bridge = Bridge::start(&home, &gateway.url);
    let discovered = bridge.request("server/discover", json!({ "_meta": modern_meta() }));
    let versions = discovered["result"]["supportedVersions"].as_array().unwrap_or_else(|| panic!("{discovered}"));
    assert!(versions.contains(&json!("2026-07-28")), "{discovered}");
    let params = json!({ "name": "isartor_chat", "arguments": { "prompt": PROMPT }, "_meta": modern_meta() });
    let answer = bridge.request("tools/call", params);
    assert_eq!(answer["result"]["structuredContent"]["response"], json!("Paris."), "{answer}");
    assert_eq!(answer["result"]["resultType"], json!("complete"));
}

#[test]
fn a_client_may_probe_and_then_initialize() {
    let home = Home::new();
    let gateway = home.up();
    let mut bridge = Bridge::start(&home, &gateway.url);
    bridge.request("server/discover", json!({ "_meta": modern_meta() }));
    let answer = bridge.request("initialize", initialize_params("2025-06-18"));
    assert_eq!(answer["result"]["protocolVersion"], json!("2025-06-18"));
    assert!(bridge.tool_names().len() > 2);
}

#[test]
fn what_is_no_message_gets_an_error_and_the_next_line_is_read() {
    let home = Home::new();
    let gateway = home.up();
    let mut bridge = Bridge::open(&home, &gateway.url);
    let cases: [(&[u8], i64, &str); 7] = [
        (b"{\"jsonrpc\":\"2.0\",\"id\":1,", -32700, "not JSON"),
        (b"hello", -32700, "not JSON"),
        (b"{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}", -32700, "not JSON"),
        (b"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", -32600, "batches"),
        (b"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", -32600, "JSON-RPC"),
        (b"17", -32600, "JSON-RPC"),
        (b"\0", -32700, "not JSON"),
    ];
    for (line, code, words) in cases {
        bridge.send_line(line);
        let answer = bridge.receive().expect("an error");
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&Value::Null, &json!(code)), "{answer}");
        assert!(answer["error"]["message"].as_str().expect("a sentence").contains(words), "{answer}");
    }
    bridge.send_line(b"");
    bridge.send_line(&vec![b'x'; MAX_LINE_BYTES]);
    let answer = bridge.receive().expect("an error");
    assert!(answer["error"]["message"].as_str().expect("a sentence").contains("longer than"), "{answer}");
    assert_eq!(bridge.request("ping", json!({}))["result"], json!({}));
    assert!(bridge.tool_names().len() > 2);
}

/// With its line end it is as long as a line may be.
#[test]
fn the_longest_line_is_carried_either_way() {
    let home = Home::new();
    let gateway = FakeGateway::start(&home, free_port());
    let mut bridge = Bridge::open(&home, &gateway.url);
    let mut connection = gateway.accept();
    connection.begin();
    let padded = |mut message: Value| {
        message["padding"] = json!("");
        message["padding"] = json!("x".repeat(MAX_LINE_BYTES - 1 - message.to_string().len()));
        message
    };
    bridge.send(&padded(json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call" })));
    let carried = connection.expect("tools/call");
    assert_eq!(carried.to_string().len() + 1, MAX_LINE_BYTES);
    connection.send(&padded(json!({ "jsonrpc": "2.0", "id": 7, "result": {} })));
    let answer = bridge.receive().expect("an answer");
    assert_eq!((&answer["id"], answer.to_string().len() + 1), (&json!(7), MAX_LINE_BYTES));
}

#[test]
fn wrong_requests_get_their_own_errors() {
    let home = Home::new();
    let gateway = home.up();
    let mut bridge = Bridge::start(&home, &gateway.url);
    for (method, params, code) in
        [("tools/list", json!({}), -32600), ("initialize", json!({ "protocolVersion": 7 }), -32602)]
    {
        assert_eq!(bridge.request(method, params)["error"]["code"], json!(code), "{method}");
    }
    assert_eq!(bridge.request("ping", json!({}))["result"], json!({}), "a ping needs no session");
    bridge.request("initialize", initialize_params("2025-11-25"));
    for (method, params, code) in [
        ("initialize", initialize_params("2025-11-25"), -32600),
        ("tools/call", json!({ "name": "nothing-like-it" }), -32602),
        ("tools/call", json!({ "nom": "isartor_chat" }), -32602),
        ("no/such/method", json!({}), -32601),
    ] {
        assert_eq!(bridge.request(method, params)["error"]["code"], json!(code), "{method}");
    }
    let (is_error, text) = error_text(&bridge.call("isartor_chat", json!({ "prompt": 7 })));
    assert!(is_error && text.contains("expected a string"), "{text}");
}

#[test]
fn what_was_read_is_answered_before_the_end() {
    let home = Home::new();
    let gateway = home.up();
    let mut bridge = Bridge::open(&home, &gateway.url);
    let params = json!({ "name": "isartor_chat", "arguments": { "prompt": PROMPT } });
    let asked: Vec<i64> = (0..200).map(|_| bridge.ask("tools/call", params.clone())).collect();
    let (status, answers) = bridge.finish();
    assert!(status.success());
    let mut answered: Vec<i64> = answers.iter().filter_map(|answer| answer["id"].as_i64()).collect();
    answered.sort_unstable();
    assert_eq!(answered, asked);
}

#[test]
fn a_home_with_a_long_name_has_a_socket_too() {
    let deep = tempfile::tempdir().expect("a temporary directory");
    let state = deep.path().join("a-name-that-is-rather-long/".repeat(5));
    let home = Home::new().and("ISARTOR_HOME", state.to_str().expect("UTF-8"));
    let home = home.and("XDG_RUNTIME_DIR", deep.path().to_str().expect("UTF-8"));
    let gateway = home.up();
    let mut bridge = Bridge::open(&home, &gateway.url);
    assert_eq!(bridge.call("isartor_chat", json!({ "prompt": PROMPT }))["structuredContent"]["hit"], json!(false));
}
