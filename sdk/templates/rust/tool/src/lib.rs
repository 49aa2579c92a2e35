//! {{title}}: one tool, a pure function of its arguments.

use isartor_plugin::tool::{self, CallContext, Failure, Tool, ToolDefinition, ToolResult};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What to count in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// The text whose words are counted.
    text: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Count {
    words: usize,
}

/// The plugin.
pub struct Plugin;

impl Tool for Plugin {
    fn definitions() -> Result<Vec<ToolDefinition>, Failure> {
        let count = ToolDefinition::new("count_words", "Counts the words of a text.");
        Ok(vec![count.titled("Count words").takes::<Arguments>().returns::<Count>().pure()])
    }

    fn call(name: String, arguments: String, _context: CallContext) -> Result<ToolResult, Failure> {
        match name.as_str() {
            "count_words" => ToolResult::json(&count_words(&tool::arguments(&arguments)?)),
            _ => Err(Failure::unsupported(format!("no tool is named '{name}'"))),
        }
    }
}

fn count_words(arguments: &Arguments) -> Count {
    Count { words: arguments.text.split_whitespace().count() }
}

#[cfg(target_arch = "wasm32")]
isartor_plugin::tool::export!(Plugin);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted() {
        let context = CallContext { principal: "local".into(), deadline_milliseconds: 10_000 };
        let result = Plugin::call("count_words".into(), r#"{"text":" one  two "}"#.into(), context).unwrap();
        assert_eq!(result.structured.as_deref(), Some(r#"{"words":2}"#));
    }
}
