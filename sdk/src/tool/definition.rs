//! Short ways to make a definition and a result. Nothing that the records of the WIT package do not hold.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Content, Failure, Hints, ToolDefinition, ToolResult, schema_of};

impl ToolDefinition {
    /// A tool without arguments that says nothing good of itself: it may change, delete and reach anything. What is
    /// better than that is said by the other methods.
    ///
    /// `name` is `[a-zA-Z0-9_-]`, and together with the plugin's id and the `__` between them at most 64 characters
    /// long; `description` is for the model, at most 4,096 characters. The host leaves out a tool that is not so.
    pub fn new(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            title: None,
            description: description.into(),
            input_schema: r#"{"type":"object","properties":{}}"#.to_owned(),
            output_schema: None,
            hints: Hints { read_only: false, destructive: true, idempotent: false, open_world: true },
        }
    }

    /// The name that a person reads.
    #[must_use]
    pub fn titled(self, title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// The arguments are a `T`; the call reads them with [`arguments`](super::arguments).
    #[must_use]
    pub fn takes<T: JsonSchema>(self) -> Self {
        Self { input_schema: schema_of::<T>(), ..self }
    }

    /// Each result carries a `T`, which the call makes with [`ToolResult::json`].
    #[must_use]
    pub fn returns<T: JsonSchema>(self) -> Self {
        Self { output_schema: Some(schema_of::<T>()), ..self }
    }

    /// A function of its arguments: changes nothing, reaches nothing outside isartor.
    #[must_use]
    pub fn pure(self) -> Self {
        Self { hints: Hints { read_only: true, destructive: false, idempotent: true, open_world: false }, ..self }
    }

    /// Changes nothing, and reads something outside isartor, such as the network.
    #[must_use]
    pub fn read_only(self) -> Self {
        Self { hints: Hints { read_only: true, destructive: false, idempotent: true, open_world: true }, ..self }
    }
}

impl ToolResult {
    /// A text for the model.
    pub fn text(text: impl Into<String>) -> Self {
        Self { content: vec![Content::Text(text.into())], structured: None, is_error: false }
    }

    /// The tool ran and could not do what was asked; `text` says why, for the model.
    pub fn error(text: impl Into<String>) -> Self {
        Self { is_error: true, ..Self::text(text) }
    }

    /// A structured result, and the same as text for clients that read no structured results.
    ///
    /// # Errors
    ///
    /// [`failed`](super::FailureKind::Failed) when `value` is no JSON object, such as a struct or a map with text keys.
    pub fn json<T: Serialize>(value: &T) -> Result<Self, Failure> {
        let text = match serde_json::to_value(value) {
            Ok(object @ serde_json::Value::Object(_)) => object.to_string(),
            Ok(_) => return Err(Failure::failed("a structured result must be a JSON object")),
            Err(error) => return Err(Failure::failed(format!("the result cannot be written as JSON: {error}"))),
        };
        Ok(Self { structured: Some(text.clone()), ..Self::text(text) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_structured_result_is_an_object() {
        let object = std::collections::BTreeMap::from([("sum", 3)]);
        let result = ToolResult::json(&object).expect("it is an object");
        assert_eq!(result.structured.as_deref(), Some(r#"{"sum":3}"#));
        assert_eq!(result.content, [Content::Text(r#"{"sum":3}"#.to_owned())]);
        assert!(ToolResult::json(&[1]).is_err_and(|failure| failure.message.contains("JSON object")));
    }
}
