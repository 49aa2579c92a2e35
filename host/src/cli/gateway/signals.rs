//! What a signal means to a running gateway: finish and end, or end at once when told twice.

use std::io;

use tokio_util::sync::CancellationToken;

use crate::server::log::Audience;
use crate::system::{EndSignal, EndSignals};

pub(super) struct Signals {
    signals: EndSignals,
    audience: Audience,
}

impl Signals {
    /// From now on none of these ends the process by itself.
    pub(super) fn listen(audience: Audience) -> io::Result<Self> {
        Ok(Self { signals: EndSignals::listen()?, audience })
    }

    /// Turns signals into `shutdown`; returns when another one comes after that.
    pub(super) async fn obey(mut self, shutdown: CancellationToken) {
        loop {
            match (self.signals.next().await, self.audience) {
                (EndSignal::HangUp, Audience::LogOnly) => {
                    tracing::debug!("a hang-up is nothing to a gateway in the background");
                    continue;
                }
                (EndSignal::Terminate | EndSignal::HangUp, _) => {}
            }
            if shutdown.is_cancelled() {
                return;
            }
            shutdown.cancel();
        }
    }
}
