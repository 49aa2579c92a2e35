//! A plugin's resources in MCP's words: definitions checked once, contents checked each time.

use std::sync::Arc;

use super::{check_labels, check_size, log_failure, safe_sentence};
use crate::chat::Caller;
use crate::plugin::definition::Described;
use crate::plugin::tool::{Asker, ReadContents, ResourceDefinition, ResourceTemplate};
use crate::plugin::{PluginError, ToolPlugin};
use crate::tools::completions::Completion;
use crate::tools::content::{any_media_type, resource_contents};
use crate::tools::namespace::{Namespace, check_pinned};
use crate::tools::resources::{Giving, ResourceContents, ResourceError, ResourceInfo, ResourceSource, TemplateInfo};
use crate::tools::{LeftOut, Offer, visible};

const DESCRIPTION_MAX_CHARACTERS: usize = 4_096;

/// The usable resources of one plugin.
pub(in crate::tools) struct PluginResources {
    plugin: Arc<ToolPlugin>,
    list: Vec<ResourceInfo>,
    templates: Vec<TemplateInfo>,
}

impl PluginResources {
    /// Those that every client can use, and why the others cannot.
    pub(in crate::tools) fn of(offer: &Offer, namespace: Namespace<'_>) -> (Self, Vec<LeftOut>) {
        let (plugin, offered) = (Arc::clone(&offer.plugin), &offer.resources);
        let mut usable = Self { plugin, list: Vec::new(), templates: Vec::new() };
        let mut left_out = Vec::new();
        for definition in &offered.resources {
            let described = Described::from(definition);
            let labels = definition.title.iter().chain([&definition.name]);
            match check(&offer.plugin, namespace, &described, labels, definition.mime_type.as_ref()) {
                Ok(()) => usable.list.push(resource_info(definition)),
                Err(reason) => left_out.push(LeftOut::tool(&namespace.shown_uri(&described.name), reason)),
            }
        }
        for definition in &offered.templates {
            let described = Described::from(definition);
            let labels = definition.title.iter().chain([&definition.name]);
            match check(&offer.plugin, namespace, &described, labels, definition.mime_type.as_ref()) {
                Ok(()) => usable.templates.push(template_info(definition)),
                Err(reason) => left_out.push(LeftOut::tool(&namespace.shown_uri(&described.name), reason)),
            }
        }
        (usable, left_out)
    }

    fn failure(&self, uri: &str, error: &PluginError) -> ResourceError {
        if let PluginError::Reported { message, .. } = error {
            return ResourceError::Failed(message.clone());
        }
        log_failure(&self.plugin, uri, error);
        ResourceError::Failed(safe_sentence(error))
    }
}

/// The reason says what is wrong with a definition.
fn check<'a>(
    plugin: &ToolPlugin,
    namespace: Namespace<'_>,
    described: &Described,
    labels: impl Iterator<Item = &'a String>,
    mime_type: Option<&String>,
) -> Result<(), String> {
    namespace.check_uri(&described.name)?;
    check_pinned(plugin, plugin.pins().map(|pins| &pins.resources), &described.name, || described.hash())?;
    check_labels(labels)?;
    if described.description.chars().count() > DESCRIPTION_MAX_CHARACTERS {
        return Err(format!("its description has more than {DESCRIPTION_MAX_CHARACTERS} characters"));
    }
    match mime_type.cloned().map(any_media_type) {
        Some(Err(what)) => Err(format!("it has {what}")),
        Some(Ok(_)) | None => Ok(()),
    }
}

fn resource_info(definition: &ResourceDefinition) -> ResourceInfo {
    ResourceInfo {
        uri: definition.uri.clone(),
        name: visible::label(&definition.name),
        title: definition.title.as_deref().map(visible::label),
        description: Some(visible::label(&definition.description)),
        mime_type: definition.mime_type.clone(),
    }
}

fn template_info(definition: &ResourceTemplate) -> TemplateInfo {
    TemplateInfo {
        uri_template: definition.uri_template.clone(),
        name: visible::label(&definition.name),
        title: definition.title.as_deref().map(visible::label),
        description: Some(visible::label(&definition.description)),
        mime_type: definition.mime_type.clone(),
    }
}

impl ResourceSource for PluginResources {
    fn plugin(&self) -> Option<&str> {
        Some(&self.plugin.manifest().id)
    }

    fn resources(&self) -> &[ResourceInfo] {
        &self.list
    }

    fn templates(&self) -> &[TemplateInfo] {
        &self.templates
    }

    /// What follows a template's first variable is for the plugin to judge.
    fn fits(&self, uri: &str) -> bool {
        let beginning = |template: &TemplateInfo| template.uri_template.split('{').next().map(str::to_owned);
        self.templates.iter().filter_map(beginning).any(|beginning| uri.starts_with(&beginning))
    }

    fn read<'a>(&'a self, caller: &'a Caller, uri: &'a str) -> Giving<'a, ResourceContents> {
        Box::pin(async move {
            let max_bytes = self.plugin.limits().output_max_bytes;
            let asker = Asker::silent(caller.principal.as_str());
            let found = self.plugin.read(uri, asker, |found| contents(found, max_bytes)).await;
            let found = found.map_err(|error| self.failure(uri, &error))?;
            found.ok_or_else(|| ResourceError::Unknown { uri: uri.to_owned() })
        })
    }

    /// The interface has none for resources.
    fn complete<'a>(&'a self, _: &'a Caller, _: &'a str, _: &'a str, _: &'a str) -> Giving<'a, Completion> {
        Box::pin(async { Ok(Completion::default()) })
    }
}

fn contents(found: Option<ReadContents>, max_bytes: usize) -> Result<Option<ResourceContents>, String> {
    let Some(ReadContents { mime_type, body }) = found else { return Ok(None) };
    check_size(body.size_bytes(), max_bytes)?;
    resource_contents(mime_type, body).map(Some)
}
