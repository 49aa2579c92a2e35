//! What a user is shown of a plugin, and accepts. Plain data; shows nothing itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Manifest;
use super::definition::Definition;
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
}

impl Shown {
    pub(super) fn of(manifest: &Manifest, imports: Vec<String>, tools: Vec<Definition>) -> Self {
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
            tools,
        }
    }

    /// Each tool's hash by its name, as the lock keeps it.
    pub fn tool_hashes(&self) -> BTreeMap<String, String> {
        self.tools.iter().map(|tool| (tool.name.clone(), tool.hash())).collect()
    }
}
