//! What clients cost that only listen: 1,000 streams of each kind (GET /mcp with a session, and /sse), while others look
//! up at a steady rate. Prints resident memory, bytes for each stream, and how long the look-ups take with and without.
//!
//! `cargo build --release && cargo run --release --example load-idle [seconds] [streams]`. Loopback only; stops by itself.
#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

#[path = "gateway.rs"]
mod gateway;

use std::env;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use gateway::{Connection, Gateway, LOOKUP_PATH, PROMPT, Result, initialize_message};

const LOOKUPS_PER_SECOND: u32 = 200;
const LOOKING_UP: u32 = 10;
/// Until what a change has begun is done, and memory that is given back has been.
const SETTLED: Duration = Duration::from_secs(2);

/// More than this example opens: the limits themselves are shown by the tests.
const SETTINGS: [(&str, &str); 3] = [
    ("ISARTOR__SERVER__MAX_CONNECTIONS", "20000"),
    ("ISARTOR__SERVER__MAX_SESSIONS", "20000"),
    ("ISARTOR__SERVER__MAX_SESSIONS_PER_PRINCIPAL", "20000"),
];

/// How a client listens.
#[derive(Clone, Copy)]
enum Kind {
    Session,
    EventStream,
}

impl Kind {
    fn title(self) -> &'static str {
        match self {
            Self::Session => "GET /mcp with a session",
            Self::EventStream => "GET /sse",
        }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let seconds = Duration::from_secs(arguments.next().map_or(Ok(30), |seconds| seconds.parse())?);
    let streams = arguments.next().map_or(Ok(1_000), |streams| streams.parse())?;
    for kind in [Kind::Session, Kind::EventStream] {
        let gateway = Gateway::start(&SETTINGS).await?;
        report("no client listens", &mut look_up(gateway.address, seconds).await?, &gateway)?;
        listen(&gateway, kind, streams, seconds).await?;
    }
    Ok(())
}

async fn listen(gateway: &Gateway, kind: Kind, count: usize, seconds: Duration) -> Result<()> {
    sleep(SETTLED).await;
    let before = gateway.resident_mebibytes()?;
    let mut streams = Vec::with_capacity(count);
    for _ in 0..count {
        streams.push(open(gateway.address, kind).await?);
    }
    sleep(SETTLED).await;
    let grown_bytes = (gateway.resident_mebibytes()? - before) * 1024.0 * 1024.0;
    report(&format!("{count} x {}", kind.title()), &mut look_up(gateway.address, seconds).await?, gateway)?;
    println!("  {:>9.1} KiB for each stream", grown_bytes / count as f64 / 1024.0);
    let open = streams.iter().filter(|stream| goes_on(stream)).count();
    drop(streams);
    sleep(SETTLED).await;
    println!("  {open:>9} still open at the end; {:.1} MiB once they are gone", gateway.resident_mebibytes()?);
    if open == count { Ok(()) } else { Err(format!("{} streams were ended", count - open).into()) }
}

async fn open(address: SocketAddr, kind: Kind) -> Result<Connection> {
    let mut connection = Connection::open(address).await?;
    match kind {
        Kind::EventStream => begin_stream(&mut connection, "/sse", &[]).await?,
        Kind::Session => {
            let begun = connection.post("/mcp", &[], &initialize_message()).await?;
            let session = begun.header("mcp-session-id").ok_or("no session")?;
            let headers = [("mcp-session-id", session), ("mcp-protocol-version", "2025-11-25")];
            let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string();
            connection.post("/mcp", &headers, &initialized).await?;
            begin_stream(&mut connection, "/mcp", &headers).await?;
        }
    }
    Ok(connection)
}

/// GETs a stream of events.
async fn begin_stream(connection: &mut Connection, path: &str, headers: &[(&str, &str)]) -> Result<()> {
    connection.send("GET", path, &[headers, &[("accept", "text/event-stream")]].concat(), "").await?;
    connection.read_head().await.map(drop)
}

/// Reads away what a stream has brought; false once it has ended.
fn goes_on(connection: &Connection) -> bool {
    let mut buffer = [0; 4096];
    loop {
        match connection.stream.get_ref().try_read(&mut buffer) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
}

/// How long each look-up took from when it was due, so that one which waits for another counts as slow.
async fn look_up(address: SocketAddr, each: Duration) -> Result<Vec<Duration>> {
    let clients: Vec<_> = (0..LOOKING_UP).map(|_| tokio::spawn(client(address, each))).collect();
    let mut took = Vec::new();
    for client in clients {
        took.extend(client.await??);
    }
    Ok(took)
}

async fn client(address: SocketAddr, each: Duration) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(address).await?;
    let body = json!({ "prompt": PROMPT }).to_string();
    let mut ticks = interval(Duration::from_secs(1) * LOOKING_UP / LOOKUPS_PER_SECOND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (end, mut took) = (Instant::now() + each, Vec::new());
    while Instant::now() < end {
        let due = ticks.tick().await;
        let answer = connection.post(LOOKUP_PATH, &[], &body).await?;
        if !answer.body.contains("\"layer\":\"exact\"") {
            return Err(format!("no exact hit: {}", answer.body).into());
        }
        took.push(due.elapsed());
    }
    Ok(took)
}

fn report(what: &str, took: &mut [Duration], gateway: &Gateway) -> Result<()> {
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    println!("{what}: {:.1} MiB resident", gateway.resident_mebibytes()?);
    println!("  {:>9} look-ups at {LOOKUPS_PER_SECOND}/s: p50 {:.2?}, p99 {:.2?}", took.len(), at(0.5), at(0.99));
    Ok(())
}
