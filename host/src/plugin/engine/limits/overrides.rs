//! What the user changed about one plugin's limits, as the lock writes it. Never beyond the ceilings.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Limits, MEMORY_CEILING_BYTES, TABLE_CEILING_ELEMENTS};

/// The limits of one plugin that differ from those of its kind. What is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitOverrides {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_milliseconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definitions_deadline_milliseconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_max_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_max_elements: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_max_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_max_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_call_max_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_minute_max_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_calls_max: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent_calls: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_calls: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component_max_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compile_deadline_milliseconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compile_memory_max_bytes: Option<u64>,
}

impl Limits {
    /// These limits with the user's changes. The error names the limit and what it can be.
    pub fn with(mut self, overrides: &LimitOverrides) -> Result<Self, String> {
        let o = overrides;
        set_time("deadline_milliseconds", o.deadline_milliseconds, &mut self.deadline, 300_000)?;
        let definitions = &mut self.definitions_deadline;
        set_time("definitions_deadline_milliseconds", o.definitions_deadline_milliseconds, definitions, 60_000)?;
        set("memory_max_bytes", o.memory_max_bytes, &mut self.memory_max_bytes, 64 << 10..=MEMORY_CEILING_BYTES)?;
        set("table_max_elements", o.table_max_elements, &mut self.table_max_elements, 1..=TABLE_CEILING_ELEMENTS)?;
        set("data_max_bytes", o.data_max_bytes, &mut self.data_max_bytes, 1 << 10..=64 << 20)?;
        set("output_max_bytes", o.output_max_bytes, &mut self.output_max_bytes, 1 << 10..=16 << 20)?;
        set("log_call_max_bytes", o.log_call_max_bytes, &mut self.log_call_max_bytes, 0..=1 << 20)?;
        set("log_minute_max_bytes", o.log_minute_max_bytes, &mut self.log_minute_max_bytes, 0..=4 << 20)?;
        set("host_calls_max", o.host_calls_max, &mut self.host_calls_max, 0..=100_000)?;
        set("concurrent_calls", o.concurrent_calls, &mut self.concurrent_calls, 1..=64)?;
        set("waiting_calls", o.waiting_calls, &mut self.waiting_calls, 0..=1_024)?;
        let component = &mut self.component_max_bytes;
        set("component_max_bytes", o.component_max_bytes, component, 1 << 10..=Self::COMPONENT_MAX_BYTES)?;
        let compile = &mut self.compile_deadline;
        set_time("compile_deadline_milliseconds", o.compile_deadline_milliseconds, compile, 600_000)?;
        let memory = &mut self.compile_memory_max_bytes;
        set("compile_memory_max_bytes", o.compile_memory_max_bytes, memory, 64 << 20..=8 << 30)?;
        Ok(self)
    }
}

fn set<T: PartialOrd + Copy + Display>(
    name: &str,
    wanted: Option<T>,
    limit: &mut T,
    allowed: RangeInclusive<T>,
) -> Result<(), String> {
    let Some(wanted) = wanted else { return Ok(()) };
    if !allowed.contains(&wanted) {
        return Err(format!("{name} is {wanted}, but must be from {} to {}", allowed.start(), allowed.end()));
    }
    *limit = wanted;
    Ok(())
}

fn set_time(name: &str, wanted: Option<u64>, limit: &mut Duration, most_milliseconds: u64) -> Result<(), String> {
    let mut milliseconds = limit.as_millis().try_into().unwrap_or(u64::MAX);
    set(name, wanted, &mut milliseconds, 1..=most_milliseconds)?;
    *limit = Duration::from_millis(milliseconds);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::Kind;

    #[test]
    fn only_what_is_named_changes_and_never_beyond_the_ceiling() {
        let tool = Limits::of(Kind::Tool);
        let cases = [
            ("", Ok(tool)),
            ("deadline_milliseconds = 250", Ok(Limits { deadline: Duration::from_millis(250), ..tool })),
            ("waiting_calls = 0", Ok(Limits { waiting_calls: 0, ..tool })),
            ("deadline_milliseconds = 0", Err("deadline_milliseconds is 0, but must be from 1 to 300000")),
            ("memory_max_bytes = 268435457", Err("memory_max_bytes is 268435457, but must be from 65536 to 268435456")),
            ("concurrent_calls = 65", Err("concurrent_calls is 65, but must be from 1 to 64")),
        ];
        for (text, expected) in cases {
            let overrides: LimitOverrides = toml::from_str(text).unwrap();
            assert_eq!(tool.with(&overrides), expected.map_err(str::to_owned), "{text}");
            assert_eq!(toml::from_str::<LimitOverrides>(&toml::to_string(&overrides).unwrap()).unwrap(), overrides);
        }
        assert!(toml::from_str::<LimitOverrides>("deadline = 1").is_err(), "an unknown limit is an error");
    }
}
