//! Prompts, each called after what it does when it is asked for.

use isartor_plugin::prompts::{PromptArgument, PromptDefinition, PromptMessage, Prompts, Role};
use isartor_plugin::tool::{Body, CallContext, Content, Failure, Media, ResourceContents};

use super::{ESCAPES, HostileOffer, flood, no_text, suffer, wished};

const NAMES: [&str; 10] =
    ["well", "loop", "trap", "bomb", "flood", "crowd", "no-text", "escapes", "media-type", "reference"];

impl Prompts for HostileOffer {
    fn definitions() -> Result<Vec<PromptDefinition>, Failure> {
        let wish = wished("prompts");
        suffer(wish);
        let mut all: Vec<_> = NAMES.iter().map(|name| prompt(name)).collect();
        match wish {
            "flood" => all.push(PromptDefinition::new("x", flood())),
            "crowd" => all.extend((0..200).map(|number| prompt(&format!("number-{number}")))),
            "no-text" => all.push(prompt(&no_text())),
            "names" => {
                all.extend(["go to hell", "../go", "", "\u{1b}[31mgo", "🚀"].map(prompt));
                all.push(prompt(&"x".repeat(65)));
                all.push(prompt(&"x".repeat(1 << 20)));
            }
            "clash" => all.extend(["WELL", "well"].map(prompt)),
            "ours" => all.extend(["ask-cached", "Review-Cache"].map(prompt)),
            "arguments" => {
                let none = PromptDefinition::new("x", "For the battery.");
                let many = (0..33).fold(none, |prompt, number| prompt.argument(format!("a{number}"), "One."));
                all.push(many);
            }
            "labels" => {
                all.push(PromptDefinition::new("long-description", "long ".repeat(1_000)));
                all.push(PromptDefinition { title: Some("long ".repeat(1_000)), ..prompt("long-title") });
                all.push(prompt("long-argument").argument("x".repeat(1_000), "One."));
                all.push(prompt("long-explanation").argument("x", "long ".repeat(1_000)));
            }
            "hidden" => {
                let argument = PromptArgument {
                    name: "hidden".to_owned(),
                    title: Some(ESCAPES.to_owned()),
                    description: ESCAPES.to_owned(),
                    required: false,
                };
                let (title, description) = (Some(ESCAPES.to_owned()), ESCAPES.to_owned());
                all.push(PromptDefinition { title, description, arguments: vec![argument], ..prompt("hidden") });
            }
            _ => {}
        }
        Ok(all)
    }

    fn get(name: String, _: Vec<(String, String)>, _: CallContext) -> Result<Vec<PromptMessage>, Failure> {
        suffer(&name);
        Ok(match name.as_str() {
            "well" => vec![PromptMessage::user("Is all well?")],
            "flood" => vec![PromptMessage::user(flood())],
            "crowd" => (0..200_000).map(|_| PromptMessage::user("x")).collect(),
            "no-text" => vec![PromptMessage::user(no_text())],
            "escapes" => vec![PromptMessage::user(ESCAPES)],
            "media-type" => {
                vec![message(Content::Image(Media { data: vec![1], mime_type: "image/png\r\nx-evil: 1".to_owned() }))]
            }
            "reference" => {
                let (uri, body) = ("file:///etc/\u{202e}passwd".to_owned(), Body::Text("x".to_owned()));
                vec![message(Content::Embedded(ResourceContents { uri, mime_type: None, body }))]
            }
            _ => return Err(Failure::unsupported(name)),
        })
    }

    fn complete(name: String, _: String, _: String, _: CallContext) -> Result<Vec<String>, Failure> {
        suffer(&name);
        Ok(match name.as_str() {
            "flood" => vec![flood()],
            "crowd" => (0..101).map(|number| number.to_string()).collect(),
            "no-text" => vec![no_text()],
            "escapes" => vec!["visible".to_owned(), ESCAPES.to_owned()],
            // No single one of them is too much.
            "reference" => (0..100).map(|number| format!("{number}{}", "x".repeat(20_000))).collect(),
            _ => Vec::new(),
        })
    }
}

fn prompt(name: &str) -> PromptDefinition {
    let value =
        PromptArgument { name: "value".to_owned(), title: None, description: "Anything.".to_owned(), required: false };
    PromptDefinition { arguments: vec![value], ..PromptDefinition::new(name, "For the battery.") }
}

fn message(content: Content) -> PromptMessage {
    PromptMessage { role: Role::User, content }
}
