//! How much time, memory and data a plugin gets. On by default, and never more than the ceilings.

use std::time::Duration;

use wasmtime::ResourceLimiter;

use crate::plugin::Kind;

/// The most that any plugin's memory can be, in bytes; what the instance pool reserves.
pub(super) const MEMORY_CEILING_BYTES: usize = 256 << 20;

/// The most elements that any plugin's table can have.
pub(super) const TABLE_CEILING_ELEMENTS: usize = 20_000;

/// The budgets of one plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Wall time of one call.
    pub deadline: Duration,
    /// Memory of one instance, all its memories together.
    pub memory_max_bytes: usize,
    /// What one call may hand from the plugin to the host.
    pub data_max_bytes: usize,
    /// Calls of one plugin at the same time; more are refused as busy.
    pub concurrent_calls: usize,
}

impl Limits {
    /// The largest component that is read at all.
    pub const COMPONENT_MAX_BYTES: u64 = 64 << 20;

    /// How often one call may use capabilities.
    pub const HOST_CALLS_MAX: u64 = 1_000;

    /// The defaults of each kind. A policy runs inside a look-up, a tool may have real work to do.
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Policy => Self {
                deadline: Duration::from_millis(100),
                memory_max_bytes: 16 << 20,
                data_max_bytes: 256 << 10,
                concurrent_calls: 64,
            },
            Kind::Connector => Self {
                deadline: Duration::from_secs(2),
                memory_max_bytes: 256 << 20,
                data_max_bytes: 64 << 20,
                concurrent_calls: 1,
            },
            Kind::Tool => Self {
                deadline: Duration::from_secs(10),
                memory_max_bytes: 64 << 20,
                data_max_bytes: 8 << 20,
                concurrent_calls: 16,
            },
        }
    }
}

/// Counts what one store holds, over all its memories and tables.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_max_bytes: usize,
    memory_bytes: usize,
    table_elements: usize,
    /// Whether a request for memory or table space was refused.
    pub(crate) refused: bool,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { memory_max_bytes: limits.memory_max_bytes, memory_bytes: 0, table_elements: 0, refused: false }
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory_bytes.saturating_add(desired.saturating_sub(current));
        let allowed = total <= self.memory_max_bytes;
        if allowed {
            self.memory_bytes = total;
        }
        self.refused |= !allowed;
        Ok(allowed)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.table_elements.saturating_add(desired.saturating_sub(current));
        let allowed = total <= TABLE_CEILING_ELEMENTS;
        if allowed {
            self.table_elements = total;
        }
        self.refused |= !allowed;
        Ok(allowed)
    }

    fn instances(&self) -> usize {
        64
    }

    fn tables(&self) -> usize {
        48
    }

    fn memories(&self) -> usize {
        4
    }
}
