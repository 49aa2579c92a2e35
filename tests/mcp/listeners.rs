//! Clients that listen, one of each transport: who subscribes to what, and the messages it hears.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

use super::bridge::Bridge;
use super::{initialize_params, modern_meta};
use crate::support::{Gateway, Home, block_on};

/// Long enough for the slowest machine; nothing waits that long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) const TOOLS_CHANGED: &str = "notifications/tools/list_changed";
pub(super) const PROMPTS_CHANGED: &str = "notifications/prompts/list_changed";
pub(super) const RESOURCES_CHANGED: &str = "notifications/resources/list_changed";
pub(super) const UPDATED: &str = "notifications/resources/updated";

pub(super) struct Listener {
    pub(super) transport: &'static str,
    heard: Heard,
}

enum Heard {
    Bridge(Box<Bridge>),
    /// The end of the stream closes it.
    Stream(Receiver<Value>),
}

impl Listener {
    /// One of each transport, each with a subscription to `uris`.
    pub(super) fn all(home: &Home, gateway: &Gateway<'_>, uris: &[&str]) -> Vec<Self> {
        let elsewhere = Home::new();
        let mut listeners = vec![Self::stdio(home, gateway, uris), Self::stdio(&elsewhere, gateway, uris)];
        listeners.extend(Self::over_http(gateway, uris, None));
        listeners
    }

    /// One of each transport over HTTP, with an API key if one is wanted.
    pub(super) fn over_http(gateway: &Gateway<'_>, uris: &[&str], key: Option<&str>) -> [Self; 3] {
        [Self::session(gateway, uris, key), Self::event_stream(gateway, uris, key), Self::modern(gateway, uris, key)]
    }

    fn stdio(home: &Home, gateway: &Gateway<'_>, uris: &[&str]) -> Self {
        let mut bridge = Bridge::open(home, &gateway.url);
        // Over HTTP a session begins with the first request.
        bridge.tool_names();
        for uri in uris {
            let subscribed = bridge.request("resources/subscribe", json!({ "uri": uri }));
            assert_eq!(subscribed["result"], json!({}), "{subscribed}");
        }
        Self { transport: "stdio", heard: Heard::Bridge(Box::new(bridge)) }
    }

    fn session(gateway: &Gateway<'_>, uris: &[&str], key: Option<&str>) -> Self {
        let url = format!("{}/mcp", gateway.url);
        let session = block_on(async {
            let ask = |message: Value| with_key(Client::new().post(&url), key).header("accept", "*/*").json(&message);
            let begun = sent(ask(initialize())).await;
            let session = begun.headers()["mcp-session-id"].to_str().expect("it is ASCII").to_owned();
            for message in wishes(uris) {
                assert!(sent(ask(message).header("mcp-session-id", &session)).await.status().is_success());
            }
            session
        });
        let request = with_key(Client::new().get(url), key).header("mcp-session-id", session);
        Self { transport: "Streamable HTTP", heard: Heard::Stream(listen(request)) }
    }

    fn event_stream(gateway: &Gateway<'_>, uris: &[&str], key: Option<&str>) -> Self {
        let heard = listen(with_key(Client::new().get(format!("{}/sse", gateway.url)), key));
        let endpoint = heard.recv_timeout(PATIENCE).expect("a place for messages");
        let endpoint = format!("{}{}", gateway.url, endpoint.as_str().expect("it is a path"));
        block_on(async {
            for message in [initialize()].into_iter().chain(wishes(uris)) {
                let ask = with_key(Client::new().post(&endpoint), key).json(&message);
                assert_eq!(sent(ask).await.status(), 202, "{message}");
            }
        });
        let listener = Self { transport: "HTTP+SSE", heard: Heard::Stream(heard) };
        for _ in 0..=uris.len() {
            assert!(listener.next().expect("an answer")["result"].is_object());
        }
        listener
    }

    fn modern(gateway: &Gateway<'_>, uris: &[&str], key: Option<&str>) -> Self {
        let filter = json!({
            "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true,
            "resourceSubscriptions": uris,
        });
        let params = json!({ "notifications": filter, "_meta": modern_meta() });
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": "subscriptions/listen", "params": params });
        let request = with_key(Client::new().post(format!("{}/mcp", gateway.url)), key).json(&body);
        let request = request.header("mcp-protocol-version", "2026-07-28").header("mcp-method", "subscriptions/listen");
        let listener = Self { transport: "subscriptions/listen", heard: Heard::Stream(listen(request)) };
        let begun = listener.next().expect("an acknowledgement");
        let accepted = &begun["params"]["notifications"]["resourceSubscriptions"];
        assert_eq!(accepted.as_array().map_or(0, Vec::len), uris.len(), "{begun}");
        listener
    }

    /// The next message; none: there will be no more.
    pub(super) fn next(&self) -> Option<Value> {
        match &self.heard {
            Heard::Bridge(bridge) => bridge.receive(),
            Heard::Stream(heard) => match heard.recv_timeout(PATIENCE) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Disconnected) => None,
                Err(RecvTimeoutError::Timeout) => panic!("{}: nothing is said", self.transport),
            },
        }
    }

    /// The method of the next message.
    pub(super) fn hears(&self) -> String {
        let message = self.next().unwrap_or_else(|| panic!("{}: it is over", self.transport));
        message["method"].as_str().unwrap_or_else(|| panic!("{}: {message}", self.transport)).to_owned()
    }

    /// Listens until `wanted` was heard, in any order and with nothing else between.
    pub(super) fn hears_all(&self, wanted: &[&str]) {
        let mut heard: Vec<String> = wanted.iter().map(|_| self.hears()).collect();
        let mut wanted = wanted.to_vec();
        heard.sort();
        wanted.sort_unstable();
        assert_eq!(heard, wanted, "{}", self.transport);
    }

    /// Listens until the resource of this URI was changed; lists may change meanwhile.
    pub(super) fn hears_of(&self, uri: &str) {
        loop {
            let message = self.next().unwrap_or_else(|| panic!("{}: it is over", self.transport));
            if message["method"] == json!(UPDATED) {
                assert_eq!(message["params"]["uri"], json!(uri), "{}", self.transport);
                return;
            }
        }
    }
}

fn initialize() -> Value {
    json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": initialize_params("2025-06-18") })
}

/// What a client says once its session has begun.
fn wishes(uris: &[&str]) -> Vec<Value> {
    let subscribe =
        |(id, uri)| json!({ "jsonrpc": "2.0", "id": id, "method": "resources/subscribe", "params": { "uri": uri } });
    let begun = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    [begun].into_iter().chain((1..).zip(uris).map(subscribe)).collect()
}

fn with_key(request: RequestBuilder, key: Option<&str>) -> RequestBuilder {
    if let Some(key) = key { request.bearer_auth(key) } else { request }
}

async fn sent(request: RequestBuilder) -> Response {
    request.send().await.expect("it is answered")
}

/// The messages of an event stream, as they come. What is no JSON is text.
fn listen(request: RequestBuilder) -> Receiver<Value> {
    let (sender, heard) = mpsc::channel();
    let (open, is_open) = mpsc::channel();
    let request = request.header("accept", "application/json, text/event-stream");
    thread::spawn(move || {
        block_on(async {
            let mut response = sent(request).await;
            assert_eq!(response.headers()["content-type"], "text/event-stream");
            drop(open);
            let mut text = String::new();
            while let Ok(Some(piece)) = response.chunk().await {
                text.push_str(std::str::from_utf8(&piece).expect("UTF-8"));
                while let Some((event, rest)) = text.split_once("\n\n") {
                    let data = event.lines().find_map(|line| line.strip_prefix("data:")).map(str::trim);
                    for data in data.into_iter().filter(|data| !data.is_empty()) {
                        let message = serde_json::from_str(data).unwrap_or_else(|_| Value::from(data));
                        if sender.send(message).is_err() {
                            return;
                        }
                    }
                    text = rest.to_owned();
                }
            }
        });
    });
    assert_eq!(is_open.recv_timeout(PATIENCE), Err::<(), _>(RecvTimeoutError::Disconnected), "it is answered");
    heard
}
