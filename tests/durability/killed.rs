//! `kill -9` while eight clients store: whatever was acknowledged is there afterwards, and the cache opens each time.
//! `ISARTOR_KILLS=all cargo test -p isartor --test main durability::killed -- --nocapture` does it 1,000 times.

#![expect(clippy::disallowed_methods, reason = "how often, and by which seed, is the developer's word")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::{Gateway, Home, block_on};

const SELECTION: u32 = 50;
const ALL: u32 = 1_000;
const CLIENTS: usize = 8;
/// A gateway is killed at some moment before this has passed.
const LONGEST_LIFE: Duration = Duration::from_millis(200);
/// How many answers of earlier rounds are looked up again in each.
const EARLIER: usize = 40;

type Acknowledged = Arc<Mutex<Vec<String>>>;

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let kills = if std::env::var("ISARTOR_KILLS").as_deref() == Ok("all") { ALL } else { SELECTION };
    let seed = std::env::var("ISARTOR_KILLS_SEED").unwrap_or_else(|_| of_this_moment());
    println!("ISARTOR_KILLS_SEED={seed} decides when {kills} gateways are killed");
    let home = Home::new();
    let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("a client");
    let mut stored: Vec<String> = Vec::new();
    let begun = Instant::now();
    for round in 0..kills {
        let gateway = home.up();
        check(&client, &gateway.url, last_and_some(&stored, round));
        let chance = chance(&seed, round);
        stored.extend(load_until_killed(&client, gateway, round, LONGEST_LIFE.mul_f64(chance)));
    }
    let gateway = home.up();
    println!("{} answers were acknowledged over {kills} kills, in {:?}", stored.len(), begun.elapsed());
    assert!(stored.len() > kills as usize, "the kills came before the load: {}", stored.len());
    check(&client, &gateway.url, stored.clone());
    let entries = gateway.get("/health").1["entries"].as_u64().expect("a number");
    assert!(entries >= stored.len() as u64, "{entries} of {}", stored.len());
}

/// Stores from eight clients at once; what was acknowledged before the end.
fn load_until_killed(client: &reqwest::Client, gateway: Gateway<'_>, round: u32, life: Duration) -> Vec<String> {
    let acknowledged = Acknowledged::default();
    let (url, pid) = (gateway.url.clone(), gateway.pid());
    let loading = {
        let (acknowledged, client) = (Arc::clone(&acknowledged), client.clone());
        std::thread::spawn(move || {
            block_on(async {
                let clients =
                    (0..CLIENTS).map(|number| store(&client, &url, format!("{round} {number}"), &acknowledged));
                futures_util::future::join_all(clients).await;
            });
        })
    };
    std::thread::sleep(life);
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).expect("a pid fits")).expect("a pid is positive");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it is ours");
    loading.join().expect("the clients end when nobody answers");
    drop(gateway);
    std::mem::take(&mut acknowledged.lock().expect("nobody panicked"))
}

/// Until the gateway is gone.
async fn store(client: &reqwest::Client, url: &str, name: String, acknowledged: &Acknowledged) {
    for number in 0_u32.. {
        let prompt = format!("riddle {name} {number}");
        let body = json!({ "prompt": prompt, "response": answer(&prompt) });
        let sent = client.post(format!("{url}/api/v1/cache/store")).json(&body).send().await;
        match sent {
            Ok(response) if response.status().is_success() => {
                acknowledged.lock().expect("nobody panicked").push(prompt);
            }
            Ok(response) => panic!("{prompt}: {}", response.status()),
            Err(_killed) => return,
        }
    }
}

fn answer(prompt: &str) -> String {
    format!("answer to {prompt} {}", "and so on ".repeat(prompt.len() % 50))
}

/// Every one of them must be found.
fn check(client: &reqwest::Client, url: &str, prompts: Vec<String>) {
    block_on(async {
        for some in prompts.chunks(32) {
            futures_util::future::join_all(some.iter().map(|prompt| check_one(client, url, prompt))).await;
        }
    });
}

async fn check_one(client: &reqwest::Client, url: &str, prompt: &str) {
    let body = json!({ "prompt": prompt });
    let sent = client.post(format!("{url}/api/v1/cache/lookup")).json(&body).send().await;
    let found: serde_json::Value = sent.expect("it answers").json().await.expect("JSON");
    assert_eq!(found["response"], json!(answer(prompt)), "{prompt} was acknowledged and is lost: {found}");
}

/// The latest answers, and some of the others.
fn last_and_some(stored: &[String], round: u32) -> Vec<String> {
    let latest = stored.iter().rev().take(4 * EARLIER);
    let others = stored.iter().skip(round as usize % 7).step_by(stored.len() / EARLIER + 1);
    latest.chain(others).cloned().collect()
}

/// A number from 0 to 1 that the seed and the round decide.
fn chance(seed: &str, round: u32) -> f64 {
    let digest = Sha256::digest(format!("{seed} {round}"));
    f64::from(u16::from_le_bytes([digest[0], digest[1]])) / f64::from(u16::MAX)
}

fn of_this_moment() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    now.as_nanos().to_string()
}
