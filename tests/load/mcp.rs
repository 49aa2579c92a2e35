//! `tools/call isartor_chat`, an exact hit, beside rmcp's bare echo server that returns the same: over stdio and over
//! Streamable HTTP, and how fast `isartor mcp` is there. One run, alternating, medians.
//!
//! `cargo build --release && cargo run --release --example load-mcp [rounds]`. Loopback only; stops by itself.
#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

#[path = "mcp/echo.rs"]
mod echo;
#[path = "mcp/http.rs"]
mod http;
#[path = "mcp/stdio.rs"]
mod stdio;

use std::env;
use std::error::Error;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

const DEFAULT_ROUNDS: usize = 7;
const PROMPT: &str = "What is the capital of France?";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    match arguments.next().as_deref() {
        Some("echo-stdio") => echo::serve_stdio(),
        Some("echo-http") => echo::serve_http(),
        Some(rounds) => compare(rounds.parse()?),
        None => compare(DEFAULT_ROUNDS),
    }
}

fn compare(rounds: usize) -> Result<()> {
    let home = tempfile::tempdir()?;
    let isartor = Isartor::start(home.path())?;
    let bridge = || isartor.command(&["mcp"]);
    let echo_stdio = || echo_command("echo-stdio");
    stdio::compare_start(rounds * 5, &bridge, &echo_stdio)?;
    stdio::compare_calls(rounds, &bridge, &echo_stdio)?;
    http::compare(rounds, isartor.address)
}

/// This program in another role.
fn echo_command(role: &str) -> Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.arg(role);
    Ok(command)
}

fn call_message(id: usize, meta: Option<Value>) -> String {
    let mut params = json!({ "name": "isartor_chat", "arguments": { "prompt": PROMPT } });
    if let Some(meta) = meta {
        params["_meta"] = meta;
    }
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }).to_string()
}

fn initialize_message() -> String {
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "load", "version": "1" } });
    json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params }).to_string()
}

fn initialized_message() -> String {
    json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string()
}

/// A gateway in a home of its own, without a model, that knows one answer.
struct Isartor<'a> {
    home: &'a Path,
    address: SocketAddr,
}

impl<'a> Isartor<'a> {
    fn start(home: &'a Path) -> Result<Self> {
        let mut isartor = Self { home, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let started = isartor.command(&["up", "--detach", "--port", "0"])?.output()?;
        if !started.status.success() {
            return Err(String::from_utf8_lossy(&started.stderr).into_owned().into());
        }
        let status: Value = serde_json::from_slice(&isartor.command(&["status", "--json"])?.output()?.stdout)?;
        let url = status["url"].as_str().ok_or("a running gateway has a URL")?;
        isartor.address.set_port(url.rsplit(':').next().ok_or("a URL has a port")?.parse()?);
        let body = json!({ "prompt": PROMPT, "response": echo::RESPONSE }).to_string();
        http::Connection::open(isartor.address)?.post("/api/v1/cache/store", &[], &body)?;
        Ok(isartor)
    }

    /// The `isartor` that was built beside this example.
    fn command(&self, arguments: &[&str]) -> Result<Command> {
        let program: PathBuf = env::current_exe()?.ancestors().nth(2).ok_or("no target directory")?.join("isartor");
        if !program.is_file() {
            return Err(format!("{} is missing: run 'cargo build --release' first", program.display()).into());
        }
        let mut command = Command::new(program);
        command.args(arguments).env("ISARTOR_HOME", self.home).env("ISARTOR__EMBEDDING__ENABLED", "false");
        command.env("ISARTOR_GATEWAY_URL", format!("http://{}", self.address));
        Ok(command)
    }
}

impl Drop for Isartor<'_> {
    fn drop(&mut self) {
        let stop = self.command(&["stop"]).expect("it ran before");
        { stop }.output().expect("isartor stops");
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
