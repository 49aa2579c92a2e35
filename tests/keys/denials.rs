//! A good key that wants more than it opens, over every transport: it is told so, and so is the owner of the gateway.

use serde_json::{Value, json};

use super::clients::called_over_stdio;
use super::{ask, audited, create};
use crate::mcp::{initialize_params, modern_meta};
use crate::support::{Home, block_on};

const STORE_TOOL: &str = "isartor_cache_store";
const CALLS: usize = 40;

fn call() -> Value {
    json!({ "name": STORE_TOOL, "arguments": { "prompt": "q", "response": "a" } })
}

fn message(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

fn stateless(url: &str, key: &str, method: &str, params: &Value) -> Value {
    let mut params = params.clone();
    params["_meta"] = modern_meta();
    let mut headers = vec![("x-api-key", key), ("mcp-protocol-version", "2026-07-28"), ("mcp-method", method)];
    headers.extend(params["name"].as_str().or(params["uri"].as_str()).map(|name| ("mcp-name", name)));
    ask(url, "POST", "/mcp", &headers, &message(method, &params)).json()
}

fn in_a_session(url: &str, key: &str) -> Value {
    let begun =
        ask(url, "POST", "/mcp/", &[("x-api-key", key)], &message("initialize", &initialize_params("2025-06-18")));
    let id = begun.head.lines().find_map(|line| line.strip_prefix("mcp-session-id: ")).expect("a session").to_owned();
    let headers = [("x-api-key", key), ("mcp-session-id", id.as_str())];
    ask(url, "POST", "/mcp/", &headers, &message("tools/call", &call())).json()
}

fn over_the_event_stream(url: &str, key: &str) -> Value {
    block_on(async {
        let get = reqwest::Client::new().get(format!("{url}/sse")).header("x-api-key", key);
        let mut stream = get.header("accept", "text/event-stream").send().await.expect("it is answered");
        let mut heard = String::new();
        let mut hear = async |wanted: &str| {
            while !heard.contains(wanted) {
                let piece = stream.chunk().await.expect("the stream goes on").expect("the stream goes on");
                heard.push_str(&String::from_utf8_lossy(&piece));
            }
            heard.lines().rfind(|line| line.contains(wanted)).expect("it was heard").replace("data: ", "")
        };
        let endpoint = hear("sessionId=").await;
        let say = async |message: Value| {
            let post = reqwest::Client::new().post(format!("{url}{endpoint}")).header("x-api-key", key).json(&message);
            assert_eq!(post.send().await.expect("it is answered").status(), 202);
        };
        say(message("initialize", &initialize_params("2024-11-05"))).await;
        hear("protocolVersion").await;
        say(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        say(message("tools/call", &call())).await;
        serde_json::from_str(&hear("lacks the scope").await).expect("it is JSON")
    })
}

/// Where a call comes in, and how it is made at a gateway's URL.
type Transport<'a> = (&'static str, &'a dyn Fn(&str) -> Value);

#[test]
fn a_denied_call_is_told_whatever_it_came_through() {
    let home = Home::new();
    let key = create(&home, "reader", &["--scope", "read"]).key;
    let calls: [Transport<'_>; 4] = [
        ("/mcp", &|url| stateless(url, &key, "tools/call", &call())),
        ("/mcp/", &|url| in_a_session(url, &key)),
        ("/messages", &|url| over_the_event_stream(url, &key)),
        ("mcp.sock", &|url| called_over_stdio(&home, url, Some(&key), &call())),
    ];
    for (route, call) in calls {
        let gateway = home.up();
        let error = call(&gateway.url)["error"].clone();
        assert_eq!(error["code"], json!(-32602), "{route}: {error}");
        assert!(
            error["message"].as_str().is_some_and(|text| text.contains("lacks the scope write")),
            "{route}: {error}"
        );
        drop(gateway);
        let told = audited(&home, &["auth_failed"]).pop().expect("it was told");
        let facts = json!([told["reason"], told["key"], told["wanted"], told["route"]]);
        assert_eq!(facts, json!(["not_permitted", "reader", STORE_TOOL, route]), "{told}");
    }
    assert_eq!(audited(&home, &["auth_failed"]).len(), calls.len());
}

#[test]
fn what_is_only_read_is_told_too_and_many_calls_are_summed_up() {
    let home = Home::new();
    let writer = create(&home, "writer", &["--scope", "write"]).key;
    let reader = create(&home, "reader", &["--scope", "read"]).key;
    let gateway = home.up();
    let url = &gateway.url;
    let secret = json!({ "uri": "isartor://cache/what-nobody-should-log" });
    assert!(stateless(url, &writer, "resources/read", &secret)["error"].is_object());
    assert!(
        stateless(url, &writer, "prompts/get", &json!({ "name": "review-cache", "arguments": {} }))["error"]
            .is_object()
    );
    for _ in 0..CALLS {
        assert!(stateless(url, &reader, "tools/call", &call())["error"].is_object());
    }
    drop(gateway);
    let told = audited(&home, &["auth_failed", "repeated"]);
    assert_eq!(json!([told[0]["wanted"], told[1]["wanted"]]), json!(["resources/read", "prompts/get"]), "{told:?}");
    let [.., last] = told.as_slice() else { panic!("nothing was told") };
    assert_eq!(json!([last["of"], last["reason"]]), json!(["auth_failed", "not_permitted"]), "{told:?}");
    let times = usize::try_from(last["times"].as_u64().expect("a number")).expect("it fits");
    assert_eq!(told.len() - 1 + times, CALLS + 2, "{told:?}");
    assert!(told.len() < 10 && !json!(told).to_string().contains("nobody-should-log"), "{told:?}");
}
