//! Which clients are running, and since when. The one place that looks at other processes.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, RefreshKind, System};

use crate::plugin::Manifest;

/// The processes at one moment.
pub(in crate::cli) struct Processes {
    /// None where they cannot be listed: nothing depends on it but a warning.
    system: Option<System>,
}

impl Processes {
    pub(in crate::cli) fn now() -> Self {
        let mut system = System::new_with_specifics(RefreshKind::nothing()).ok();
        if let Some(system) = &mut system {
            system.refresh_processes_specifics(ProcessesToUpdate::All, true, ProcessRefreshKind::nothing());
        }
        Self { system }
    }

    /// When the oldest process of a client was started; none where there is none.
    pub(in crate::cli) fn running_since(&self, client: &Manifest) -> Option<SystemTime> {
        let is_named = |found: &str| {
            let found = found.strip_suffix(".exe").unwrap_or(found);
            client.processes.iter().any(|name| name.eq_ignore_ascii_case(found))
        };
        let processes = self.system.as_ref()?.processes().values();
        let processes = processes.filter(|process| process.name().to_str().is_some_and(is_named));
        processes.map(|process| UNIX_EPOCH + Duration::from_secs(process.start_time())).min()
    }
}
