//! What a plugin did, call by call: one line of the log each, and sums for `/health` and doctor. Decides nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::activity::Activity;
use super::manifest::capability::CapabilityName;
use super::{Fault, Listener, Plugin, PluginError};

/// How much of a digest is enough to tell one build from another, in hexadecimal digits.
const DIGEST_CHARACTERS: usize = 12;

/// One call of a plugin, as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub plugin: String,
    pub version: String,
    /// The first 12 digits of the component's SHA-256.
    pub digest: String,
    pub export: &'static str,
    /// The tool that was called, where the export is `call`.
    pub tool: Option<String>,
    /// Who asked; nobody when the host itself did.
    pub principal: Option<String>,
    pub duration: Duration,
    /// What the call was given.
    pub bytes_in: u64,
    /// What the call gave back.
    pub bytes_out: u64,
    pub capabilities: BTreeMap<CapabilityName, Use>,
    /// `host:port` of each request that was sent.
    pub hosts: BTreeSet<String>,
    pub outcome: Outcome,
}

/// How often one capability was used in a call, and how much went through it in either direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Use {
    pub calls: u64,
    pub bytes: u64,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Returned,
    /// The plugin said by itself that it could not do it.
    Reported,
    Faulted(Fault),
    /// There was no room for it.
    Refused,
    /// Whoever asked went away before there was a result.
    Abandoned,
}

/// The sums of one plugin since this process began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters {
    pub calls: u64,
    pub faults: u64,
    pub bytes_in: u64,
    pub bytes_out: u64,
    pub capability_calls: BTreeMap<CapabilityName, u64>,
}

/// Which call it is.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) export: &'static str,
    pub(super) tool: Option<&'a str>,
    pub(super) principal: Option<&'a str>,
    /// Who hears what the plugin says to its client.
    pub(super) listener: Option<&'a Arc<dyn Listener>>,
    pub(super) bytes_in: usize,
}

impl Call<'static> {
    /// One that the host makes by itself.
    pub(super) fn of_host(export: &'static str) -> Self {
        Self { export, tool: None, principal: None, listener: None, bytes_in: 0 }
    }
}

/// The receipt of a call that is going on. It is written when it is dropped, so an abandoned call has one too.
pub(super) struct OpenReceipt {
    receipt: Receipt,
    started: Instant,
    activity: Arc<Activity>,
}

impl Outcome {
    /// How a call ended that nobody abandoned.
    pub(super) fn of<T>(result: &Result<T, PluginError>) -> Self {
        match result {
            Ok(_) => Self::Returned,
            Err(PluginError::Fault { fault, .. }) => Self::Faulted(*fault),
            Err(PluginError::Busy { .. }) => Self::Refused,
            Err(_) => Self::Reported,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Returned => "returned".to_owned(),
            Self::Reported => "reported a failure".to_owned(),
            Self::Faulted(fault) => format!("fault: {fault}"),
            Self::Refused => "refused for want of room".to_owned(),
            Self::Abandoned => "abandoned".to_owned(),
        }
    }
}

impl Counters {
    fn add(&mut self, receipt: &Receipt) {
        self.calls += 1;
        self.faults += u64::from(matches!(receipt.outcome, Outcome::Faulted(_)));
        self.bytes_in += receipt.bytes_in;
        self.bytes_out += receipt.bytes_out;
        for (name, used) in &receipt.capabilities {
            *self.capability_calls.entry(*name).or_default() += used.calls;
        }
    }
}

impl Receipt {
    /// The host asks each plugin for its definitions; that is worth a line only when it reached for something.
    fn is_worth_a_line(&self) -> bool {
        self.principal.is_some() || !self.capabilities.is_empty()
    }

    /// `http=2/1024 store=1/17`: calls and bytes of each capability.
    fn uses(&self) -> String {
        let mut text = String::new();
        for (name, used) in &self.capabilities {
            let space = if text.is_empty() { "" } else { " " };
            write!(text, "{space}{name}={}/{}", used.calls, used.bytes).expect("a String takes everything");
        }
        text
    }

    fn log(&self) {
        tracing::info!(
            target: "isartor::receipt",
            plugin = self.plugin,
            version = self.version,
            digest = self.digest,
            export = self.export,
            tool = self.tool,
            principal = self.principal,
            duration_us = u64::try_from(self.duration.as_micros()).unwrap_or(u64::MAX),
            bytes_in = self.bytes_in,
            bytes_out = self.bytes_out,
            capabilities = self.uses(),
            hosts = self.hosts.iter().map(String::as_str).collect::<Vec<_>>().join(" "),
            outcome = self.outcome.text(),
        );
    }
}

impl OpenReceipt {
    pub(super) fn new(plugin: &Plugin, call: Call<'_>, activity: Arc<Activity>) -> Self {
        let manifest = plugin.manifest();
        let receipt = Receipt {
            plugin: manifest.id.clone(),
            version: manifest.version.to_string(),
            digest: plugin.digest().chars().take(DIGEST_CHARACTERS).collect(),
            export: call.export,
            tool: call.tool.map(str::to_owned),
            principal: call.principal.map(str::to_owned),
            duration: Duration::ZERO,
            bytes_in: call.bytes_in as u64,
            bytes_out: 0,
            capabilities: BTreeMap::new(),
            hosts: BTreeSet::new(),
            outcome: Outcome::Abandoned,
        };
        Self { receipt, started: Instant::now(), activity }
    }

    /// Who asked; nobody when the host itself did.
    pub(super) fn principal(&self) -> Option<&str> {
        self.receipt.principal.as_deref()
    }

    pub(super) fn started(&self) -> Instant {
        self.started
    }

    /// One more use of a capability.
    pub(super) fn used(&mut self, name: CapabilityName) {
        self.receipt.capabilities.entry(name).or_default().calls += 1;
    }

    /// More bytes through a capability, in either direction.
    pub(super) fn moved(&mut self, name: CapabilityName, bytes: usize) {
        self.receipt.capabilities.entry(name).or_default().bytes += bytes as u64;
    }

    pub(super) fn contacted(&mut self, host: String) {
        self.receipt.hosts.insert(host);
    }

    /// How often all capabilities together were used.
    pub(super) fn uses(&self) -> u64 {
        self.receipt.capabilities.values().map(|used| used.calls).sum()
    }

    pub(super) fn end(&mut self, outcome: Outcome, bytes_out: usize) {
        self.receipt.outcome = outcome;
        self.receipt.bytes_out = bytes_out as u64;
    }
}

impl Drop for OpenReceipt {
    fn drop(&mut self) {
        self.receipt.duration = self.started.elapsed();
        self.activity.count(|counters| counters.add(&self.receipt));
        if self.receipt.is_worth_a_line() {
            self.receipt.log();
        }
    }
}
