//! A running `isartor mcp`, spoken to line by line. Every line that it writes must be one JSON-RPC message.

mod fake_gateway;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::process::Pid;
use serde_json::{Value, json};

use super::initialize_params;
use crate::support::Home;

pub(crate) use fake_gateway::{Connection, FakeGateway};

/// Long enough for the slowest machine; nothing waits that long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Bridge {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    next_id: i64,
}

impl Bridge {
    pub(crate) fn start(home: &Home, url: &str) -> Self {
        Self::spawn(home.command(&["mcp"]).env("ISARTOR_GATEWAY_URL", url))
    }

    /// The same, with `initialize` done.
    pub(crate) fn open(home: &Home, url: &str) -> Self {
        let mut bridge = Self::start(home, url);
        bridge.request("initialize", initialize_params("2025-11-25"));
        bridge.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        bridge
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("isartor runs");
        let output = BufReader::new(child.stdout.take().expect("its output was piped"));
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { input: child.stdin.take(), child, lines, next_id: 0 }
    }

    pub(crate) fn send_line(&mut self, line: &[u8]) {
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(line).and_then(|()| input.write_all(b"\n")).expect("the bridge reads");
    }

    pub(crate) fn send(&mut self, message: &Value) {
        self.send_line(message.to_string().as_bytes());
    }

    /// An error once it is dead.
    pub(crate) fn try_send(&mut self, message: &Value) -> std::io::Result<()> {
        self.input.as_mut().expect("the input is open").write_all(format!("{message}\n").as_bytes())
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// The next message, or none when there will be no more.
    pub(crate) fn receive(&self) -> Option<Value> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Some(message(&line)),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("the bridge says nothing"),
        }
    }

    /// Sends a request without waiting for its answer.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params }));
        self.next_id
    }

    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        loop {
            let answer = self.receive().expect("a request gets an answer");
            if !is_notification(&answer) {
                assert_eq!(answer["id"], json!(id), "{answer}");
                return answer;
            }
        }
    }

    /// The result of a tool call.
    pub(crate) fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let answer = self.request("tools/call", json!({ "name": tool, "arguments": arguments }));
        assert!(answer["result"].is_object(), "{answer}");
        answer["result"].clone()
    }

    pub(crate) fn tool_names(&mut self) -> Vec<String> {
        let answer = self.request("tools/list", json!({}));
        let tools = answer["result"]["tools"].as_array().unwrap_or_else(|| panic!("{answer}"));
        tools.iter().map(|tool| tool["name"].as_str().expect("a tool has a name").to_owned()).collect()
    }

    /// Closes the input and gives back what was still said.
    pub(crate) fn finish(mut self) -> (ExitStatus, Vec<Value>) {
        drop(self.input.take());
        let mut messages = Vec::new();
        while let Some(message) = self.receive() {
            messages.push(message);
        }
        (self.wait(), messages)
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("it is our child")
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it is our child");
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        drop(self.input.take());
        self.kill();
        self.wait();
    }
}

/// A shell that runs `script`, in which `"$0"` is isartor.
pub(crate) fn shell(home: &Home, script: &str) -> Command {
    let isartor = home.command(&[]);
    let mut shell = Command::new("/bin/sh");
    shell.env_clear().envs(isartor.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.args(["-c", script]).arg(isartor.get_program());
    shell
}

fn message(line: &str) -> Value {
    let message: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    assert_eq!(message["jsonrpc"], json!("2.0"), "{line}");
    message
}

pub(crate) fn is_notification(message: &Value) -> bool {
    message["id"].is_null() && message["method"].is_string()
}

/// Whether a tool's result is an error, and its text.
pub(crate) fn error_text(result: &Value) -> (bool, String) {
    let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{result}"));
    (result["isError"] == json!(true), text.to_owned())
}

/// A port where nothing listens.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}
