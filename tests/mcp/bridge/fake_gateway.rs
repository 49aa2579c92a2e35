//! A gateway that a test plays itself: it holds the lock of a home and listens on its socket, so that the test decides
//! what is answered, when, and when the connection breaks.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::{UnixListener, UnixStream};

use serde_json::{Value, json};

use super::message;
use crate::support::Home;

pub(crate) struct FakeGateway {
    listener: UnixListener,
    _lock: File,
    pub(crate) url: String,
}

impl FakeGateway {
    /// Takes the place of the gateway of `home`; gives it up when it is dropped.
    pub(crate) fn start(home: &Home, port: u16) -> Self {
        let run = home.state().join("run");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&run).expect("the home can be made");
        let mut lock = File::create(run.join("lock")).expect("the lock can be made");
        lock.lock().expect("nobody else holds the lock");
        let url = format!("http://localhost:{port}");
        let info = json!({ "pid": std::process::id(), "url": url, "version": "0", "started": 0 });
        lock.write_all(info.to_string().as_bytes()).expect("the lock can be written");
        let socket = run.join("mcp.sock");
        if socket.exists() {
            fs::remove_file(&socket).expect("nobody listens there any more");
        }
        Self { listener: UnixListener::bind(socket).expect("the socket is free"), _lock: lock, url }
    }

    /// The next bridge that comes.
    pub(crate) fn accept(&self) -> Connection {
        let (stream, _) = self.listener.accept().expect("a bridge comes");
        Connection { lines: BufReader::new(stream) }
    }
}

pub(crate) struct Connection {
    lines: BufReader<UnixStream>,
}

impl Connection {
    /// The next message of the bridge.
    pub(crate) fn receive(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("the bridge speaks");
        message(&line)
    }

    /// The next message, which must be a request for `method`.
    pub(crate) fn expect(&mut self, method: &str) -> Value {
        let request = self.receive();
        assert_eq!(request["method"], json!(method), "{request}");
        request
    }

    /// Lets a session begin.
    pub(crate) fn begin(&mut self) {
        let request = self.expect("initialize");
        let version = &request["params"]["protocolVersion"];
        let result =
            json!({ "protocolVersion": version, "capabilities": {}, "serverInfo": { "name": "fake", "version": "0" } });
        self.answer(&request, result);
        self.expect("notifications/initialized");
    }

    pub(crate) fn answer(&mut self, request: &Value, result: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "id": request["id"], "result": result }));
    }

    /// Answers `tools/list` with tools of these names.
    pub(crate) fn list(&mut self, request: &Value, names: &[&str]) {
        assert_eq!(request["method"], json!("tools/list"), "{request}");
        let tool = |name: &&str| json!({ "name": name, "description": "d", "inputSchema": { "type": "object" } });
        self.answer(request, json!({ "tools": names.iter().map(tool).collect::<Vec<Value>>() }));
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let line = format!("{message}\n");
        self.lines.get_mut().write_all(line.as_bytes()).expect("the bridge listens");
    }
}
