//! API keys as their users have them: made, rotated and ended at the terminal, and asked for at every route.

mod changes;
mod clients;
mod clock;
mod commands;
mod credentials;
mod denials;
mod files;
mod prune;
mod scopes;
mod sessions;

use serde_json::{Value, json};

use crate::http::raw::{Answer, Connection, port, request};
use crate::support::{Home, text};

const LOOKUP: &str = "/api/v1/cache/lookup";
const STORE: &str = "/api/v1/cache/store";

/// A key as the terminal showed it.
struct Made {
    id: String,
    key: String,
}

/// `isartor keys` with `arguments`, which must succeed, and what it printed.
fn keys(home: &Home, arguments: &[&str]) -> String {
    let output = home.run(&[&["keys"], arguments].concat());
    assert!(output.status.success(), "{arguments:?}: {}", text(&output));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn refused(home: &Home, arguments: &[&str]) -> String {
    let output = home.run(&[&["keys"], arguments].concat());
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", text(&output));
    assert!(output.stdout.is_empty(), "{}", text(&output));
    String::from_utf8(output.stderr).expect("UTF-8")
}

/// What `create` or `rotate` made.
fn made(home: &Home, arguments: &[&str]) -> Made {
    let shown: Value = serde_json::from_str(&keys(home, &[arguments, &["--json"]].concat())).expect("it is JSON");
    let field = |name: &str| shown[name].as_str().unwrap_or_else(|| panic!("no {name}: {shown}")).to_owned();
    assert_ne!(shown["in_effect"], json!(false), "a running gateway takes it over at once");
    Made { id: field("id"), key: field("key") }
}

fn create(home: &Home, name: &str, more: &[&str]) -> Made {
    made(home, &[&["create", "--name", name], more].concat())
}

fn listed(home: &Home) -> Vec<Value> {
    let shown: Value = serde_json::from_str(&keys(home, &["list", "--json"])).expect("it is JSON");
    shown["keys"].as_array().expect("a list").clone()
}

/// The state of each key, in the order in which they were made.
fn states(home: &Home) -> Vec<String> {
    listed(home).iter().map(|key| key["state"].as_str().expect("a word").to_owned()).collect()
}

/// One request with these credentials and, unless it is null, this body.
fn ask(url: &str, method: &str, path: &str, credentials: &[(&str, &str)], body: &Value) -> Answer {
    ask_on(&mut Connection::open(url), url, method, path, credentials, body)
}

fn ask_on(
    connection: &mut Connection,
    url: &str,
    method: &str,
    path: &str,
    credentials: &[(&str, &str)],
    body: &Value,
) -> Answer {
    let host = format!("localhost:{}", port(url));
    let mut headers = vec![("host", host.as_str()), ("accept", "application/json, text/event-stream")];
    headers.extend(credentials);
    let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    if method == "POST" {
        headers.push(("content-type", "application/json"));
    }
    connection.send(request(method, path, &headers, &bytes));
    connection.answer().unwrap_or_else(|| panic!("{method} {path} {credentials:?}: no answer"))
}

fn lookup(url: &str, key: &str, prompt: &str) -> Answer {
    ask(url, "POST", LOOKUP, &[("x-api-key", key)], &json!({ "prompt": prompt }))
}

fn store(url: &str, key: &str, prompt: &str, response: &str) {
    let body = json!({ "prompt": prompt, "response": response });
    let answer = ask(url, "POST", STORE, &[("x-api-key", key)], &body);
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Whether the gateway lets this key in. Only 200 and a 401 that says why are answers.
fn opens(url: &str, key: &str) -> bool {
    let answer = lookup(url, key, "is anybody there");
    match answer.status {
        200 => true,
        401 => {
            assert!(answer.head.contains("error=\"invalid_token\""), "{}", answer.head);
            false
        }
        _ => panic!("{answer:?}"),
    }
}

/// The audit log's events of these kinds.
fn audited(home: &Home, kinds: &[&str]) -> Vec<Value> {
    let log = std::fs::read_to_string(home.state().join("audit.jsonl")).expect("there is an audit log");
    let events = log.lines().map(|line| serde_json::from_str::<Value>(line).expect("each line is JSON"));
    events.filter(|event| kinds.contains(&event["event"].as_str().unwrap_or_default())).collect()
}
