//! A small HTTP server on a loopback port, which answers what its paths say and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// One that listens until the test is over.
pub(crate) struct Server {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<String>>>,
    held: Arc<Held>,
}

/// The requests for `/hold`, which are answered once they are let go.
#[derive(Default)]
struct Held {
    state: Mutex<HeldState>,
    changed: Condvar,
}

#[derive(Default)]
struct HeldState {
    now: usize,
    most: usize,
    let_go: bool,
}

impl Held {
    fn hold(&self) {
        let mut state = self.state.lock().expect("nobody panics with it");
        state.now += 1;
        state.most = state.most.max(state.now);
        self.changed.notify_all();
        let mut state = self.changed.wait_while(state, |state| !state.let_go).expect("nobody panics with it");
        state.now -= 1;
    }
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let held = Arc::<Held>::default();
        let shared = (Arc::clone(&seen), Arc::clone(&held));
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (seen, held) = shared.clone();
                // A client that goes away in the middle is part of the tests.
                thread::spawn(move || drop(answer(connection, &seen, &held)));
            }
        });
        Self { port, seen, held }
    }

    /// How many requests came in.
    pub(crate) fn requests(&self) -> usize {
        self.seen.lock().expect("nobody panics with it").len()
    }

    /// Waits until `count` requests are held.
    pub(super) fn await_held(&self, count: usize) {
        let state = self.held.state.lock().expect("nobody panics with it");
        drop(self.held.changed.wait_while(state, |state| state.now < count).expect("nobody panics with it"));
    }

    /// Answers what is held, and from now on at once.
    pub(super) fn let_go(&self) {
        self.held.state.lock().expect("nobody panics with it").let_go = true;
        self.held.changed.notify_all();
    }

    /// How many requests were held at the same time at most.
    pub(super) fn most_held(&self) -> usize {
        self.held.state.lock().expect("nobody panics with it").most
    }

    pub(crate) fn last_request(&self) -> String {
        self.seen.lock().expect("nobody panics with it").last().cloned().unwrap_or_default()
    }
}

/// One request of a connection, which is closed then.
fn answer(mut connection: TcpStream, seen: &Mutex<Vec<String>>, held: &Held) -> std::io::Result<()> {
    let request = read(&connection)?;
    seen.lock().expect("nobody panics with it").push(request.clone());
    let secret = request.lines().find_map(|line| line.strip_prefix("authorization: ")).unwrap_or("none");
    match request.split(' ').nth(1).unwrap_or_default() {
        "/redirect" => connection.write_all(b"HTTP/1.1 302 Found\r\nlocation: /echo\r\ncontent-length: 0\r\n\r\n"),
        "/large" => {
            connection.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
            (0..9).try_for_each(|_| connection.write_all(&vec![b'x'; 1 << 20]))
        }
        "/hold" => {
            held.hold();
            connection.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        }
        // Until the client has gone.
        "/slow" => connection.read(&mut [0]).map(drop),
        _ => write!(
            connection,
            "HTTP/1.1 200 OK\r\nx-echo: {secret}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{request}",
            request.len()
        ),
    }
}

fn read(connection: &TcpStream) -> std::io::Result<String> {
    let mut reader = BufReader::new(connection);
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        if reader.read_line(&mut request)? == 0 {
            break;
        }
    }
    let length = request
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().expect("a client that sends a length sends a number"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    request.push_str(&String::from_utf8_lossy(&body));
    Ok(request)
}
