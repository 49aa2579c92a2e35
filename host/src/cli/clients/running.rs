//! Whether a client is running, and since when. The one place that looks at other processes.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, RefreshKind, System};

/// When the oldest process with one of these names was started; none where there is none.
pub(super) fn since(names: &[String]) -> Option<SystemTime> {
    if names.is_empty() {
        return None;
    }
    // A system whose processes cannot be listed is one on which we cannot warn; nothing depends on it.
    let mut system = System::new_with_specifics(RefreshKind::nothing()).ok()?;
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, ProcessRefreshKind::nothing());
    let is_named = |found: &str| {
        let found = found.strip_suffix(".exe").unwrap_or(found);
        names.iter().any(|name| name.eq_ignore_ascii_case(found))
    };
    let processes = system.processes().values().filter(|process| process.name().to_str().is_some_and(is_named));
    processes.map(|process| UNIX_EPOCH + Duration::from_secs(process.start_time())).min()
}
