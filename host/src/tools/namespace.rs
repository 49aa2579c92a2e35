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

    /// The URI in a complaint, with the plugin that it is of where it does not say so itself.
    pub(super) fn shown_uri(self, uri: &str) -> String {
        match scheme(uri).is_some_and(|scheme| scheme.eq_ignore_ascii_case(self.id)) {
            true => uri.to_owned(),
            false => format!("{}: {uri}", self.id),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_keeps_to_its_own_names_unless_it_is_transparent() {
        let own = Namespace { id: "word-count", is_transparent: false };
        let transparent = Namespace { is_transparent: true, ..own };
        assert_eq!([own.full_name("x"), transparent.full_name("x")], ["word-count__x", "x"]);
        for (uri, is_own, is_free) in [
            ("word-count://totals", true, true),
            ("Word-Count://totals", true, true),
            ("test://static-text", false, true),
            ("isartor://stats", false, false),
            ("ISARTOR:stats", false, false),
            ("no uri", false, false),
        ] {
            assert_eq!(own.check_uri(uri).is_ok(), is_own, "{uri}");
            assert_eq!(transparent.check_uri(uri).is_ok(), is_free, "{uri}");
        }
    }

    #[test]
    fn a_name_has_a_part_of_its_own() {
        let long = "x".repeat(64);
        for (full_name, name, expected) in [
            ("word-count__x", "x", true),
            ("word-count__", "", false),
            ("a b", "a b", false),
            (&format!("a{long}"), &long, false),
        ] {
            assert_eq!(Namespace::check_name(full_name, name).is_ok(), expected, "{full_name}");
        }
    }
}
