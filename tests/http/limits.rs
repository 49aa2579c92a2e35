//! Where the gateway stops reading, waiting and accepting.

use std::time::Duration;

use serde_json::json;

use super::raw::{Answer, Connection, port, post, request};
use super::{STORE, code};
use crate::support::Home;

const LIMIT_BYTES: usize = 2 * 1024 * 1024;

/// A body of exactly this many bytes.
fn body_of(bytes: usize) -> Vec<u8> {
    let frame = r#"{"prompt":"p","response":""}"#.len();
    format!(r#"{{"prompt":"p","response":"{}"}}"#, "x".repeat(bytes - frame)).into_bytes()
}

fn chunked(connection: &mut Connection, url: &str, body: &[u8]) {
    let host = format!("localhost:{}", port(url));
    let headers = [("host", host.as_str()), ("content-type", "application/json"), ("transfer-encoding", "chunked")];
    connection.send(request("POST", STORE, &headers, b""));
    for chunk in body.chunks(64 * 1024) {
        connection.send(format!("{:x}\r\n", chunk.len()));
        connection.send(chunk);
        connection.send("\r\n");
    }
}

fn post_chunked(url: &str, body: &[u8]) -> Answer {
    let mut connection = Connection::open(url);
    chunked(&mut connection, url, body);
    connection.send("0\r\n\r\n");
    connection.answer().expect("an answer")
}

#[test]
fn a_body_may_be_two_mebibytes_and_not_a_byte_more() {
    let home = Home::new();
    let gateway = home.up();
    let too_large = (413, "body_too_large".to_owned());
    assert_eq!(code(&post(&gateway.url, STORE, &body_of(LIMIT_BYTES + 1))), too_large);
    assert_eq!(code(&post_chunked(&gateway.url, &body_of(LIMIT_BYTES + 1))), too_large);
    assert_eq!(code(&post_chunked(&gateway.url, &body_of(2 * LIMIT_BYTES))), too_large);
    assert_eq!(code(&post(&gateway.url, "/nowhere", &body_of(LIMIT_BYTES + 1))), too_large);
    assert_eq!(gateway.get("/health").1["entries"], 0);
    assert_eq!(post(&gateway.url, STORE, &body_of(LIMIT_BYTES)).status, 200);
    assert_eq!(post_chunked(&gateway.url, &body_of(LIMIT_BYTES)).status, 200);
}

#[test]
fn the_limit_is_a_setting() {
    let home = Home::new();
    home.write_settings("[server]\nmax_body_bytes = 100\n");
    let gateway = home.up();
    assert_eq!(post(&gateway.url, STORE, &body_of(100)).status, 200);
    let answer = post(&gateway.url, STORE, &body_of(101));
    assert_eq!(code(&answer), (413, "body_too_large".to_owned()));
    assert_eq!(answer.json()["error"]["message"], "The body is larger than 100 bytes.");
    assert_eq!(code(&post_chunked(&gateway.url, &body_of(101))).0, 413);
}

#[test]
fn a_client_that_asks_first_is_told_before_it_sends() {
    let home = Home::new();
    let gateway = home.up();
    let host = format!("localhost:{}", port(&gateway.url));
    let length = (LIMIT_BYTES + 1).to_string();
    let headers = [
        ("host", host.as_str()),
        ("content-type", "application/json"),
        ("content-length", &length),
        ("expect", "100-continue"),
    ];
    let mut connection = Connection::open(&gateway.url);
    connection.send(request("POST", STORE, &headers, b""));
    assert_eq!(code(&connection.answer().expect("an answer")), (413, "body_too_large".to_owned()));
}

#[test]
fn a_body_that_breaks_off_is_an_error_and_stores_nothing() {
    let home = Home::new();
    let gateway = home.up();
    let incomplete = (400, "incomplete_body".to_owned());
    let body = br#"{"prompt":"p","response":"r"}"#;
    let mut connection = Connection::open(&gateway.url);
    chunked(&mut connection, &gateway.url, body);
    connection.finish();
    assert_eq!(code(&connection.answer().expect("an answer")), incomplete);

    let host = format!("localhost:{}", port(&gateway.url));
    let headers = [("host", host.as_str()), ("content-type", "application/json"), ("content-length", "1000")];
    let mut connection = Connection::open(&gateway.url);
    connection.send(request("POST", STORE, &headers, b""));
    connection.send(body);
    connection.finish();
    assert_eq!(code(&connection.answer().expect("an answer")), incomplete);
    assert_eq!(gateway.get("/health").1["entries"], 0);
}

#[test]
fn slow_senders_are_sent_away() {
    let home = Home::new();
    home.write_settings("[server]\nhead_timeout_seconds = 1\nbody_timeout_seconds = 1\n");
    let gateway = home.up();
    let host = format!("localhost:{}", port(&gateway.url));
    let mut silent = Connection::open(&gateway.url);
    let mut slow_head = Connection::open(&gateway.url);
    slow_head.send(format!("GET /health HTTP/1.1\r\nhost: {host}\r\nx-slow: "));
    let mut slow_body = Connection::open(&gateway.url);
    let headers = [("host", host.as_str()), ("content-type", "application/json"), ("content-length", "1000")];
    slow_body.send(request("POST", STORE, &headers, b""));
    slow_body.send(b"{");
    assert_eq!(code(&slow_body.answer().expect("an answer")), (408, "body_timeout".to_owned()));
    assert!(silent.answer().is_none_or(|answer| answer.status == 408));
    assert!(slow_head.answer().is_none_or(|answer| answer.status == 408));
    assert_eq!(gateway.get("/health").0, 200);
}

#[test]
fn a_connection_too_many_waits_for_another_to_end() {
    let home = Home::new();
    home.write_settings("[server]\nmax_connections = 2\n");
    let gateway = home.up();
    let host = format!("localhost:{}", port(&gateway.url));
    let health = request("GET", "/health", &[("host", &host)], b"");
    let mut held = [Connection::open(&gateway.url), Connection::open(&gateway.url)];
    for connection in &mut held {
        connection.send(&health);
        assert_eq!(connection.answer().expect("an answer").status, 200);
    }
    let mut third = Connection::open(&gateway.url);
    third.send(&health);
    assert!(third.is_silent_for(Duration::from_millis(300)), "the third connection was served");
    drop(held);
    assert_eq!(third.answer().expect("an answer").status, 200);
    assert_eq!(home.status()["running"], json!(true));
}
