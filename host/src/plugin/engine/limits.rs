//! How much time, memory and data a plugin gets. On by default, and never more than the ceilings.

mod overrides;

use std::time::Duration;

use wasmtime::ResourceLimiter;

use crate::plugin::Kind;

pub use overrides::LimitOverrides;

/// The most that any plugin's memory can be, in bytes; what the instance pool reserves.
pub(super) const MEMORY_CEILING_BYTES: usize = 256 << 20;

/// The most elements that any plugin's tables can have; what the instance pool reserves.
pub(super) const TABLE_CEILING_ELEMENTS: usize = 20_000;

/// The budgets of one plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Wall time of one call, from the moment it is asked for: waiting for its turn counts.
    pub deadline: Duration,
    /// The same for asking a tool plugin what it offers.
    pub definitions_deadline: Duration,
    /// Memory of one instance, all its memories together.
    pub memory_max_bytes: usize,
    /// Elements of one instance's tables, all of them together.
    pub table_max_elements: usize,
    /// Core instances, memories and tables that one component may consist of.
    pub instances_max: usize,
    pub memories_max: usize,
    pub tables_max: usize,
    /// What one call may hand from the plugin to the host.
    pub data_max_bytes: usize,
    /// What the result of one call may have for the client: a tool's content, a policy's features.
    pub output_max_bytes: usize,
    /// Longest line that a plugin may log; a longer one is cut into several.
    pub log_line_max_bytes: usize,
    /// What one call may log; the rest is dropped with one line that says so.
    pub log_call_max_bytes: usize,
    /// The same for all calls of one minute.
    pub log_minute_max_bytes: usize,
    /// What one call may say to its client.
    pub client_call_max_bytes: usize,
    /// How often one call may use capabilities.
    pub host_calls_max: u64,
    /// Calls of one plugin at the same time.
    pub concurrent_calls: usize,
    /// Calls that wait for their turn; more are refused as busy at once.
    pub waiting_calls: usize,
    /// The largest component that is installed or read.
    pub component_max_bytes: u64,
    /// Wall time of compiling a component.
    pub compile_deadline: Duration,
    /// Memory that compiling a component may take.
    pub compile_memory_max_bytes: u64,
}

impl Limits {
    /// The largest component that is read at all.
    pub const COMPONENT_MAX_BYTES: u64 = 64 << 20;

    /// The defaults of each kind. A policy runs inside a look-up, a tool may have real work to do.
    pub const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Policy => Self {
                deadline: Duration::from_millis(100),
                memory_max_bytes: 16 << 20,
                data_max_bytes: 256 << 10,
                output_max_bytes: 4 << 10,
                concurrent_calls: 64,
                ..Self::TOOL
            },
            Kind::Connector => Self {
                deadline: Duration::from_secs(2),
                memory_max_bytes: 256 << 20,
                data_max_bytes: 64 << 20,
                output_max_bytes: 16 << 20,
                concurrent_calls: 1,
                ..Self::TOOL
            },
            Kind::Tool => Self::TOOL,
        }
    }

    const TOOL: Self = Self {
        deadline: Duration::from_secs(10),
        definitions_deadline: Duration::from_secs(5),
        memory_max_bytes: 64 << 20,
        table_max_elements: TABLE_CEILING_ELEMENTS,
        instances_max: 64,
        memories_max: 4,
        tables_max: 48,
        data_max_bytes: 8 << 20,
        output_max_bytes: 1 << 20,
        log_line_max_bytes: 4 << 10,
        log_call_max_bytes: 64 << 10,
        log_minute_max_bytes: 256 << 10,
        client_call_max_bytes: 64 << 10,
        host_calls_max: 1_000,
        concurrent_calls: 16,
        waiting_calls: 64,
        component_max_bytes: Self::COMPONENT_MAX_BYTES,
        compile_deadline: Duration::from_secs(180),
        compile_memory_max_bytes: 2 << 30,
    };
}

/// Counts what one store holds, over all its memories and tables.
#[derive(Debug)]
pub(crate) struct Limiter {
    limits: Limits,
    memory_bytes: usize,
    table_elements: usize,
    /// Whether a request for memory or table space was refused.
    pub(crate) refused: bool,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { limits: *limits, memory_bytes: 0, table_elements: 0, refused: false }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory_bytes.saturating_add(desired.saturating_sub(current));
        let allowed = total <= self.limits.memory_max_bytes;
        if allowed {
            self.memory_bytes = total;
        }
        self.refused |= !allowed;
        Ok(allowed)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.table_elements.saturating_add(desired.saturating_sub(current));
        let allowed = total <= self.limits.table_max_elements;
        if allowed {
            self.table_elements = total;
        }
        self.refused |= !allowed;
        Ok(allowed)
    }

    fn instances(&self) -> usize {
        self.limits.instances_max
    }

    fn tables(&self) -> usize {
        self.limits.tables_max
    }

    fn memories(&self) -> usize {
        self.limits.memories_max
    }
}
