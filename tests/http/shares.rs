//! How much one caller may have, and what is refused by its shape before anybody parses it.

use std::time::Duration;

use serde_json::{Value, json};

use super::raw::{Answer, Connection, get, mcp, port, post, request, session};
use super::{LOOKUP, STORE, code};
use crate::support::{Gateway, Home};

const LOOP: &str =
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hostile-tool__loop","arguments":{}}}"#;

fn has_line(answer: &Answer, line: &str) -> bool {
    answer.head.contains(&format!("\r\n{line}\r\n"))
}

#[test]
fn one_request_too_many_at_once_is_turned_away_and_holds_nothing() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    home.write_settings("[server]\nmax_requests_in_flight = 1\n");
    let gateway = home.up();
    let busy = call_without_end(&gateway);
    let refused = get(&gateway.url, "/nowhere", &[]);
    assert_eq!(code(&refused), (503, "overloaded".to_owned()));
    assert!(has_line(&refused, "retry-after: 1"), "{}", refused.head);
    let refused = post(&gateway.url, "/mcp", br#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#);
    assert_eq!((refused.status, &refused.json()["error"]["data"]["code"]), (503, &json!("overloaded")));
    assert!(has_line(&refused, "retry-after: 1"), "{}", refused.head);
    drop(busy);
    await_room(&gateway);
}

fn call_without_end(gateway: &Gateway<'_>) -> Connection {
    let session = session(&gateway.url);
    let mut connection = Connection::open(&gateway.url);
    connection.send(mcp(&gateway.url, "POST", Some(&session), LOOP));
    let begins = connection.answer().expect("a call that takes long is answered with a stream");
    assert!(begins.status == 200 && begins.head.contains("text/event-stream"), "{begins:?}");
    connection
}

fn await_room(gateway: &Gateway<'_>) {
    for _ in 0..500 {
        if get(&gateway.url, "/health", &[]).status == 200 {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the gateway has no room again");
}

#[test]
fn who_sends_slowly_or_listens_takes_no_room() {
    let home = Home::new();
    home.write_settings("[server]\nmax_requests_in_flight = 1\n");
    let gateway = home.up();
    let host = format!("localhost:{}", port(&gateway.url));
    let json = ("content-type", "application/json");
    let mut slow = Connection::open(&gateway.url);
    slow.send(request("POST", STORE, &[("host", &host), json, ("content-length", "100")], b""));
    slow.send(b"{");
    let session = session(&gateway.url);
    let mut stream = Connection::open(&gateway.url);
    stream.send(mcp(&gateway.url, "GET", Some(&session), ""));
    let listening = stream.answer().expect("an answer");
    assert_eq!(listening.status, 200, "{listening:?}");
    gateway.store("a", "b");
}

#[test]
fn each_address_has_its_share_and_this_machine_has_no_limit() {
    let home = Home::new();
    home.write_settings("[server]\ntrusted_proxies = ['127.0.0.1/32']\nrequests_per_second_per_address = 1\n");
    let gateway = home.up();
    let from = |address| get(&gateway.url, "/health", &[("x-forwarded-for", address)]);
    let answers: Vec<Answer> = (0..40).map(|_| from("203.0.113.9")).collect();
    assert_eq!(answers[0].status, 200);
    let refused = answers.iter().find(|answer| answer.status != 200).expect("40 requests take less than 39 s");
    assert_eq!(code(refused), (429, "too_many_requests".to_owned()));
    assert!(has_line(refused, "retry-after: 1"), "{}", refused.head);
    assert_eq!(from("203.0.113.10").status, 200, "another address has a share of its own");
    assert_eq!(from("198.51.100.1, 203.0.113.11").status, 200);
    for _ in 0..40 {
        assert_eq!(get(&gateway.url, "/health", &[]).status, 200);
        assert_eq!(from("127.0.0.1").status, 200);
    }
}

#[test]
fn each_key_has_its_share() {
    let home = Home::new().and("ISARTOR__GATEWAY_API_KEY", "s3cret");
    home.write_settings("[server]\nrequests_per_second_per_key = 1\n");
    let gateway = home.up();
    let with = |key| get(&gateway.url, "/nowhere", &[("x-api-key", key)]);
    let answers: Vec<Answer> = (0..40).map(|_| with("s3cret")).collect();
    assert_eq!(answers[0].status, 404);
    let refused = answers.iter().find(|answer| answer.status != 404).expect("40 requests take less than 39 s");
    assert_eq!(code(refused), (429, "too_many_requests".to_owned()));
    assert!(has_line(refused, "retry-after: 1"), "{}", refused.head);
    assert_eq!(with("wrong").status, 401);
    assert_eq!(get(&gateway.url, "/health", &[]).status, 200, "who has no key uses up nobody's share");
}

#[test]
fn an_address_that_nobody_vouches_for_is_not_believed() {
    let home = Home::new();
    home.write_settings("[server]\ntrusted_proxies = ['10.0.0.0/8']\nrequests_per_second_per_address = 1\n");
    let gateway = home.up();
    for _ in 0..40 {
        assert_eq!(get(&gateway.url, "/health", &[("x-forwarded-for", "203.0.113.9")]).status, 200);
    }
    let forged = [("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "https")];
    assert_eq!(get(&gateway.url, "/health", &forged).status, 200, "who is no proxy speaks for nobody");
}

/// `{"a":{"a":...}}`, this many levels deep.
fn nested(levels: usize) -> String {
    format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels))
}

#[test]
fn json_has_a_depth_on_every_route() {
    let home = Home::new();
    home.write_settings("[server]\nmax_json_depth = 8\n");
    let gateway = home.up();
    for path in [STORE, LOOKUP, "/api/v1/cache/clear", "/nowhere"] {
        assert_eq!(code(&post(&gateway.url, path, nested(9).as_bytes())), (400, "json_too_deep".to_owned()), "{path}");
        assert_ne!(code(&post(&gateway.url, path, nested(8).as_bytes())).1, "json_too_deep", "{path}");
    }
    let ping = |levels| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{}}}"#, nested(levels));
    for path in ["/mcp", "/mcp/"] {
        assert_eq!(rpc_refusal(&gateway, path, &ping(8)), (400, -32600, "json_too_deep".to_owned()), "{path}");
    }
    let deep = "[".repeat(1_000_000);
    assert_eq!(rpc_refusal(&gateway, "/mcp", &deep), (400, -32600, "json_too_deep".to_owned()));
    assert_eq!(code(&post(&gateway.url, STORE, deep.as_bytes())), (400, "json_too_deep".to_owned()));
}

/// The status, and the code of the error twice: as JSON-RPC has it and as we name it.
fn rpc_refusal(gateway: &Gateway<'_>, path: &str, body: &str) -> (u16, i64, String) {
    let answer = post(&gateway.url, path, body.as_bytes());
    let message = answer.json();
    assert_eq!((&message["jsonrpc"], &message["id"]), (&json!("2.0"), &Value::Null), "{message}");
    let error = &message["error"];
    let code = error["code"].as_i64().expect("a JSON-RPC error has a number");
    (answer.status, code, error["data"]["code"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_message_that_two_readers_could_read_differently_is_refused() {
    let home = Home::new();
    let gateway = home.up();
    let ambiguous = [
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1,"\u006dethod":"ping"}"#,
    ];
    for body in ambiguous {
        assert_eq!(rpc_refusal(&gateway, "/mcp", body), (400, -32600, "ambiguous_message".to_owned()), "{body}");
    }
}

#[test]
fn heads_have_an_end() {
    let home = Home::new();
    let gateway = home.up();
    let path = |bytes: usize| format!("/health?{}", "x".repeat(bytes - "/health?".len()));
    assert_eq!(get(&gateway.url, &path(8 * 1024), &[]).status, 200);
    assert_eq!(code(&get(&gateway.url, &path(8 * 1024 + 1), &[])), (414, "uri_too_long".to_owned()));
    let many = |count: usize| vec![("x-one-of-many", "1"); count];
    assert_eq!(get(&gateway.url, "/health", &many(99)).status, 200);
    assert_eq!(get(&gateway.url, "/health", &many(100)).status, 431, "the host is a header too");
    let long = |bytes: usize| "x".repeat(bytes);
    assert_eq!(get(&gateway.url, "/health", &[("x-long", &long(31 * 1024))]).status, 200);
    assert_eq!(get(&gateway.url, "/health", &[("x-long", &long(32 * 1024))]).status, 431);
}
