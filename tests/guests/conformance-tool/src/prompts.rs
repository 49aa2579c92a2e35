//! The suite's prompts.

use isartor_plugin::prompts::{PromptDefinition, PromptMessage, Prompts, Role};
use isartor_plugin::tool::{Body, CallContext, Content, Failure, ResourceContents};

use super::{ConformanceTool, image};

/// What the first argument of a prompt may be.
const PLACES: [&str; 3] = ["paris", "park", "test-value"];

impl Prompts for ConformanceTool {
    fn definitions() -> Result<Vec<PromptDefinition>, Failure> {
        Ok(vec![
            PromptDefinition::new("test_simple_prompt", "A prompt without arguments."),
            PromptDefinition::new("test_prompt_with_arguments", "A prompt with two arguments.")
                .argument("arg1", "The first.")
                .argument("arg2", "The second."),
            PromptDefinition::new("test_prompt_with_embedded_resource", "A prompt with a resource in it.")
                .argument("resourceUri", "Which resource."),
            PromptDefinition::new("test_prompt_with_image", "A prompt with an image."),
        ])
    }

    fn get(
        name: String,
        arguments: Vec<(String, String)>,
        _context: CallContext,
    ) -> Result<Vec<PromptMessage>, Failure> {
        let argument = |name: &str| {
            let found = arguments.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.clone()).ok_or_else(|| Failure::invalid_input(format!("{name} is missing")))
        };
        Ok(match name.as_str() {
            "test_simple_prompt" => vec![PromptMessage::user("This is a simple prompt for testing.")],
            "test_prompt_with_arguments" => {
                let (first, second) = (argument("arg1")?, argument("arg2")?);
                vec![PromptMessage::user(format!("Prompt with arguments: arg1='{first}', arg2='{second}'"))]
            }
            "test_prompt_with_embedded_resource" => vec![
                message(embedded(argument("resourceUri")?)),
                PromptMessage::user("Please process the embedded resource above."),
            ],
            "test_prompt_with_image" => vec![message(image()), PromptMessage::user("Please analyze the image above.")],
            _ => return Err(Failure::unsupported(name)),
        })
    }

    fn complete(
        _name: String,
        _argument: String,
        value: String,
        _context: CallContext,
    ) -> Result<Vec<String>, Failure> {
        Ok(PLACES.into_iter().filter(|place| place.starts_with(&value)).map(str::to_owned).collect())
    }
}

fn message(content: Content) -> PromptMessage {
    PromptMessage { role: Role::User, content }
}

fn embedded(uri: String) -> Content {
    let body = Body::Text("Embedded resource content for testing.".to_owned());
    Content::Embedded(ResourceContents { uri, mime_type: Some("text/plain".to_owned()), body })
}
