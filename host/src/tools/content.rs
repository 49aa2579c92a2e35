//! What tools and prompts give back, and a plugin's part of it checked. Sends nothing.

use super::resources::{Body, ResourceContents, ResourceInfo};
use super::visible::{self, is_media_type, is_some_media_type};
use crate::plugin::tool::{self, Media};

/// Longest URI that is passed on.
const URI_MAX_BYTES: usize = 2_048;

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Text(String),
    Image {
        data: Vec<u8>,
        mime_type: String,
    },
    Audio {
        data: Vec<u8>,
        mime_type: String,
    },
    /// Something that has a URI, with what is in it.
    Embedded {
        uri: String,
        contents: ResourceContents,
    },
    /// Something that has a URI, for the client to fetch if it wants to.
    Link(ResourceInfo),
}

/// A plugin's content as clients get it, or what is wrong with it.
pub(super) fn checked(content: tool::Content) -> Result<Content, String> {
    Ok(match content {
        tool::Content::Text(text) => Content::Text(visible::content(text)),
        tool::Content::Image(Media { data, mime_type }) => {
            Content::Image { data, mime_type: media_type("image", mime_type)? }
        }
        tool::Content::Audio(Media { data, mime_type }) => {
            Content::Audio { data, mime_type: media_type("audio", mime_type)? }
        }
        tool::Content::Embedded(tool::ResourceContents { uri, mime_type, body }) => {
            Content::Embedded { uri: checked_uri(uri)?, contents: resource_contents(mime_type, body)? }
        }
        tool::Content::Link(link) => Content::Link(ResourceInfo {
            uri: checked_uri(link.uri)?,
            name: visible::label(&link.name),
            title: link.title.as_deref().map(visible::label),
            description: link.description.as_deref().map(visible::label),
            mime_type: link.mime_type.map(any_media_type).transpose()?,
        }),
    })
}

/// What is in a plugin's resource as clients get it, or what is wrong with it.
pub(super) fn resource_contents(mime_type: Option<String>, body: tool::Body) -> Result<ResourceContents, String> {
    let body = match body {
        tool::Body::Text(text) => Body::Text(visible::content(text)),
        tool::Body::Blob(bytes) => Body::Blob(bytes),
    };
    Ok(ResourceContents { mime_type: mime_type.map(any_media_type).transpose()?, body })
}

pub(super) fn any_media_type(mime_type: String) -> Result<String, String> {
    match is_some_media_type(&mime_type) {
        true => Ok(mime_type),
        false => Err(format!("{:?} as a media type", visible::excerpt(&mime_type))),
    }
}

fn media_type(kind: &str, mime_type: String) -> Result<String, String> {
    match is_media_type(kind, &mime_type) {
        true => Ok(mime_type),
        false => Err(format!("{:?} as the type of an {kind}", visible::excerpt(&mime_type))),
    }
}

fn checked_uri(uri: String) -> Result<String, String> {
    match is_uri(&uri) {
        true => Ok(uri),
        false => Err(format!("{:?} as a URI", visible::excerpt(&uri))),
    }
}

/// Whether it is a URI, or a template of one: a scheme, and after it nothing that is not visible.
pub(super) fn is_uri(text: &str) -> bool {
    let is_visible = text.len() <= URI_MAX_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_visible && scheme(text).is_some_and(|scheme| text.len() > scheme.len() + 1)
}

/// What stands before the first colon, as RFC 3986 lets a scheme be.
pub(super) fn scheme(uri: &str) -> Option<&str> {
    let (scheme, _) = uri.split_once(':')?;
    let starts_with_letter = scheme.starts_with(|first: char| first.is_ascii_alphabetic());
    let allowed = |character: char| character.is_ascii_alphanumeric() || "+-.".contains(character);
    (starts_with_letter && scheme.chars().all(allowed)).then_some(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_has_a_scheme_and_hides_nothing() {
        let long = format!("a:{}", "x".repeat(URI_MAX_BYTES));
        for (text, expected) in [
            ("test://static-text", true),
            ("word-count://texts/{id}", true),
            ("urn:isbn:1", true),
            ("test:", false),
            ("://x", false),
            ("1a://x", false),
            ("no scheme: x", false),
            ("test://with space", false),
            ("test://\u{202E}", false),
            (&long, false),
        ] {
            assert_eq!(is_uri(text), expected, "{text:?}");
        }
    }
}
