//! HTTP as bytes on a connection: what no well-behaved client would send.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// Longer than anything a test waits for.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Connection {
    stream: TcpStream,
    unread: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body, which must be JSON and say so.
    pub(crate) fn json(&self) -> Value {
        assert!(self.head.contains("\r\ncontent-type: application/json\r\n"), "{}", self.head);
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of an error, also where its number is JSON-RPC's, or nothing.
    pub(crate) fn code(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let error = &body["error"];
        error["code"].as_str().or(error["data"]["code"].as_str()).unwrap_or_default().to_owned()
    }
}

impl Connection {
    /// To the gateway at `url`, which is `http://localhost:PORT`.
    pub(crate) fn open(url: &str) -> Self {
        Self::on(TcpStream::connect(("127.0.0.1", port(url))).expect("the gateway listens"))
    }

    pub(crate) fn on(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
        stream.set_nodelay(true).expect("the option can be set");
        Self { stream, unread: Vec::new() }
    }

    /// A peer that has gone away is seen when the answer is read.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        match self.stream.write_all(bytes.as_ref()) {
            Ok(()) | Err(_) => {}
        }
    }

    /// No more will be sent.
    pub(crate) fn finish(&mut self) {
        self.stream.shutdown(std::net::Shutdown::Write).expect("the connection is open");
    }

    /// The next answer; none when the connection ends instead.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        let end = self.read_until(|bytes| find(bytes, b"\r\n\r\n").map(|at| at + 4))?;
        let head = String::from_utf8(self.unread.drain(..end).collect()).expect("a head is text");
        let length = header(&head, "content-length").map_or(0, |length| length.parse().expect("it is a number"));
        self.read_until(|bytes| (bytes.len() >= length).then_some(length))?;
        let body = self.unread.drain(..length).collect();
        let status = head.split(' ').nth(1).expect("a status line").parse().expect("a status is a number");
        Some(Answer { status, head, body })
    }

    /// Whatever still comes until the connection ends; how many bytes that was.
    pub(crate) fn read_to_end(&mut self) -> usize {
        self.read_until(|_| None);
        std::mem::take(&mut self.unread).len()
    }

    fn read_until(&mut self, done: impl Fn(&[u8]) -> Option<usize>) -> Option<usize> {
        loop {
            if let Some(end) = done(&self.unread) {
                return Some(end);
            }
            let mut buffer = [0; 16 * 1024];
            match self.stream.read(&mut buffer) {
                Ok(0) => return None,
                Ok(count) => self.unread.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("no answer: {error}; so far {:?}", String::from_utf8_lossy(&self.unread)),
            }
        }
    }

    /// The first whole line with these words in it, of what still comes.
    pub(crate) fn line(&mut self, words: &str) -> String {
        let end_of_line = |bytes: &[u8]| {
            let at = find(bytes, words.as_bytes())?;
            find(&bytes[at..], b"\n").map(|more| at + more)
        };
        let end = self.read_until(end_of_line).expect("it comes");
        let before: Vec<u8> = self.unread.drain(..=end).collect();
        let before = String::from_utf8(before).expect("it is text");
        before.lines().next_back().expect("there is a line").to_owned()
    }

    /// Whether nothing arrives for this long, not even the end.
    pub(crate) fn is_silent_for(&mut self, patience: Duration) -> bool {
        self.stream.set_read_timeout(Some(patience)).expect("a timeout can be set");
        let read = self.stream.read(&mut [0]);
        self.stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
        matches!(read, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
    }
}

pub(crate) fn port(url: &str) -> u16 {
    url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a URL with a port")
}

/// A request with exactly these headers, and the length of its body when it has one.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut request = format!("{method} {path} HTTP/1.1\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        request += &format!("content-length: {}\r\n", body.len());
    }
    request += "\r\n";
    let mut bytes = request.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// One request as a well-behaved client sends it, on a connection of its own.
pub(crate) fn post(url: &str, path: &str, body: &[u8]) -> Answer {
    let mut connection = Connection::open(url);
    let host = format!("localhost:{}", port(url));
    connection.send(request("POST", path, &[("host", &host), ("content-type", "application/json")], body));
    connection.answer().expect("an answer")
}

pub(crate) fn get(url: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut connection = Connection::open(url);
    let host = format!("localhost:{}", port(url));
    let headers: Vec<(&str, &str)> = [("host", host.as_str())].into_iter().chain(headers.iter().copied()).collect();
    connection.send(request("GET", path, &headers, b""));
    connection.answer().expect("an answer")
}

/// A message to MCP, in a session or to begin one.
pub(crate) fn mcp(url: &str, method: &str, session: Option<&str>, body: &str) -> Vec<u8> {
    let host = format!("localhost:{}", port(url));
    let accepted = "application/json, text/event-stream";
    let mut headers = vec![("host", host.as_str()), ("content-type", "application/json"), ("accept", accepted)];
    headers.extend(session.map(|session| ("mcp-session-id", session)));
    request(method, "/mcp", &headers, body.as_bytes())
}

/// The name of a new session of MCP.
pub(crate) fn session(url: &str) -> String {
    let parameters = r#"{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}"#;
    let begin = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{parameters}}}"#);
    let mut connection = Connection::open(url);
    connection.send(mcp(url, "POST", None, &begin));
    let head = connection.answer().expect("an answer").head;
    let session = header(&head, "mcp-session-id").expect("a session").to_owned();
    let mut connection = Connection::open(url);
    connection.send(mcp(url, "POST", Some(&session), r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#));
    assert_eq!(connection.answer().expect("an answer").status, 202);
    session
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
