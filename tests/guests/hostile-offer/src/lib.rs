//! A plugin whose prompts and resources misbehave: some when they are asked for, and the definitions as the tests wish.
//! Built and installed by the tests only.

mod prompts;
mod resources;

use std::hint::black_box;

use isartor_plugin::tool::{CallContext, Failure, Hints, Tool, ToolDefinition, ToolResult};

/// The plugin.
pub struct HostileOffer;

#[cfg(target_arch = "wasm32")]
mod exports {
    use super::HostileOffer;

    isartor_plugin::tool::export!(HostileOffer);
    isartor_plugin::prompts::export!(HostileOffer);
    isartor_plugin::resources::export!(HostileOffer);
}

/// What the tests write over in the finished module: the plugin's id, and what its definitions do.
const WISH: &str = "wish:hostile-offer nothing                                                      ";

/// The tests make this something else than UTF-8.
const NO_TEXT: &str = "these bytes are no text";

const ESCAPES: &str = "visible\u{1b}[2J\u{1b}]0;title\u{7}\u{202e}\u{e0041}";

impl Tool for HostileOffer {
    fn definitions() -> Result<Vec<ToolDefinition>, Failure> {
        Ok(vec![ToolDefinition {
            name: "go".to_owned(),
            title: None,
            description: "Says that it is done.".to_owned(),
            input_schema: r#"{"type":"object"}"#.to_owned(),
            output_schema: None,
            hints: Hints { read_only: true, destructive: false, idempotent: true, open_world: false },
        }])
    }

    fn call(_name: String, _arguments: String, _context: CallContext) -> Result<ToolResult, Failure> {
        Ok(ToolResult::text("done"))
    }
}

/// The plugin's id.
fn id() -> &'static str {
    wish().0
}

/// What its definitions of `kind` are to do.
fn wished(kind: &str) -> &'static str {
    wish().1.strip_prefix(kind).and_then(|wish| wish.strip_prefix(':')).unwrap_or_default()
}

fn wish() -> (&'static str, &'static str) {
    black_box(WISH).trim_start_matches("wish:").trim_end().split_once(' ').unwrap_or_default()
}

fn no_text() -> String {
    black_box(NO_TEXT).to_owned()
}

/// Does what never comes to a good end; anything else is done by whoever asks.
fn suffer(how: &str) {
    match how {
        "loop" => loop {
            std::hint::spin_loop();
        },
        "trap" => panic!("on demand"),
        "bomb" => {
            let mut kept: Vec<Vec<u8>> = Vec::new();
            while kept.len() < 1 << 20 {
                kept.push(black_box(vec![1; 1 << 20]));
            }
        }
        _ => {}
    }
}

/// More than any limit, and less than the memory that it may have.
fn flood() -> String {
    "flood ".repeat(4 << 20)
}
