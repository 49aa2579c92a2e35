//! Stores a second over HTTP with the semantic tier on: 32 clients, each with one store after the other, each looking up
//! word for word what it has just stored, until the gateway is killed. Then it is started again and every answered store
//! is looked for. Beside it the rate without a semantic tier, and what a single store takes.
//!
//! `cargo build --release && cargo run --release --example load-stores [seconds]`. Needs the model; loopback only.
#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::env;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CLIENTS: usize = 32;
const SINGLE_STORES: usize = 50;
const WANTED_PER_SECOND: f64 = 2_000.0;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Whether the gateway has its semantic tier.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Semantic {
    On,
    Off,
}

#[tokio::main]
async fn main() -> Result<()> {
    let seconds = env::args().nth(1).map_or(Ok(10), |seconds| seconds.parse())?;
    let each = Duration::from_secs(seconds);
    run(Semantic::Off, each).await?;
    run(Semantic::On, each).await
}

async fn run(semantic: Semantic, each: Duration) -> Result<()> {
    let home = tempfile::tempdir()?;
    let gateway = Gateway::start(home.path(), semantic)?;
    gateway.await_semantic().await?;
    let tier = if semantic == Semantic::On { "with the semantic tier" } else { "exact tier only" };
    println!("{tier}:");
    let alone = single_stores(&gateway).await?;
    println!("  one client        {:>9.2?} a store, and then found by its meaning: {}", alone.p50, alone.found);
    let began = Instant::now();
    let clients: Vec<_> =
        (0..CLIENTS).map(|number| tokio::spawn(client(gateway.address, number, began + each))).collect();
    let mut stored = Vec::new();
    for client in clients {
        stored.push(client.await??);
    }
    let (total, took) = (stored.iter().sum::<usize>(), began.elapsed());
    let lag = gateway.health().await?["semantic_lag"].clone();
    gateway.kill()?;
    let per_second = total as f64 / took.as_secs_f64();
    println!(
        "  {CLIENTS} clients        {per_second:>9.0} stores/s, each found at once (wanted: {WANTED_PER_SECOND:.0})"
    );
    let again = Gateway::start(home.path(), semantic)?;
    let lost = missing(&again, &stored).await?;
    println!("  killed, restarted {lost:>9} of {total} lost; {lag} were still to be embedded");
    if semantic == Semantic::On {
        let caught_up = again.await_semantic().await?;
        println!("  caught up after   {caught_up:>9.1?}");
    }
    if lost == 0 { Ok(()) } else { Err(format!("{lost} stores were answered and are lost").into()) }
}

/// What single stores came to.
struct Alone {
    p50: Duration,
    /// How many of how many were served for a rewording at once.
    found: String,
}

async fn single_stores(gateway: &Gateway<'_>) -> Result<Alone> {
    let mut connection = Connection::open(gateway.address).await?;
    let (mut took, mut found) = (Vec::new(), 0);
    for number in 0..SINGLE_STORES {
        let begun = Instant::now();
        let code = word(number);
        connection.store(&format!("What is the capital of the province of {code}?"), "It has none.").await?;
        took.push(begun.elapsed());
        let answer = connection.lookup(&format!("what's the capital of the province of {code}")).await?;
        found += usize::from(answer["layer"] == "semantic");
    }
    took.sort_unstable();
    Ok(Alone { p50: took[took.len() / 2], found: format!("{found} of {SINGLE_STORES}") })
}

/// Another word for each number, so that each prompt is a question of its own.
fn word(number: usize) -> String {
    const SYLLABLES: [&str; 8] = ["ba", "do", "ki", "lu", "me", "no", "ra", "ti"];
    let letters = [number / 64 % 8, number / 8 % 8, number % 8, 7 - number % 8];
    letters.map(|index| SYLLABLES[index]).concat()
}

/// How many stores were answered until the time is over. Ends with an error when one cannot be found at once.
async fn client(address: SocketAddr, client: usize, end: Instant) -> Result<usize> {
    let mut connection = Connection::open(address).await?;
    let mut stored = 0;
    while Instant::now() < end {
        let prompt = prompt(client, stored);
        connection.store(&prompt, "Dig a hole that is wider than it is deep.").await?;
        stored += 1;
        if connection.lookup(&prompt).await?["layer"] != "exact" {
            return Err(format!("not found at once: {prompt}").into());
        }
    }
    Ok(stored)
}

fn prompt(client: usize, number: usize) -> String {
    format!("how do I plant tree number {number} in row {client} of the garden")
}

/// How many of what was stored cannot be found word for word.
async fn missing(gateway: &Gateway<'_>, stored: &[usize]) -> Result<usize> {
    let mut connection = Connection::open(gateway.address).await?;
    let mut missing = 0;
    for (client, stored) in stored.iter().enumerate() {
        for number in 0..*stored {
            missing += usize::from(connection.lookup(&prompt(client, number)).await?["layer"] != "exact");
        }
    }
    Ok(missing)
}

/// A gateway in a home of its own.
struct Gateway<'a> {
    home: &'a Path,
    semantic: Semantic,
    address: SocketAddr,
}

impl<'a> Gateway<'a> {
    fn start(home: &'a Path, semantic: Semantic) -> Result<Self> {
        let mut gateway = Self { home, semantic, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let started = gateway.command(&["up", "--detach", "--port", "0"])?.output()?;
        if !started.status.success() {
            return Err(String::from_utf8_lossy(&started.stderr).into_owned().into());
        }
        let url = gateway.status()?["url"].as_str().ok_or("a running gateway has a URL")?.to_owned();
        gateway.address.set_port(url.rsplit(':').next().ok_or("a URL has a port")?.parse()?);
        Ok(gateway)
    }

    fn status(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&self.command(&["status", "--json"])?.output()?.stdout)?)
    }

    async fn health(&self) -> Result<Value> {
        Connection::open(self.address).await?.exchange("GET", "/health", "").await
    }

    /// Until the semantic tier is active, where it is to be; how long that took.
    async fn await_semantic(&self) -> Result<Duration> {
        let began = Instant::now();
        if self.semantic != Semantic::On {
            return Ok(began.elapsed());
        }
        loop {
            let layers = self.health().await?["layers"].clone();
            match layers["semantic"].as_str() {
                Some("active") => return Ok(began.elapsed()),
                Some("loading") => tokio::time::sleep(Duration::from_millis(20)).await,
                _ => return Err(format!("no semantic tier: {layers}").into()),
            }
        }
    }

    /// `kill -9`.
    fn kill(self) -> Result<()> {
        let pid = i32::try_from(self.status()?["pid"].as_i64().ok_or("a running gateway has a pid")?)?;
        kill_process(Pid::from_raw(pid).ok_or("a pid is positive")?, Signal::KILL)?;
        Ok(())
    }

    /// The `isartor` that was built beside this example.
    fn command(&self, arguments: &[&str]) -> Result<Command> {
        let program: PathBuf = env::current_exe()?.ancestors().nth(2).ok_or("no target directory")?.join("isartor");
        if !program.is_file() {
            return Err(format!("{} is missing: run 'cargo build --release' first", program.display()).into());
        }
        let mut command = Command::new(program);
        command.args(arguments).env("ISARTOR_HOME", self.home);
        let enabled = if self.semantic == Semantic::On { "true" } else { "false" };
        command.env("ISARTOR__EMBEDDING__ENABLED", enabled);
        Ok(command)
    }
}

impl Drop for Gateway<'_> {
    fn drop(&mut self) {
        self.command(&["stop"]).expect("it ran before").output().expect("isartor stops, or has been killed");
    }
}

/// One connection, one request after the other.
struct Connection {
    stream: TcpStream,
    address: SocketAddr,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, address, buffer: vec![0; 16 * 1024] })
    }

    async fn store(&mut self, prompt: &str, response: &str) -> Result<()> {
        let body = json!({ "prompt": prompt, "response": response }).to_string();
        let answer = self.exchange("POST", "/api/v1/cache/store", &body).await?;
        if answer["stored"] == true { Ok(()) } else { Err(format!("not stored: {answer}").into()) }
    }

    async fn lookup(&mut self, prompt: &str) -> Result<Value> {
        let body = json!({ "prompt": prompt }).to_string();
        self.exchange("POST", "/api/v1/cache/lookup", &body).await
    }

    async fn exchange(&mut self, method: &str, path: &str, body: &str) -> Result<Value> {
        let (address, length) = (self.address, body.len());
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n");
        let request = format!("{head}content-length: {length}\r\n\r\n{body}");
        self.stream.write_all(request.as_bytes()).await?;
        let (begin, end) = self.read_answer().await?;
        Ok(serde_json::from_slice(&self.buffer[begin..end])?)
    }

    /// Reads one whole answer; where its body is in the buffer.
    async fn read_answer(&mut self) -> io::Result<(usize, usize)> {
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            filled += read;
            if let Some((begin, end)) = body(&self.buffer[..filled])
                && filled >= end
            {
                return Ok((begin, end));
            }
        }
    }
}

/// Where the body of an answer begins and ends, once its head is there.
fn body(answer: &[u8]) -> Option<(usize, usize)> {
    let begin = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&answer[..begin]).ok()?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
    Some((begin, begin + length.parse::<usize>().ok()?))
}
