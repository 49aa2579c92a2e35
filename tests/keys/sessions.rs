//! A session belongs to the namespace of the key that began it: to any other key it is not there.

use serde_json::{Value, json};

use super::{ask, create, keys};
use crate::http::raw::Answer;
use crate::mcp::initialize_params;
use crate::support::Home;

fn message(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

/// The id of a session that this key began.
fn begin(url: &str, key: &str) -> String {
    let begun = message("initialize", &initialize_params("2025-11-25"));
    let answer = ask(url, "POST", "/mcp", &[("x-api-key", key)], &begun);
    assert_eq!(answer.status, 200, "{answer:?}");
    let id = answer.head.lines().find_map(|line| line.strip_prefix("mcp-session-id: "));
    id.expect("a session has an id").to_owned()
}

fn within(url: &str, key: Option<&str>, session: &str, method: &str, body: &Value) -> Answer {
    let mut headers = vec![("mcp-session-id", session), ("mcp-protocol-version", "2025-11-25")];
    headers.extend(key.map(|key| ("x-api-key", key)));
    ask(url, method, "/mcp", &headers, body)
}

#[test]
fn the_key_of_somebody_else_finds_no_such_session() {
    let home = Home::new();
    let [one, other] = ["one", "other"].map(|name| create(&home, name, &[]).key);
    let friend = create(&home, "friend", &["--namespace", "one", "--scope", "read"]).key;
    let gateway = home.up();
    let session = begin(&gateway.url, &one);
    let ping = message("ping", &json!({}));
    let no_one_else = |url: &str| {
        let status = |key, method, body: &Value| within(url, key, &session, method, body).status;
        for (method, body) in [("POST", &ping), ("GET", &Value::Null), ("DELETE", &Value::Null)] {
            assert_eq!(status(Some(&other), method, body), 404, "{method}");
            assert_eq!(status(None, method, body), 401, "{method}");
        }
        let refused = within(url, Some(&other), &session, "POST", &ping).json();
        let unknown = within(url, Some(&other), "00000000-0000-4000-8000-000000000000", "POST", &ping).json();
        assert_eq!(refused, unknown, "it does not even learn that there is one");
        assert_eq!(status(Some(&one), "POST", &ping), 200, "nothing happened to it");
        assert_eq!(status(Some(&friend), "POST", &ping), 200, "who shares the namespace shares its sessions");
    };
    no_one_else(&gateway.url);
    let store = json!({ "name": "isartor_cache_store", "arguments": { "prompt": "q", "response": "a" } });
    let denied = within(&gateway.url, Some(&friend), &session, "POST", &message("tools/call", &store));
    assert!(denied.json()["error"]["message"].as_str().is_some_and(|text| text.contains("lacks the scope write")));
    drop(gateway);
    let gateway = home.up();
    no_one_else(&gateway.url);
    keys(&home, &["revoke", "one"]);
    assert_eq!(within(&gateway.url, Some(&one), &session, "POST", &ping).status, 401);
}

#[test]
fn the_key_of_somebody_else_says_nothing_on_an_event_stream() {
    let home = Home::new();
    let [one, other] = ["one", "other"].map(|name| create(&home, name, &[]).key);
    let gateway = home.up();
    crate::support::block_on(async {
        let get = reqwest::Client::new().get(format!("{}/sse", gateway.url)).header("x-api-key", &one);
        let mut stream = get.header("accept", "text/event-stream").send().await.expect("it is answered");
        let begins = stream.chunk().await.expect("the stream goes on").expect("the stream goes on");
        let begins = String::from_utf8(begins.to_vec()).expect("it is text");
        let path = begins.lines().find_map(|line| line.strip_prefix("data: ")).expect("an endpoint");
        let begun = message("initialize", &initialize_params("2024-11-05"));
        let said = |key: &str| ask(&gateway.url, "POST", path, &[("x-api-key", key)], &begun).status;
        assert_eq!([said(&other), said(&one)], [404, 202]);
    });
}
