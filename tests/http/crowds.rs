//! Many at once who are slow on purpose: they are sent away, and nobody else notices.

use std::time::{Duration, Instant};

use serde_json::json;

use super::raw::{Answer, Connection, get, port, request};
use super::{STORE, memory_kib};
use crate::mcp::initialize_params;
use crate::support::{Gateway, Home, block_on};

const EACH: usize = 150;

#[test]
fn a_crowd_of_the_silent_and_the_slow_is_closed_while_others_are_served() {
    let home = Home::new();
    home.write_settings("[server]\nhead_timeout_seconds = 3\nbody_timeout_seconds = 3\nmax_requests_in_flight = 4\n");
    let gateway = home.up();
    let host = format!("localhost:{}", port(&gateway.url));
    let headers = [("host", host.as_str()), ("content-type", "application/json"), ("content-length", "1000000")];
    let open = || (0..EACH).map(|_| Connection::open(&gateway.url)).collect::<Vec<_>>();
    let (mut silent, mut slow_heads, mut slow_bodies) = (open(), open(), open());
    slow_heads.iter_mut().for_each(|slow| slow.send(format!("GET /health HTTP/1.1\r\nhost: {host}\r\nx-slow: ")));
    slow_bodies.iter_mut().for_each(|slow| slow.send(request("POST", STORE, &headers, b"")));
    let begun = Instant::now();
    let mut served = 0;
    while begun.elapsed() < Duration::from_secs(2) {
        slow_heads.iter_mut().chain(&mut slow_bodies).for_each(|slow| slow.send(b"1"));
        gateway.store(&format!("code word {served}"), "answer");
        assert_eq!(get(&gateway.url, "/health", &[]).status, 200);
        served += 1;
    }
    assert!(served > 0);
    for attacker in silent.iter_mut().chain(&mut slow_heads).chain(&mut slow_bodies) {
        assert!(attacker.answer().is_none_or(|answer| answer.status == 408));
    }
    assert_eq!(gateway.get("/health").1["entries"], json!(served));
}

/// Who asks for much and reads nothing holds its connection no longer than who sends nothing.
#[test]
fn a_client_that_does_not_read_is_closed() {
    const EXPORTS: usize = 12;
    let home = Home::new();
    home.write_settings("[server]\nmax_connections = 1\nbody_timeout_seconds = 1\n");
    let gateway = home.up();
    let long = "x".repeat(1_500_000);
    for number in 0..3 {
        gateway.store(&format!("code word {number}"), &long);
    }
    let host = format!("localhost:{}", port(&gateway.url));
    let export = request("GET", "/api/v1/cache/export", &[("host", &host)], b"");
    let mut greedy = Connection::open(&gateway.url);
    greedy.send(export.repeat(EXPORTS));
    assert_eq!(get(&gateway.url, "/health", &[]).status, 200, "its connection was given to the next");
    let read = greedy.read_to_end();
    assert!(read < EXPORTS * 3 * long.len(), "all {read} bytes came");
}

/// What an old client says beside the stream on which it is to be answered.
fn say(poster: &mut Connection, gateway: &Gateway<'_>, path: &str, message: &serde_json::Value) -> Answer {
    let host = format!("localhost:{}", port(&gateway.url));
    let headers = [("host", host.as_str()), ("content-type", "application/json")];
    poster.send(request("POST", path, &headers, message.to_string().as_bytes()));
    poster.answer().expect("each message is answered")
}

/// A connection on which hardly anything can be under way unread.
fn narrow(gateway: &Gateway<'_>) -> Connection {
    let stream = block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4 * 1024).expect("a size can be set");
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], port(&gateway.url)));
        socket.connect(address).await.expect("the gateway listens").into_std().expect("it is a socket")
    });
    stream.set_nonblocking(false).expect("the mode can be set");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout can be set");
    Connection::on(stream)
}

/// The stream of the oldest version goes on for ever, but not for somebody who asks for much and never reads it.
#[test]
fn a_listener_that_never_reads_is_closed_and_leaves_no_memory_behind() {
    let home = Home::new();
    // Only who does not read is closed so soon, not who says nothing more.
    home.write_settings("[server]\nmax_connections = 2\nbody_timeout_seconds = 1\nhead_timeout_seconds = 300\n");
    let gateway = home.up();
    let host = format!("localhost:{}", port(&gateway.url));
    let mut listener = narrow(&gateway);
    listener.send(request("GET", "/sse", &[("host", &host), ("accept", "text/event-stream")], b""));
    let path = listener.line("sessionId=").replace("data: ", "");
    let mut poster = Connection::open(&gateway.url);
    let begin = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": initialize_params("2024-11-05") });
    assert_eq!(say(&mut poster, &gateway, &path, &begin).status, 202);
    listener.line("protocolVersion");
    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(say(&mut poster, &gateway, &path, &initialized).status, 202);
    let before = memory_kib(&gateway, "VmRSS:");
    let ask = |id: u32| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/list" });
    let last = (1..20_000).map(|id| say(&mut poster, &gateway, &path, &ask(id)).status).find(|status| *status != 202);
    assert_eq!(last, Some(404), "the session ended");
    // The poster keeps the other connection: this one is accepted when the listener's is closed.
    assert_eq!(get(&gateway.url, "/health", &[]).status, 200);
    let more = memory_kib(&gateway, "VmRSS:").saturating_sub(before);
    assert!(more < 16 << 10, "{more} KiB more than before");
    assert!(listener.read_to_end() < 8 << 20, "what was never read was never sent");
    drop(poster);
}
