//! What is done about sessions beside requests: idle ones end, the file follows, and a stopping gateway lets listeners
//! go.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

use super::{Sessions, saved};
use crate::server::SteadyClock;

const SWEEP_EVERY: Duration = Duration::from_secs(30);
const SWEEP_AT_LEAST_EVERY: Duration = Duration::from_millis(250);

pub(super) async fn run(sessions: Arc<Sessions>, file: PathBuf, clock: SteadyClock, stopping: CancellationToken) {
    let sweep_every = (sessions.settings.idle / 4).clamp(SWEEP_AT_LEAST_EVERY, SWEEP_EVERY);
    let mut sweeping = interval(sweep_every);
    loop {
        tokio::select! {
            _ = sweeping.tick() => sessions.end_idle(),
            () = sessions.changed.notified() => write(&sessions, &file, &clock).await,
            () = stopping.cancelled() => break,
        }
    }
    sessions.stop_listening();
    write(&sessions, &file, &clock).await;
}

/// Each write takes with it whatever changed during the last one.
async fn write(sessions: &Sessions, file: &Path, clock: &SteadyClock) {
    let change = sessions.changes.load(Ordering::Acquire);
    let (snapshot, file) = (sessions.to_save(clock.now()), file.to_path_buf());
    let written = spawn_blocking(move || saved::write(&file, &snapshot)).await;
    match written {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, "sessions will not outlive this gateway");
        }
        Err(error) => tracing::error!(%error, "writing the sessions failed"),
    }
    sessions.saved.send_replace(change);
}
