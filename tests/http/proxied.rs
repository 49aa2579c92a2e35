//! Behind a real nginx, as Debian packages it (`nginx-light`): below a path, with streams that arrive as they happen.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

use super::raw::{Connection, get, port, request};
use super::{STORE, code};
use crate::support::{Home, block_on, text};

const LIST_CHANGED: &str = "notifications/tools/list_changed";
const PATIENCE: Duration = Duration::from_secs(30);

struct Nginx {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Nginx {
    /// In front of the gateway at `gateway_port`.
    fn start(port: u16, gateway_port: u16) -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let configuration = configuration(folder.path(), port, gateway_port);
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration).expect("it can be written");
        let mut command = Command::new(program());
        command.arg("-p").arg(folder.path()).arg("-c").arg(&file).arg("-e").arg(folder.path().join("error.log"));
        let child = command.stdin(Stdio::null()).spawn().expect("nginx is wanted here: apt-get install nginx-light");
        let mut nginx = Self { child, folder, port };
        nginx.await_listening();
        nginx
    }

    fn await_listening(&mut self) {
        for _ in 0..1_000 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                let log = fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default();
                panic!("nginx ended with {status}: {log}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("nginx does not listen");
    }

    fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        self.child.kill().and_then(|()| self.child.wait()).expect("nginx was started here");
    }
}

/// Not every search path has the system's programs.
fn program() -> PathBuf {
    let system = PathBuf::from("/usr/sbin/nginx");
    if system.exists() { system } else { "nginx".into() }
}

/// Three ways to serve the gateway: below its path and as it came, below another that nginx takes off and names, and
/// as somebody writes it who has read no manual. nginx buffers answers in all three, unless an answer says otherwise.
fn configuration(folder: &Path, port: u16, gateway_port: u16) -> String {
    let folder = folder.display();
    let gateway = format!("http://127.0.0.1:{gateway_port}");
    let told = "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Host $http_host; \
                proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;";
    format!(
        "daemon off; master_process off; pid {folder}/nginx.pid; events {{}}
        http {{
            access_log off; client_max_body_size 4m; proxy_http_version 1.1;
            client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
            uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
            server {{
                listen 127.0.0.1:{port};
                location /isartor/ {{ {told} proxy_pass {gateway}; }}
                location /other/ {{ {told} proxy_set_header X-Forwarded-Prefix /other; proxy_pass {gateway}/; }}
                location /plain/ {{ proxy_pass {gateway}/; }}
            }}
        }}"
    )
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("there are ports").port()
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
fn every_way_to_put_nginx_in_front_reaches_the_same_routes() {
    let port = free_port();
    let home = home_behind(port);
    let gateway = home.up();
    let nginx = Nginx::start(port, super::raw::port(&gateway.url));
    for below in ["/isartor", "/other", "/plain"] {
        let ask = |path: &str, headers: &[(&str, &str)]| get(&nginx.url(), &format!("{below}{path}"), headers);
        assert_eq!(ask("/health", &[]).status, 200, "{below}");
        assert_eq!(code(&ask("/nowhere", &[])), (404, "not_found".to_owned()), "{below}");
        assert_eq!(code(&ask("/health", &[("origin", "https://evil.example")])).0, 403, "{below}");
        let stored = big_store(&nginx, below);
        assert_eq!(stored, 200, "a body that nginx keeps in a file: {below}");
    }
    let rebound = |below: &str| {
        let mut connection = Connection::open(&nginx.url());
        connection.send(request("GET", &format!("{below}/health"), &[("host", "evil.example")], b""));
        code(&connection.answer().expect("an answer"))
    };
    for below in ["/isartor", "/other"] {
        assert_eq!(rebound(below), (403, "host_not_allowed".to_owned()), "{below}");
    }
}

fn big_store(nginx: &Nginx, below: &str) -> u16 {
    let body = json!({ "prompt": format!("what is {below}"), "response": "x".repeat(1_500_000) }).to_string();
    let host = format!("localhost:{}", port(&nginx.url()));
    let mut connection = Connection::open(&nginx.url());
    let headers = [("host", host.as_str()), ("content-type", "application/json")];
    connection.send(request("POST", &format!("{below}{STORE}"), &headers, body.as_bytes()));
    connection.answer().expect("an answer").status
}

/// nginx would hold back what is small; each event must be here before the next one is caused.
#[test]
fn events_come_through_nginx_one_by_one() {
    let port = free_port();
    let home = home_behind(port);
    home.install_guest("hostile-tool");
    let gateway = home.up();
    let nginx = Nginx::start(port, super::raw::port(&gateway.url));
    for below in ["/isartor", "/other", "/plain"] {
        block_on(async {
            let mut stream = listen(&format!("{}{below}/mcp", nginx.url())).await;
            for command in ["disable", "enable", "disable", "enable"] {
                let output = home.run(&["plugin", command, "hostile-tool"]);
                assert!(output.status.success(), "isartor plugin {command}: {}", text(&output));
                hear(&mut stream).await;
            }
        });
    }
}

/// Waits for one announcement that the tools have changed.
async fn hear(stream: &mut Response) {
    let mut heard = String::new();
    while !heard.contains(LIST_CHANGED) {
        let piece = tokio::time::timeout(PATIENCE, stream.chunk()).await.expect("the event is not held back");
        heard.push_str(&String::from_utf8_lossy(&piece.expect("the stream goes on").expect("the stream goes on")));
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
    let stream = sent(stream).await;
    assert_eq!(stream.status(), 200);
    stream
}

async fn sent(request: RequestBuilder) -> Response {
    request.send().await.expect("it is answered")
}
