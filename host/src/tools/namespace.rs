//! What a plugin's tools, prompts and resources are called. Decides nothing about what they do.

use std::collections::BTreeMap;

use super::content::{is_uri, scheme};
use super::is_tool_name;
use crate::plugin::ToolPlugin;

/// The scheme of isartor's own resources.
const OWN_SCHEME: &str = "isartor";

/// The names of one plugin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Namespace<'a> {
    id: &'a str,
    /// Whether the user lets it use names without its own in front.
    is_transparent: bool,
}

impl<'a> Namespace<'a> {
    pub(super) fn new(plugin: &'a ToolPlugin, transparent: Option<&str>) -> Self {
        let id = plugin.manifest().id.as_str();
        Self { id, is_transparent: transparent == Some(id) }
    }

    /// The name of a tool or a prompt as clients see it.
    pub(super) fn full_name(self, name: &str) -> String {
        match self.is_transparent {
            true => name.to_owned(),
            false => format!("{}__{name}", self.id),
        }
    }

    /// Whether every client accepts `full_name`, which it made of `name`.
    pub(super) fn check_name(full_name: &str, name: &str) -> Result<(), String> {
        match is_tool_name(full_name) && !name.is_empty() {
            true => Ok(()),
            false => Err("its name is not [a-zA-Z0-9_-], 1 to 64 characters with the plugin's id".to_owned()),
        }
    }

    /// Whether a resource of the plugin may have this URI, or a template of it.
    pub(super) fn check_uri(self, uri: &str) -> Result<(), String> {
        let found = scheme(uri).filter(|_| is_uri(uri)).ok_or("its URI is none, or longer than 2048 bytes")?;
        match self.is_transparent {
            true if found.eq_ignore_ascii_case(OWN_SCHEME) => Err(format!("{OWN_SCHEME}:// is isartor's own scheme")),
            false if !found.eq_ignore_ascii_case(self.id) => {
                Err(format!("the scheme of its URI is not the plugin's id: {}://", self.id))
            }
            true | false => Ok(()),
        }
    }
}

/// A definition that the user has not accepted suspends what it defines, though the component is what it was.
pub(super) fn check_pinned(
    plugin: &ToolPlugin,
    pinned: Option<&BTreeMap<String, String>>,
    name: &str,
    hash: impl FnOnce() -> String,
) -> Result<(), String> {
    let Some(pinned) = pinned else { return Ok(()) };
    let id = &plugin.manifest().id;
    let what = match pinned.get(name) {
        Some(accepted) if *accepted == hash() => return Ok(()),
        Some(_) => "its definition is not the one you accepted",
        None => "it was not there when you accepted the plugin",
    };
    Err(format!("{what}; run 'isartor plugin update {id}' to see the difference"))
}
