//! What a signal means to a running gateway: finish and end, or end at once when told twice.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::server::log::Audience;

pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
    audience: Audience,
}

impl Signals {
    /// From now on none of these ends the process by itself.
    pub(super) fn listen(audience: Audience) -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            audience,
        })
    }

    /// Turns signals into `shutdown`; returns when another one comes after that.
    pub(super) async fn obey(mut self, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
                _ = self.hang_up.recv() => match self.audience {
                    Audience::Terminal => {}
                    Audience::LogOnly => {
                        tracing::debug!("a hang-up is nothing to a gateway in the background");
                        continue;
                    }
                },
            }
            if shutdown.is_cancelled() {
                return;
            }
            shutdown.cancel();
        }
    }
}
