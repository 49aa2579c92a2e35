//! What the host gives to a tool plugin: nothing but WASI basics that lead nowhere. Its output goes to the log.

mod output;

use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::p2::bindings::cli;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::engine::limits::{Limiter, Limits};
use super::grants::Grants;
use output::LogLines;

/// Most resource handles that one call may hold.
const HANDLES_MAX: usize = 1_000;

/// The state of one call.
pub(super) struct Sandbox {
    limiter: Limiter,
    wasi: WasiCtx,
    table: ResourceTable,
}

impl Sandbox {
    /// No files, no environment, no arguments, no network, an empty standard input.
    pub(super) fn new(plugin: &str, limits: &Limits) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES_MAX);
        let output = LogLines::new(plugin);
        let wasi = WasiCtx::builder()
            .stdout(output.clone())
            .stderr(output)
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .build();
        Self { limiter: Limiter::new(limits), wasi, table }
    }

    pub(super) fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    pub(super) fn limiter_mut(&mut self) -> &mut Limiter {
        &mut self.limiter
    }
}

impl WasiView for Sandbox {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// Links what was granted, and nothing else.
pub(super) fn link(linker: &mut Linker<Sandbox>, grants: &Grants) -> wasmtime::Result<()> {
    if grants.wasi_basics() {
        link_wasi_basics(linker)?;
    }
    Ok(())
}

/// Links what the standard libraries of plugin languages need to start: io, cli, clocks and random.
fn link_wasi_basics(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_proxy_interfaces_async(linker)?;
    cli::environment::add_to_linker::<Sandbox, WasiCli>(linker, Sandbox::cli)?;
    cli::exit::add_to_linker::<Sandbox, WasiCli>(linker, Sandbox::cli)?;
    cli::terminal_input::add_to_linker::<Sandbox, WasiCli>(linker, Sandbox::cli)?;
    cli::terminal_output::add_to_linker::<Sandbox, WasiCli>(linker, Sandbox::cli)?;
    cli::terminal_stdin::add_to_linker::<Sandbox, WasiCli>(linker, Sandbox::cli)?;
    cli::terminal_stdout::add_to_linker::<Sandbox, WasiCli>(linker, Sandbox::cli)?;
    cli::terminal_stderr::add_to_linker::<Sandbox, WasiCli>(linker, Sandbox::cli)?;
    Ok(())
}
