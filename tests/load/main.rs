//! Requests a second for an exact hit over HTTP, beside a bare axum handler that returns the same bytes, in one run.
//!
//! `cargo build --release && cargo run --release --example load [seconds]`. Loopback only; stops by itself.
#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::env;
use std::error::Error;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header;
use axum::routing::post;
use axum::serve::ListenerExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
const LOOKUP: &str = r#"{"prompt":"What is the capital of France?"}"#;
const STORE: &str = r#"{"prompt":"What is the capital of France?","response":"Paris."}"#;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    match arguments.next().as_deref() {
        Some("bare") => bare(arguments.next().ok_or("the answer to give")?).await,
        Some(seconds) => compare(Duration::from_secs(seconds.parse()?)).await,
        None => compare(Duration::from_secs(2)).await,
    }
}

/// Alternates between the two, so that a noisy machine is noisy for both, and prints the medians.
async fn compare(each: Duration) -> Result<()> {
    let home = tempfile::tempdir()?;
    let isartor = Isartor::start(home.path())?;
    let stored = exchange(isartor.address, "/api/v1/cache/store", STORE).await?;
    let answer = exchange(isartor.address, "/api/v1/cache/lookup", LOOKUP).await?;
    if !answer.contains("\"layer\":\"exact\"") {
        return Err(format!("no exact hit: {stored} then {answer}").into());
    }
    let bare = Bare::start(&answer)?;
    let (mut of_isartor, mut of_bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_bare.push(requests_per_second(bare.address, each).await?);
        of_isartor.push(requests_per_second(isartor.address, each).await?);
    }
    let (isartor, bare) = (median(of_isartor), median(of_bare));
    println!("bare axum handler   {bare:>9.0} requests/s");
    println!("isartor, exact hit  {isartor:>9.0} requests/s");
    println!("ratio               {:>9.2}   ({CONNECTIONS} connections, median of {ROUNDS} rounds)", isartor / bare);
    Ok(())
}

/// The handler that does nothing but answer.
async fn bare(answer: String) -> Result<()> {
    let answer: &'static str = answer.leak();
    let handler = move |_body: axum::body::Bytes| async move { ([(header::CONTENT_TYPE, "application/json")], answer) };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("loopback takes TCP_NODELAY"));
    axum::serve(listener, Router::new().route("/api/v1/cache/lookup", post(handler))).await?;
    Ok(())
}

struct Bare {
    child: Child,
    address: SocketAddr,
}

impl Bare {
    fn start(answer: &str) -> Result<Self> {
        let mut child = Command::new(env::current_exe()?).args(["bare", answer]).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("a pipe was asked for")?).read_line(&mut line)?;
        Ok(Self { child, address: line.trim().parse()? })
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.child.kill().expect("the bare handler is ours");
        self.child.wait().expect("the bare handler ends");
    }
}

/// A gateway in a home of its own, without a model.
struct Isartor<'a> {
    home: &'a Path,
    address: SocketAddr,
}

impl<'a> Isartor<'a> {
    fn start(home: &'a Path) -> Result<Self> {
        let started = command(home)?.args(["up", "--detach", "--port", "0"]).output()?;
        if !started.status.success() {
            return Err(String::from_utf8_lossy(&started.stderr).into_owned().into());
        }
        let status = command(home)?.args(["status", "--json"]).output()?;
        let status: serde_json::Value = serde_json::from_slice(&status.stdout)?;
        let url = status["url"].as_str().ok_or("a running gateway has a URL")?;
        let port = url.rsplit(':').next().ok_or("a URL has a port")?.parse()?;
        Ok(Self { home, address: SocketAddr::from(([127, 0, 0, 1], port)) })
    }
}

impl Drop for Isartor<'_> {
    fn drop(&mut self) {
        command(self.home).expect("it ran before").arg("stop").output().expect("isartor stops");
    }
}

/// The `isartor` that was built beside this example.
fn command(home: &Path) -> Result<Command> {
    let program: PathBuf = env::current_exe()?.ancestors().nth(2).ok_or("no target directory")?.join("isartor");
    if !program.is_file() {
        return Err(format!("{} is missing: run 'cargo build --release' first", program.display()).into());
    }
    let mut command = Command::new(program);
    command.env("ISARTOR_HOME", home).env("ISARTOR__EMBEDDING__ENABLED", "false");
    Ok(command)
}

async fn requests_per_second(address: SocketAddr, each: Duration) -> Result<f64> {
    let started = Instant::now();
    let clients: Vec<_> = (0..CONNECTIONS).map(|_| tokio::spawn(client(address, started + each))).collect();
    let mut requests = 0_u32;
    for client in clients {
        requests += client.await??;
    }
    Ok(f64::from(requests) / started.elapsed().as_secs_f64())
}

/// One connection, one request after the other, until the time is over.
async fn client(address: SocketAddr, end: Instant) -> io::Result<u32> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let request = request(address, "/api/v1/cache/lookup", LOOKUP);
    let mut buffer = vec![0; 4096];
    let mut requests = 0;
    while Instant::now() < end {
        stream.write_all(request.as_bytes()).await?;
        read_answer(&mut stream, &mut buffer).await?;
        requests += 1;
    }
    Ok(requests)
}

/// Reads one whole answer, whose end `content-length` tells; its length in the buffer.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        filled += read;
        if let Some(length) = answer_length(&buffer[..filled])
            && filled >= length
        {
            return Ok(filled);
        }
    }
}

fn answer_length(answer: &[u8]) -> Option<usize> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
    Some(end + length.parse::<usize>().ok()?)
}

async fn exchange(address: SocketAddr, path: &str, body: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request(address, path, body).as_bytes()).await?;
    let mut buffer = vec![0; 4096];
    let filled = read_answer(&mut stream, &mut buffer).await?;
    let answer = String::from_utf8_lossy(&buffer[..filled]).into_owned();
    Ok(answer.split_once("\r\n\r\n").ok_or("an answer has a body")?.1.to_owned())
}

fn request(address: SocketAddr, path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
