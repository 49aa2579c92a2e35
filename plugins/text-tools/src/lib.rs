//! Small tools over text: digests, statistics, JSON pointer queries. Pure functions of their arguments: no imports, no
//! state, nothing outside the call.

mod arguments;

mod digest;
mod json_pointer;
mod statistics;

use isartor_plugin::tool::{CallContext, Content, Failure, Hints, Tool, ToolDefinition, ToolResult};

use self::arguments::Arguments;

/// The plugin.
pub struct TextTools;

/// One tool: what it says of itself, and what it does.
struct Entry {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    input_schema: &'static str,
    output_schema: &'static str,
    /// From arguments to the result, a JSON object as text.
    run: fn(Arguments) -> Result<String, Failure>,
}

const TOOLS: [Entry; 3] = [digest::TOOL, statistics::TOOL, json_pointer::TOOL];

impl Tool for TextTools {
    fn definitions() -> Result<Vec<ToolDefinition>, Failure> {
        Ok(TOOLS.iter().map(definition).collect())
    }

    fn call(name: String, arguments: String, _context: CallContext) -> Result<ToolResult, Failure> {
        let Some(tool) = TOOLS.iter().find(|tool| tool.name == name) else {
            return Err(Failure::unsupported(["no tool is named '", &name, "'"].concat()));
        };
        let structured = (tool.run)(Arguments::parse(&arguments)?)?;
        // Clients that read no structured results read the same from the text.
        let content = vec![Content::Text(structured.clone())];
        Ok(ToolResult { content, structured: Some(structured), is_error: false })
    }
}

fn definition(tool: &Entry) -> ToolDefinition {
    ToolDefinition {
        name: tool.name.to_owned(),
        title: Some(tool.title.to_owned()),
        description: tool.description.to_owned(),
        input_schema: tool.input_schema.to_owned(),
        output_schema: Some(tool.output_schema.to_owned()),
        hints: Hints { read_only: true, destructive: false, idempotent: true, open_world: false },
    }
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::tool::export!(TextTools);

#[cfg(test)]
mod tests;
