//! A plugin's tools in MCP's words: definitions checked once, results checked each time.

mod prompts;
mod resources;

use std::sync::Arc;

use serde_json::{Map, Value};

use super::content::checked;
use super::namespace::{Namespace, check_pinned};
use super::resources::{Announcer, Resources};
use super::{CallMonitor, Hints, LogLevel, ToolInfo, ToolOutput, visible};
use crate::chat::Principal;
use crate::plugin::definition::Definition;
use crate::plugin::manifest::capability::{CapabilityName, CapabilityRequest};
use crate::plugin::tool::{self, Asker, ToolDefinition, ToolResult};
use crate::plugin::{Grants, Listener, PluginError, ToolPlugin};

pub(super) use prompts::PluginPrompts;
pub(super) use resources::PluginResources;

const DESCRIPTION_MAX_CHARACTERS: usize = 4_096;
/// Of a name or a title, which clients show in lists.
const LABEL_MAX_CHARACTERS: usize = 256;
const SCHEMA_MAX_BYTES: usize = 64 << 10;

/// Checks one definition; the reason says what is wrong with it.
pub(super) fn tool_info(full_name: &str, plugin: &ToolPlugin, definition: &ToolDefinition) -> Result<ToolInfo, String> {
    Namespace::check_name(full_name, &definition.name)?;
    let pinned = plugin.pins().map(|pins| &pins.tools);
    check_pinned(plugin, pinned, &definition.name, || Definition::from(definition).hash())?;
    let length = definition.description.chars().count();
    if length > DESCRIPTION_MAX_CHARACTERS {
        return Err(format!("its description has {length} characters, more than {DESCRIPTION_MAX_CHARACTERS}"));
    }
    check_labels(definition.title.iter())?;
    let input_schema = schema("input", &definition.input_schema)?;
    Ok(ToolInfo {
        name: full_name.to_owned(),
        title: definition.title.as_deref().map(visible::label),
        description: visible::label(&definition.description),
        has_header_arguments: input_schema.values().any(asks_for_headers),
        input_schema,
        output_schema: definition.output_schema.as_deref().map(|text| schema("output", text)).transpose()?,
        hints: hints(definition.hints, plugin.grants()),
    })
}

/// What the plugin claims, as far as its grants allow it to be true: without a way out of its sandbox it destroys
/// nothing and meets no outside world; with one, it may say it is harmless only where it could not be otherwise.
fn hints(claimed: tool::Hints, grants: &Grants) -> Hints {
    let tool::Hints { read_only, destructive, idempotent, open_world: _ } = claimed;
    let mut hints = Hints { read_only, destructive: false, idempotent, open_world: false };
    for request in grants.granted() {
        match request {
            CapabilityRequest::Log { .. }
            | CapabilityRequest::Clock { .. }
            | CapabilityRequest::Config { .. }
            | CapabilityRequest::Client { .. } => {}
            // Its own store, and a secret that only goes into requests, which `http` stands for.
            CapabilityRequest::Store(_) | CapabilityRequest::Secret(_) => hints.destructive |= destructive,
            CapabilityRequest::Cache { .. } => {
                hints.read_only = false;
                hints.destructive |= destructive;
            }
            CapabilityRequest::Http(http) => {
                let can_write = http.methods.iter().any(|method| method != "GET" && method != "HEAD");
                hints.read_only &= !can_write;
                hints.destructive |= destructive;
                hints.open_world = true;
            }
        }
    }
    hints
}

/// Clients reject a whole list for one schema whose type is not `object`.
fn schema(which: &str, text: &str) -> Result<Arc<Map<String, Value>>, String> {
    if text.len() > SCHEMA_MAX_BYTES {
        return Err(format!("its {which} schema has {} bytes, more than {SCHEMA_MAX_BYTES}", text.len()));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(schema)) if schema.get("type") == Some(&Value::from("object")) => {
            match schema.values().find_map(remote_reference) {
                Some(target) => {
                    Err(format!("its {which} schema refers to {:?}, outside itself", visible::excerpt(target)))
                }
                None => Ok(Arc::new(schema)),
            }
        }
        Ok(_) => Err(format!("its {which} schema is not an object schema")),
        Err(error) => Err(format!("its {which} schema is not JSON: {error}")),
    }
}

/// What a schema, at whatever depth, refers to that a client would have to fetch from elsewhere.
fn remote_reference(schema: &Value) -> Option<&str> {
    match schema {
        Value::Object(members) => {
            let references =
                ["$ref", "$dynamicRef", "$recursiveRef"].iter().filter_map(|key| members.get(*key)?.as_str());
            let remote = references.into_iter().find(|target| !target.starts_with('#'));
            remote.or_else(|| members.values().find_map(remote_reference))
        }
        Value::Array(items) => items.iter().find_map(remote_reference),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
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

/// Calls a plugin's tool for its author, who learns of every fault; its result is as usable as a client's must be.
pub async fn try_call(
    plugin: &ToolPlugin,
    definition: &ToolDefinition,
    arguments: Map<String, Value>,
    principal: &Principal,
) -> Result<ToolOutput, PluginError> {
    let arguments = Value::Object(arguments).to_string();
    let usable = |result| output(result, definition.output_schema.is_some(), plugin.limits().output_max_bytes);
    plugin.call(&definition.name, &arguments, Asker::silent(principal.as_str()), usable).await
}

/// Calls a plugin's tool. A fault becomes a sentence for the model; the log gets the whole of it.
pub(super) async fn call(
    plugin: &ToolPlugin,
    name: &str,
    info: &ToolInfo,
    arguments: Map<String, Value>,
    principal: &Principal,
    monitor: &Arc<dyn CallMonitor>,
    resources: &Resources,
) -> ToolOutput {
    let arguments = Value::Object(arguments).to_string();
    let output_max_bytes = plugin.limits().output_max_bytes;
    let usable = |result| output(result, info.output_schema.is_some(), output_max_bytes);
    let listener = plugin.grants().has(CapabilityName::Client).then(|| {
        let (monitor, announcer) = (Arc::clone(monitor), resources.announcer(&plugin.manifest().id));
        Arc::new(Heard { monitor, announcer }) as Arc<dyn Listener>
    });
    let asker = Asker { principal: principal.as_str(), listener: listener.as_ref() };
    match plugin.call(name, &arguments, asker, usable).await {
        Ok(output) => output,
        Err(PluginError::Reported { message, .. }) => ToolOutput::error(message),
        Err(error) => {
            log_failure(plugin, &info.name, &error);
            ToolOutput::error(safe_sentence(&error))
        }
    }
}

/// Passes a plugin's words on: to who hears the call, and to who watches its resources, if it has any.
struct Heard {
    monitor: Arc<dyn CallMonitor>,
    announcer: Option<Announcer>,
}

impl Listener for Heard {
    fn progress(&self, done: f64, total: Option<f64>, message: Option<String>) {
        self.monitor.progress(done, total, message);
    }

    fn message(&self, plugin: &str, level: LogLevel, text: String) {
        if self.monitor.hears(level) {
            self.monitor.log(level, plugin, Value::String(text));
        }
    }

    fn resource_updated(&self, uri: &str) {
        if let Some(announcer) = &self.announcer {
            announcer.announce(uri);
        }
    }
}

fn log_failure(plugin: &ToolPlugin, name: &str, error: &PluginError) {
    let (digest, error_chain, backtrace) = (plugin.digest(), error.chain(), error.backtrace());
    tracing::warn!(tool = name, digest, error = error_chain, backtrace, "a tool call failed");
}

/// The result as clients get it, or what is wrong with it. Too much is an error, never a part.
fn output(result: ToolResult, has_output_schema: bool, max_bytes: usize) -> Result<ToolOutput, String> {
    let content_bytes = result.content.iter().map(tool::Content::size_bytes).sum::<usize>();
    check_size(content_bytes + result.structured.as_ref().map_or(0, String::len), max_bytes)?;
    let structured = result.structured.as_deref().map(structured).transpose()?;
    if has_output_schema && structured.is_none() && !result.is_error {
        return Err("no structured content, which its output schema promises,".to_owned());
    }
    let content = result.content.into_iter().map(checked).collect::<Result<_, _>>()?;
    Ok(ToolOutput { content, structured, is_error: result.is_error })
}

fn check_labels<'a>(labels: impl IntoIterator<Item = &'a String>) -> Result<(), String> {
    match labels.into_iter().any(|label| label.chars().count() > LABEL_MAX_CHARACTERS) {
        true => Err(format!("a name or title of it has more than {LABEL_MAX_CHARACTERS} characters")),
        false => Ok(()),
    }
}

fn check_size(bytes: usize, max_bytes: usize) -> Result<(), String> {
    match bytes > max_bytes {
        true => Err(format!("a result of {bytes} bytes, more than the {max_bytes} allowed,")),
        false => Ok(()),
    }
}

fn structured(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(object @ Value::Object(_)) => Ok(object),
        Ok(_) | Err(_) => Err("structured content that is not a JSON object".to_owned()),
    }
}

/// What a client may know: which plugin, and what kind of failure. No paths, no words of the plugin.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others happen before a call")]
fn safe_sentence(error: &PluginError) -> String {
    match error {
        PluginError::Fault { plugin, fault, .. } => format!("The plugin {plugin} failed: {fault}."),
        PluginError::Busy { plugin, .. } => format!("The plugin {plugin} is busy. Try again in a moment."),
        PluginError::Tripped { plugin, wait } => format!(
            "The plugin {plugin} failed too often and is suspended. It can be tried again in {} seconds.",
            wait.as_secs() + 1
        ),
        PluginError::BadOutput { plugin, .. } => format!("The plugin {plugin} returned a result that is not usable."),
        _ => "The plugin cannot be used; isartor's log says why.".to_owned(),
    }
}
