//! An `isartor mcp` that lives through the battery. Keeps every byte that it writes, to look at when all is over.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::Home;

/// Long enough for a call that is waited for until its deadline, behind others that are too.
const PATIENCE: Duration = Duration::from_secs(120);

pub(super) struct Bridge {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Vec<u8>>,
    written: Vec<u8>,
    next_id: u64,
}

impl Bridge {
    pub(super) fn open(home: &Home, url: &str) -> Self {
        let mut command = home.command(&["mcp"]);
        command.env("ISARTOR_GATEWAY_URL", url).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("isartor runs");
        let mut output = BufReader::new(child.stdout.take().expect("its output was piped"));
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            while let Some(line) = line(&mut output) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut bridge = Self { input: child.stdin.take(), child, lines, written: Vec::new(), next_id: 0 };
        let client = json!({ "name": "battery", "version": "1" });
        bridge.ask("initialize", &json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client }));
        bridge.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        bridge
    }

    /// The whole answer of `tools/call`.
    pub(super) fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        self.ask("tools/call", &json!({ "name": tool, "arguments": arguments }))
    }

    pub(super) fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.next_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params }));
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no answer to {method} {params}"));
            self.written.extend_from_slice(&line);
            let message = message(&line).unwrap_or_else(|problem| panic!("{problem}"));
            if message["id"] == json!(self.next_id) {
                return message;
            }
            assert!(message["method"].is_string() && message["id"].is_null(), "nobody asked for {message}");
        }
    }

    fn send(&mut self, message: &Value) {
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(format!("{message}\n").as_bytes()).expect("the bridge reads");
    }

    /// Ends it and checks each line that it ever wrote; how many there were.
    pub(super) fn finish(mut self) -> usize {
        drop(self.input.take());
        for line in self.lines.iter() {
            self.written.extend_from_slice(&line);
        }
        assert!(self.child.wait().expect("it is our child").success(), "the bridge ends well");
        assert_eq!(self.written.last(), Some(&b'\n'), "the last line is whole");
        let lines: Vec<&[u8]> = self.written.split_inclusive(|&byte| byte == b'\n').collect();
        for line in &lines {
            message(line).unwrap_or_else(|problem| panic!("{problem}"));
        }
        lines.len()
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        drop(self.input.take());
        self.child.kill().expect("it is our child");
        self.child.wait().expect("it is our child");
    }
}

/// With the line feed that ends it; what comes before the end of the output may have none.
fn line(output: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let read = output.read_until(b'\n', &mut line).expect("a pipe can be read");
    (read > 0).then_some(line)
}

/// One JSON-RPC message on one line, in which nothing moves a terminal's cursor.
fn message(line: &[u8]) -> Result<Value, String> {
    let shown = String::from_utf8_lossy(line).chars().take(500).collect::<String>();
    let content = line.strip_suffix(b"\n").ok_or_else(|| format!("not a whole line: {shown:?}"))?;
    if content.iter().any(|byte| byte.is_ascii_control()) {
        return Err(format!("a control character: {shown:?}"));
    }
    let message: Value = serde_json::from_slice(content).map_err(|error| format!("{error}: {shown:?}"))?;
    let has_one = |keys: [&str; 3]| keys.iter().filter(|key| message.get(**key).is_some()).count() == 1;
    match message["jsonrpc"] == json!("2.0") && has_one(["method", "result", "error"]) {
        true => Ok(message),
        false => Err(format!("not JSON-RPC: {shown:?}")),
    }
}
