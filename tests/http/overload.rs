//! More than the gateway can do, for a while: what it cannot do it says at once, what it takes it finishes, and
//! afterwards all is as before.

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
const CLIENTS: usize = 16;
const EACH: Duration = Duration::from_secs(2);
/// How many times as much is asked for as can be done.
const EXCESS: f64 = 4.0;

/// Counts of answers, by what they say.
#[derive(Default)]
struct Answers {
    done: AtomicUsize,
    turned_away: AtomicUsize,
}

impl Answers {
    fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    fn turned_away(&self) -> usize {
        self.turned_away.load(Ordering::Relaxed)
    }
}

/// Imports entries that nobody has yet, which takes a while; nothing but success or a refusal with a time to come back
/// is right.
fn import(connection: &mut Connection, host: &str, label: &str, answers: &Answers) {
    let entry = |number| json!({ "prompt": format!("{label} {number}"), "response": "r", "created_seconds": 1 });
    let body = json!({ "entries": (0..ENTRIES_EACH).map(entry).collect::<Vec<_>>() }).to_string();
    connection.send(request("POST", IMPORT, &[("host", host), ("content-type", "application/json")], body.as_bytes()));
    let answer = connection.answer().expect("every request is answered");
    match answer.status {
        200 => answers.done.fetch_add(1, Ordering::Relaxed),
        503 if answer.head.contains("\r\nretry-after: 1\r\n") => answers.turned_away.fetch_add(1, Ordering::Relaxed),
        _ => panic!("{answer:?}"),
    };
}

/// So many clients, each sending a request every `period`, or as soon as it can when that is past.
fn run(url: &str, label: &str, clients: usize, period: Duration) -> Answers {
    let (host, answers) = (format!("localhost:{}", port(url)), Answers::default());
    let begun = Instant::now();
    thread::scope(|scope| {
        for client in 0..clients {
            let (host, answers) = (&host, &answers);
            scope.spawn(move || {
                let mut connection = Connection::open(url);
                for number in 0_u32.. {
                    thread::sleep((begun + period * number).saturating_duration_since(Instant::now()));
                    if begun.elapsed() > EACH {
                        break;
                    }
                    import(&mut connection, host, &format!("{label} {client} {number}"), answers);
                }
            });
        }
    });
    answers
}

#[test]
fn four_times_too_much_is_shed_and_the_rest_is_done() {
    let home = Home::new();
    home.write_settings(&format!("[server]\nmax_requests_in_flight = {IN_FLIGHT}\n"));
    let gateway = home.up();
    let capacity = run(&gateway.url, "alone", IN_FLIGHT, Duration::ZERO);
    assert_eq!(capacity.turned_away(), 0, "as many clients as there is room for");
    let each_period = EACH.as_secs_f64() * CLIENTS as f64 / (capacity.done() as f64 * EXCESS);
    let overload = run(&gateway.url, "crowd", CLIENTS, Duration::from_secs_f64(each_period));
    let (done, asked) = (overload.done(), overload.done() + overload.turned_away());
    let shown = format!("alone {}, of {asked} done {done}", capacity.done());
    assert!(overload.turned_away() > 0, "nothing was shed: {shown}");
    assert!(done * 2 >= capacity.done(), "less than half of what can be done was done: {shown}");
    let after = run(&gateway.url, "after", 1, EACH / 20);
    assert_eq!(after.turned_away(), 0, "it has not recovered");
    let entries = (capacity.done() + done + after.done()) * ENTRIES_EACH;
    assert_eq!(gateway.get("/health").1["entries"], json!(entries), "what was answered was done");
}
