//! A tool plugin that misbehaves on demand, one tool for each way. Built and installed by the tests only.

use isartor_plugin::tool::{CallContext, Content, Failure, Hints, Media, Tool, ToolDefinition, ToolResult};

/// The plugin.
pub struct HostileTool;

#[cfg(target_arch = "wasm32")]
isartor_plugin::tool::export!(HostileTool);

/// What each tool does, in the order they are offered. The last three are not usable definitions.
const TOOLS: [(&str, &str); 18] = [
    ("echo", "Returns its arguments."),
    ("loop", "Never returns."),
    ("allocate", "Takes memory until there is none."),
    ("recurse", "Calls itself for ever."),
    ("panic", "Panics."),
    ("flood", "Returns far too much text."),
    ("not-an-object", "Returns structured content that is no object."),
    ("refuse", "Says that its arguments are wrong."),
    ("count", "Returns how often this instance was called."),
    ("not-json", "Returns structured content that is no JSON."),
    ("not-a-number", "Returns structured content with NaN in it."),
    ("half-a-character", "Returns structured content with half of a surrogate pair."),
    ("escapes", "Returns text that moves a cursor, hides words and looks like JSON-RPC."),
    ("not-a-picture", "Returns an image whose media type is a line of a header."),
    ("sometimes", "Panics when its arguments say so."),
    ("no spaces", "Has a name that no client accepts."),
    ("ECHO", "Has a name that another tool has, but for case."),
    ("no-schema", "Has an input schema that is no object schema."),
];

const ESCAPES: &str = "visible\u{1b}[2J\u{1b}]0;title\u{7}\u{202e}\u{e0041}\r\n\
                       {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n";

static CALLS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

impl Tool for HostileTool {
    fn definitions() -> Result<Vec<ToolDefinition>, Failure> {
        Ok(TOOLS.iter().map(|&(name, description)| definition(name, description)).collect())
    }

    fn call(name: String, arguments: String, _context: CallContext) -> Result<ToolResult, Failure> {
        match name.as_str() {
            "echo" => Ok(text(arguments)),
            "loop" => loop {
                std::hint::spin_loop();
            },
            "allocate" => Ok(text(allocate().to_string())),
            "recurse" => Ok(text(recurse(1).to_string())),
            "panic" => panic!("on demand"),
            "flood" => Ok(text("flood ".repeat(4 << 20))),
            "not-an-object" => Ok(ToolResult { structured: Some("[1]".to_owned()), ..text("list".to_owned()) }),
            "not-json" => Ok(ToolResult { structured: Some("{".to_owned()), ..text("text".to_owned()) }),
            "not-a-number" => Ok(ToolResult { structured: Some("{\"a\":NaN}".to_owned()), ..text("text".to_owned()) }),
            "half-a-character" => {
                Ok(ToolResult { structured: Some("{\"a\":\"\\ud800\"}".to_owned()), ..text("text".to_owned()) })
            }
            "escapes" => Ok(text(ESCAPES.to_owned())),
            "not-a-picture" => {
                let mime_type = "image/png\r\nx-evil: 1".to_owned();
                Ok(ToolResult {
                    content: vec![Content::Image(Media { data: vec![1], mime_type })],
                    ..text(String::new())
                })
            }
            "sometimes" if arguments.contains("panic") => panic!("on demand"),
            "sometimes" => Ok(text("well".to_owned())),
            "refuse" => Err(Failure::invalid_input("the arguments are\nwrong \u{1b}[31mon purpose")),
            "count" => Ok(text((CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1).to_string())),
            _ => Err(Failure::unsupported(name)),
        }
    }
}

fn definition(name: &str, description: &str) -> ToolDefinition {
    let input_schema = if name == "no-schema" { "[]" } else { r#"{"type":"object"}"# };
    ToolDefinition {
        name: name.to_owned(),
        title: None,
        description: description.to_owned(),
        input_schema: input_schema.to_owned(),
        output_schema: None,
        hints: Hints { read_only: true, destructive: false, idempotent: true, open_world: false },
    }
}

fn text(text: String) -> ToolResult {
    ToolResult { content: vec![Content::Text(text)], structured: None, is_error: false }
}

fn allocate() -> usize {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    loop {
        kept.push(std::hint::black_box(vec![1; 1 << 20]));
        if kept.len() > 1 << 20 {
            return kept.len();
        }
    }
}

#[expect(unconditional_recursion, reason = "using up the stack is the point")]
fn recurse(depth: u64) -> u64 {
    std::hint::black_box(recurse(std::hint::black_box(depth + 1))) + 1
}
