//! Sessions that are begun and left: 100,000 `initialize` over Streamable HTTP, none of which is ever ended by its
//! client. Prints what is resident after each tenth; it must stay flat once the gateway has all the sessions it keeps.
//!
//! `cargo build --release && cargo run --release --example load-sessions [sessions]`. Loopback only; stops by itself.
#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

#[path = "gateway.rs"]
mod gateway;

use std::env;
use std::net::SocketAddr;
use std::time::Instant;

use gateway::{Connection, Gateway, LOOKUP_PATH, PROMPT, Result, initialize_message};
use serde_json::json;

const CONNECTIONS: usize = 8;
const TENTHS: usize = 10;
/// How much more may be resident at the end than halfway there.
const FLAT_MEBIBYTES: f64 = 8.0;

#[tokio::main]
async fn main() -> Result<()> {
    let sessions = env::args().nth(1).map_or(Ok(100_000), |sessions| sessions.parse::<usize>())?;
    let gateway = Gateway::start(&[]).await?;
    println!("before                {:>7.1} MiB resident", gateway.resident_mebibytes()?);
    let mut resident = Vec::new();
    for tenth in 1..=TENTHS {
        let began = Instant::now();
        let clients: Vec<_> =
            (0..CONNECTIONS).map(|_| tokio::spawn(begin(gateway.address, sessions / TENTHS / CONNECTIONS))).collect();
        for client in clients {
            client.await??;
        }
        let per_second = (sessions / TENTHS) as f64 / began.elapsed().as_secs_f64();
        resident.push(gateway.resident_mebibytes()?);
        let now = resident[tenth - 1];
        println!("{:>9} sessions    {now:>7.1} MiB resident, {per_second:.0} initialize/s", sessions / TENTHS * tenth);
    }
    let lookup = json!({ "prompt": PROMPT }).to_string();
    let answer = Connection::open(gateway.address).await?.post(LOOKUP_PATH, &[], &lookup).await?;
    let grown = resident[TENTHS - 1] - resident[TENTHS / 2 - 1];
    println!("grown by {grown:.1} MiB in the second half; it still answers: {}", answer.body);
    if grown <= FLAT_MEBIBYTES { Ok(()) } else { Err(format!("it grew by more than {FLAT_MEBIBYTES} MiB").into()) }
}

async fn begin(address: SocketAddr, sessions: usize) -> Result<()> {
    let mut connection = Connection::open(address).await?;
    for _ in 0..sessions {
        let begun = connection.post("/mcp", &[], &initialize_message()).await?;
        begun.header("mcp-session-id").ok_or("no session")?;
    }
    Ok(())
}
