//! A plugin's tools in MCP's words: definitions checked once, results checked each time.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Content, Hints, ToolInfo, ToolOutput, is_tool_name};
use crate::chat::Principal;
use crate::plugin::tool::{self, ToolDefinition, ToolResult};
use crate::plugin::{PluginError, ToolPlugin};

const DESCRIPTION_MAX_CHARACTERS: usize = 4_096;
const SCHEMA_MAX_BYTES: usize = 64 << 10;

/// Checks one definition; the reason says what is wrong with it.
pub(super) fn tool_info(full_name: &str, definition: ToolDefinition) -> Result<ToolInfo, String> {
    if !is_tool_name(full_name) {
        return Err("its name is not [a-zA-Z0-9_-], 1 to 64 characters with the plugin's id".to_owned());
    }
    let length = definition.description.chars().count();
    if length > DESCRIPTION_MAX_CHARACTERS {
        return Err(format!("its description has {length} characters, more than {DESCRIPTION_MAX_CHARACTERS}"));
    }
    let output_schema = definition.output_schema.as_deref().map(|text| schema("output", text)).transpose()?;
    let input_schema = schema("input", &definition.input_schema)?;
    Ok(ToolInfo {
        name: full_name.to_owned(),
        title: definition.title.map(|title| visible(&title)),
        description: visible(&definition.description),
        has_header_arguments: input_schema.values().any(asks_for_headers),
        input_schema,
        output_schema,
        hints: Hints {
            read_only: definition.hints.read_only,
            destructive: definition.hints.destructive,
            idempotent: definition.hints.idempotent,
            open_world: definition.hints.open_world,
        },
    })
}

/// Clients reject a whole list for one schema whose type is not `object`.
fn schema(which: &str, text: &str) -> Result<Arc<Map<String, Value>>, String> {
    if text.len() > SCHEMA_MAX_BYTES {
        return Err(format!("its {which} schema has {} bytes, more than {SCHEMA_MAX_BYTES}", text.len()));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(schema)) if schema.get("type") == Some(&Value::from("object")) => Ok(Arc::new(schema)),
        Ok(_) => Err(format!("its {which} schema is not an object schema")),
        Err(error) => Err(format!("its {which} schema is not JSON: {error}")),
    }
}

/// Whether a schema, at whatever depth, wants an argument repeated in a header.
fn asks_for_headers(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => members.contains_key("x-mcp-header") || members.values().any(asks_for_headers),
        Value::Array(items) => items.iter().any(asks_for_headers),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Without the control, zero-width, bidirectional and tag characters that could hide words from a person.
fn visible(text: &str) -> String {
    let hidden = |character: char| {
        (character.is_control() && character != '\n')
            || matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
            || matches!(character, '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
    };
    text.chars().filter(|&character| !hidden(character)).collect()
}

/// Calls a plugin's tool. A fault becomes a sentence for the model; the log gets the whole of it.
pub(super) async fn call(
    plugin: &ToolPlugin,
    name: &str,
    arguments: Map<String, Value>,
    principal: &Principal,
) -> ToolOutput {
    let arguments = Value::Object(arguments).to_string();
    let called = plugin.call(name, &arguments, principal.as_str()).await;
    match called.and_then(|result| output(plugin, result)) {
        Ok(output) => output,
        Err(PluginError::Reported { message, .. }) => ToolOutput::error(message),
        Err(error) => {
            tracing::warn!(error = error.chain(), "a tool call failed");
            ToolOutput::error(safe_sentence(&error))
        }
    }
}

fn output(plugin: &ToolPlugin, result: ToolResult) -> Result<ToolOutput, PluginError> {
    let structured = result.structured.as_deref().map(|text| structured(plugin, text)).transpose()?;
    let content = result.content.into_iter().map(|content| match content {
        tool::Content::Text(text) => Content::Text(text),
        tool::Content::Image(media) => Content::Image { data: media.data, mime_type: media.mime_type },
        tool::Content::Audio(media) => Content::Audio { data: media.data, mime_type: media.mime_type },
    });
    Ok(ToolOutput { content: content.collect(), structured, is_error: result.is_error })
}

fn structured(plugin: &ToolPlugin, text: &str) -> Result<Value, PluginError> {
    match serde_json::from_str(text) {
        Ok(object @ Value::Object(_)) => Ok(object),
        Ok(_) | Err(_) => Err(PluginError::BadOutput {
            plugin: plugin.manifest().id.clone(),
            export: "call",
            what: "structured content that is not a JSON object".to_owned(),
        }),
    }
}

/// What a client may know: which plugin, and what kind of failure.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others happen before a call, and name no more than the plugin")]
fn safe_sentence(error: &PluginError) -> String {
    match error {
        PluginError::Fault { plugin, fault, .. } => format!("The plugin {plugin} failed: {fault}."),
        PluginError::Busy { plugin, .. } => format!("The plugin {plugin} is busy. Try again in a moment."),
        PluginError::BadOutput { plugin, .. } => format!("The plugin {plugin} returned a result that is not usable."),
        other => other.to_string(),
    }
}
