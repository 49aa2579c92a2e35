//! Bodies that are never finished: how much memory they hold, and that nobody else is kept out by them.

use serde_json::json;

use super::raw::{Answer, Connection, port, post, request};
use super::{LOOKUP, STORE, code, memory_kib};
use crate::support::{Gateway, Home};

const SENDERS: usize = 60;
/// Of one body; all senders together send far more than the gateway may hold.
const BODY_BYTES: usize = 2_000_000;
const SENT_BYTES: usize = 1_500_000;
const ROOM: &str = "[server]\nmax_total_body_bytes = 2097152\n";

/// The most memory that a process ever had.
const PEAK: &str = "VmHWM:";
/// Room for what the gateway may hold, for the buffers of its connections, and for its allocator's habits.
const MOST_MORE_KIB: u64 = 48 << 10;

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

fn is_overloaded(answer: &Answer) -> bool {
    let is_told_when = answer.head.contains("\r\nretry-after: 1\r\n");
    is_told_when && answer.status == 503
}

/// How `body` is refused beside those of `senders`. It may have been faster than all of them: then there is one more.
fn refused(gateway: &Gateway<'_>, senders: &mut Vec<Sender>, path: &str, body: &[u8]) -> Answer {
    let answers = (SENDERS..2 * SENDERS).map(|number| {
        senders.push(Sender::start(gateway, number));
        post(&gateway.url, path, body)
    });
    answers.into_iter().find(is_overloaded).expect("there is no room beside the other bodies")
}

#[test]
fn bodies_that_are_never_finished_hold_no_more_than_their_room() {
    let home = Home::new();
    home.write_settings(ROOM);
    let gateway = home.up();
    gateway.store("small", "an answer");
    let before = memory_kib(&gateway, PEAK);
    let mut senders: Vec<Sender> = (0..SENDERS).map(|number| Sender::start(&gateway, number)).collect();
    refused(&gateway, &mut senders, STORE, &store(2 * SENDERS));
    assert_eq!(gateway.lookup("small")["hit"], json!(true), "what is short needs no room");
    let answers: Vec<Answer> = senders.into_iter().map(Sender::finish).collect();
    assert!(answers.iter().any(|answer| answer.status == 200), "who was first to have room keeps it");
    assert!(answers.iter().all(|answer| answer.status == 200 || is_overloaded(answer)), "{answers:?}");
    let more = memory_kib(&gateway, PEAK) - before;
    assert!(more < MOST_MORE_KIB, "{more} KiB more, with {SENDERS} times {SENT_BYTES} bytes under way");
    assert_eq!(post(&gateway.url, STORE, &store(2 * SENDERS)).status, 200, "the room was given back");
}

#[test]
fn who_has_no_room_is_told_so_in_the_words_of_its_protocol() {
    let home = Home::new();
    home.write_settings(ROOM);
    let gateway = home.up();
    let mut senders = Vec::new();
    let large = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"x":"{}"}}}}"#, "x".repeat(SENT_BYTES));
    let message = refused(&gateway, &mut senders, "/mcp", large.as_bytes()).json();
    assert_eq!((&message["jsonrpc"], &message["error"]["data"]["code"]), (&json!("2.0"), &json!("overloaded")));
    let answer = refused(&gateway, &mut senders, LOOKUP, large.as_bytes());
    assert_eq!(code(&answer), (503, "overloaded".to_owned()));
    drop(senders);
    let answered = (0..1_000).map(|_| post(&gateway.url, LOOKUP, large.as_bytes())).find(|answer| answer.status != 503);
    assert_eq!(answered.expect("who leaves gives its room back").status, 400);
}
