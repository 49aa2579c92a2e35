//! Many at once who are slow on purpose: they are sent away, and nobody else notices.

use std::time::{Duration, Instant};

use serde_json::json;

use super::STORE;
use super::raw::{Connection, get, port, request};
use crate::support::Home;

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
