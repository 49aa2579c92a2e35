//! A small HTTP server on a loopback port, which answers what its paths say and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// One that listens until the test is over.
pub(crate) struct Server {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let seen = Arc::clone(&shared);
                // A client that goes away in the middle is part of the tests.
                thread::spawn(move || drop(answer(connection, &seen)));
            }
        });
        Self { port, seen }
    }

    /// How many requests came in.
    pub(crate) fn requests(&self) -> usize {
        self.seen.lock().expect("nobody panics with it").len()
    }

    pub(crate) fn last_request(&self) -> String {
        self.seen.lock().expect("nobody panics with it").last().cloned().unwrap_or_default()
    }
}

/// One request of a connection, which is closed then.
fn answer(mut connection: TcpStream, seen: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let request = read(&connection)?;
    seen.lock().expect("nobody panics with it").push(request.clone());
    let secret = request.lines().find_map(|line| line.strip_prefix("authorization: ")).unwrap_or("none");
    match request.split(' ').nth(1).unwrap_or_default() {
        "/redirect" => connection.write_all(b"HTTP/1.1 302 Found\r\nlocation: /echo\r\ncontent-length: 0\r\n\r\n"),
        "/large" => {
            connection.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
            (0..9).try_for_each(|_| connection.write_all(&vec![b'x'; 1 << 20]))
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
