//! What a call says before its result, on its way to the client that asked for it. The call never waits for the client:
//! what is too much for it is dropped.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{ErrorData, ProgressNotificationParam, ProgressToken, RequestMetaObject};
use rmcp::service::RequestContext;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::log_levels;
use crate::tools::{CallMonitor, LogLevel, silent};

/// How many reports wait for a slow client.
const MAX_QUEUED: usize = 64;

/// How long a result waits for the reports that came before it.
const PATIENCE: Duration = Duration::from_secs(1);

enum Report {
    Progress(ProgressNotificationParam),
    Log { level: LogLevel, logger: String, data: Value },
}

struct Reports {
    queue: mpsc::Sender<Report>,
    token: Option<ProgressToken>,
    level: Option<LogLevel>,
}

impl Reports {
    fn send(&self, report: Report) {
        if self.queue.try_send(report).is_err() {
            tracing::debug!("a client does not read fast enough, or is gone: a report is dropped");
        }
    }
}

impl CallMonitor for Reports {
    fn progress(&self, done: f64, total: Option<f64>, message: Option<String>) {
        let Some(token) = &self.token else { return };
        let mut progress = ProgressNotificationParam::new(token.clone(), done);
        (progress.total, progress.message) = (total, message);
        self.send(Report::Progress(progress));
    }

    fn hears(&self, level: LogLevel) -> bool {
        self.level.is_some_and(|least| level >= least)
    }

    fn log(&self, level: LogLevel, logger: &str, data: Value) {
        if self.hears(level) {
            self.send(Report::Log { level, logger: logger.to_owned(), data });
        }
    }
}

/// A token of another kind would have its client wait for reports in vain.
pub(super) fn check_progress_token(meta: &RequestMetaObject) -> Result<(), ErrorData> {
    match meta.get("progressToken") {
        None | Some(Value::Null | Value::String(_)) => Ok(()),
        Some(Value::Number(token)) if token.is_i64() => Ok(()),
        Some(_) => Err(ErrorData::invalid_params("progressToken is neither a string nor a whole number", None)),
    }
}

/// Makes a call, and sends what it says meanwhile to the client: progress if the request has a token for it, messages of
/// `level` and above. All that is sent is sent before the result.
pub(super) async fn while_calling<T, Call: Future<Output = T>>(
    context: &RequestContext<RoleServer>,
    level: Option<LogLevel>,
    call: impl FnOnce(Arc<dyn CallMonitor>) -> Call,
) -> T {
    let token = context.meta.get_progress_token();
    if token.is_none() && level.is_none() {
        return call(silent()).await;
    }
    // Apart: most calls report nothing, and should not be as large as those that do.
    Box::pin(reported(context, token, level, call)).await
}

async fn reported<T, Call: Future<Output = T>>(
    context: &RequestContext<RoleServer>,
    token: Option<ProgressToken>,
    level: Option<LogLevel>,
    call: impl FnOnce(Arc<dyn CallMonitor>) -> Call,
) -> T {
    let (queue, reports) = mpsc::channel(MAX_QUEUED);
    let monitor: Arc<dyn CallMonitor> = Arc::new(Reports { queue, token, level });
    let mut forwarding = pin!(forward(context, reports));
    let result = {
        let mut call = pin!(call(monitor));
        tokio::select! {
            biased;
            result = &mut call => result,
            // The client is gone; what it asked for may still have an effect.
            () = &mut forwarding => return call.await,
        }
    };
    if timeout(PATIENCE, forwarding).await.is_err() {
        tracing::debug!("a client does not read what a call said; its result goes before that");
    }
    result
}

/// Until nobody reports any more, or nobody listens.
async fn forward(context: &RequestContext<RoleServer>, mut reports: mpsc::Receiver<Report>) {
    while let Some(report) = reports.recv().await {
        let sent = match report {
            Report::Progress(progress) => context.peer.notify_progress(progress).await,
            Report::Log { level, logger, data } => {
                let message = log_levels::message(level, logger, data, &context.id);
                context.peer.send_notification(message).await
            }
        };
        if let Err(error) = sent {
            tracing::debug!(%error, "a client does not hear what a call says");
            return;
        }
    }
}
