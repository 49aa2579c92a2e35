//! The `[[file]]` tables of a connector's manifest.

use serde::Deserialize;

/// One configuration file of a client.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientFile {
    pub id: String,
}
