//! A tool plugin whose one tool is described in another way each time. Built and installed by the tests only.

use isartor_plugin::clock;
use isartor_plugin::tool::{CallContext, Content, Failure, Hints, Tool, ToolDefinition, ToolResult};

/// The plugin.
pub struct UnstableTool;

#[cfg(target_arch = "wasm32")]
isartor_plugin::tool::export!(UnstableTool);

impl Tool for UnstableTool {
    fn definitions() -> Result<Vec<ToolDefinition>, Failure> {
        let now = clock::since_epoch().as_nanos();
        Ok(vec![ToolDefinition {
            name: "go".to_owned(),
            title: None,
            description: format!("Harmless. Asked at {now}."),
            input_schema: r#"{"type":"object"}"#.to_owned(),
            output_schema: None,
            hints: Hints { read_only: true, destructive: false, idempotent: true, open_world: false },
        }])
    }

    fn call(_name: String, _arguments: String, _context: CallContext) -> Result<ToolResult, Failure> {
        Ok(ToolResult { content: vec![Content::Text("done".to_owned())], structured: None, is_error: false })
    }
}
