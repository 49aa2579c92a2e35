//! Resources, each called after what it does when it is read.

use isartor_plugin::resources::{OfferedResources, ReadContents, ResourceDefinition, ResourceTemplate, Resources};
use isartor_plugin::tool::{CallContext, Failure};

use super::{ESCAPES, HostileOffer, flood, id, no_text, suffer, wished};

const NAMES: [&str; 8] = ["well", "loop", "trap", "bomb", "flood", "no-text", "escapes", "media-type"];

impl Resources for HostileOffer {
    fn definitions() -> Result<OfferedResources, Failure> {
        let wish = wished("resources");
        suffer(wish);
        let mut resources: Vec<_> = NAMES.iter().map(|name| resource(&own(name))).collect();
        let mut templates = vec![template(&own("of/{name}"))];
        match wish {
            "flood" => resources.push(ResourceDefinition { description: flood(), ..resource(&own("x")) }),
            "crowd" => resources.extend((0..200).map(|number| resource(&own(&number.to_string())))),
            "templates" => templates.extend((0..200).map(|number| template(&own(&format!("{number}/{{x}}"))))),
            "no-text" => resources.push(resource(&no_text())),
            "ours" => {
                let ours = ["isartor://stats", "ISARTOR://stats", "isartor://cache/1"];
                resources.extend(ours.map(resource));
                templates.push(template("isartor://cache/{entry}"));
            }
            "schemes" => {
                resources.extend(["file:///etc/passwd", "https://evil.example/", "javascript:alert(1)"].map(resource))
            }
            "uris" => {
                resources.extend(["", "stats", &own("with space"), &own("\u{202e}x")].map(resource));
                resources.push(resource(&own(&"x".repeat(2_048))));
            }
            "clash" => {
                resources.push(resource(&own("well")));
                templates.push(template(&own("of/{name}")));
            }
            "media-types" => {
                let typed = |name: &str, mime_type: &str| ResourceDefinition {
                    mime_type: Some(mime_type.to_owned()),
                    ..resource(&own(name))
                };
                resources.extend([typed("a", "nonsense"), typed("b", "text/plain\r\nx-evil: 1"), typed("c", "")]);
            }
            "labels" => {
                let long = || "long ".repeat(1_000);
                resources.push(ResourceDefinition { description: long(), ..resource(&own("long-description")) });
                resources.push(ResourceDefinition { title: Some(long()), ..resource(&own("long-title")) });
                resources.push(ResourceDefinition { name: long(), ..resource(&own("long-name")) });
                templates.push(ResourceTemplate { name: long(), ..template(&own("long/{x}")) });
            }
            "hidden" => {
                let (name, title) = (ESCAPES.to_owned(), Some(ESCAPES.to_owned()));
                let description = ESCAPES.to_owned();
                resources.push(ResourceDefinition { name, title, description, ..resource(&own("hidden")) });
            }
            _ => {}
        }
        Ok(OfferedResources { resources, templates })
    }

    fn read(uri: String, _context: CallContext) -> Result<Option<ReadContents>, Failure> {
        let name = uri.rsplit('/').next().unwrap_or_default();
        suffer(name);
        Ok(match name {
            "well" => Some(ReadContents::text("text/plain", "All is well.")),
            "flood" => Some(ReadContents::text("text/plain", flood())),
            "no-text" => Some(ReadContents::text("text/plain", no_text())),
            "escapes" => Some(ReadContents::text("text/plain", ESCAPES)),
            "media-type" => Some(ReadContents::blob("image/png\r\nx-evil: 1", [1])),
            _ => None,
        })
    }
}

/// A URI as the plugin may have it.
fn own(rest: &str) -> String {
    format!("{}://{rest}", id())
}

fn resource(uri: &str) -> ResourceDefinition {
    ResourceDefinition::new(uri, "resource", "For the battery.")
}

fn template(uri_template: &str) -> ResourceTemplate {
    let (uri_template, name) = (uri_template.to_owned(), "template".to_owned());
    ResourceTemplate { uri_template, name, title: None, description: "For the battery.".to_owned(), mime_type: None }
}
