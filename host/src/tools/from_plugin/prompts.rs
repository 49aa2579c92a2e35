//! A plugin's prompts in MCP's words: definitions checked once, messages checked each time.

use std::sync::Arc;

use super::{check_labels, check_size, log_failure, safe_sentence};
use crate::chat::{Caller, Permission};
use crate::plugin::definition::Described;
use crate::plugin::tool::{self, Asker, PromptDefinition};
use crate::plugin::{PluginError, ReportedKind, ToolPlugin};
use crate::tools::completions::{Completion, SUGGESTED_MAX};
use crate::tools::content::checked;
use crate::tools::namespace::{Namespace, check_pinned};
use crate::tools::prompts::{
    Arguments, Giving, PromptArgument, PromptError, PromptInfo, PromptMessage, PromptOutput, PromptSource, Role,
};
use crate::tools::{LeftOut, Offer, visible};

const DESCRIPTION_MAX_CHARACTERS: usize = 4_096;
const ARGUMENTS_MAX: usize = 32;

/// The usable prompts of one plugin.
pub(in crate::tools) struct PluginPrompts {
    plugin: Arc<ToolPlugin>,
    list: Vec<PromptInfo>,
    /// What the plugin calls them.
    own_names: Vec<String>,
}

impl PluginPrompts {
    /// Those that every client can use, and why the others cannot.
    pub(in crate::tools) fn of(offer: &Offer, namespace: Namespace<'_>) -> (Self, Vec<LeftOut>) {
        let plugin = Arc::clone(&offer.plugin);
        let (mut usable, mut left_out) = (Self { plugin, list: Vec::new(), own_names: Vec::new() }, Vec::new());
        for definition in &offer.prompts {
            let full_name = namespace.full_name(&definition.name);
            match prompt_info(&full_name, &offer.plugin, definition) {
                Ok(info) => {
                    usable.list.push(info);
                    usable.own_names.push(definition.name.clone());
                }
                Err(reason) => left_out.push(LeftOut::tool(&full_name, reason)),
            }
        }
        (usable, left_out)
    }

    fn own_name(&self, name: &str) -> Result<&str, PromptError> {
        let index = self.list.iter().position(|info| info.name == name);
        index.map(|index| self.own_names[index].as_str()).ok_or_else(|| PromptError::Unknown(name.to_owned()))
    }

    fn failure(&self, name: &str, error: &PluginError) -> PromptError {
        if let PluginError::Reported { kind, message, .. } = error {
            return match kind {
                ReportedKind::InvalidInput => PromptError::Invalid(message.clone()),
                ReportedKind::Unsupported | ReportedKind::Failed => PromptError::Failed(message.clone()),
            };
        }
        log_failure(&self.plugin, name, error);
        PromptError::Failed(safe_sentence(error))
    }
}

/// Checks one definition; the reason says what is wrong with it.
fn prompt_info(full_name: &str, plugin: &ToolPlugin, definition: &PromptDefinition) -> Result<PromptInfo, String> {
    Namespace::check_name(full_name, &definition.name)?;
    let pinned = plugin.pins().map(|pins| &pins.prompts);
    check_pinned(plugin, pinned, &definition.name, || Described::from(definition).hash())?;
    let arguments = &definition.arguments;
    if arguments.len() > ARGUMENTS_MAX {
        return Err(format!("it has {} arguments, more than {ARGUMENTS_MAX}", arguments.len()));
    }
    let labels = arguments.iter().flat_map(|argument| argument.title.iter().chain([&argument.name]));
    check_labels(labels.chain(&definition.title))?;
    let mut texts = arguments.iter().map(|argument| &argument.description).chain([&definition.description]);
    if texts.any(|text| text.chars().count() > DESCRIPTION_MAX_CHARACTERS) {
        return Err(format!("a description of it has more than {DESCRIPTION_MAX_CHARACTERS} characters"));
    }
    Ok(PromptInfo {
        name: full_name.to_owned(),
        title: definition.title.as_deref().map(visible::label),
        description: visible::label(&definition.description),
        arguments: arguments.iter().map(argument).collect(),
    })
}

fn argument(argument: &tool::PromptArgument) -> PromptArgument {
    PromptArgument {
        name: visible::label(&argument.name),
        title: argument.title.as_deref().map(visible::label),
        description: visible::label(&argument.description),
        is_required: argument.required,
    }
}

impl PromptSource for PluginPrompts {
    fn prompts(&self) -> &[PromptInfo] {
        &self.list
    }

    fn get<'a>(&'a self, caller: &'a Caller, name: &'a str, arguments: Arguments) -> Giving<'a, PromptOutput> {
        Box::pin(async move {
            let own_name = self.own_name(name)?;
            if !caller.permissions.contain(Permission::Read) {
                return Err(PromptError::Denied);
            }
            let arguments: Vec<(String, String)> = arguments.into_iter().collect();
            let max_bytes = self.plugin.limits().output_max_bytes;
            let asker = Asker::silent(caller.principal.as_str());
            let messages = self.plugin.prompt(own_name, &arguments, asker, |found| messages(found, max_bytes)).await;
            let messages = messages.map_err(|error| self.failure(name, &error))?;
            Ok(PromptOutput { description: None, messages })
        })
    }

    fn complete<'a>(
        &'a self,
        caller: &'a Caller,
        name: &'a str,
        argument: &'a str,
        value: &'a str,
        _given: &'a Arguments,
    ) -> Giving<'a, Completion> {
        Box::pin(async move {
            let own_name = self.own_name(name)?;
            if !caller.permissions.contain(Permission::Read) {
                return Err(PromptError::Denied);
            }
            let max_bytes = self.plugin.limits().output_max_bytes;
            let asker = Asker::silent(caller.principal.as_str());
            let usable = |found| suggestions(found, max_bytes);
            let found = self.plugin.completions(own_name, (argument, value), asker, usable).await;
            found.map_err(|error| self.failure(name, &error))
        })
    }
}

fn messages(messages: Vec<tool::PromptMessage>, max_bytes: usize) -> Result<Vec<PromptMessage>, String> {
    check_size(messages.iter().map(|message| message.content.size_bytes()).sum(), max_bytes)?;
    let message = |message: tool::PromptMessage| {
        let role = match message.role {
            tool::Role::User => Role::User,
            tool::Role::Assistant => Role::Assistant,
        };
        Ok(PromptMessage { role, content: checked(message.content)? })
    };
    messages.into_iter().map(message).collect()
}

/// A value that is not all visible would complete to something else than what a person reads.
fn suggestions(values: Vec<String>, max_bytes: usize) -> Result<Completion, String> {
    check_size(values.iter().map(String::len).sum(), max_bytes)?;
    if values.len() > SUGGESTED_MAX {
        return Err(format!("{} values, more than {SUGGESTED_MAX},", values.len()));
    }
    let values: Vec<String> = values.into_iter().filter(|value| visible::label(value) == *value).collect();
    Ok(Completion { total: values.len(), values })
}
