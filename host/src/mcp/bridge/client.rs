//! The client's side: standard output and the answers still owed on it. The only place that writes there, and it
//! writes whole lines.

use std::fs::File;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

use rmcp::model::RequestId;

use super::Options;
use super::answers;
use super::gateway_url::GatewayUrl;
use super::ledger::{Kind, Ledger, Open};
use super::lines::Patient;
use super::tool_lists::ToolLists;
use super::unavailable::Unavailable;

/// How long a client waits for the gateway's list of tools while there is a copy of it. Several clients take only
/// the first list they get, and some wait for nothing long.
const LIST_PATIENCE: Duration = Duration::from_secs(3);

/// Why the bridge ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// There will be no more requests; what was read is still answered.
    InputEnded,
    /// Nobody reads answers any more.
    OutputClosed,
}

pub(super) struct Client {
    output: Mutex<Patient<File>>,
    endings: Sender<Ending>,
    pub(super) ledger: Ledger,
    pub(super) tools: ToolLists,
    /// Whether the client was told that there are none, while the gateway was away.
    has_no_prompts: AtomicBool,
    has_no_resources: AtomicBool,
    gateway: GatewayUrl,
    configured_port: u16,
}

impl Client {
    pub(super) fn new(output: File, endings: Sender<Ending>, options: &Options) -> Self {
        let Options { gateway, api_key, home, configured_port, .. } = options;
        let tools = ToolLists::new(home.clone(), gateway, api_key.as_deref());
        let (gateway, configured_port) = (gateway.clone(), *configured_port);
        Self {
            output: Mutex::new(Patient(output)),
            endings,
            ledger: Ledger::new(),
            tools,
            has_no_prompts: AtomicBool::new(false),
            has_no_resources: AtomicBool::new(false),
            gateway,
            configured_port,
        }
    }

    /// Writes one line; a client that went away ends the bridge.
    pub(super) fn write(&self, line: &[u8]) {
        let written = self.output.lock().expect("nothing panics while writing").write_all(line);
        if let Err(error) = written {
            tracing::debug!(%error, "the client reads no answers any more");
            self.end(Ending::OutputClosed);
        }
    }

    /// Without a listener the process is already ending.
    pub(super) fn end(&self, ending: Ending) {
        if self.endings.send(ending).is_err() {
            tracing::debug!(?ending, "the bridge is ending already");
        }
    }

    /// Passes on the gateway's answer to `id`, unless nobody waits for it any more.
    pub(super) fn answer(&self, id: &RequestId, line: &[u8]) {
        let Some(open) = self.ledger.claim(id) else {
            if self.ledger.take_late(id) {
                self.compare_tools(line);
            }
            return;
        };
        self.write(line);
        if open.kind == Kind::ToolList {
            self.tools.given(line);
        }
        self.ledger.written();
    }

    /// Tells the client to ask again when the gateway's list is another than it believes.
    pub(super) fn compare_tools(&self, line: &[u8]) {
        if self.tools.is_news(line) {
            self.write(&answers::tools_changed());
        }
    }

    /// Answers everything open that `belongs` in the gateway's place.
    pub(super) fn give_up(&self, belongs: impl Fn(&RequestId, Open) -> bool, reason: &Unavailable) {
        for (id, open) in self.ledger.claim_all(belongs) {
            self.write_unavailable(id, open, reason);
            self.ledger.written();
        }
    }

    pub(super) fn write_unavailable(&self, id: RequestId, open: Open, reason: &Unavailable) {
        let explanation = reason.explain(&self.gateway, self.configured_port);
        tracing::debug!(%id, explanation, "answering in the gateway's place");
        if !open.is_modern && open.kind == Kind::PromptList {
            self.has_no_prompts.store(true, Ordering::Relaxed);
        }
        if !open.is_modern && matches!(open.kind, Kind::ResourceList | Kind::ResourceTemplateList) {
            self.has_no_resources.store(true, Ordering::Relaxed);
        }
        self.write(&match open.kind == Kind::ToolList {
            true => answers::tool_list(id, self.tools.offline(), open.is_modern),
            false => answers::unavailable(id, open, &explanation),
        });
    }

    pub(super) fn has_empty_lists(&self) -> bool {
        self.has_no_prompts.load(Ordering::Relaxed) || self.has_no_resources.load(Ordering::Relaxed)
    }

    /// The gateway is there: what the client was told meanwhile is to be asked for again.
    pub(super) fn announce_lists(&self) {
        if self.has_no_prompts.swap(false, Ordering::Relaxed) {
            self.write(&answers::prompts_changed());
        }
        if self.has_no_resources.swap(false, Ordering::Relaxed) {
            self.write(&answers::resources_changed());
        }
    }

    /// Answers from the copy who has waited for the tools for too long.
    pub(super) fn answer_slow_lists(&self) {
        let is_slow = |open: Open| open.kind == Kind::ToolList && open.since.elapsed() >= LIST_PATIENCE;
        if !self.ledger.has(is_slow) || self.tools.copy().is_none() {
            return;
        }
        for (id, open) in self.ledger.claim_early(|_, open| is_slow(open)) {
            tracing::info!(%id, "the gateway is slow: listing the tools that it had the last time");
            self.write(&answers::tool_list(id, self.tools.offline(), open.is_modern));
            self.ledger.written();
        }
    }
}
