//! What every version wants of every method: errors by their number, what a result says of itself.

use reqwest::Client;
use serde_json::{Value, json};

use super::{Peer, modern_exchange, posted};
use crate::mcp::bridge::Bridge;
use crate::mcp::{capabilities, modern_meta};
use crate::support::{Home, block_on};

#[test]
fn a_wrong_request_is_answered_with_the_number_of_its_fault() {
    let home = Home::new();
    let gateway = home.up();
    for mut peer in Peer::all(&home, &gateway) {
        for (method, params, code) in [
            ("tools/call", json!({ "name": "no_such_tool" }), -32602),
            ("resources/read", json!({}), -32602),
            ("prompts/get", json!({}), -32602),
            ("completion/complete", json!({}), -32602),
            ("sampling/createMessage", json!({}), -32601),
            ("no/such/method", json!({}), -32601),
        ] {
            assert_eq!(peer.error(method, params)["code"], json!(code), "{method}");
        }
    }
}

const LISTS: [&str; 4] = ["tools/list", "prompts/list", "resources/list", "resources/templates/list"];

fn with(mut params: Value, member: &str, value: Value) -> Value {
    params[member] = value;
    params
}

/// Parameters that are there and of no use: taken for missing ones, they would give what nobody asked for.
fn of_no_use() -> Vec<(&'static str, Value)> {
    let chat = json!({ "name": "isartor_chat", "arguments": { "prompt": "What is a cache?" } });
    let completion = json!({
        "ref": { "type": "ref/prompt", "name": "ask-cached" },
        "argument": { "name": "model", "value": "" },
    });
    let mut cases = vec![
        ("tools/call", with(chat.clone(), "arguments", json!([]))),
        ("tools/call", with(chat.clone(), "arguments", json!("x"))),
        ("tools/call", with(chat.clone(), "_meta", json!({ "progressToken": [] }))),
        ("tools/call", with(chat, "_meta", json!({ "progressToken": 1.5 }))),
        ("resources/read", json!({ "uri": 7 })),
        ("prompts/get", json!({ "name": "ask-cached", "arguments": [] })),
        ("completion/complete", with(completion.clone(), "argument", json!({ "name": "model", "value": 7 }))),
        ("completion/complete", with(completion.clone(), "context", json!(7))),
        ("completion/complete", with(completion, "context", json!({ "arguments": [] }))),
    ];
    for list in LISTS {
        cases.extend([json!(7), json!(["x"]), json!({})].map(|cursor| (list, json!({ "cursor": cursor }))));
    }
    cases
}

#[test]
fn parameters_of_no_use_are_wrong_not_missing() {
    let home = Home::new();
    let gateway = home.up();
    for mut peer in Peer::all(&home, &gateway) {
        for (method, params) in of_no_use() {
            // A header cannot name what is no name.
            if !(peer.is_modern() && method == "resources/read") {
                assert_eq!(peer.error(method, params.clone())["code"], json!(-32602), "{method} {params}");
            }
        }
    }
    let loud = json!({ "io.modelcontextprotocol/logLevel": "loud" });
    let chat = json!({ "name": "isartor_chat", "arguments": { "prompt": "What is a cache?" }, "_meta": loud });
    assert_eq!(Peer::modern(&gateway).error("tools/call", chat)["code"], json!(-32602));
}

#[test]
fn parameters_of_no_shape_are_wrong_in_a_session() {
    let home = Home::new();
    let gateway = home.up();
    let methods = ["tools/call", "resources/read", "completion/complete", "logging/setLevel", "resources/subscribe"];
    for mut peer in [Peer::stdio(&home, &gateway), Peer::session(&gateway)] {
        for method in LISTS.into_iter().chain(methods) {
            for params in [json!([]), json!(["x"]), json!("x"), json!(7), json!(true), json!({ "_meta": 7 })] {
                assert_eq!(peer.error(method, params.clone())["code"], json!(-32602), "{method} {params}");
            }
        }
        assert_eq!(peer.error("no/such/method", json!([]))["code"], json!(-32601));
        for params in [json!({ "level": 7 }), json!({ "level": "loud" })] {
            assert_eq!(peer.error("logging/setLevel", params)["code"], json!(-32602));
        }
    }
}

#[test]
fn parameters_of_no_shape_are_wrong_without_a_session() {
    let home = Home::new();
    let gateway = home.up();
    for (method, code, status) in [("tools/list", -32602, 400), ("no/such/method", -32601, 404), ("ping", -32601, 404)]
    {
        for params in [json!([]), json!("x"), json!({ "_meta": 7 })] {
            let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
            let request =
                Client::new().post(format!("{}/mcp", gateway.url)).header("mcp-protocol-version", "2026-07-28");
            let (answered, answers) = block_on(posted(request.header("mcp-method", method).json(&body)));
            assert_eq!((answered, &answers[0]["error"]["code"]), (status, &json!(code)), "{method}: {answers:?}");
            assert_eq!(answers[0]["id"], json!(7), "{method}: {answers:?}");
        }
    }
}

#[test]
fn a_session_is_not_begun_with_parameters_of_no_use() {
    let home = Home::new();
    let gateway = home.up();
    for params in
        [json!([]), json!({ "protocolVersion": 7 }), json!([null, "2025-11-25", {}, { "name": "t", "version": "1" }])]
    {
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": "initialize", "params": params });
        let (status, answers) = block_on(posted(Client::new().post(format!("{}/mcp", gateway.url)).json(&body)));
        assert_eq!((status, &answers[0]["error"]["code"]), (400, &json!(-32602)), "{answers:?}");
        let mut bridge = Bridge::start(&home, &gateway.url);
        assert_eq!(bridge.request("initialize", params)["error"]["code"], json!(-32602));
        assert_eq!(bridge.request("ping", json!({}))["result"], json!({}), "and it goes on");
    }
}

#[test]
fn a_method_that_a_version_has_no_more_is_not_found() {
    let home = Home::new();
    let gateway = home.up();
    let url = format!("{}/mcp", gateway.url);
    for (method, params) in [
        ("initialize", json!({})),
        ("ping", json!({})),
        ("logging/setLevel", json!({})),
        ("logging/setLevel", json!({ "level": "info" })),
        ("resources/subscribe", json!({})),
        ("resources/subscribe", json!({ "uri": "isartor://stats" })),
        ("resources/unsubscribe", json!({ "uri": "isartor://stats" })),
    ] {
        let (status, answers) = modern_exchange(&url, method, params);
        assert_eq!((status, &answers[0]["error"]["code"]), (404, &json!(-32601)), "{method}: {answers:?}");
    }
}

#[test]
fn a_modern_result_says_who_gave_it_and_how_long_it_is_fresh() {
    let home = Home::new();
    let gateway = home.up();
    let cases = [
        ("tools/list", json!({}), Some(10_000)),
        ("prompts/list", json!({}), Some(10_000)),
        ("resources/list", json!({}), Some(0)),
        ("resources/templates/list", json!({}), Some(10_000)),
        ("resources/read", json!({ "uri": "isartor://stats" }), Some(0)),
        ("server/discover", json!({}), Some(3_600_000)),
        ("tools/call", json!({ "name": "isartor_chat", "arguments": { "prompt": "What is a cache?" } }), None),
        ("prompts/get", json!({ "name": "review-cache" }), None),
    ];
    let mut modern = Peer::modern(&gateway);
    for (method, params, fresh) in &cases {
        let result = modern.result(method, params.clone());
        assert_eq!(result["resultType"], json!("complete"), "{method}");
        assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], json!("isartor"), "{method}");
        assert_eq!((&result["ttlMs"], fresh), (&json!(fresh), fresh), "{method}");
        assert_eq!(result["cacheScope"], fresh.map_or(Value::Null, |_| json!("private")), "{method}");
    }
    let mut session = Peer::session(&gateway);
    for (method, params, _) in cases.into_iter().filter(|(method, ..)| *method != "server/discover") {
        let result = session.result(method, params);
        for unknown in ["resultType", "_meta", "ttlMs", "cacheScope"] {
            assert_eq!(result.get(unknown), None, "{method} knew no {unknown}");
        }
    }
}

#[test]
fn every_client_is_told_the_same_of_what_is_offered() {
    let home = Home::new();
    let gateway = home.up();
    let discovered = Peer::modern(&gateway).result("server/discover", json!({}));
    assert_eq!(discovered["capabilities"], capabilities());
    let versions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];
    assert_eq!(discovered["supportedVersions"], json!(versions));
    assert!(discovered["instructions"].as_str().is_some_and(|text| text.len() < 1_000), "every model reads them");
    let mut bridge = Bridge::start(&home, &gateway.url);
    let of_bridge = bridge.request("server/discover", json!({ "_meta": modern_meta() }))["result"].clone();
    for member in ["capabilities", "supportedVersions", "instructions"] {
        assert_eq!(of_bridge[member], discovered[member], "{member}");
    }
}

#[test]
fn native_tools_are_described_in_full() {
    let home = Home::new();
    let gateway = home.up();
    let listed = Peer::session(&gateway).result("tools/list", json!({}));
    let native = listed["tools"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|tool| tool["name"].as_str().is_some_and(|name| name.starts_with("isartor_")));
    let native: Vec<&Value> = native.collect();
    assert!(native.len() >= 3);
    for tool in native {
        assert!(tool["title"].is_string() && tool["description"].is_string(), "{tool}");
        for schema in ["inputSchema", "outputSchema"] {
            assert_eq!(tool[schema]["type"], json!("object"), "{tool}");
        }
        for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
            assert!(tool["annotations"][hint].is_boolean(), "{tool}");
        }
    }
}
