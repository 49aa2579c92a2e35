//! MCP over Streamable HTTP: both spellings, every version, and bodies that are no messages.

use reqwest::{Client, RequestBuilder, Response};
use rmcp::transport::StreamableHttpClientTransport;
use serde_json::{Value, json};

use super::{PROMPT, VERSIONS_WITH_INITIALIZE, initialize_params, look_up_store_and_hit, with_client};
use crate::support::{Home, block_on};

fn post(url: &str) -> RequestBuilder {
    let request = Client::new().post(url).header("content-type", "application/json");
    request.header("accept", "application/json, text/event-stream")
}

/// The last message of an answer, be it JSON or an event stream.
async fn message(response: Response) -> Value {
    let text = response.text().await.expect("it is text");
    let data = text.lines().filter_map(|line| line.strip_prefix("data:")).rfind(|data| data.len() > 1);
    serde_json::from_str(data.unwrap_or(&text)).unwrap_or_else(|_| panic!("not JSON: {text}"))
}

#[test]
fn rmcps_client_is_served_at_both_spellings() {
    for path in ["/mcp", "/mcp/"] {
        let home = Home::new();
        let gateway = home.up();
        let url = format!("{}{path}", gateway.url);
        with_client(
            || StreamableHttpClientTransport::from_uri(url),
            async |client| look_up_store_and_hit(client).await,
        );
    }
}

#[test]
fn every_version_with_initialize_has_a_session() {
    let home = Home::new();
    let gateway = home.up();
    let url = format!("{}/mcp", gateway.url);
    block_on(async {
        for version in VERSIONS_WITH_INITIALIZE {
            let body =
                json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": initialize_params(version) });
            let response = post(&url).json(&body).send().await.expect("it is answered");
            let session = response.headers()["mcp-session-id"].clone();
            assert_eq!(response.headers()["x-accel-buffering"], "no");
            assert_eq!(message(response).await["result"]["protocolVersion"], json!(version));
            let body = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" });
            let request = post(&url).header("mcp-session-id", &session).header("mcp-protocol-version", version);
            let listed = message(request.json(&body).send().await.expect("it is answered")).await;
            assert!(listed["result"]["tools"].as_array().is_some_and(|tools| tools.len() > 2), "{version}: {listed}");
            let ended = Client::new().delete(&url).header("mcp-session-id", &session).send().await;
            assert!(ended.expect("it is answered").status().is_success());
            let request = post(&url).header("mcp-session-id", &session).json(&body);
            assert_eq!(request.send().await.expect("it is answered").status(), 404, "the session is over");
        }
    });
}

#[test]
fn the_version_without_sessions_is_served() {
    let home = Home::new();
    let gateway = home.up();
    let stored = gateway.mcp(
        "tools/call",
        &json!({ "name": "isartor_cache_store", "arguments": { "prompt": PROMPT, "response": "Paris." } }),
    );
    assert_eq!(stored["structuredContent"]["stored"], json!(true));
    let hit = gateway.mcp("tools/call", &json!({ "name": "isartor_chat", "arguments": { "prompt": PROMPT } }));
    assert_eq!(hit["structuredContent"]["response"], json!("Paris."));
    assert_eq!(hit["resultType"], json!("complete"));
    let discovered = gateway.mcp("server/discover", &json!({}));
    assert_eq!(discovered["capabilities"], json!({ "tools": { "listChanged": true } }));
}

#[test]
fn a_client_that_accepts_anything_is_served() {
    let home = Home::new();
    let gateway = home.up();
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": initialize_params("2025-11-25") });
    block_on(async {
        for accept in [Some("*/*"), None] {
            let mut request = Client::new().post(format!("{}/mcp", gateway.url)).json(&body);
            if let Some(accept) = accept {
                request = request.header("accept", accept);
            }
            assert_eq!(request.send().await.expect("it is answered").status(), 200, "{accept:?}");
        }
    });
}

#[test]
fn a_body_that_is_no_message_gets_a_json_rpc_error() {
    let home = Home::new().and("ISARTOR__SERVER__MAX_BODY_BYTES", "1000");
    let gateway = home.up();
    let cases: [(&[u8], i64); 5] = [
        (b"{\"jsonrpc\"", -32700),
        (b"", -32700),
        (b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", -32700),
        (b"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", -32600),
        (b"{\"id\":true}", -32600),
    ];
    block_on(async {
        for (body, code) in cases {
            let response = post(&format!("{}/mcp", gateway.url)).body(body.to_vec()).send().await;
            let response = response.expect("it is answered");
            assert_eq!(response.status(), 400, "{}", String::from_utf8_lossy(body));
            let error = message(response).await;
            assert_eq!(error["error"]["code"], json!(code), "{error}");
            assert!(error["error"]["message"].is_string(), "{error}");
        }
        let long = json!({ "jsonrpc": "2.0", "id": 1, "method": "x".repeat(1000) });
        let response = post(&format!("{}/mcp", gateway.url)).json(&long).send().await.expect("it is answered");
        assert_eq!(response.status(), 413);
    });
    assert_eq!(gateway.get("/health").1["entries"], json!(0), "nothing was stored");
}
