//! Resources as MCP writes them. Pure translation, nothing is added or left out.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rmcp::model::{ErrorData, Resource, ResourceContents, ResourceTemplate};
use serde_json::json;

use crate::tools::resources::{self, Body, ResourceError, ResourceInfo, TemplateInfo};

pub(super) fn resource(info: &ResourceInfo) -> Resource {
    let mut resource = Resource::new(info.uri.clone(), info.name.clone());
    resource.title.clone_from(&info.title);
    resource.description.clone_from(&info.description);
    resource.mime_type.clone_from(&info.mime_type);
    resource
}

pub(super) fn template(info: &TemplateInfo) -> ResourceTemplate {
    let mut template = ResourceTemplate::new(info.uri_template.clone(), info.name.clone());
    template.title.clone_from(&info.title);
    template.description.clone_from(&info.description);
    template.mime_type.clone_from(&info.mime_type);
    template
}

pub(super) fn contents(uri: String, contents: resources::ResourceContents) -> ResourceContents {
    let resources::ResourceContents { mime_type, body } = contents;
    match body {
        Body::Text(text) => ResourceContents::TextResourceContents { uri, mime_type, text, meta: None },
        Body::Blob(bytes) => {
            let blob = BASE64_STANDARD.encode(bytes);
            ResourceContents::BlobResourceContents { uri, mime_type, blob, meta: None }
        }
    }
}

/// What is not there is -32002 to older peers, which rmcp makes -32602 for newer ones.
pub(super) fn error(error: &ResourceError) -> ErrorData {
    let message = error.to_string();
    match error {
        ResourceError::Unknown { uri } => ErrorData::resource_not_found(message, Some(json!({ "uri": uri }))),
        ResourceError::NoSuchTemplate(_) | ResourceError::Denied => ErrorData::invalid_params(message, None),
        ResourceError::Failed(_) => ErrorData::internal_error(message, None),
    }
}
