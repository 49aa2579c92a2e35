//! Prompts and completions as MCP writes them. Pure translation, nothing is added or left out.

use rmcp::model::{
    CompletionInfo, ErrorData, GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role,
};
use serde_json::Value;

use super::tool_messages::block;
use crate::tools::Completion;
use crate::tools::prompts::{self, Arguments, PromptError, PromptInfo, PromptOutput};

pub(super) fn prompt(info: &PromptInfo) -> Prompt {
    let arguments = info.arguments.iter().map(argument).collect();
    let mut prompt = Prompt::new(info.name.clone(), Some(info.description.clone()), Some(arguments));
    prompt.title.clone_from(&info.title);
    prompt
}

fn argument(info: &prompts::PromptArgument) -> PromptArgument {
    let mut argument = PromptArgument::new(info.name.clone()).with_required(info.is_required);
    argument.description = Some(info.description.clone());
    argument.title.clone_from(&info.title);
    argument
}

/// The protocol knows no arguments but texts.
pub(super) fn arguments(object: Option<JsonObject>) -> Result<Arguments, ErrorData> {
    let text = |(name, value): (String, Value)| match value {
        Value::String(text) => Ok((name, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(ErrorData::invalid_params(format!("the argument {name} is not a string"), None))
        }
    };
    object.unwrap_or_default().into_iter().map(text).collect()
}

pub(super) fn result(output: PromptOutput) -> GetPromptResult {
    let messages = output.messages.into_iter().map(|message| {
        let role = match message.role {
            prompts::Role::User => Role::User,
            prompts::Role::Assistant => Role::Assistant,
        };
        PromptMessage::new(role, block(message.content))
    });
    let mut result = GetPromptResult::new(messages.collect());
    result.description = output.description;
    result
}

pub(super) fn completion(completion: Completion) -> CompletionInfo {
    let has_more = completion.has_more();
    let mut info = CompletionInfo::default();
    info.total = u32::try_from(completion.total).ok();
    info.has_more = Some(has_more);
    info.values = completion.values;
    info
}

pub(super) fn error(error: &PromptError) -> ErrorData {
    let message = error.to_string();
    match error {
        PromptError::Unknown(_)
        | PromptError::Missing { .. }
        | PromptError::NoSuchArgument { .. }
        | PromptError::Invalid(_)
        | PromptError::Denied => ErrorData::invalid_params(message, None),
        PromptError::Failed(_) => ErrorData::internal_error(message, None),
    }
}
