//! The WebAssembly engine: what is compiled in and out, the clock that ends loops, compiled code on disk.

mod clock;
mod compiled;
pub(super) mod compiler;
pub(super) mod limits;
pub(super) mod pace;

use std::io::{Read, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use wasmtime::component::Component;
use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Store, WasmBacktraceDetails,
};

use super::PluginError;
use clock::{Clock, Ticking};
use compiled::CompiledCode;
use compiler::{CompileError, Compiler};
use limits::{Limiter, Limits};
use pace::{Pace, Runner};

/// How often the epoch advances. Deadlines are counted in these.
const TICK: Duration = Duration::from_millis(10);

/// One engine for all plugins of a process.
pub(super) struct Engine {
    engine: wasmtime::Engine,
    compiled: Option<CompiledCode>,
    compiler: Compiler,
    clock: Clock,
    pace: Pace,
}

/// Where a component is compiled.
#[derive(Debug, Clone, Copy)]
pub(super) enum Compilation<'l> {
    /// It was built with this program.
    Here,
    /// Somebody else built it: in a process of its own, within its limits.
    Elsewhere(&'l Limits),
}

impl Engine {
    /// Sets up the engine and its clock. `state_dir` is where compiled code is kept, `program` compiles what others
    /// built.
    pub(super) fn new(state_dir: Option<&Path>, program: &Path) -> Result<Self, PluginError> {
        let engine = new_engine().map_err(PluginError::Engine)?;
        let ticked = engine.clone();
        let clock =
            Clock::start(move || ticked.increment_epoch()).map_err(|error| PluginError::Engine(error.into()))?;
        let compiled = state_dir.map(|dir| CompiledCode::new(dir, &engine));
        Ok(Self { engine, compiled, compiler: Compiler::new(program), clock, pace: Pace::new() })
    }

    pub(super) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.engine
    }

    /// The component of this digest, when its compiled code is on disk and authentic.
    pub(super) fn kept(&self, plugin: &str, digest: &str) -> Option<Component> {
        self.compiled.as_ref()?.load(&self.engine, plugin, digest)
    }

    /// Compiles a component, and keeps its code. Blocks.
    pub(super) fn compile(&self, bytes: &[u8], digest: &str, how: Compilation<'_>) -> Result<Component, CompileError> {
        let code = match how {
            Compilation::Here => self.engine.precompile_component(bytes)?,
            Compilation::Elsewhere(limits) => self.compiler.compile(bytes, digest, limits)?,
        };
        if let Some(kept) = &self.compiled {
            kept.keep(digest, &code);
        }
        Ok(compiled::deserialize_own(&self.engine, &code)?)
    }

    /// A call that takes its share of the cores beside the others.
    pub(super) fn runner(&self) -> Runner {
        self.pace.runner()
    }

    /// Every call holds one: without it no deadline is ever over.
    pub(super) fn ticking(&self) -> Ticking {
        self.clock.ticking()
    }

    /// A store for one plugin, with its limits set. Epoch deadlines are set for each call.
    pub(super) fn store<T>(&self, data: T, limits: &Limits, limiter: fn(&mut T) -> &mut Limiter) -> Store<T> {
        let mut store = Store::new(&self.engine, data);
        store.limiter(move |data| limiter(data));
        store.set_hostcall_fuel(limits.data_max_bytes);
        store.set_epoch_deadline(ticks(limits.deadline));
        store
    }
}

/// The half of compiling that runs in a process of its own: a component in, its machine code out.
pub(super) fn compile_here(
    memory_max_bytes: u64,
    seconds: u64,
    input: impl Read,
    output: impl Write,
) -> Result<(), CompileError> {
    compiler::serve(new_engine, memory_max_bytes, seconds, input, output)
}

/// How many epochs a deadline is; never less than two, since the current one may be almost over.
pub(super) fn ticks(deadline: Duration) -> u64 {
    let whole = deadline.as_millis().div_ceil(TICK.as_millis());
    u64::try_from(whole).unwrap_or(u64::MAX).max(1) + 1
}

fn new_engine() -> wasmtime::Result<wasmtime::Engine> {
    pooling().or_else(|_| wasmtime::Engine::new(&config()))
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .wasm_memory64(false)
        .wasm_relaxed_simd(false)
        // Calls between the parts of one component are compiled to adapters that see the memories of both; without
        // this wasmtime panics on them. The limiter counts every memory.
        .wasm_multi_memory(true)
        .wasm_tail_call(false)
        .epoch_interruption(true)
        .max_wasm_stack(512 << 10)
        .async_stack_size(2 << 20)
        .async_stack_zeroing(true)
        .wasm_backtrace_max_frames(NonZeroUsize::new(20))
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        // Only native debuggers want it, but Windows cannot do without.
        .native_unwind_info(cfg!(windows))
        .cranelift_opt_level(OptLevel::Speed)
        .cranelift_nan_canonicalization(true);
    config
}

/// The pooling allocator reserves address space that small machines and containers may refuse.
fn pooling() -> wasmtime::Result<wasmtime::Engine> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(64)
        .total_core_instances(512)
        .total_memories(96)
        .total_tables(256)
        .total_stacks(64)
        .max_core_instances_per_component(64)
        .max_memories_per_component(4)
        .max_tables_per_component(48)
        .max_memory_size(limits::MEMORY_CEILING_BYTES)
        .table_elements(limits::TABLE_CEILING_ELEMENTS)
        .max_core_instance_size(4 << 20)
        .max_component_instance_size(8 << 20)
        .async_stack_keep_resident(32 << 10)
        .linear_memory_keep_resident(linear_memory_keep_resident_bytes())
        .pagemap_scan(Enabled::Auto)
        .table_keep_resident(8 << 10)
        .max_unused_warm_slots(16);
    let mut config = config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    wasmtime::Engine::new(&config)
}

/// What is kept of a memory need not be mapped anew by the next call, but is set to its first contents: where the kernel
/// says which pages were written, only those; elsewhere all of it, which soon takes longer than mapping it.
fn linear_memory_keep_resident_bytes() -> usize {
    if PoolingAllocationConfig::is_pagemap_scan_available() { 256 << 10 } else { 64 << 10 }
}
