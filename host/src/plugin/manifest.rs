//! plugin.toml as types. What it claims is checked elsewhere against what the component proves.

pub mod capability;
pub mod client_file;

use std::collections::BTreeSet;

use semver::Version;
use serde::{Deserialize, Serialize};

use capability::CapabilityRequest;
use client_file::{ClientFile, Format, Servers};

/// The WIT package that this host speaks, as manifests name it.
pub const WIT_PACKAGE: &str = "isartor:plugin@0.1.0";

/// Longest id; with `__` it leaves room for tool names within MCP's 64 characters.
const ID_MAX_CHARACTERS: usize = 32;

/// What a plugin says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `[a-z][a-z0-9-]*`, at most 32 characters.
    pub id: String,
    /// As Semantic Versioning orders them.
    pub version: Version,
    pub kind: Kind,
    /// The WIT package it was built against.
    pub wit: String,
    pub title: String,
    pub description: String,
    pub publisher: Option<String>,
    /// The minisign public key whose signature the component must carry, as its file's second line spells it.
    pub publisher_key: Option<String>,
    /// Policies: used when the settings name none.
    #[serde(default)]
    pub default: bool,
    /// Connectors: what the user does for the client to notice a change.
    pub restart: Option<String>,
    /// Connectors: why nobody should connect the client any more. It can still be disconnected.
    pub retired: Option<String>,
    /// Connectors: the names that the client's processes have.
    #[serde(default)]
    pub processes: Vec<String>,
    /// Connectors: how the client writes its servers.
    pub servers: Option<Servers>,
    /// Connectors: the configuration files of the client.
    #[serde(default, rename = "file")]
    pub files: Vec<ClientFile>,
    /// Connectors: what is printed for the user to paste where no file is known.
    #[serde(default, rename = "snippet")]
    pub snippets: Vec<Snippet>,
    /// Connectors: the client installs isartor from a file, too.
    pub bundle: Option<Bundle>,
    /// Tools: what it exports.
    #[serde(default = "default_offers")]
    pub offers: BTreeSet<Offered>,
    /// What it asks the host for.
    #[serde(default, rename = "capability")]
    pub capabilities: Vec<CapabilityRequest>,
}

/// A text for the user to paste: what the connector makes of a configuration that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snippet {
    /// What the connector is told the file is.
    pub id: String,
    /// What it is for.
    pub title: String,
    pub format: Format,
    pub transport: TransportKind,
}

/// A file that the client installs a server from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    pub format: BundleFormat,
    /// What the user does with the file.
    pub next: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BundleFormat {
    /// A desktop extension, as npm's `@anthropic-ai/mcpb` defines it.
    Mcpb,
}

/// How a client reaches a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransportKind {
    Stdio,
    Http,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Connector,
    Policy,
    Tool,
}

/// What a tool plugin may offer to MCP clients; one export each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Offered {
    Tools,
    Prompts,
    Resources,
}

impl Offered {
    /// The interface of the WIT package that it is.
    pub fn interface(self) -> &'static str {
        match self {
            Self::Tools => "tool",
            Self::Prompts => "prompts",
            Self::Resources => "resources",
        }
    }
}

fn default_offers() -> BTreeSet<Offered> {
    BTreeSet::from([Offered::Tools])
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connector => "connector",
            Self::Policy => "policy",
            Self::Tool => "tool",
        }
    }
}

impl Manifest {
    /// Parses and checks; the message says what is wrong, without the plugin's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let manifest: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        manifest.check()?;
        Ok(manifest)
    }

    fn is_about_a_client(&self) -> bool {
        let says = self.servers.is_some() || self.retired.is_some() || self.bundle.is_some();
        says || !(self.files.is_empty() && self.snippets.is_empty() && self.processes.is_empty())
    }

    fn check(&self) -> Result<(), String> {
        check_id(&self.id)?;
        if self.wit != WIT_PACKAGE {
            return Err(format!("it was made for {:?}; this isartor speaks {WIT_PACKAGE}", self.wit));
        }
        if self.kind != Kind::Connector && self.is_about_a_client() {
            return Err("only a connector has [servers], [[file]]s, [[snippet]]s, [bundle] and processes".to_owned());
        }
        if self.servers.is_none() && !self.files.is_empty() {
            return Err("its [[file]]s need [servers], which says what is in them".to_owned());
        }
        if self.kind != Kind::Policy && self.default {
            return Err("only a policy can be the default".to_owned());
        }
        if self.kind != Kind::Tool && !self.capabilities.is_empty() {
            return Err(format!("a {} can be granted nothing, so it asks for no capability", self.kind.as_str()));
        }
        if self.kind != Kind::Tool && self.offers != default_offers() {
            return Err("only a tool says what it offers".to_owned());
        }
        if self.offers.is_empty() {
            return Err("it offers nothing".to_owned());
        }
        capability::check(&self.capabilities)?;
        client_file::check(&self.files)
    }
}

/// Whether a plugin can be called so; the message says what is wrong.
pub fn check_id(id: &str) -> Result<(), String> {
    match is_id(id) {
        true => Ok(()),
        false => Err(format!("the id {id:?} is not [a-z][a-z0-9-]*, at most {ID_MAX_CHARACTERS} characters")),
    }
}

fn is_id(id: &str) -> bool {
    let starts_with_letter = id.starts_with(|first: char| first.is_ascii_lowercase());
    let allowed = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
    starts_with_letter && id.len() <= ID_MAX_CHARACTERS && id.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "id = \"echo\"\nversion = \"1.0.0\"\nkind = \"tool\"\nwit = \"isartor:plugin@0.1.0\"\n\
                        title = \"Echo\"\ndescription = \"says it again\"\n";

    #[test]
    fn a_good_manifest_parses() {
        let manifest = Manifest::parse(GOOD).expect("it is good");
        assert_eq!((manifest.id.as_str(), manifest.kind), ("echo", Kind::Tool));
    }

    #[test]
    fn each_wrong_manifest_says_what_is_wrong() {
        let cases = [
            (GOOD.replace("echo", "../echo"), "is not [a-z]"),
            (GOOD.replace("echo", &"e".repeat(33)), "at most 32"),
            (GOOD.replace("@0.1.0", "@0.2.0"), "this isartor speaks"),
            (GOOD.replace("\"tool\"", "\"daemon\""), "unknown variant `daemon`"),
            (format!("{GOOD}default = true\n"), "only a policy"),
            (format!("{GOOD}[bundle]\nformat = \"mcpb\"\n"), "only a connector has"),
            (format!("{GOOD}processes = [\"x\"]\n"), "only a connector has"),
            (
                format!(
                    "{}[[file]]\nid = \"x\"\nscope = \"user\"\npath = \"~/x\"\n",
                    GOOD.replace("tool", "connector")
                ),
                "need [servers]",
            ),
            (format!("{GOOD}offers = []\n"), "it offers nothing"),
            (format!("{GOOD}offers = [\"tasks\"]\n"), "unknown variant `tasks`"),
            (format!("{}offers = [\"prompts\"]\n", GOOD.replace("tool", "policy")), "only a tool says"),
            (format!("{GOOD}autostart = true\n"), "unknown field `autostart`"),
            (GOOD.replace("version", "versoin"), "unknown field `versoin`"),
            (GOOD.replace("1.0.0", "one"), "unexpected character"),
            (
                format!("{}[[capability]]\nname = \"log\"\nreason = \"x\"\n", GOOD.replace("tool", "policy")),
                "a policy can be granted nothing",
            ),
        ];
        for (text, words) in cases {
            let message = Manifest::parse(&text).expect_err(words);
            assert!(message.contains(words), "{message:?} does not say {words:?}");
        }
    }
}
