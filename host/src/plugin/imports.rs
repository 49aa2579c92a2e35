//! What the host gives to a tool plugin: the capabilities it was granted, one file each, and WASI basics that lead
//! nowhere. Its output goes to the log.

mod cache;
mod client;
mod clock;
mod config;
mod http;
mod log;
mod network;
mod output;
mod secret;
mod store;
mod wasi_http;

use std::sync::Arc;
use std::time::Instant;

use wasmtime::component::{Component, HasSelf, Linker, ResourceTable};
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::{cli, filesystem, random};
use wasmtime_wasi::random::{WasiRandom, WasiRandomView};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::activity::Activity;
use super::bindings::capabilities::isartor::plugin as capabilities;
use super::engine::limits::{Limiter, Limits};
use super::error::TooManyHostCalls;
use super::grants::Grants;
use super::manifest::capability::CapabilityName;
use super::receipt::{Call, OpenReceipt, Outcome};
use super::{Outside, Plugin};
use client::Words;
use output::LogLines;

pub(super) use http::HttpClients;

/// Most resource handles that one call may hold.
const HANDLES_MAX: usize = 1_000;

/// What all calls of one plugin have around them.
pub(super) struct Surroundings {
    plugin: Arc<Plugin>,
    outside: Arc<Outside>,
    activity: Arc<Activity>,
}

impl Surroundings {
    pub(super) fn new(plugin: Arc<Plugin>, outside: Arc<Outside>) -> Self {
        let activity = outside.activity(&plugin.manifest().id);
        Self { plugin, outside, activity }
    }

    fn id(&self) -> &str {
        &self.plugin.manifest().id
    }
}

/// The state of one call.
pub(super) struct Sandbox {
    limiter: Limiter,
    wasi: WasiCtx,
    table: ResourceTable,
    surroundings: Arc<Surroundings>,
    lines: LogLines,
    words: Words,
    receipt: OpenReceipt,
    deadline: Instant,
    /// How many HTTP requests this call asked for.
    requests: u32,
}

impl Sandbox {
    /// No files, no environment, no arguments, no network, an empty standard input.
    pub(super) fn new(surroundings: &Arc<Surroundings>, limits: &Limits, call: Call<'_>, deadline: Instant) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES_MAX);
        let activity = &surroundings.activity;
        let lines = LogLines::new(surroundings.id(), Arc::clone(activity), limits);
        let wasi = WasiCtx::builder()
            .stdout(lines.clone())
            .stderr(lines.clone())
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .build();
        let words = Words::new(call.listener.cloned(), limits.client_call_max_bytes);
        let receipt = OpenReceipt::new(&surroundings.plugin, call, Arc::clone(activity));
        let (limiter, surroundings) = (Limiter::new(limits), Arc::clone(surroundings));
        Self { limiter, wasi, table, surroundings, lines, words, receipt, deadline, requests: 0 }
    }

    pub(super) fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    pub(super) fn limiter_mut(&mut self) -> &mut Limiter {
        &mut self.limiter
    }

    /// The receipt is written when the sandbox is dropped.
    pub(super) fn end(&mut self, outcome: Outcome, bytes_out: usize) {
        self.receipt.end(outcome, bytes_out);
    }

    /// Counts one use of a capability that brought `bytes`, and ends the call that asks for too many.
    fn used(&mut self, name: CapabilityName, bytes: usize) -> wasmtime::Result<()> {
        self.receipt.used(name);
        self.receipt.moved(name, bytes);
        match self.receipt.uses() > self.limiter.limits().host_calls_max {
            true => Err(TooManyHostCalls.into()),
            false => Ok(()),
        }
    }
}

impl WasiView for Sandbox {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// Whether a call ended because the plugin asked WASI to exit.
pub(super) fn is_exit(error: &wasmtime::Error) -> bool {
    error.is::<wasmtime_wasi::I32Exit>()
}

/// Links what was granted, and nothing else.
pub(super) fn link(linker: &mut Linker<Sandbox>, component: &Component, grants: &Grants) -> wasmtime::Result<()> {
    if grants.wasi_basics() {
        link_wasi_basics(linker)?;
        wasi_http::link(linker, component)?;
    }
    for name in CapabilityName::ALL.into_iter().filter(|&name| grants.has(name)) {
        link_capability(linker, name)?;
    }
    Ok(())
}

fn link_capability(linker: &mut Linker<Sandbox>, name: CapabilityName) -> wasmtime::Result<()> {
    type Own = HasSelf<Sandbox>;
    match name {
        CapabilityName::Log => capabilities::log::add_to_linker::<_, Own>(linker, |sandbox| sandbox),
        CapabilityName::Clock => capabilities::clock::add_to_linker::<_, Own>(linker, |sandbox| sandbox),
        CapabilityName::Store => capabilities::store::add_to_linker::<_, Own>(linker, |sandbox| sandbox),
        CapabilityName::Cache => capabilities::cache::add_to_linker::<_, Own>(linker, |sandbox| sandbox),
        CapabilityName::Http => capabilities::http::add_to_linker::<_, Own>(linker, |sandbox| sandbox),
        CapabilityName::Secret => capabilities::secret::add_to_linker::<_, Own>(linker, |sandbox| sandbox),
        CapabilityName::Config => capabilities::config::add_to_linker::<_, Own>(linker, |sandbox| sandbox),
        CapabilityName::Client => capabilities::client::add_to_linker::<_, Own>(linker, |sandbox| sandbox),
    }
}

/// Links what the standard libraries of plugin languages need to start, each part empty.
fn link_wasi_basics(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_proxy_interfaces_async(linker)?;
    cli::environment::add_to_linker::<Sandbox, WasiCli>(linker, Sandbox::cli)?;
    cli::exit::add_to_linker::<Sandbox, WasiCli>(linker, Sandbox::cli)?;
    cli::terminal_input::add_to_linker::<Sandbox, WasiCli>(linker, Sandbox::cli)?;
    cli::terminal_output::add_to_linker::<Sandbox, WasiCli>(linker, Sandbox::cli)?;
    cli::terminal_stdin::add_to_linker::<Sandbox, WasiCli>(linker, Sandbox::cli)?;
    cli::terminal_stdout::add_to_linker::<Sandbox, WasiCli>(linker, Sandbox::cli)?;
    cli::terminal_stderr::add_to_linker::<Sandbox, WasiCli>(linker, Sandbox::cli)?;
    random::insecure::add_to_linker::<Sandbox, WasiRandom>(linker, Sandbox::random)?;
    random::insecure_seed::add_to_linker::<Sandbox, WasiRandom>(linker, Sandbox::random)?;
    filesystem::types::add_to_linker::<Sandbox, WasiFilesystem>(linker, Sandbox::filesystem)?;
    filesystem::preopens::add_to_linker::<Sandbox, WasiFilesystem>(linker, Sandbox::filesystem)?;
    network::link(linker)
}
