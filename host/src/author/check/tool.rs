//! Trying out a tool: what it offers, whether every client can use it, what its calls give back.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Check, Difference, Tried, case, reported};
use crate::author::AuthorError;
use crate::chat::Principal;
use crate::plugin::tool::ToolDefinition;
use crate::plugin::{PluginError, ToolPlugin};
use crate::tools::resources::{Body, ResourceContents};
use crate::tools::{self, Content, Offer, ToolOutput};

/// call.json
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    tool: String,
    arguments: serde_json::Map<String, Value>,
}

pub(super) fn try_out(check: &Check) -> Result<Tried, AuthorError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|source| AuthorError::file("start", Path::new("the asynchronous runtime"), source))?;
    runtime.block_on(try_out_async(check))
}

async fn try_out_async(check: &Check<'_>) -> Result<Tried, AuthorError> {
    let tool = Arc::new(check.trial.tool()?);
    let offer = Offer::of(Arc::clone(&tool)).await?;
    if !offer.is_as(&Offer::of(Arc::clone(&tool)).await?) {
        return Err(bad(&tool, "other definitions the second time".to_owned()));
    }
    if let Some(unusable) = tools::unusable(&offer).into_iter().next() {
        return Err(bad(&tool, format!("{}, which is not usable: {}", unusable.name, unusable.reason)));
    }
    let mut tried = Tried { offers: offer.lines(), ..Tried::default() };
    for folder in &check.cases {
        let difference = run(&tool, offer.tools(), folder).await?;
        tried.add(difference);
    }
    Ok(tried)
}

async fn run(
    tool: &ToolPlugin,
    definitions: &[ToolDefinition],
    folder: &Path,
) -> Result<Option<Difference>, AuthorError> {
    let call: Call = case::json(folder, "call.json")?;
    let Some(definition) = definitions.iter().find(|definition| definition.name == call.tool) else {
        let message = format!("the plugin has no tool called {}", call.tool);
        return Err(AuthorError::Case { path: folder.join("call.json"), message });
    };
    let found = match tools::try_call(tool, definition, call.arguments, &Principal::local()).await {
        Ok(output) => shown(output),
        Err(error) => reported(error)?,
    };
    case::compare(folder, found)
}

fn shown(output: ToolOutput) -> Value {
    let content: Vec<Value> = output.content.iter().map(content).collect();
    let mut shown = json!({ "content": content, "is_error": output.is_error });
    if let Some(structured) = output.structured {
        shown["structured"] = structured;
    }
    shown
}

fn content(content: &Content) -> Value {
    let media = |kind: &str, data: &[u8], mime_type: &str| json!({ "type": kind, "mime_type": mime_type, "sha256": digest(data) });
    match content {
        Content::Text(text) => json!({ "type": "text", "text": text }),
        Content::Image { data, mime_type } => media("image", data, mime_type),
        Content::Audio { data, mime_type } => media("audio", data, mime_type),
        Content::Embedded { uri, contents: ResourceContents { mime_type, body: Body::Text(text) } } => {
            json!({ "type": "resource", "uri": uri, "mime_type": mime_type, "text": text })
        }
        Content::Embedded { uri, contents: ResourceContents { mime_type, body: Body::Blob(bytes) } } => {
            json!({ "type": "resource", "uri": uri, "mime_type": mime_type, "sha256": digest(bytes) })
        }
        Content::Link(link) => json!({ "type": "link", "uri": link.uri, "name": link.name }),
    }
}

/// Nobody writes an image into a case; its digest says whether it is the one.
fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bad(tool: &ToolPlugin, what: String) -> AuthorError {
    PluginError::bad_output(tool.manifest(), "definitions", what).into()
}
