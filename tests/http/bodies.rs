//! Bodies that are never finished: how much memory they hold, and that nobody else is kept out by them.

use std::fs;

use serde_json::json;

use super::raw::{Answer, Connection, port, post, request};
use super::{LOOKUP, STORE, code};
use crate::support::{Gateway, Home};

const SENDERS: usize = 60;
/// Of one body; all senders together send far more than the gateway may hold.
const BODY_BYTES: usize = 2_000_000;
const SENT_BYTES: usize = 1_500_000;
const ROOM: &str = "[server]\nmax_total_body_bytes = 2097152\n";

/// Room for what the gateway may hold, for the buffers of its connections, and for its allocator's habits.
const MOST_MORE_KIB: u64 = 24 << 10;

/// A connection that has sent most of a body, and what is missing.
struct Sender {
    connection: Connection,
    rest: Vec<u8>,
}

impl Sender {
    fn start(gateway: &Gateway<'_>, number: usize) -> Self {
        let body = store(number);
        let host = format!("localhost:{}", port(&gateway.url));
        let bytes = request("POST", STORE, &[("host", &host), ("content-type", "application/json")], &body);
        let rest = bytes[bytes.len() - (BODY_BYTES - SENT_BYTES)..].to_vec();
        let mut connection = Connection::open(&gateway.url);
        connection.send(&bytes[..bytes.len() - rest.len()]);
        Self { connection, rest }
    }

    fn finish(mut self) -> Answer {
        self.connection.send(&self.rest);
        self.connection.answer().expect("each request is answered")
    }
}

/// A body of exactly so many bytes.
fn store(number: usize) -> Vec<u8> {
    let empty = json!({ "prompt": format!("number {number}"), "response": "" }).to_string();
    let response = "x".repeat(BODY_BYTES - empty.len());
    json!({ "prompt": format!("number {number}"), "response": response }).to_string().into_bytes()
}

/// The most memory that the gateway ever had.
fn peak_kib(gateway: &Gateway<'_>) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", gateway.pid())).expect("the process is there");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("it says how large it is");
    line.trim().trim_end_matches(" kB").parse().expect("it is a number")
}

fn is_overloaded(answer: &Answer) -> bool {
    let is_told_when = answer.head.contains("\r\nretry-after: 1\r\n");
    is_told_when && answer.status == 503
}

/// Bodies that are under way may not have arrived yet; once they have, there is no room for this one.
fn await_refusal(gateway: &Gateway<'_>, path: &str, body: &[u8]) -> Answer {
    let refused = (0..1_000).map(|_| post(&gateway.url, path, body)).find(is_overloaded);
    refused.expect("there is no room beside the other bodies")
}

#[test]
fn bodies_that_are_never_finished_hold_no_more_than_their_room() {
    let home = Home::new();
    home.write_settings(ROOM);
    let gateway = home.up();
    gateway.store("small", "an answer");
    let before = peak_kib(&gateway);
    let senders: Vec<Sender> = (0..SENDERS).map(|number| Sender::start(&gateway, number)).collect();
    await_refusal(&gateway, STORE, &store(SENDERS));
    assert_eq!(gateway.lookup("small")["hit"], json!(true), "what is short needs no room");
    let answers: Vec<Answer> = senders.into_iter().map(Sender::finish).collect();
    assert!(answers.iter().any(|answer| answer.status == 200), "who was first to have room keeps it");
    assert!(answers.iter().all(|answer| answer.status == 200 || is_overloaded(answer)), "{answers:?}");
    let more = peak_kib(&gateway) - before;
    assert!(more < MOST_MORE_KIB, "{more} KiB more, with {SENDERS} times {SENT_BYTES} bytes under way");
    assert_eq!(post(&gateway.url, STORE, &store(SENDERS)).status, 200, "the room was given back");
}

#[test]
fn who_has_no_room_is_told_so_in_the_words_of_its_protocol() {
    let home = Home::new();
    home.write_settings(ROOM);
    let gateway = home.up();
    let sender = Sender::start(&gateway, 0);
    let large = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"x":"{}"}}}}"#, "x".repeat(SENT_BYTES));
    let refused = await_refusal(&gateway, "/mcp", large.as_bytes()).json();
    assert_eq!((&refused["jsonrpc"], &refused["error"]["data"]["code"]), (&json!("2.0"), &json!("overloaded")));
    let refused = post(&gateway.url, LOOKUP, large.as_bytes());
    assert_eq!(code(&refused), (503, "overloaded".to_owned()));
    drop(sender);
    let answered = (0..1_000).map(|_| post(&gateway.url, LOOKUP, large.as_bytes())).find(|answer| answer.status != 503);
    assert_eq!(answered.expect("who leaves gives its room back").status, 400);
}
