//! What a plugin offers as it is shown to a user, kept, and compared. Never the offer itself.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::hexadecimal;
use super::tool::{PromptArgument, PromptDefinition, ResourceDefinition, ResourceTemplate, ToolDefinition};

/// Everything of a definition that a model or a client acts on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    pub name: String,
    pub title: Option<String>,
    pub description: String,
    pub input_schema: String,
    pub output_schema: Option<String>,
    /// read-only, destructive, idempotent, open-world
    pub hints: [bool; 4],
}

impl From<&ToolDefinition> for Definition {
    fn from(definition: &ToolDefinition) -> Self {
        let hints = &definition.hints;
        Self {
            name: definition.name.clone(),
            title: definition.title.clone(),
            description: definition.description.clone(),
            input_schema: definition.input_schema.clone(),
            output_schema: definition.output_schema.clone(),
            hints: [hints.read_only, hints.destructive, hints.idempotent, hints.open_world],
        }
    }
}

impl Definition {
    /// SHA-256 over each field after its length, so that no two definitions read the same.
    pub fn hash(&self) -> String {
        let optional = |text: &Option<String>| text.as_ref().map_or(vec![0], |text| [&[1], text.as_bytes()].concat());
        let fields = [
            self.name.clone().into_bytes(),
            optional(&self.title),
            self.description.clone().into_bytes(),
            self.input_schema.clone().into_bytes(),
            optional(&self.output_schema),
            self.hints.map(u8::from).to_vec(),
        ];
        framed_hash(fields)
    }
}

/// SHA-256 over each field after its length.
fn framed_hash(fields: impl IntoIterator<Item = Vec<u8>>) -> String {
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field);
    }
    hexadecimal(&hasher.finalize())
}

/// Everything of a prompt, a resource or a template that a user or a client acts on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// A prompt's name, a resource's URI, a template.
    pub name: String,
    pub description: String,
    /// All the rest, a line each.
    pub details: Vec<String>,
}

impl Described {
    /// As [`Definition::hash`].
    pub fn hash(&self) -> String {
        let Self { name, description, details } = self;
        framed_hash([name, description].into_iter().chain(details).map(|text| text.clone().into_bytes()))
    }
}

impl From<&PromptDefinition> for Described {
    fn from(prompt: &PromptDefinition) -> Self {
        let details = detail("title", prompt.title.as_ref()).chain(prompt.arguments.iter().map(argument));
        Self { name: prompt.name.clone(), description: prompt.description.clone(), details: details.collect() }
    }
}

impl From<&ResourceDefinition> for Described {
    fn from(resource: &ResourceDefinition) -> Self {
        let ResourceDefinition { uri, name, title, description, mime_type } = resource;
        Self {
            name: uri.clone(),
            description: description.clone(),
            details: details(name, title.as_ref(), mime_type.as_ref()),
        }
    }
}

impl From<&ResourceTemplate> for Described {
    fn from(template: &ResourceTemplate) -> Self {
        let ResourceTemplate { uri_template, name, title, description, mime_type } = template;
        Self {
            name: uri_template.clone(),
            description: description.clone(),
            details: details(name, title.as_ref(), mime_type.as_ref()),
        }
    }
}

fn details(name: &String, title: Option<&String>, mime_type: Option<&String>) -> Vec<String> {
    detail("name", Some(name)).chain(detail("title", title)).chain(detail("type", mime_type)).collect()
}

fn detail(what: &'static str, text: Option<&String>) -> impl Iterator<Item = String> {
    text.map(|text| format!("{what}: {text}")).into_iter()
}

fn argument(argument: &PromptArgument) -> String {
    let PromptArgument { name, title, description, required } = argument;
    let title = title.as_ref().map(|title| format!(" ({title})")).unwrap_or_default();
    let required = if *required { ", required" } else { "" };
    format!("argument {name:?}{title}{required}: {description}")
}
