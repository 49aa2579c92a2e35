//! More than the gateway can do, for a while: what it cannot do it says at once, what it takes it finishes, and
//! afterwards all is as before. How much it still gets done is for `cargo run --release --example load`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::raw::{Connection, port, request};
use crate::support::Home;

const IMPORT: &str = "/api/v1/cache/import";
/// So many that taking them is far more work than turning them away.
const ENTRIES_EACH: usize = 50;
const IN_FLIGHT: usize = 2;
/// Four times as many as there is room for, none of which waits before it tries again.
const CLIENTS: usize = 4 * IN_FLIGHT;
const IMPORTS_EACH: usize = 8;
const PATIENCE: Duration = Duration::from_mins(2);

/// Whether entries that nobody has yet were taken; nothing but success or a refusal with a time to come back is right.
fn import(connection: &mut Connection, host: &str, label: &str) -> bool {
    let entry = |number| json!({ "prompt": format!("{label} {number}"), "response": "r", "created_seconds": 1 });
    let body = json!({ "entries": (0..ENTRIES_EACH).map(entry).collect::<Vec<_>>() }).to_string();
    connection.send(request("POST", IMPORT, &[("host", host), ("content-type", "application/json")], body.as_bytes()));
    let answer = connection.answer().expect("every request is answered");
    match answer.status {
        200 => true,
        503 if answer.head.contains("\r\nretry-after: 1\r\n") => false,
        _ => panic!("{answer:?}"),
    }
}

/// How often so many clients were turned away until each had done all its imports.
fn turned_away(url: &str, label: &str, clients: usize) -> usize {
    let (host, turned_away) = (format!("localhost:{}", port(url)), AtomicUsize::new(0));
    let begun = Instant::now();
    thread::scope(|scope| {
        for client in 0..clients {
            let (host, turned_away) = (&host, &turned_away);
            scope.spawn(move || {
                let mut connection = Connection::open(url);
                for number in 0..IMPORTS_EACH {
                    while !import(&mut connection, host, &format!("{label} {client} {number}")) {
                        turned_away.fetch_add(1, Ordering::Relaxed);
                        assert!(begun.elapsed() < PATIENCE, "client {client} gets nothing done");
                    }
                }
            });
        }
    });
    turned_away.into_inner()
}

#[test]
fn four_times_too_much_is_shed_and_the_rest_is_done() {
    let home = Home::new();
    home.write_settings(&format!("[server]\nmax_requests_in_flight = {IN_FLIGHT}\n"));
    let gateway = home.up();
    assert_eq!(turned_away(&gateway.url, "alone", IN_FLIGHT), 0, "as many clients as there is room for");
    assert!(turned_away(&gateway.url, "crowd", CLIENTS) > 0, "nothing was shed");
    assert_eq!(turned_away(&gateway.url, "after", IN_FLIGHT), 0, "it has not recovered");
    let entries = (IN_FLIGHT + CLIENTS + IN_FLIGHT) * IMPORTS_EACH * ENTRIES_EACH;
    assert_eq!(gateway.get("/health").1["entries"], json!(entries), "what was answered was done");
}
