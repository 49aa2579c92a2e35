//! Which tools the client believes there are, and the copy of the gateway's list for when that is slow or gone: per
//! gateway and API key, bounded, for this user only. Never gives out what is not a list of tools.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use rmcp::model::Tool;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::gateway_url::GatewayUrl;
use crate::mcp::tool_messages;
use crate::settings::Home;
use crate::system::write_whole;
use crate::tools::Tools;

const MAX_FILE_BYTES: u64 = 4 << 20;
const MAX_TOOLS: usize = 1024;
const MAX_NAME_CHARACTERS: usize = 64;
/// How many gateways and keys have a copy; the oldest goes.
const MAX_COPIES: usize = 16;
const PREFIX: &str = "tools-";

pub(super) struct ToolLists {
    home: Home,
    gateway: String,
    file: PathBuf,
    known: Mutex<Known>,
    /// Whether the gateway's list has changed since. Not every client asks again.
    is_copy_old: AtomicBool,
}

#[derive(Default)]
struct Known {
    /// What the client was given last, if it has asked.
    by_client: Option<Fingerprint>,
    /// What the copy holds.
    by_copy: Option<Fingerprint>,
}

type Fingerprint = [u8; 32];

#[derive(Serialize, Deserialize)]
struct Kept {
    gateway: String,
    tools: Vec<Tool>,
}

/// The gateway's answer, as far as it matters here.
#[derive(Deserialize)]
struct Answer {
    result: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    tools: Vec<Tool>,
    #[serde(default)]
    next_cursor: Option<String>,
}

impl ToolLists {
    pub(super) fn new(home: Home, gateway: &GatewayUrl, api_key: Option<&str>) -> Self {
        let gateway = gateway.to_string();
        let digest = Sha256::new().chain_update(&gateway).chain_update([0]).chain_update(api_key.unwrap_or_default());
        let name: String = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let file = home.run_dir().join(format!("{PREFIX}{name}.json"));
        Self { home, gateway, file, known: Mutex::default(), is_copy_old: AtomicBool::new(false) }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("nothing panics while holding the fingerprints")
    }

    /// Whether the client was ever given a list.
    pub(super) fn is_client_informed(&self) -> bool {
        self.known().by_client.is_some()
    }

    /// The gateway's list, from the copy; none when there is none that can be used.
    pub(super) fn copy(&self) -> Option<Vec<Tool>> {
        match self.read() {
            Ok(copy) => {
                copy.filter(|copy| copy.gateway == self.gateway && is_usable(&copy.tools)).map(|copy| copy.tools)
            }
            Err(error) => {
                tracing::warn!(%error, file = %self.file.display(), "cannot use the copy of the list of tools");
                None
            }
        }
    }

    fn read(&self) -> io::Result<Option<Kept>> {
        let file = match File::open(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(MAX_FILE_BYTES).read_to_end(&mut bytes)?;
        Ok(Some(serde_json::from_slice(&bytes)?))
    }

    /// What the client is given without the gateway: the copy, or else the tools that every isartor has.
    pub(super) fn offline(&self) -> Vec<Tool> {
        let native = || Tools::native().iter().map(tool_messages::tool).collect();
        let tools = self.copy().unwrap_or_else(native);
        self.known().by_client = Some(fingerprint(&tools));
        tools
    }

    /// The gateway's answer, which the client was given.
    pub(super) fn given(&self, line: &[u8]) {
        let Some(page) = page(line) else { return };
        self.known().by_client = Some(fingerprint(&page.tools));
        self.keep(page);
    }

    /// The gateway's answer, which the client was not given: whether it would have been news.
    pub(super) fn is_news(&self, line: &[u8]) -> bool {
        let Some(page) = page(line) else { return false };
        let fingerprint = fingerprint(&page.tools);
        let before = self.known().by_client.replace(fingerprint);
        self.keep(page);
        before.is_some_and(|before| before != fingerprint)
    }

    pub(super) fn copy_is_old(&self) {
        self.is_copy_old.store(true, Ordering::Relaxed);
    }

    /// Says so once.
    pub(super) fn is_copy_to_be_renewed(&self) -> bool {
        self.is_copy_old.swap(false, Ordering::Relaxed)
    }

    /// The gateway's answer, which is for the copy alone.
    pub(super) fn renew_copy(&self, line: &[u8]) {
        page(line).into_iter().for_each(|page| self.keep(page));
    }

    fn keep(&self, page: Page) {
        let fingerprint = fingerprint(&page.tools);
        if page.next_cursor.is_some() || !is_usable(&page.tools) || self.known().by_copy == Some(fingerprint) {
            return;
        }
        match self.write(page.tools) {
            Ok(()) => self.known().by_copy = Some(fingerprint),
            Err(error) => {
                tracing::warn!(%error, file = %self.file.display(), "cannot keep a copy of the list of tools");
            }
        }
    }

    fn write(&self, tools: Vec<Tool>) -> io::Result<()> {
        let bytes = serde_json::to_vec(&Kept { gateway: self.gateway.clone(), tools })?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(io::Error::other(format!("it is longer than {MAX_FILE_BYTES} bytes")));
        }
        self.home.create()?;
        if !self.file.exists() {
            self.make_room()?;
        }
        write_whole(&self.file, &bytes)
    }

    fn make_room(&self) -> io::Result<()> {
        let mut copies = Vec::new();
        for entry in fs::read_dir(self.home.run_dir())? {
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes()) {
                copies.push((entry.metadata()?.modified()?, entry.path()));
            }
        }
        copies.sort();
        let excess = (copies.len() + 1).saturating_sub(MAX_COPIES);
        copies.iter().take(excess).try_for_each(|(_, path)| fs::remove_file(path))
    }
}

fn page(line: &[u8]) -> Option<Page> {
    match serde_json::from_slice::<Answer>(line) {
        Ok(answer) => Some(answer.result),
        // An error, which the client sees for itself.
        Err(error) => {
            tracing::debug!(%error, "the gateway's answer is no list of tools");
            None
        }
    }
}

/// Many clients drop a whole list over one bad name.
fn is_usable(tools: &[Tool]) -> bool {
    let is_name = |name: &str| {
        (1..=MAX_NAME_CHARACTERS).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    !tools.is_empty() && tools.len() <= MAX_TOOLS && tools.iter().all(|tool| is_name(&tool.name))
}

fn fingerprint(tools: &[Tool]) -> Fingerprint {
    Sha256::digest(serde_json::to_vec(tools).expect("tools always serialise")).into()
}
