//! Our tools and their outputs as MCP writes them. Pure translation, nothing is added or left out.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rmcp::model::{CallToolResult, ContentBlock, Tool, ToolAnnotations};

use super::resource_messages;
use crate::tools::{Content, Hints, ToolInfo, ToolOutput};

pub(super) fn tool(info: &ToolInfo) -> Tool {
    let mut tool = Tool::new(info.name.clone(), info.description.clone(), info.input_schema.clone());
    tool.title.clone_from(&info.title);
    tool.output_schema.clone_from(&info.output_schema);
    tool.with_annotations(annotations(info.title.clone(), info.hints))
}

fn annotations(title: Option<String>, hints: Hints) -> ToolAnnotations {
    let Hints { read_only, destructive, idempotent, open_world } = hints;
    ToolAnnotations::from_raw(title, Some(read_only), Some(destructive), Some(idempotent), Some(open_world))
}

pub(super) fn result(output: ToolOutput) -> CallToolResult {
    let content = output.content.into_iter().map(block).collect();
    let mut result = if output.is_error { CallToolResult::error(content) } else { CallToolResult::success(content) };
    result.structured_content = output.structured;
    result
}

pub(super) fn block(content: Content) -> ContentBlock {
    match content {
        Content::Text(text) => ContentBlock::text(text),
        Content::Image { data, mime_type } => ContentBlock::image(BASE64_STANDARD.encode(data), mime_type),
        Content::Audio { data, mime_type } => ContentBlock::audio(BASE64_STANDARD.encode(data), mime_type),
        Content::Embedded { uri, contents } => ContentBlock::resource(resource_messages::contents(uri, contents)),
        Content::Link(link) => ContentBlock::resource_link(resource_messages::resource(&link)),
    }
}
