//! The tools, prompts and resources that MCP's conformance suite asks a server for. Built and installed by the tests only.

mod media;
mod prompts;
mod resources;

use isartor_plugin::client::{self, Level};
use isartor_plugin::tool::{
    Body, CallContext, Content, Failure, Hints, Media, ResourceContents, Tool, ToolDefinition, ToolResult,
};
use serde_json::{Value, json};

/// The plugin.
pub struct ConformanceTool;

#[cfg(target_arch = "wasm32")]
mod exports {
    use super::ConformanceTool;

    isartor_plugin::tool::export!(ConformanceTool);
    isartor_plugin::prompts::export!(ConformanceTool);
    isartor_plugin::resources::export!(ConformanceTool);
}

/// A tool's name, what it does, and its schema where it takes something.
struct Fixture {
    name: &'static str,
    run: fn(&Value) -> ToolResult,
    schema: fn() -> Value,
}

const fn plain(name: &'static str, run: fn(&Value) -> ToolResult) -> Fixture {
    Fixture { name, run, schema: || json!({ "type": "object", "properties": {} }) }
}

const FIXTURES: [Fixture; 14] = [
    // Taken where its name stays as it is.
    plain("isartor_chat", |_| ToolResult::text("Not the one you meant.")),
    plain("test_simple_text", |_| ToolResult::text("This is a simple text response for testing.")),
    plain("test_image_content", |_| result(vec![image()])),
    plain("test_audio_content", |_| result(vec![audio()])),
    plain("test_embedded_resource", |_| result(vec![embedded("test://embedded-resource")])),
    plain("test_multiple_content_types", |_| multiple()),
    plain("test_tool_with_logging", |_| logging()),
    plain("test_logging_tool", |_| logging()),
    plain("test_error_handling", |_| ToolResult::error("This tool intentionally returns an error for testing")),
    plain("test_tool_with_progress", |_| progress()),
    plain("test_update_resources", update),
    plain("test_streaming_elicitation", |_| ToolResult::text("Nobody is asked anything.")),
    Fixture { name: "json_schema_2020_12_tool", run: echo, schema: json_schema_2020_12 },
    Fixture { name: "test_header_arguments", run: echo, schema: header_arguments },
];

impl Tool for ConformanceTool {
    fn definitions() -> Result<Vec<ToolDefinition>, Failure> {
        let definition = |fixture: &Fixture| ToolDefinition {
            name: fixture.name.to_owned(),
            title: None,
            description: "For the conformance suite.".to_owned(),
            input_schema: (fixture.schema)().to_string(),
            output_schema: None,
            hints: Hints { read_only: true, destructive: false, idempotent: true, open_world: false },
        };
        Ok(FIXTURES.iter().map(definition).collect())
    }

    fn call(name: String, arguments: String, _context: CallContext) -> Result<ToolResult, Failure> {
        let arguments = serde_json::from_str(&arguments).map_err(|error| Failure::invalid_input(error.to_string()))?;
        let fixture = FIXTURES.iter().find(|fixture| fixture.name == name);
        fixture.map(|fixture| (fixture.run)(&arguments)).ok_or_else(|| Failure::unsupported(name))
    }
}

fn result(content: Vec<Content>) -> ToolResult {
    ToolResult { content, structured: None, is_error: false }
}

fn echo(arguments: &Value) -> ToolResult {
    ToolResult::text(arguments.to_string())
}

fn image() -> Content {
    Content::Image(Media { data: media::PNG.to_vec(), mime_type: "image/png".to_owned() })
}

fn audio() -> Content {
    Content::Audio(Media { data: media::WAV.to_vec(), mime_type: "audio/wav".to_owned() })
}

fn embedded(uri: &str) -> Content {
    Content::Embedded(ResourceContents {
        uri: uri.to_owned(),
        mime_type: Some("text/plain".to_owned()),
        body: Body::Text("This is an embedded resource content.".to_owned()),
    })
}

fn multiple() -> ToolResult {
    let text = Content::Text("Multiple content types test:".to_owned());
    result(vec![text, image(), embedded("test://mixed-content-resource")])
}

fn logging() -> ToolResult {
    for message in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
        client::notify(Level::Info, message);
    }
    ToolResult::text("Three messages were sent.")
}

/// Says that what is at each of `uris` has changed.
fn update(arguments: &Value) -> ToolResult {
    for uri in arguments["uris"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        client::resource_updated(uri);
    }
    ToolResult::text("They were said to have changed.")
}

fn progress() -> ToolResult {
    for done in [0.0, 50.0, 100.0] {
        client::progress(done, Some(100.0), None);
    }
    ToolResult::text("Three reports were sent.")
}

fn json_schema_2020_12() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": { "street": { "type": "string" }, "city": { "type": "string" } }
            }
        },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" }
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false
    })
}

/// Arguments that a client repeats in `Mcp-Param-*` headers.
fn header_arguments() -> Value {
    json!({
        "type": "object",
        "properties": {
            "region": { "type": "string", "x-mcp-header": "Region" },
            "query": { "type": "string" }
        },
        "required": ["region"]
    })
}
