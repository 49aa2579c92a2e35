//! What every version wants of every method: errors by their number, what a result says of itself.

use serde_json::{Value, json};

use super::{Peer, modern_exchange};
use crate::mcp::bridge::Bridge;
use crate::mcp::{capabilities, modern_meta};
use crate::support::Home;

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
