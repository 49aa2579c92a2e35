//! What MCP has beside tools, as every kind of client meets it: over HTTP with a session, over HTTP without one, and
//! over stdio.

pub(super) mod calls;
mod completions;
mod listening;
mod messages;
mod prompts;
mod protocol;
mod resources;
mod updates;

use reqwest::Client;
use serde_json::{Value, json};

use super::bridge::Bridge;
use super::{initialize_params, modern_meta};
use crate::support::{Gateway, Home, block_on};

/// A client of one kind, with its session begun.
enum Peer {
    Stdio(Box<Bridge>),
    Session { url: String, id: String },
    Modern { url: String },
}

impl Peer {
    /// One of each kind.
    fn all(home: &Home, gateway: &Gateway<'_>) -> [Self; 3] {
        [Self::stdio(home, gateway), Self::session(gateway), Self::modern(gateway)]
    }

    fn stdio(home: &Home, gateway: &Gateway<'_>) -> Self {
        Self::Stdio(Box::new(Bridge::open(home, &gateway.url)))
    }

    fn modern(gateway: &Gateway<'_>) -> Self {
        Self::Modern { url: format!("{}/mcp", gateway.url) }
    }

    fn session(gateway: &Gateway<'_>) -> Self {
        let url = format!("{}/mcp", gateway.url);
        block_on(async {
            let params = initialize_params("2025-11-25");
            let begin = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
            let begun = Client::new().post(&url).header("accept", "*/*").json(&begin).send().await;
            let id =
                begun.expect("it is answered").headers()["mcp-session-id"].to_str().expect("it is text").to_owned();
            let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
            let request = Client::new().post(&url).header("accept", "*/*").header("mcp-session-id", &id);
            let accepted = request.json(&initialized).send().await.expect("it is answered");
            assert_eq!(accepted.status(), 202);
            Self::Session { url, id }
        })
    }

    fn is_modern(&self) -> bool {
        matches!(self, Self::Modern { .. })
    }

    /// The answer of a request, be it a result or an error.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.exchange(method, params).pop().expect("a request is answered")
    }

    /// Everything that comes until a request is answered, the answer last.
    fn exchange(&mut self, method: &str, params: Value) -> Vec<Value> {
        match self {
            Self::Stdio(bridge) => {
                let id = bridge.ask(method, params);
                let mut messages = vec![bridge.receive().expect("a request is answered")];
                while messages.last().is_some_and(|message| message["id"] != json!(id)) {
                    messages.push(bridge.receive().expect("a request is answered"));
                }
                messages
            }
            Self::Session { url, id } => {
                let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
                block_on(posted(Client::new().post(&*url).header("mcp-session-id", &*id).json(&body))).1
            }
            Self::Modern { url } => modern_exchange(url, method, params).1,
        }
    }

    fn result(&mut self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params);
        assert!(answer["result"].is_object(), "{method}: {answer}");
        answer["result"].clone()
    }

    fn error(&mut self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params);
        assert!(answer["error"].is_object(), "{method}: {answer}");
        answer["error"].clone()
    }
}

/// One request without a session: the HTTP status, and every message of the answer.
fn modern_exchange(url: &str, method: &str, params: Value) -> (u16, Vec<Value>) {
    block_on(posted(modern_request(url, method, params)))
}

/// `_meta` of `params` stays where it is.
fn modern_request(url: &str, method: &str, mut params: Value) -> reqwest::RequestBuilder {
    let mut meta = modern_meta();
    for (name, value) in params["_meta"].as_object().into_iter().flatten() {
        meta[name] = value.clone();
    }
    params["_meta"] = meta;
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    let mut request = Client::new().post(url).header("mcp-protocol-version", "2026-07-28");
    request = request.header("mcp-method", method).json(&body);
    match params["name"].as_str().or(params["uri"].as_str()) {
        Some(name) => request.header("mcp-name", name),
        None => request,
    }
}

async fn posted(request: reqwest::RequestBuilder) -> (u16, Vec<Value>) {
    let request = request.header("accept", "application/json, text/event-stream");
    let answer = request.send().await.expect("it is answered");
    let status = answer.status().as_u16();
    (status, messages(&answer.text().await.expect("it is text")))
}

/// The messages of an answer, be it JSON or an event stream.
fn messages(text: &str) -> Vec<Value> {
    let parsed = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| panic!("not JSON: {text}"));
    let events: Vec<Value> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .map(str::trim)
        .filter(|data| !data.is_empty())
        .map(parsed)
        .collect();
    if events.is_empty() { vec![parsed(text)] } else { events }
}

/// Stores by REST, with a model and a namespace.
fn store(gateway: &Gateway<'_>, prompt: &str, namespace: Option<&str>, model: Option<&str>) -> String {
    let fields = json!({ "prompt": prompt, "response": "An answer.", "namespace": namespace, "model": model });
    let (status, answer) = gateway.post("/api/v1/cache/store", &fields);
    assert_eq!(status, 200, "{answer}");
    answer["entry"].as_str().expect("an entry is a string").to_owned()
}

/// Stores many answers, of questions with a number in them.
fn import(gateway: &Gateway<'_>, count: usize) {
    let entry = |number: usize| {
        json!({
            "prompt": format!("Question number {number}?"), "response": "An answer.", "created_seconds": 1_700_000_000,
            "namespace": format!("n{number:04}"), "exact_only": true,
        })
    };
    for first in (0..count).step_by(500) {
        let entries: Vec<Value> = (first..count.min(first + 500)).map(entry).collect();
        let (status, answer) = gateway.post("/api/v1/cache/import", &json!({ "entries": entries }));
        assert_eq!((status, &answer["refused"]), (200, &json!([])), "{answer}");
    }
}
