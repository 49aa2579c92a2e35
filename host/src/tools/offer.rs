//! What one plugin says it has for clients. Checks none of it.

use std::sync::Arc;

use crate::plugin::definition::{Definition, Described};
use crate::plugin::tool::{OfferedResources, PromptDefinition, ToolDefinition};
use crate::plugin::{PluginError, ToolPlugin};

/// What one plugin brings.
pub struct Offer {
    pub(super) plugin: Arc<ToolPlugin>,
    pub(super) definitions: Vec<ToolDefinition>,
    pub(super) prompts: Vec<PromptDefinition>,
    pub(super) resources: OfferedResources,
}

impl Offer {
    /// Asks the plugin.
    pub async fn of(plugin: Arc<ToolPlugin>) -> Result<Self, PluginError> {
        let (definitions, prompts) = (plugin.definitions().await?, plugin.prompts().await?);
        let resources = plugin.resources().await?;
        Ok(Self { plugin, definitions, prompts, resources })
    }

    /// The tools among it.
    pub fn tools(&self) -> &[ToolDefinition] {
        &self.definitions
    }

    /// Whether the plugin says the same here as there.
    pub fn is_as(&self, other: &Self) -> bool {
        let tools = |offer: &Self| offer.definitions.iter().map(Definition::from).collect::<Vec<_>>();
        tools(self) == tools(other) && self.described().eq(other.described())
    }

    /// What it is, a line each.
    pub fn lines(&self) -> Vec<String> {
        let tools = self.definitions.iter().map(|tool| format!("{}: {}", tool.name, tool.description));
        tools.chain(self.described().map(|one| format!("{}: {}", one.name, one.description))).collect()
    }

    /// All that is no tool.
    fn described(&self) -> impl Iterator<Item = Described> {
        let OfferedResources { resources, templates } = &self.resources;
        let others = resources.iter().map(Described::from).chain(templates.iter().map(Described::from));
        self.prompts.iter().map(Described::from).chain(others)
    }
}
