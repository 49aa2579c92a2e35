//! `isartor mcp` with a gateway that is reached over HTTP: what its answers carry, and how many connections it takes.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::{Value, json};

use super::super::bridge::Bridge;
use super::super::modern_meta;
use crate::support::Home;

/// The first connection on which something is said, and what: a bridge looks first whether anybody listens.
fn first_request(listener: &TcpListener) -> (TcpStream, Request) {
    loop {
        let (mut stream, _) = listener.accept().expect("a bridge comes");
        if let Some(request) = Request::read(&mut stream) {
            return (stream, request);
        }
    }
}

struct Request {
    head: String,
    message: Value,
}

impl Request {
    /// The next one on `stream`; none when it ends.
    fn read(stream: &mut TcpStream) -> Option<Self> {
        let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
        loop {
            let length = stream.read(&mut piece).expect("it can be read");
            if length == 0 {
                return None;
            }
            bytes.extend_from_slice(&piece[..length]);
            let text = String::from_utf8_lossy(&bytes);
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && let Ok(message) = serde_json::from_str(body)
            {
                return Some(Self { head: head.to_ascii_lowercase(), message });
            }
        }
    }
}

fn event(message: &Value) -> String {
    format!("event: message\ndata: {message}\n\n")
}

#[test]
fn what_a_call_says_is_passed_on_and_to_cancel_it_closes_its_stream() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    let home = Home::new();
    let mut bridge = Bridge::start(&home, &format!("http://{}", listener.local_addr().expect("it has an address")));
    let asked = bridge.ask("tools/call", json!({ "name": "slow", "_meta": modern_meta() }));
    let (mut stream, request) = first_request(&listener);
    assert!(request.head.contains("mcp-name: slow"), "{}", request.head);
    assert_eq!(request.message["id"], json!(asked));
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: a comment\n\n").expect("it is read");
    for said in [
        json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": { "progressToken": 1, "progress": 1 } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/message", "params": { "level": "info", "data": "d" } }),
    ] {
        stream.write_all(event(&said).as_bytes()).expect("it is read");
        assert_eq!(bridge.receive(), Some(said));
    }
    let params = json!({ "requestId": asked });
    bridge.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params }));
    loop {
        match stream.read(&mut [0; 1024]) {
            Ok(0) => break,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            read => assert!(read.is_ok(), "{read:?}"),
        }
    }
    let (status, rest) = bridge.finish();
    assert!(status.success() && rest.is_empty(), "{rest:?}");
}

#[test]
fn calls_share_a_connection() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    let home = Home::new();
    let mut bridge = Bridge::start(&home, &format!("http://{}", listener.local_addr().expect("it has an address")));
    let params = json!({ "name": "a", "_meta": modern_meta() });
    let asked = bridge.ask("tools/call", params.clone());
    let (mut stream, mut request) = first_request(&listener);
    let mut next = asked;
    for _ in 0..20 {
        assert_eq!(request.message["id"], json!(next));
        let answer = json!({ "jsonrpc": "2.0", "id": next, "result": {} }).to_string();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}", answer.len());
        stream.write_all(format!("{head}\r\n\r\n{answer}").as_bytes()).expect("it is read");
        assert_eq!(bridge.receive().expect("an answer")["id"], json!(next));
        next = bridge.ask("tools/call", params.clone());
        request = Request::read(&mut stream).expect("the next one comes on the same connection");
    }
}
