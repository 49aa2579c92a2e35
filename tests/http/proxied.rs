//! Behind a real nginx and a real Caddy, as Debian packages them: below a path, with streams that arrive as they happen.

mod caddy;
mod headers;
mod nginx;

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::raw::{Connection, get, port, request};
use super::{STORE, code};
use crate::support::{Gateway, Home, block_on, text};

const LIST_CHANGED: &str = "notifications/tools/list_changed";
/// Three ways to serve the gateway: below its path and as it came, below another that the proxy takes off and names, and
/// as somebody writes it who has read no manual.
const BELOW: [&str; 3] = ["/isartor", "/other", "/plain"];
const PATIENCE: Duration = Duration::from_secs(30);

/// A proxy of somebody else's, in front of the gateway.
pub(super) struct Proxy {
    child: Child,
    folder: TempDir,
    port: u16,
}

/// Starts a proxy with a folder of its own at a port, in front of the gateway at another.
type Start = fn(TempDir, u16, u16) -> Proxy;

const EVERY_PROXY: [Start; 2] = [nginx::start, caddy::start];

impl Proxy {
    /// `command` runs in the foreground and writes what it has to complain of to `error.log` in its folder.
    pub(super) fn start(mut command: Command, folder: TempDir, port: u16) -> Self {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|error| panic!("{program} is wanted here, see .ci/run: {error}"));
        let mut proxy = Self { child, folder, port };
        proxy.await_listening(&program);
        proxy
    }

    fn await_listening(&mut self, program: &str) {
        for _ in 0..1_000 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                let log = fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default();
                panic!("{program} ended with {status}: {log}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{program} does not listen");
    }

    fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.child.kill().and_then(|()| self.child.wait()).expect("the proxy was started here");
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("there are ports").port()
}

fn started(start: Start, port: u16, gateway: &Gateway<'_>) -> Proxy {
    start(tempfile::tempdir().expect("a temporary directory"), port, super::raw::port(&gateway.url))
}

/// A gateway's home that knows by which name and through whom it is reached.
fn home_behind(port: u16) -> Home {
    let home = Home::new();
    home.write_settings(&format!(
        "external_url = 'http://localhost:{port}/isartor'\n[server]\ntrusted_proxies = ['127.0.0.1/32']\n"
    ));
    home
}

#[test]
fn every_way_to_put_a_proxy_in_front_reaches_the_same_routes() {
    for start in EVERY_PROXY {
        let port = free_port();
        let home = home_behind(port);
        let gateway = home.up();
        let proxy = started(start, port, &gateway);
        the_same_routes_are_reached(&proxy);
    }
}

fn the_same_routes_are_reached(proxy: &Proxy) {
    for below in BELOW {
        let ask = |path: &str, headers: &[(&str, &str)]| get(&proxy.url(), &format!("{below}{path}"), headers);
        assert_eq!(ask("/health", &[]).status, 200, "{below}");
        assert_eq!(code(&ask("/nowhere", &[])), (404, "not_found".to_owned()), "{below}");
        assert_eq!(code(&ask("/health", &[("origin", "https://evil.example")])).0, 403, "{below}");
        let stored = big_store(proxy, below);
        assert_eq!(stored, 200, "a body that a proxy may keep in a file: {below}");
    }
    let rebound = |below: &str| {
        let mut connection = Connection::open(&proxy.url());
        connection.send(request("GET", &format!("{below}/health"), &[("host", "evil.example")], b""));
        code(&connection.answer().expect("an answer"))
    };
    for below in ["/isartor", "/other"] {
        assert_eq!(rebound(below), (403, "host_not_allowed".to_owned()), "{below}");
    }
}

fn big_store(proxy: &Proxy, below: &str) -> u16 {
    let body = json!({ "prompt": format!("what is {below}"), "response": "x".repeat(1_500_000) }).to_string();
    let host = format!("localhost:{}", port(&proxy.url()));
    let mut connection = Connection::open(&proxy.url());
    let headers = [("host", host.as_str()), ("content-type", "application/json")];
    connection.send(request("POST", &format!("{below}{STORE}"), &headers, body.as_bytes()));
    connection.answer().expect("an answer").status
}

/// A proxy may hold back what is small; each event must be here before the next one is caused.
#[test]
fn events_come_through_a_proxy_one_by_one() {
    for start in EVERY_PROXY {
        let port = free_port();
        let home = home_behind(port);
        home.install_guest("hostile-tool");
        let gateway = home.up();
        let proxy = started(start, port, &gateway);
        for below in BELOW {
            block_on(async {
                let mut stream = listen(&format!("{}{below}/mcp", proxy.url())).await;
                for command in ["disable", "enable", "disable", "enable"] {
                    let output = home.run(&["plugin", command, "hostile-tool"]);
                    assert!(output.status.success(), "isartor plugin {command}: {}", text(&output));
                    hear(&mut stream).await;
                }
            });
        }
    }
}

/// The transport of 2024-11-05 says where messages are to be posted, which is below the path that the client used.
#[test]
fn messages_find_their_way_below_the_path_of_the_proxy() {
    for start in EVERY_PROXY {
        let port = free_port();
        let home = home_behind(port);
        let gateway = home.up();
        let proxy = started(start, port, &gateway);
        for below in ["/isartor", "/other"] {
            block_on(async {
                let mut stream = sent(Client::new().get(format!("{}{below}/sse", proxy.url()))).await;
                let path = heard(&mut stream, "sessionId=").await;
                assert!(path.starts_with(&format!("{below}/messages?")), "{path}");
                let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
                assert_eq!(sent(Client::new().post(proxy.url() + &path).json(&ping)).await.status(), 202);
            });
        }
    }
}

/// Waits for one announcement that the tools have changed.
async fn hear(stream: &mut Response) {
    heard(stream, LIST_CHANGED).await;
}

/// The data of the event that says `wanted`.
async fn heard(stream: &mut Response, wanted: &str) -> String {
    let mut heard = String::new();
    loop {
        let piece = tokio::time::timeout(PATIENCE, stream.chunk()).await.expect("the event is not held back");
        heard.push_str(&String::from_utf8_lossy(&piece.expect("the stream goes on").expect("the stream goes on")));
        let mut whole = heard.rsplit_once('\n').unwrap_or_default().0.lines();
        if let Some(line) = whole.find(|line| line.contains(wanted)) {
            return line.strip_prefix("data: ").unwrap_or(line).to_owned();
        }
    }
}

/// A session's stream.
async fn listen(url: &str) -> Response {
    let post = |body: Value| Client::new().post(url).json(&body).header("accept", "*/*");
    let params =
        json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let begun = sent(post(json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }))).await;
    let session = begun.headers()["mcp-session-id"].clone();
    let ready = post(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    assert_eq!(sent(ready.header("mcp-session-id", &session)).await.status(), 202);
    let stream = Client::new().get(url).header("mcp-session-id", &session).header("accept", "text/event-stream");
    // A proxy may compress what it passes on, and hold it back for that.
    let stream = sent(stream.header("accept-encoding", "gzip")).await;
    assert_eq!(stream.status(), 200);
    stream
}

async fn sent(request: RequestBuilder) -> Response {
    request.send().await.expect("it is answered")
}
