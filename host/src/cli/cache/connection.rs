//! The way to the cache: the running gateway's control socket, or the database itself. Decides nothing about entries.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::cli::output::Hinted;
use crate::server::alone::CacheAlone;
use crate::server::control;
use crate::server::instance::{Presence, wait_until_announced};
use crate::server::relay::{Method, Relayed, RelayedAnswer};
use crate::settings::Settings;

/// How long a gateway may take to start.
const PATIENCE_WITH_A_START: Duration = Duration::from_secs(10);

pub(super) enum Connection {
    Gateway { socket: PathBuf },
    Own { cache: Box<CacheAlone>, runtime: Runtime },
}

impl Connection {
    pub(super) fn open(settings: &Settings) -> anyhow::Result<Self> {
        let home = &settings.home;
        match wait_until_announced(home, PATIENCE_WITH_A_START)? {
            Presence::Running(_) => Ok(Self::Gateway { socket: home.control_socket() }),
            Presence::Starting => {
                let hint = "wait a moment, then see `isartor status`";
                Err(Hinted::new("the gateway is starting, and does not answer yet", hint).into())
            }
            Presence::Absent => {
                home.create().with_context(|| format!("cannot create {}", home.root().display()))?;
                let runtime = Runtime::new().context("cannot start the asynchronous runtime")?;
                let cache = runtime.block_on(async { CacheAlone::open(settings) })?;
                Ok(Self::Own { cache: Box::new(cache), runtime })
            }
        }
    }

    /// What the clock of the cache shows, in seconds since 1970.
    pub(super) fn now_seconds(&self) -> anyhow::Result<u64> {
        let stats = self.get("/api/v1/cache/stats")?;
        stats["now_seconds"].as_u64().context("the gateway does not tell the time")
    }

    pub(super) fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.ask(Method::Get, path, None)
    }

    pub(super) fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.ask(Method::Post, path, Some(body))
    }

    pub(super) fn delete(&self, path: &str) -> anyhow::Result<Value> {
        self.ask(Method::Delete, path, None)
    }

    fn ask(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let relayed = Relayed { method, path: path.to_owned(), body };
        let answer = match self {
            Self::Gateway { socket } => control::ask_cache(socket, relayed)?,
            Self::Own { cache, runtime } => runtime.block_on(cache.relay(&relayed)),
        };
        understood(answer)
    }
}

/// What the API answered, or what it says is wrong.
fn understood(answer: RelayedAnswer) -> anyhow::Result<Value> {
    let RelayedAnswer { status, body } = answer;
    if status == 200 {
        return Ok(body);
    }
    let error = &body["error"];
    let message = error["message"].as_str().unwrap_or("the cache did not answer").trim_end_matches('.');
    let message = uncapitalised(message);
    Err(match error["code"].as_str() {
        Some("no_such_entry") => Hinted::new(message, "`isartor cache list` shows which there are").into(),
        Some("not_served") => {
            let hint = "give the question word for word, soon after the answer, while the same gateway runs";
            Hinted::new(message, hint).into()
        }
        Some("internal") => Hinted::new(message, "`isartor logs` shows the log").into(),
        _other => anyhow::Error::msg(message),
    })
}

fn uncapitalised(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
