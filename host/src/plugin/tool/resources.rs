//! Calling a tool plugin for its resources.

use std::time::Instant;

use wasmtime::Store;

use super::{Asker, ToolPlugin, context, within};
use crate::plugin::PluginError;
use crate::plugin::bindings::resources::exports::isartor::plugin::resources as wit;
use crate::plugin::imports::Sandbox;
use crate::plugin::receipt::Call;

pub use wit::{OfferedResources, ReadContents, ResourceDefinition, ResourceTemplate};

impl ToolPlugin {
    /// The resources and templates it offers.
    pub async fn resources(&self) -> Result<OfferedResources, PluginError> {
        let none = OfferedResources { resources: Vec::new(), templates: Vec::new() };
        let Some(export) = &self.exports.resources else { return Ok(none) };
        let call = async |store: &mut Store<Sandbox>| {
            let instance = export.instantiate_async(&mut *store).await?;
            instance.isartor_plugin_resources().call_definitions(store).await
        };
        let usable = |offered: OfferedResources| {
            within("resources", offered.resources.len())?;
            within("templates", offered.templates.len())?;
            Ok(offered)
        };
        let made = Call::of_host("resources.definitions");
        self.guarded(made, self.definitions_deadline(), call, offered_bytes, usable).await
    }

    /// What is at `uri`, if anything is. `usable` as for a tool's call.
    pub async fn read<U>(
        &self,
        uri: &str,
        asker: Asker<'_>,
        usable: impl FnOnce(Option<ReadContents>) -> Result<U, String>,
    ) -> Result<U, PluginError> {
        let export = self.exports.resources.as_ref().ok_or_else(|| self.does_not_offer("resources.read"))?;
        let (made, deadline) = (asker.call("resources.read", uri.len()), Instant::now() + self.limits.deadline);
        let call = async |store: &mut Store<Sandbox>| {
            let instance = export.instantiate_async(&mut *store).await?;
            let context = context(asker.principal, deadline);
            instance.isartor_plugin_resources().call_read(store, uri, &context).await
        };
        self.guarded(made, deadline, call, contents_bytes, usable).await
    }
}

fn offered_bytes(offered: &OfferedResources) -> usize {
    let resources = offered.resources.iter().map(|resource| resource.uri.len() + resource.description.len());
    let templates = offered.templates.iter().map(|template| template.uri_template.len() + template.description.len());
    resources.chain(templates).sum()
}

#[expect(clippy::ref_option, reason = "it is handed over as a function of what the call returns")]
fn contents_bytes(contents: &Option<ReadContents>) -> usize {
    contents.as_ref().map_or(0, |contents| contents.body.size_bytes())
}
