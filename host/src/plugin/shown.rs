//! What a user is shown of a plugin, and accepts. Plain data; shows nothing itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Manifest;
use super::definition::{Definition, Described};
use super::lock::Pins;
use super::manifest::client_file::ClientFile;

/// What a user is shown of a plugin and accepts; kept so that a later version can be compared with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    pub version: String,
    pub publisher: Option<String>,
    /// What each capability allows and why it is asked for, by its name.
    pub capabilities: BTreeMap<String, Vec<String>>,
    /// What the component really imports.
    pub imports: Vec<String>,
    /// The paths a connector may edit, by the file's id.
    pub files: BTreeMap<String, String>,
    pub tools: Vec<Definition>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<Described>,
    /// And templates of resources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Described>,
}

/// Everything that a plugin offers to clients.
#[derive(Debug, Default)]
pub(super) struct Offers {
    pub(super) tools: Vec<Definition>,
    pub(super) prompts: Vec<Described>,
    pub(super) resources: Vec<Described>,
}

impl Shown {
    pub(super) fn of(manifest: &Manifest, imports: Vec<String>, offers: Offers) -> Self {
        let mut capabilities: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for request in &manifest.capabilities {
            let line = format!("{} (because: {})", request.allows(), request.reason());
            capabilities.entry(request.name().to_string()).or_default().push(line);
        }
        let files = manifest.files.iter().map(|file: &ClientFile| (file.id.clone(), file.path.to_string())).collect();
        Self {
            version: manifest.version.to_string(),
            publisher: manifest.publisher.clone(),
            capabilities,
            imports,
            files,
            tools: offers.tools,
            prompts: offers.prompts,
            resources: offers.resources,
        }
    }

    /// The hash of everything that it offers, as the lock keeps it.
    pub fn pins(&self) -> Pins {
        let hashes = |offered: &[Described]| offered.iter().map(|one| (one.name.clone(), one.hash())).collect();
        Pins {
            tools: self.tools.iter().map(|tool| (tool.name.clone(), tool.hash())).collect(),
            prompts: hashes(&self.prompts),
            resources: hashes(&self.resources),
        }
    }
}
