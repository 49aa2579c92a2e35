//! What clients do not get of a plugin, and why. Puts nothing to use.

use std::collections::BTreeSet;

use super::from_plugin::{self, PluginPrompts, PluginResources};
use super::namespace::Namespace;
use super::offer::Offer;
use crate::plugin::printable;

/// How much of an unusable name is shown, and how many unusable parts of one plugin.
const NAME_SHOWN_CHARACTERS: usize = 100;
const LEFT_OUT_SHOWN: usize = 8;

/// A tool, a prompt or a resource, or a plugin with all it has, that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub name: String,
    pub reason: String,
}

impl LeftOut {
    /// `name` is a plugin's word, of any length and with any character in it.
    pub(super) fn tool(name: &str, reason: String) -> Self {
        let shown = name.chars().take(NAME_SHOWN_CHARACTERS).collect::<String>();
        Self { name: printable(&shown), reason }
    }
}

/// The first few of what is unusable of a plugin, and how much more there is: reports go through a socket.
pub(super) fn shortened(mut left_out: Vec<LeftOut>, plugin: &str) -> Vec<LeftOut> {
    let more = left_out.len().saturating_sub(LEFT_OUT_SHOWN);
    if more > 0 {
        left_out.truncate(LEFT_OUT_SHOWN);
        let reason = format!("{more} more of what it offers are not usable");
        left_out.push(LeftOut { name: plugin.to_owned(), reason });
    }
    left_out
}

/// What of a plugin no client could use, and why.
pub fn unusable(offer: &Offer) -> Vec<LeftOut> {
    let namespace = Namespace::new(&offer.plugin, None);
    let mut names = BTreeSet::new();
    let checked = offer.definitions.iter().map(|definition| {
        let name = namespace.full_name(&definition.name);
        let result = from_plugin::tool_info(&name, &offer.plugin, definition).and_then(|_| {
            let is_new = names.insert(name.to_ascii_lowercase());
            is_new.then_some(()).ok_or_else(|| "another tool has this name".to_owned())
        });
        (name, result)
    });
    let tools = checked.filter_map(|(name, result)| result.err().map(|reason| LeftOut::tool(&name, reason)));
    let (_, prompts) = PluginPrompts::of(offer, namespace);
    let (_, resources) = PluginResources::of(offer, namespace);
    tools.chain(prompts).chain(resources).collect()
}
