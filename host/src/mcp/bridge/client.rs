//! The client's side: standard output and the answers still owed on it. The only place that writes there, and it
//! writes whole lines.

use std::fs::File;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use rmcp::model::RequestId;

use super::answers::{self, Unavailable};
use super::gateway_url::GatewayUrl;
use super::ledger::{Kind, Ledger, Open};
use super::lines::Patient;

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
    /// Whether it may hold another list of tools than the gateway would give it.
    has_stale_list: AtomicBool,
    gateway: GatewayUrl,
    configured_port: u16,
}

impl Client {
    pub(super) fn new(output: File, endings: Sender<Ending>, gateway: GatewayUrl, configured_port: u16) -> Self {
        let output = Mutex::new(Patient(output));
        let has_stale_list = AtomicBool::new(false);
        Self { output, endings, ledger: Ledger::new(), has_stale_list, gateway, configured_port }
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
        if self.ledger.claim(id).is_some() {
            self.write(line);
            self.ledger.written();
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
        if open.kind == Kind::ToolList {
            self.list_is_stale();
        }
        self.write(&answers::unavailable(id, open, &explanation));
    }

    /// The gateway went away, or the client got a list that is not the gateway's.
    pub(super) fn list_is_stale(&self) {
        self.has_stale_list.store(true, Ordering::Relaxed);
    }

    /// The gateway is there, and the client is asking it `kind`: a stale list is to be asked for again.
    pub(super) fn renew_list(&self, kind: Kind) {
        let was_stale = self.has_stale_list.swap(false, Ordering::Relaxed);
        if was_stale && kind != Kind::ToolList {
            self.write(&answers::tools_changed());
        }
    }
}
