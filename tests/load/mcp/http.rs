//! Over Streamable HTTP: one connection with a session, and many without.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Result, call_message, echo_command, initialize_message, initialized_message, median};

const CONNECTIONS: usize = 16;
const ROUND: Duration = Duration::from_secs(2);

pub(crate) fn compare(rounds: usize, isartor: SocketAddr) -> Result<()> {
    let echo = Echo::start()?;
    report("one connection with a session", rounds, isartor, echo.address, with_session)?;
    report("16 connections without sessions", rounds, isartor, echo.address, without_sessions)
}

fn report(
    what: &str,
    rounds: usize,
    isartor: SocketAddr,
    echo: SocketAddr,
    measure: fn(SocketAddr) -> Result<f64>,
) -> Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        theirs.push(measure(echo)?);
        ours.push(measure(isartor)?);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("tools/call over HTTP, {what} (median of {rounds} rounds)");
    println!("  rmcp echo                 {theirs:>9.0} /s");
    println!("  isartor, exact hit        {ours:>9.0} /s   {:.2} x", ours / theirs);
    Ok(())
}

fn with_session(address: SocketAddr) -> Result<f64> {
    let mut connection = Connection::open(address)?;
    let begun = connection.post("/mcp", &[], &initialize_message())?;
    let session = begun.lines().find_map(|line| line.strip_prefix("mcp-session-id: ")).ok_or("no session")?.to_owned();
    let headers = [("mcp-session-id", session.as_str()), ("mcp-protocol-version", "2025-11-25")];
    connection.post("/mcp", &headers, &initialized_message())?;
    connection.calls_per_second(&headers, &call_message(1, None))
}

fn without_sessions(address: SocketAddr) -> Result<f64> {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let call = call_message(1, Some(meta));
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let call = call.clone();
            thread::spawn(move || {
                let headers = [
                    ("mcp-protocol-version", "2026-07-28"),
                    ("mcp-method", "tools/call"),
                    ("mcp-name", "isartor_chat"),
                ];
                let measured = Connection::open(address).and_then(|mut it| it.calls_per_second(&headers, &call));
                measured.map_err(|error| error.to_string())
            })
        })
        .collect();
    let mut sum = 0.0;
    for client in clients {
        sum += client.join().map_err(|_| "a client panicked")??;
    }
    Ok(sum)
}

pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), address })
    }

    /// Head and body of the answer.
    pub(crate) fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> Result<String> {
        let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\naccept: application/json, \
             text/event-stream\r\ncontent-length: {}\r\n{more}\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.read_answer()
    }

    fn read_answer(&mut self) -> Result<String> {
        let mut answer = String::new();
        while !answer.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut answer)? == 0 {
                return Err("the connection was closed".into());
            }
        }
        if !answer.starts_with("HTTP/1.1 2") {
            return Err(format!("no success: {answer}").into());
        }
        if let Some(length) = answer.lines().find_map(|line| line.strip_prefix("content-length: ")) {
            let mut body = vec![0; length.parse()?];
            self.stream.read_exact(&mut body)?;
            answer.push_str(std::str::from_utf8(&body)?);
        } else if answer.contains("transfer-encoding: chunked") {
            while !answer.ends_with("\r\n0\r\n\r\n") {
                self.stream.read_line(&mut answer)?;
            }
        }
        Ok(answer)
    }

    fn calls_per_second(&mut self, headers: &[(&str, &str)], call: &str) -> Result<f64> {
        let began = Instant::now();
        let mut calls = 0_u32;
        while began.elapsed() < ROUND {
            let answer = self.post("/mcp", headers, call)?;
            if !answer.contains("\"layer\":\"exact\"") {
                return Err(format!("no exact hit: {answer}").into());
            }
            calls += 1;
        }
        Ok(f64::from(calls) / began.elapsed().as_secs_f64())
    }
}

struct Echo {
    child: Child,
    address: SocketAddr,
}

impl Echo {
    fn start() -> Result<Self> {
        let mut child = echo_command("echo-http")?.stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("a pipe was asked for")?).read_line(&mut line)?;
        Ok(Self { child, address: line.trim().parse()? })
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.child.kill().expect("the echo server is ours");
        self.child.wait().expect("the echo server ends");
    }
}
