//! Levels of messages as MCP names them. Which level a client asked for: a session says it once, a modern request each
//! time.

#![expect(deprecated, reason = "2026-07-28 discourages messages to clients, and clients still ask for them")]

use rmcp::model::{
    ErrorData, LoggingLevel, LoggingMessageNotification, LoggingMessageNotificationParam, RequestId, RequestMetaObject,
    ServerNotification,
};
use rmcp::service::OriginatingRequestId;
use serde_json::Value;

use crate::tools::LogLevel;

/// As it is written down.
pub(super) type ProtocolLevel = LoggingLevel;

const LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";

/// What a modern request asks for, which may be nothing.
pub(super) fn asked(meta: &RequestMetaObject) -> Result<Option<LogLevel>, ErrorData> {
    match meta.log_level() {
        None if meta.get(LOG_LEVEL).is_some_and(|level| !level.is_null()) => {
            Err(ErrorData::invalid_params(format!("{LOG_LEVEL} is not a level"), None))
        }
        level => Ok(level.map(from_protocol)),
    }
}

pub(super) fn from_protocol(level: LoggingLevel) -> LogLevel {
    match level {
        LoggingLevel::Debug => LogLevel::Debug,
        LoggingLevel::Info => LogLevel::Info,
        LoggingLevel::Notice => LogLevel::Notice,
        LoggingLevel::Warning => LogLevel::Warning,
        LoggingLevel::Error => LogLevel::Error,
        LoggingLevel::Critical => LogLevel::Critical,
        LoggingLevel::Alert => LogLevel::Alert,
        LoggingLevel::Emergency => LogLevel::Emergency,
    }
}

pub(super) fn to_protocol(level: LogLevel) -> LoggingLevel {
    match level {
        LogLevel::Debug => LoggingLevel::Debug,
        LogLevel::Info => LoggingLevel::Info,
        LogLevel::Notice => LoggingLevel::Notice,
        LogLevel::Warning => LoggingLevel::Warning,
        LogLevel::Error => LoggingLevel::Error,
        LogLevel::Critical => LoggingLevel::Critical,
        LogLevel::Alert => LoggingLevel::Alert,
        LogLevel::Emergency => LoggingLevel::Emergency,
    }
}

/// It goes where the answer to `request` goes.
pub(super) fn message(level: LogLevel, logger: String, data: Value, request: &RequestId) -> ServerNotification {
    let message = LoggingMessageNotificationParam::new(to_protocol(level), data).with_logger(logger);
    let mut notification = LoggingMessageNotification::new(message);
    notification.extensions.insert(OriginatingRequestId(request.clone()));
    ServerNotification::LoggingMessageNotification(notification)
}
