//! What the audit log is told of keys that are good and do not open what was wanted over MCP. Decides nothing.

use rmcp::model::ErrorData;

use super::{prompt_messages, resource_messages};
use crate::audit::{Audit, Event};
use crate::chat::Caller;
use crate::tools::CallError;
use crate::tools::prompts::PromptError;
use crate::tools::resources::ResourceError;

/// One request and who hears what becomes of it.
pub(super) struct Denials<'a> {
    pub(super) audit: &'a Audit,
    pub(super) caller: &'a Caller,
    /// Where the request came in.
    pub(super) route: &'a str,
}

impl Denials<'_> {
    pub(super) fn of_tool(&self, error: &CallError) -> ErrorData {
        match error {
            CallError::Unknown(_) => {}
            CallError::NotPermitted { tool, .. } => self.tell(tool),
        }
        ErrorData::invalid_params(error.to_string(), None)
    }

    /// The name of a prompt may be anybody's invention, and tells the owner nothing.
    pub(super) fn of_prompt(&self, error: &PromptError) -> ErrorData {
        if matches!(error, PromptError::Denied) {
            self.tell("prompts/get");
        }
        prompt_messages::error(error)
    }

    /// Nor does a URI, which may say more than belongs into a log.
    pub(super) fn of_resource(&self, error: &ResourceError) -> ErrorData {
        if matches!(error, ResourceError::Denied) {
            self.tell("resources/read");
        }
        resource_messages::error(error)
    }

    fn tell(&self, wanted: &str) {
        if let Some(key) = &self.caller.key {
            self.audit.record(Event::not_permitted(key, wanted, self.route));
        }
    }
}
