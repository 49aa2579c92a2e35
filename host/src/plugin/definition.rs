//! A tool's definition as it is shown to a user, kept, and compared. Never the tool itself.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::hexadecimal;
use super::tool::ToolDefinition;

/// Everything of a definition that a model or a client acts on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    pub name: String,
    pub title: Option<String>,
    pub description: String,
    pub input_schema: String,
    pub output_schema: Option<String>,
    /// read-only, destructive, idempotent, open-world
    pub hints: [bool; 4],
}

impl From<&ToolDefinition> for Definition {
    fn from(definition: &ToolDefinition) -> Self {
        let hints = &definition.hints;
        Self {
            name: definition.name.clone(),
            title: definition.title.clone(),
            description: definition.description.clone(),
            input_schema: definition.input_schema.clone(),
            output_schema: definition.output_schema.clone(),
            hints: [hints.read_only, hints.destructive, hints.idempotent, hints.open_world],
        }
    }
}

impl Definition {
    /// SHA-256 over each field after its length, so that no two definitions read the same.
    pub fn hash(&self) -> String {
        let optional = |text: &Option<String>| text.as_ref().map_or(vec![0], |text| [&[1], text.as_bytes()].concat());
        let fields = [
            self.name.clone().into_bytes(),
            optional(&self.title),
            self.description.clone().into_bytes(),
            self.input_schema.clone().into_bytes(),
            optional(&self.output_schema),
            self.hints.map(u8::from).to_vec(),
        ];
        let mut hasher = Sha256::new();
        for field in fields {
            hasher.update((field.len() as u64).to_be_bytes());
            hasher.update(field);
        }
        hexadecimal(&hasher.finalize())
    }
}
