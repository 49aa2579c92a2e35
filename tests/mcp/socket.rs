//! The gateway's own socket, spoken to without a bridge: every line is answered, or nobody waits for an answer.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

use serde_json::{Value, json};

use super::features::calls::{await_end, endless};
use super::{initialize_params, modern_meta};
use crate::support::Home;

/// The longest line, with its end.
const MAX_LINE_BYTES: usize = 16 << 20;

struct Connection {
    stream: UnixStream,
    lines: BufReader<UnixStream>,
}

impl Connection {
    fn open(home: &Home) -> Self {
        let stream = UnixStream::connect(home.state().join("run/mcp.sock")).expect("the gateway listens");
        let lines = BufReader::new(stream.try_clone().expect("it can be cloned"));
        Self { stream, lines }
    }

    /// The same, with `initialize` done.
    fn begin(home: &Home) -> Self {
        let mut connection = Self::open(home);
        let params = initialize_params("2025-11-25");
        connection.send(&json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params }));
        assert!(connection.receive().expect("an answer")["result"].is_object());
        connection.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        connection
    }

    fn send_line(&mut self, line: &str) {
        self.stream.write_all(format!("{line}\n").as_bytes()).expect("the gateway reads");
    }

    fn send(&mut self, message: &Value) {
        self.send_line(&message.to_string());
    }

    /// None: the connection is closed.
    fn receive(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("it can be read");
        (!line.is_empty()).then(|| serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}")))
    }

    /// What comes first must be the answer.
    fn ask(&mut self, id: i64, method: &str, meta: &Value) -> Value {
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": { "_meta": meta } }));
        let answer = self.receive().expect("an answer");
        assert_eq!(answer["id"], json!(id), "{answer}");
        answer
    }
}

#[test]
fn a_cancelled_request_is_not_answered() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let gateway = home.up();
    for (number, meta) in [(1, json!({})), (2, modern_meta())] {
        let is_modern = number == 2;
        let mut connection = if is_modern { Connection::open(&home) } else { Connection::begin(&home) };
        let mut params = endless();
        params["_meta"] = meta.clone();
        connection.send(&json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params }));
        // The call is under way once a later one is answered.
        connection.ask(8, "tools/list", &meta);
        let cancelled = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 7 } });
        connection.send(&cancelled);
        let end = await_end(&home, number);
        assert!(end.contains("abandoned"), "not at its deadline: {end}");
        for id in 9..12 {
            connection.ask(id, "tools/list", &meta);
        }
        connection.send(&cancelled);
        connection.ask(12, "tools/list", &meta);
    }
    drop(gateway);
}

#[test]
fn a_line_that_is_no_message_is_answered_and_the_next_one_is_read() {
    let home = Home::new();
    let gateway = home.up();
    let mut connection = Connection::begin(&home);
    let (open, closed) = ("[".repeat(200), "]".repeat(200));
    let deep = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"ping","params":{{"a":{open}{closed}}}}}"#);
    for (line, id, code) in [
        ("{", Value::Null, -32700),
        ("hello", Value::Null, -32700),
        ("[]", Value::Null, -32600),
        ("17", Value::Null, -32600),
        (r#"{"jsonrpc":"2.0","id":7,"method":8}"#, json!(7), -32600),
        (r#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":[]}"#, json!(7), -32602),
        (&deep, json!(7), -32600),
    ] {
        connection.send_line(line);
        let answer = connection.receive().expect("an error");
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&id, &json!(code)), "{line}: {answer}");
    }
    for nobody_waits in ["", " \r", r#"{"jsonrpc":"2.0","method":"notifications/initialized","params":[]}"#] {
        connection.send_line(nobody_waits);
    }
    assert_eq!(connection.ask(8, "ping", &json!({}))["result"], json!({}));
    drop(gateway);
}

#[test]
fn a_line_without_an_end_costs_the_connection_and_no_other() {
    let home = Home::new();
    let gateway = home.up();
    let mut other = Connection::begin(&home);
    let mut connection = Connection::begin(&home);
    let long = vec![b'x'; MAX_LINE_BYTES];
    let written = connection.stream.write_all(&long).and_then(|()| connection.stream.write_all(&long));
    let mut rest = String::new();
    let read = connection.lines.read_line(&mut rest);
    assert!(written.is_err() || read.is_err() || rest.is_empty(), "it is closed: {rest}");
    assert_eq!(other.ask(8, "ping", &json!({}))["result"], json!({}));
    drop(gateway);
}
