//! What can go wrong with a plugin, always with its name. Never carries a plugin's text further than 1,000 characters.

use std::path::PathBuf;
use std::time::Duration;

use wasmtime::{PoolConcurrencyLimitError, WasmBacktrace};

use super::bindings::Failure;
use super::engine::compiler::CompileError;
use super::engine::limits::{Limiter, Limits};
use super::imports::is_exit;
use super::load::Origin;
use super::lock::LockError;
use super::manifest::capability::CapabilityName;
use super::{Busy, Manifest, Standing};

/// Longest text of a plugin's own that is shown, in characters.
const REPORTED_MAX_CHARACTERS: usize = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    #[error("cannot set up the WebAssembly engine")]
    Engine(#[source] wasmtime::Error),
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("there is no {what} called {name}{}", because(reason))]
    NotFound { what: &'static str, name: String, available: String, reason: Option<String> },
    #[error("no policy says that it is the default")]
    NoDefaultPolicy { available: String },
    #[error("the plugin {plugin} is there twice; the first one is used")]
    Clash { plugin: String },
    #[error("the manifest of {plugin} is not usable: {message}")]
    Manifest { plugin: String, message: String },
    #[error("the component of {plugin} is not usable: {message}")]
    NotAComponent { plugin: String, message: &'static str },
    #[error("the component of {plugin} has {bytes} bytes, more than the {max_bytes} allowed")]
    TooLarge { plugin: String, bytes: u64, max_bytes: u64 },
    #[error("{plugin} imports {import}, which nothing can grant: {}", importable(*wasi_basics))]
    ForbiddenImport { plugin: String, import: String, wasi_basics: bool },
    #[error("{plugin} imports {import}, which is the capability {capability}, and its plugin.toml does not ask for it")]
    NotAskedFor { plugin: String, import: String, capability: CapabilityName },
    #[error("{plugin} imports {import}, and this isartor offers {}", super::manifest::WIT_PACKAGE)]
    OtherVersion { plugin: String, import: String },
    #[error("{plugin} imports {import}, which is the capability {capability}, and that was not granted")]
    NotGranted { plugin: String, import: String, capability: CapabilityName },
    #[error("the plugin {plugin} was put there, and nobody accepted it")]
    NotAccepted { plugin: String, origin: Origin },
    #[error("{plugin} is not what you accepted: its files have changed")]
    Changed { plugin: String },
    #[error("the files of {plugin}, which you accepted, are gone")]
    Gone { plugin: String },
    #[error("cannot use the limits of {plugin} in isartor-plugins.lock: {message}")]
    Limits { plugin: String, message: String },
    #[error("{plugin} is switched off")]
    Disabled { plugin: String },
    #[error("{package} does not carry its manifest")]
    Unpacked { package: String },
    #[error("the signature of {plugin} is not usable: {message}")]
    Signature { plugin: String, message: String },
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("cannot compile {plugin}")]
    Compile { plugin: String, source: CompileError },
    #[error("{plugin} does not fit the world of a {kind}")]
    World { plugin: String, kind: &'static str, source: wasmtime::Error },
    #[error("{plugin} {version} failed in {export}: {fault}")]
    Fault { plugin: String, version: String, export: &'static str, fault: Fault, source: wasmtime::Error },
    #[error("{plugin} could not do it: {message}{}", at(*line_column))]
    Reported { plugin: String, kind: ReportedKind, message: String, line_column: Option<(u32, u32)> },
    #[error("{plugin} is busy: {busy}")]
    Busy { plugin: String, busy: Busy },
    #[error("{plugin} failed too often and is suspended for another {} s", wait.as_secs() + 1)]
    Tripped { plugin: String, wait: Duration },
    #[error("{plugin} {version} returned {what} in {export}")]
    BadOutput { plugin: String, version: String, export: &'static str, what: String },
}

/// What kind of failure the plugin says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportedKind {
    InvalidInput,
    Unsupported,
    Failed,
}

/// How a call ended when it did not end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("it took longer than {milliseconds} ms")]
    Deadline { milliseconds: u64 },
    #[error("it wanted more memory than the {max_bytes} bytes allowed")]
    Memory { max_bytes: usize },
    #[error("it used up its stack")]
    Stack,
    #[error("it handed over more data than allowed")]
    Data,
    #[error("what it handed over is no value of the agreed type")]
    Invalid,
    #[error("it called the host more than {max} times")]
    HostCalls { max: u64 },
    #[error("it ended itself")]
    Exit,
    #[error("it used the HTTP of WASI, which leads nowhere here; the capability http does")]
    Network,
    #[error("it panicked or hit an invalid instruction")]
    Trap,
}

impl PluginError {
    pub(super) fn reported(plugin: &str, failure: Failure) -> Self {
        use super::bindings::connector::isartor::plugin::types::FailureKind;
        let kind = match failure.kind {
            FailureKind::InvalidInput => ReportedKind::InvalidInput,
            FailureKind::Unsupported => ReportedKind::Unsupported,
            FailureKind::Failed => ReportedKind::Failed,
        };
        let message = printable(&failure.message);
        let line_column = failure.position.map(|position| (position.line, position.column));
        Self::Reported { plugin: plugin.to_owned(), kind, message, line_column }
    }

    pub(crate) fn bad_output(manifest: &Manifest, export: &'static str, what: String) -> Self {
        Self::BadOutput { plugin: manifest.id.clone(), version: manifest.version.to_string(), export, what }
    }

    /// The message with everything behind it, on one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            let first_line = cause_text.lines().next().unwrap_or_default();
            // A first line that ends in a colon announces a backtrace, which is for the log at debug level.
            if !first_line.ends_with(':') {
                text.push_str(": ");
                text.push_str(first_line);
            }
            source = cause.source();
        }
        text
    }

    /// Whether it shows that something is wrong with the plugin, unlike what it reports by itself.
    pub(super) fn is_fault(&self) -> bool {
        matches!(self, Self::Fault { .. } | Self::BadOutput { .. })
    }

    /// Where in the plugin it happened, innermost first, on one line; for the log only.
    pub fn backtrace(&self) -> Option<String> {
        let Self::Fault { source, .. } = self else { return None };
        let shown = source.downcast_ref::<WasmBacktrace>()?.to_string();
        let frames = shown.lines().skip(1).map(|frame| printable(frame.trim()));
        Some(frames.collect::<Vec<_>>().join(" | "))
    }

    /// What a plugin is that cannot be used because of this.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Disabled { .. } => Standing::Disabled,
            Self::NotAccepted { .. } | Self::Changed { .. } | Self::NotGranted { .. } => Standing::Suspended,
            Self::Engine(_)
            | Self::Read { .. }
            | Self::NotFound { .. }
            | Self::NoDefaultPolicy { .. }
            | Self::Clash { .. }
            | Self::Manifest { .. }
            | Self::NotAComponent { .. }
            | Self::TooLarge { .. }
            | Self::ForbiddenImport { .. }
            | Self::NotAskedFor { .. }
            | Self::OtherVersion { .. }
            | Self::Gone { .. }
            | Self::Limits { .. }
            | Self::Unpacked { .. }
            | Self::Signature { .. }
            | Self::Lock(_)
            | Self::Compile { .. }
            | Self::World { .. }
            | Self::Fault { .. }
            | Self::Reported { .. }
            | Self::Busy { .. }
            | Self::Tripped { .. }
            | Self::BadOutput { .. } => Standing::Failed,
        }
    }

    /// What the user can do about it, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { what, available, .. } if !available.is_empty() => {
                Some(format!("available {what}s: {available}"))
            }
            Self::NoDefaultPolicy { available } => {
                Some(format!("set policy.name in isartor.toml; available: {available}"))
            }
            Self::NotFound { .. } => Some("run 'isartor plugin list' to see what there is".into()),
            Self::Clash { plugin } | Self::Manifest { plugin, .. } | Self::NotAComponent { plugin, .. } => {
                Some(format!("correct or remove {plugin} in the plugins directory"))
            }
            Self::NotGranted { plugin, capability, .. } => {
                Some(format!("run 'isartor plugin grant {plugin} {capability}' if you trust it with that"))
            }
            Self::NotAccepted { origin: Origin::Directory(folder), .. } => {
                Some(format!("run 'isartor plugin install {}' to look at it and accept it", folder.display()))
            }
            Self::Changed { plugin } => {
                Some(format!("run 'isartor plugin update {plugin}' to see what changed and accept it"))
            }
            Self::Gone { plugin } => Some(format!(
                "run 'isartor plugin update {plugin}' to fetch it again, or 'isartor plugin remove {plugin}'"
            )),
            Self::Limits { .. } => Some("correct that line, or leave it out".to_owned()),
            Self::Disabled { plugin } => Some(format!("run 'isartor plugin enable {plugin}' to switch it on")),
            Self::Unpacked { .. } => Some("give its folder, or a file that 'isartor plugin pack' made".to_owned()),
            Self::Signature { plugin, .. } => {
                Some(format!("ask the publisher of {plugin} for a file signed with that key"))
            }
            Self::Lock(error) => Some(error.hint()),
            Self::Read { path, source } if source.kind() == std::io::ErrorKind::NotFound => {
                Some(format!("look whether {} is what you meant", path.display()))
            }
            Self::Read { path, .. } => Some(format!("make {} readable", path.display())),
            Self::NotAccepted { origin: Origin::Bundled, .. }
            | Self::Engine(_)
            | Self::TooLarge { .. }
            | Self::ForbiddenImport { .. }
            | Self::NotAskedFor { .. }
            | Self::OtherVersion { .. }
            | Self::Compile { .. }
            | Self::World { .. }
            | Self::Fault { .. }
            | Self::Reported { .. }
            | Self::Busy { .. }
            | Self::Tripped { .. }
            | Self::BadOutput { .. } => None,
        }
    }
}

fn importable(wasi_basics: bool) -> &'static str {
    match wasi_basics {
        true => "a tool may import the WASI basics, linked to nothing, and the capabilities of isartor:plugin",
        false => "policies, connectors and bundled plugins import nothing",
    }
}

fn because(reason: &Option<String>) -> String {
    reason.as_ref().map(|reason| format!("; it was left out: {reason}")).unwrap_or_default()
}

fn at(line_column: Option<(u32, u32)>) -> String {
    line_column.map(|(line, column)| format!(" (line {line}, column {column})")).unwrap_or_default()
}

/// A plugin's text, cut and without control characters: it goes to terminals and logs.
pub fn printable(text: &str) -> String {
    let end = text.char_indices().nth(REPORTED_MAX_CHARACTERS).map_or(text.len(), |(at, _)| at);
    without_controls(&text[..end])
}

/// A space for each character that moves a cursor, and none for those that cannot be seen.
pub(super) fn without_controls(text: &str) -> String {
    let visible = text.chars().filter(|&character| !is_invisible(character));
    visible.map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// Zero-width, direction and tag characters: they make a person read something else than a program does.
pub fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
        || matches!(character, '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

/// Names the reason of a failed call from what wasmtime and the limiter know.
pub(super) fn classify(
    manifest: &Manifest,
    export: &'static str,
    limits: &Limits,
    limiter: &Limiter,
    source: wasmtime::Error,
) -> PluginError {
    let plugin = manifest.id.clone();
    if source.is::<PoolConcurrencyLimitError>() {
        return PluginError::Busy { plugin, busy: Busy::NoRoom };
    }
    let deadline = match export {
        "definitions" | "prompts.definitions" | "prompts.complete" | "resources.definitions" => {
            limits.definitions_deadline
        }
        _ => limits.deadline,
    };
    let deadline = Fault::Deadline { milliseconds: deadline.as_millis().try_into().unwrap_or(u64::MAX) };
    let fault = match source.downcast_ref::<wasmtime::Trap>() {
        Some(wasmtime::Trap::Interrupt) => deadline,
        Some(wasmtime::Trap::StackOverflow) => Fault::Stack,
        _ if source.is::<DeadlineExceeded>() => deadline,
        _ if source.is::<TooManyHostCalls>() => Fault::HostCalls { max: limits.host_calls_max },
        _ if is_exit(&source) => Fault::Exit,
        _ if source.is::<NoNetwork>() => Fault::Network,
        _ if limiter.refused => Fault::Memory { max_bytes: limits.memory_max_bytes },
        Some(_) => Fault::Trap,
        None if is_out_of_fuel(&source) => Fault::Data,
        None => Fault::Invalid,
    };
    PluginError::Fault { plugin, version: manifest.version.to_string(), export, fault, source }
}

/// wasmtime has a type for this and keeps it to itself.
fn is_out_of_fuel(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().starts_with("too much data is being copied")
}

/// The wall clock of a call ran out while the plugin waited for the host.
#[derive(Debug, thiserror::Error)]
#[error("the deadline passed")]
pub(super) struct DeadlineExceeded;

/// One call used its capabilities more often than a call may.
#[derive(Debug, thiserror::Error)]
#[error("too many calls of the host")]
pub(super) struct TooManyHostCalls;

/// WASI's HTTP was called.
#[derive(Debug, thiserror::Error)]
#[error("there is no network")]
pub(super) struct NoNetwork;
