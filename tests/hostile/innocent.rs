//! Somebody else, who calls a harmless tool meanwhile and measures how long it takes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::runtime::Runtime;

const TOOL: &str = "text-tools__statistics";

/// Calls from which a usual time is taken, and the fewest that are made beside an attack.
const USUAL_CALLS: usize = 25;
const BESIDE_CALLS_MIN: usize = 9;

/// Between two calls, as a person or a model would not be faster.
const PAUSE: Duration = Duration::from_millis(2);

/// One connection that is kept.
pub(super) struct Innocent {
    runtime: Runtime,
    client: reqwest::Client,
    url: String,
}

impl Innocent {
    pub(super) fn new(gateway: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        // The gateway closes what is idle; a connection is not used again when that may have happened.
        let client = reqwest::Client::builder().pool_idle_timeout(Duration::from_secs(2)).build().expect("a client");
        Self { runtime, client, url: format!("{gateway}/mcp") }
    }

    /// The median when nothing else happens.
    pub(super) fn usual(&self) -> Duration {
        median((0..USUAL_CALLS).map(|_| self.call()).collect())
    }

    /// Runs `attack`, and calls the tool over and over until it is over. What it gave, and the median.
    pub(super) fn beside<T: Send>(&self, attack: impl FnOnce() -> T + Send) -> (T, Duration) {
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let attack = scope.spawn(|| {
                let _over = Over(&is_over);
                attack()
            });
            let mut took = Vec::new();
            while !is_over.load(Ordering::Acquire) || took.len() < BESIDE_CALLS_MIN {
                took.push(self.call());
            }
            match attack.join() {
                Ok(given) => (given, median(took)),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    fn call(&self) -> Duration {
        thread::sleep(PAUSE);
        let begin = Instant::now();
        let answer = self.runtime.block_on(self.answer());
        let took = begin.elapsed();
        assert_eq!(answer["result"]["structuredContent"]["words"], json!(2), "{answer}");
        took
    }

    async fn answer(&self) -> Value {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": { "name": "innocent", "version": "1" },
        });
        let params = json!({ "name": TOOL, "arguments": { "text": "two words" }, "_meta": meta });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let request = self.client.post(&self.url).json(&body).header("accept", "application/json, text/event-stream");
        let request = request.header("mcp-protocol-version", "2026-07-28");
        let request = request.header("mcp-method", "tools/call").header("mcp-name", TOOL);
        let text = request.send().await.expect("the gateway answers").text().await.expect("it is text");
        let data = text.lines().filter_map(|line| line.strip_prefix("data:")).rfind(|data| data.len() > 1);
        serde_json::from_str(data.unwrap_or(&text)).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

/// Says that the attack is over, in whatever way it ended.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
