//! MCP over Streamable HTTP: both spellings, every version, and bodies that are no messages.

mod batches;
mod event_stream;
mod events;
mod sessions;
mod streams;

use std::fs;

use reqwest::{Client, RequestBuilder, Response};
use rmcp::transport::StreamableHttpClientTransport;
use serde_json::{Value, json};

use super::{PROMPT, VERSIONS_WITH_INITIALIZE, initialize_params, look_up_store_and_hit, modern_meta, with_client};
use crate::support::{Gateway, Home, block_on};

pub(super) fn post(url: &str) -> RequestBuilder {
    let request = Client::new().post(url).header("content-type", "application/json");
    request.header("accept", "application/json, text/event-stream")
}

/// The last message of an answer, be it JSON or an event stream.
pub(super) async fn message(response: Response) -> Value {
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

/// One session of a client that speaks `version`.
struct Session {
    url: String,
    id: String,
    version: &'static str,
}

impl Session {
    async fn begin(gateway: &Gateway<'_>, version: &'static str) -> Self {
        let url = format!("{}/mcp", gateway.url);
        let response = initialize(&url, version).await;
        assert_eq!(response.status(), 200, "{version}");
        let id = response.headers()["mcp-session-id"].to_str().expect("it is ASCII").to_owned();
        let answer = message(response).await;
        assert_eq!(answer["result"]["protocolVersion"], json!(version), "{answer}");
        let session = Self { url, id, version };
        let initialized = session.post(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        assert_eq!(initialized.status(), 202);
        session
    }

    fn with_headers(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("mcp-session-id", &self.id).header("mcp-protocol-version", self.version)
    }

    async fn post(&self, body: &Value) -> Response {
        self.with_headers(post(&self.url).json(body)).send().await.expect("it is answered")
    }

    async fn ping_status(&self) -> u16 {
        self.post(&json!({ "jsonrpc": "2.0", "id": "p", "method": "ping" })).await.status().as_u16()
    }

    async fn get(&self, last_event: Option<&str>) -> Response {
        let mut request = self.with_headers(Client::new().get(&self.url)).header("accept", "text/event-stream");
        if let Some(id) = last_event {
            request = request.header("last-event-id", id);
        }
        request.send().await.expect("it is answered")
    }

    async fn delete(&self) -> u16 {
        let request = self.with_headers(Client::new().delete(&self.url));
        request.send().await.expect("it is answered").status().as_u16()
    }
}

async fn initialize(url: &str, version: &str) -> Response {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": initialize_params(version) });
    post(url).json(&body).send().await.expect("it is answered")
}

fn chat(id: i64) -> Value {
    call(id, "isartor_chat", &json!({ "prompt": PROMPT }))
}

pub(super) fn call(id: i64, tool: &str, arguments: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": tool, "arguments": arguments } })
}

pub(super) const SLOW_TOOL: &str = "hostile-tool__loop";

/// With a tool that takes a second and then fails.
pub(super) fn home_with_slow_tool() -> Home {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let lock = home.state().join("isartor-plugins.lock");
    let accepted = fs::read_to_string(&lock).expect("there is a lock");
    let limited = format!("{accepted}\n[plugin.limits]\ndeadline_milliseconds = 1000\n");
    fs::write(&lock, limited).expect("it can be written");
    home
}

#[test]
fn every_version_with_initialize_has_a_session() {
    let home = Home::new();
    let gateway = home.up();
    block_on(async {
        for version in VERSIONS_WITH_INITIALIZE {
            let session = Session::begin(&gateway, version).await;
            let listed = session.post(&json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" })).await;
            assert_eq!(listed.headers()["content-type"], "application/json", "nothing streams");
            let listed = message(listed).await;
            assert!(listed["result"]["tools"].as_array().is_some_and(|tools| tools.len() > 2), "{version}: {listed}");
            let missed = message(session.post(&chat(3)).await).await;
            assert_eq!((&missed["id"], &missed["result"]["structuredContent"]["hit"]), (&json!(3), &json!(false)));
            let unknown = message(session.post(&call(4, "no_such_tool", &json!({}))).await).await;
            assert_eq!(unknown["error"]["code"], json!(-32602), "{unknown}");
            assert_eq!(session.delete().await, 204);
            assert_eq!((session.ping_status().await, session.delete().await), (404, 404), "the session is over");
            assert_eq!(session.get(None).await.status(), 404);
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
    assert_eq!(discovered["capabilities"], super::capabilities());
}

#[test]
fn accept_is_read_as_what_it_says() {
    let home = Home::new();
    let gateway = home.up();
    let url = format!("{}/mcp", gateway.url);
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": initialize_params("2025-11-25") });
    let cases = [
        (Some("*/*"), 200),
        (None, 200),
        (Some("application/json, text/event-stream"), 200),
        (Some("text/event-stream;q=0.5, application/*;q=0.1"), 200),
        (Some("application/json"), 406),
        (Some("text/event-stream"), 406),
        (Some("*/*, text/event-stream;q=0"), 406),
        (Some("x-application/json, x-text/event-stream"), 406),
        (Some("text/html"), 406),
    ];
    let modern = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": { "_meta": modern_meta() } });
    block_on(async {
        for (accept, status) in cases {
            let request = |body: &Value| {
                let request = Client::new().post(&url).json(body);
                if let Some(accept) = accept { request.header("accept", accept) } else { request }
            };
            assert_eq!(request(&body).send().await.expect("it is answered").status(), status, "{accept:?}");
            let stateless = request(&modern).header("mcp-protocol-version", "2026-07-28");
            let stateless = stateless.header("mcp-method", "tools/list").send().await.expect("it is answered");
            assert_eq!(stateless.status(), status, "without a session: {accept:?}");
        }
    });
}

/// What each spelling of a version in the head comes to, for a method of HTTP, where no session is named.
#[test]
fn the_version_in_the_head_decides_what_a_method_means() {
    let home = Home::new();
    let gateway = home.up();
    let url = format!("{}/mcp", gateway.url);
    block_on(async {
        for (version, get, delete, post_ping) in [
            (None, 400, 400, 400),
            (Some("2025-03-26"), 400, 400, 400),
            (Some("2025-11-25"), 400, 400, 400),
            (Some("2026-07-28"), 405, 405, 400),
            (Some("1999-01-01"), 400, 400, 400),
        ] {
            let with_version = |request: RequestBuilder| {
                let request = request.header("accept", "*/*");
                if let Some(version) = version { request.header("mcp-protocol-version", version) } else { request }
            };
            let status = async |request| with_version(request).send().await.expect("it is answered").status().as_u16();
            assert_eq!(status(Client::new().get(&url)).await, get, "GET {version:?}");
            assert_eq!(status(Client::new().delete(&url)).await, delete, "DELETE {version:?}");
            let ping = Client::new().post(&url).json(&json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }));
            assert_eq!(status(ping).await, post_ping, "POST {version:?}");
        }
    });
}

#[test]
fn a_session_is_begun_whatever_newer_version_a_client_hopes_for() {
    let home = Home::new();
    let gateway = home.up();
    let url = format!("{}/mcp", gateway.url);
    let params = initialize_params("2026-07-28");
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
    block_on(async {
        for (header, status) in [(None, 200), (Some("2026-07-28"), 200), (Some("2025-06-18"), 400)] {
            let request = post(&url).json(&body);
            let request =
                if let Some(header) = header { request.header("mcp-protocol-version", header) } else { request };
            let response = request.send().await.expect("it is answered");
            assert_eq!(response.status(), status, "{header:?}");
            assert_eq!(response.headers().contains_key("mcp-session-id"), status == 200);
            if status == 200 {
                assert_eq!(message(response).await["result"]["protocolVersion"], json!("2025-11-25"));
            }
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
        (b"[]", -32600),
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
