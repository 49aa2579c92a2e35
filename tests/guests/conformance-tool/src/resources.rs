//! The suite's resources.

use isartor_plugin::resources::{OfferedResources, ReadContents, ResourceDefinition, ResourceTemplate, Resources};
use isartor_plugin::tool::{CallContext, Failure};
use serde_json::json;

use super::{ConformanceTool, media};

impl Resources for ConformanceTool {
    fn definitions() -> Result<OfferedResources, Failure> {
        let resource = |uri: &str, mime_type: &str| ResourceDefinition {
            mime_type: Some(mime_type.to_owned()),
            ..ResourceDefinition::new(uri, uri.trim_start_matches("test://"), "For the conformance suite.")
        };
        let template = ResourceTemplate {
            uri_template: "test://template/{id}/data".to_owned(),
            name: "template".to_owned(),
            title: None,
            description: "For the conformance suite.".to_owned(),
            mime_type: Some("application/json".to_owned()),
        };
        Ok(OfferedResources {
            resources: vec![
                resource("test://static-text", "text/plain"),
                resource("test://static-binary", "image/png"),
                resource("test://watched-resource", "text/plain"),
            ],
            templates: vec![template],
        })
    }

    fn read(uri: String, _context: CallContext) -> Result<Option<ReadContents>, Failure> {
        let in_template = uri.strip_prefix("test://template/").and_then(|rest| rest.strip_suffix("/data"));
        Ok(match (uri.as_str(), in_template) {
            ("test://static-text", _) => {
                Some(ReadContents::text("text/plain", "This is the content of the static text resource."))
            }
            ("test://static-binary", _) => Some(ReadContents::blob("image/png", media::PNG)),
            ("test://watched-resource", _) => Some(ReadContents::text("text/plain", "Watched resource content.")),
            (_, Some(id)) => {
                let data = json!({ "id": id, "templateTest": true, "data": format!("Data for ID: {id}") });
                Some(ReadContents::text("application/json", data.to_string()))
            }
            (_, None) => None,
        })
    }
}
