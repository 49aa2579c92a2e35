//! A tool's arguments as a Rust type: the schema the model reads, and the value it sent. Pure.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use schemars::transform::Transform;
use serde::de::DeserializeOwned;

use super::Failure;

/// The JSON Schema of `T` as the text that a [`ToolDefinition`](super::ToolDefinition) holds: draft 2020-12, without
/// references, so that every client can read it. The doc comments of `T` and its fields are its descriptions.
///
/// `T` is a struct with named fields: MCP wants a schema whose type is `object`.
///
/// ```
/// # use isartor_plugin::tool;
/// /// What to greet.
/// #[derive(schemars::JsonSchema)]
/// struct Greeting {
///     /// A name.
///     name: String,
/// }
///
/// let schema = tool::schema_of::<Greeting>();
/// let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
/// assert_eq!(schema["properties"]["name"]["description"], "A name.");
/// ```
pub fn schema_of<T: JsonSchema>() -> String {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    WithoutTitle.transform(&mut schema);
    serde_json::Value::from(schema).to_string()
}

/// The root's title is the name of a Rust type, which tells a model nothing.
struct WithoutTitle;

impl Transform for WithoutTitle {
    fn transform(&mut self, schema: &mut schemars::Schema) {
        schema.remove("title");
    }
}

/// The arguments of a call as a `T`.
///
/// # Errors
///
/// [`invalid-input`](super::FailureKind::InvalidInput) when the text is not JSON, or not a `T`; the message names the
/// argument, such as `argument 'range.start': invalid type: string "a", expected u32`.
///
/// ```
/// # use isartor_plugin::tool;
/// #[derive(Debug, serde::Deserialize)]
/// struct Greeting {
///     name: String,
/// }
///
/// let greeting: Greeting = tool::arguments(r#"{"name":"Ada"}"#)?;
/// assert_eq!(greeting.name, "Ada");
/// let failure = tool::arguments::<Greeting>(r#"{"name":1}"#).unwrap_err();
/// assert!(failure.message.starts_with("argument 'name': invalid type: integer `1`"), "{}", failure.message);
/// # Ok::<(), tool::Failure>(())
/// ```
pub fn arguments<T: DeserializeOwned>(json: &str) -> Result<T, Failure> {
    let mut text = serde_json::Deserializer::from_str(json);
    let value = serde_path_to_error::deserialize(&mut text).map_err(|error| {
        let path = error.path().to_string();
        invalid(if path == "." { None } else { Some(path) }, error.into_inner())
    })?;
    text.end().map_err(|error| invalid(None, error))?;
    Ok(value)
}

/// Arguments have one line of no interest to a model, so the position goes.
fn invalid(path: Option<String>, error: serde_json::Error) -> Failure {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    match path {
        Some(path) => Failure::invalid_input(format!("argument '{path}': {what}")),
        None => Failure::invalid_input(format!("the arguments are wrong: {what}")),
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only parsed")]
    struct Search {
        /// What to look for.
        words: Vec<String>,
        range: Option<Range>,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only parsed")]
    struct Range {
        start: u32,
    }

    #[test]
    fn every_wrong_argument_is_named() {
        let cases = [
            ("", "the arguments are wrong: EOF"),
            ("[1]", "argument '[0]': invalid type"),
            ("{}", "the arguments are wrong: missing field `words`"),
            (r#"{"words":[1]}"#, "argument 'words[0]': invalid type: integer `1`, expected a string"),
            (r#"{"words":[],"range":{"start":"a"}}"#, "argument 'range.start': invalid type: string \"a\""),
            (r#"{"words":[],"range":{}}"#, "argument 'range': missing field `start`"),
            (r#"{"words":[],"x":1}"#, "unknown field `x`, expected `words` or `range`"),
            (r#"{"words":[]} 1"#, "the arguments are wrong: trailing characters"),
        ];
        for (json, words) in cases {
            let failure = arguments::<Search>(json).expect_err(words);
            assert!(failure.message.contains(words), "{:?} does not say {words:?}", failure.message);
        }
    }

    #[test]
    fn a_schema_is_one_object_without_references() {
        let schema: serde_json::Value = serde_json::from_str(&schema_of::<Search>()).expect("it is JSON");
        assert_eq!(schema["type"], "object");
        assert_eq!(schema["properties"]["words"]["description"], "What to look for.");
        assert_eq!(schema["additionalProperties"], false);
        let text = schema.to_string();
        assert!(!text.contains("$ref") && !text.contains("$schema") && !text.contains("title"), "{text}");
    }
}
