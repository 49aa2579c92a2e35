//! A gateway in a home of its own, as the examples beside this file need it: started, asked over single connections,
//! weighed, stopped.

use std::env;
use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use rustix::process::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

pub(crate) const PROMPT: &str = "What is the capital of France?";
pub(crate) const LOOKUP_PATH: &str = "/api/v1/cache/lookup";

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

pub(crate) struct Gateway {
    home: TempDir,
    pub(crate) address: SocketAddr,
    pid: u64,
}

impl Gateway {
    /// Without a model, and with one answer that it knows.
    pub(crate) async fn start(settings: &[(&str, &str)]) -> Result<Self> {
        allow_many_files()?;
        let mut gateway = Self { home: tempfile::tempdir()?, address: SocketAddr::from(([127, 0, 0, 1], 0)), pid: 0 };
        let mut up = gateway.command()?;
        let started = up.envs(settings.iter().copied()).args(["up", "--detach", "--port", "0"]).output()?;
        if !started.status.success() {
            return Err(String::from_utf8_lossy(&started.stderr).into_owned().into());
        }
        let status: Value = serde_json::from_slice(&gateway.command()?.args(["status", "--json"]).output()?.stdout)?;
        gateway.pid = status["pid"].as_u64().ok_or("a running gateway has a pid")?;
        let url = status["url"].as_str().ok_or("a running gateway has a URL")?;
        gateway.address.set_port(url.rsplit(':').next().ok_or("a URL has a port")?.parse()?);
        let store = json!({ "prompt": PROMPT, "response": "Paris." }).to_string();
        Connection::open(gateway.address).await?.post("/api/v1/cache/store", &[], &store).await?;
        Ok(gateway)
    }

    /// The `isartor` that was built beside this example.
    fn command(&self) -> Result<Command> {
        let program: PathBuf = env::current_exe()?.ancestors().nth(2).ok_or("no target directory")?.join("isartor");
        if !program.is_file() {
            return Err(format!("{} is missing: run 'cargo build --release' first", program.display()).into());
        }
        let mut command = Command::new(program);
        command.env("ISARTOR_HOME", self.home.path()).env("ISARTOR__EMBEDDING__ENABLED", "false");
        Ok(command)
    }

    pub(crate) fn resident_mebibytes(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kibibytes: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kibibytes / 1024.0)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let stop = self.command().expect("it ran before");
        { stop }.arg("stop").output().expect("isartor stops");
    }
}

/// The gateway inherits it: thousands of connections are thousands of descriptors.
fn allow_many_files() -> Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}

/// One request after the other, or one stream.
pub(crate) struct Connection {
    pub(crate) stream: BufReader<TcpStream>,
    address: SocketAddr,
}

pub(crate) struct Answer {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find_map(|(found, value)| found.eq_ignore_ascii_case(name).then_some(value))
    }
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        // What is not asked for costs the gateway nothing, and this program little.
        Ok(Self { stream: BufReader::with_capacity(1024, stream), address })
    }

    pub(crate) async fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer> {
        let length = body.len().to_string();
        let own = [
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
            ("content-length", &length),
        ];
        self.send("POST", path, &[headers, &own].concat(), body).await?;
        let head = self.read_head().await?;
        let mut answer = Answer { head, body: String::new() };
        if let Some(length) = answer.header("content-length") {
            let mut body = vec![0; length.parse()?];
            self.stream.read_exact(&mut body).await?;
            answer.body = String::from_utf8(body)?;
        } else if answer.header("transfer-encoding").is_some() {
            while !answer.body.ends_with("\r\n0\r\n\r\n") {
                if self.stream.read_line(&mut answer.body).await? == 0 {
                    return Err("the connection was closed".into());
                }
            }
        }
        Ok(answer)
    }

    pub(crate) async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<()> {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n{headers}\r\n{body}", self.address);
        Ok(self.stream.write_all(request.as_bytes()).await?)
    }

    pub(crate) async fn read_head(&mut self) -> Result<String> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head).await? == 0 {
                return Err("the connection was closed".into());
            }
        }
        if head.starts_with("HTTP/1.1 2") { Ok(head) } else { Err(format!("no success: {head}").into()) }
    }
}

pub(crate) fn initialize_message() -> String {
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "load", "version": "1" } });
    json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params }).to_string()
}
