//! `completion/complete`: what an argument of a prompt or the variable of a template may be.

use rmcp::model::{CompleteRequestParams, CompletionInfo, ErrorData, Reference};

use super::{prompt_messages, resource_messages};
use crate::chat::Caller;
use crate::tools::Tools;
use crate::tools::prompts::Arguments;

pub(super) async fn complete(
    tools: &Tools,
    caller: &Caller,
    request: CompleteRequestParams,
) -> Result<CompletionInfo, ErrorData> {
    let CompleteRequestParams { r#ref: reference, argument, context, .. } = request;
    let given: Arguments = context.and_then(|context| context.arguments).unwrap_or_default().into_iter().collect();
    let completed = if let Some(prompt) = reference.as_prompt_name() {
        let completing = tools.prompts().complete(caller, prompt, &argument.name, &argument.value, &given);
        completing.await.map_err(|error| prompt_messages::error(&error))
    } else if let Some(template) = reference.as_resource_uri() {
        let completing = tools.resources().complete(caller, template, &argument.name, &argument.value);
        completing.await.map_err(|error| resource_messages::error(&error))
    } else {
        Err(unknown(&reference))
    };
    completed.map(prompt_messages::completion)
}

fn unknown(reference: &Reference) -> ErrorData {
    ErrorData::invalid_params(format!("a {} has nothing to complete", reference.reference_type()), None)
}
