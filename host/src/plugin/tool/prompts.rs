//! Calling a tool plugin for its prompts.

use std::time::Instant;

use wasmtime::Store;

use super::{Asker, ToolPlugin, context, within};
use crate::plugin::PluginError;
use crate::plugin::bindings::prompts::exports::isartor::plugin::prompts as wit;
use crate::plugin::imports::Sandbox;
use crate::plugin::receipt::Call;

pub use wit::{PromptArgument, PromptDefinition, PromptMessage, Role};

impl ToolPlugin {
    /// The prompts it offers.
    pub async fn prompts(&self) -> Result<Vec<PromptDefinition>, PluginError> {
        let Some(export) = &self.exports.prompts else { return Ok(Vec::new()) };
        let call = async |store: &mut Store<Sandbox>| {
            let instance = export.instantiate_async(&mut *store).await?;
            instance.isartor_plugin_prompts().call_definitions(store).await
        };
        let usable = |definitions: Vec<_>| within("prompts", definitions.len()).map(|()| definitions);
        let made = Call::of_host("prompts.definitions");
        self.guarded(made, self.definitions_deadline(), call, definitions_bytes, usable).await
    }

    /// The messages of the prompt called `name`. `usable` as for a tool's call.
    pub async fn prompt<U>(
        &self,
        name: &str,
        arguments: &[(String, String)],
        asker: Asker<'_>,
        usable: impl FnOnce(Vec<PromptMessage>) -> Result<U, String>,
    ) -> Result<U, PluginError> {
        let export = self.exports.prompts.as_ref().ok_or_else(|| self.does_not_offer("prompts.get"))?;
        let bytes_in = arguments.iter().map(|(name, value)| name.len() + value.len()).sum();
        let (made, deadline) = (asker.call("prompts.get", bytes_in), Instant::now() + self.limits.deadline);
        let call = async |store: &mut Store<Sandbox>| {
            let instance = export.instantiate_async(&mut *store).await?;
            let context = context(asker.principal, deadline);
            instance.isartor_plugin_prompts().call_get(store, name, arguments, &context).await
        };
        self.guarded(made, deadline, call, messages_bytes, usable).await
    }

    /// What an argument's value may be that begins with `value`. `usable` as for a tool's call.
    pub async fn completions<U>(
        &self,
        name: &str,
        (argument, value): (&str, &str),
        asker: Asker<'_>,
        usable: impl FnOnce(Vec<String>) -> Result<U, String>,
    ) -> Result<U, PluginError> {
        let export = self.exports.prompts.as_ref().ok_or_else(|| self.does_not_offer("prompts.complete"))?;
        let made = asker.call("prompts.complete", argument.len() + value.len());
        let deadline = Instant::now() + self.limits.definitions_deadline;
        let call = async |store: &mut Store<Sandbox>| {
            let instance = export.instantiate_async(&mut *store).await?;
            let context = context(asker.principal, deadline);
            instance.isartor_plugin_prompts().call_complete(store, name, argument, value, &context).await
        };
        self.guarded(made, deadline, call, texts_bytes, usable).await
    }
}

#[expect(clippy::ptr_arg, reason = "it is handed over as a function of what the call returns")]
fn definitions_bytes(definitions: &Vec<PromptDefinition>) -> usize {
    definitions.iter().map(|prompt| prompt.name.len() + prompt.description.len()).sum()
}

#[expect(clippy::ptr_arg, reason = "it is handed over as a function of what the call returns")]
fn messages_bytes(messages: &Vec<PromptMessage>) -> usize {
    messages.iter().map(|message| message.content.size_bytes()).sum()
}

#[expect(clippy::ptr_arg, reason = "it is handed over as a function of what the call returns")]
fn texts_bytes(texts: &Vec<String>) -> usize {
    texts.iter().map(String::len).sum()
}
