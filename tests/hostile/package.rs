//! What an author hands over: a manifest and a component. Good ones are made here, for others to spoil.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use wasm_encoder::{CustomSection, Encode, Section};
use wit_component::ComponentEncoder;

use crate::support::guest_module;

const MANIFEST_SECTION: &str = "isartor:manifest";

/// What is done to a folder.
pub(super) type Spoil = fn(&Path);

#[derive(Clone)]
pub(super) struct Package {
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(super) manifest: String,
    pub(super) component: Vec<u8>,
    /// What is done to its files once they are written.
    pub(super) spoil: Option<Spoil>,
}

impl Package {
    pub(super) fn new(id: &str, kind: &'static str, component: Vec<u8>) -> Self {
        Self { id: id.to_owned(), kind, manifest: manifest(id, kind), component, spoil: None }
    }

    /// One of the guests under another id, with what else its manifest says.
    pub(super) fn guest(guest: &str, id: &str, kind: &'static str, more: &str) -> Self {
        let package = Self::new(id, kind, encoded(&guest_module(guest)));
        let manifest = format!("{}{more}", package.manifest);
        Self { manifest, ..package }
    }

    /// The component with its manifest inside.
    pub(super) fn packed(mut self) -> Self {
        append_manifest(&mut self.component, self.manifest.as_bytes());
        self
    }

    /// Writes it into a folder, which is made anew.
    pub(super) fn write(&self, folder: &Path) {
        if folder.exists() {
            fs::remove_dir_all(folder).expect("it can be removed");
        }
        fs::create_dir_all(folder).expect("it can be made");
        fs::write(folder.join("plugin.toml"), &self.manifest).expect("it can be written");
        fs::write(folder.join("plugin.wasm"), &self.component).expect("it can be written");
        if let Some(spoil) = self.spoil {
            spoil(folder);
        }
    }

    /// What `isartor-plugins.lock` says of a plugin that somebody accepted as it is.
    pub(super) fn locked(&self) -> String {
        let Self { id, kind, manifest, component, spoil: _ } = self;
        format!(
            "[[plugin]]\nid = \"{id}\"\nversion = \"0.1.0\"\nkind = \"{kind}\"\nwit = \"isartor:plugin@0.1.0\"\n\
             source = \"/\"\ncomponent_sha256 = \"{}\"\nmanifest_sha256 = \"{}\"\nenabled = true\naccepted_at = 0\n",
            digest(component),
            digest(manifest.as_bytes())
        )
    }

    pub(super) fn component_digest(&self) -> String {
        digest(&self.component)
    }
}

pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The component of a core module that says which world it is made for.
pub(super) fn encoded(module: &[u8]) -> Vec<u8> {
    let mut encoder = ComponentEncoder::default();
    let encoded = encoder.validate(true).module(module).and_then(|encoder| encoder.encode());
    encoded.unwrap_or_else(|error| panic!("{error:?}"))
}

pub(super) fn manifest(id: &str, kind: &str) -> String {
    format!(
        "id = \"{id}\"\nversion = \"0.1.0\"\nkind = \"{kind}\"\nwit = \"isartor:plugin@0.1.0\"\n\
         title = \"A hostile plugin\"\ndescription = \"For tests only.\"\n"
    )
}

pub(super) fn append_manifest(component: &mut Vec<u8>, manifest: &[u8]) {
    append_section(component, MANIFEST_SECTION, manifest);
}

pub(super) fn append_section(wasm: &mut Vec<u8>, name: &str, data: &[u8]) {
    let section = CustomSection { name: name.into(), data: data.into() };
    wasm.push(section.id());
    section.encode(wasm);
}

/// A component, or a core module, from its text.
pub(super) fn from_text(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}: {}", text.chars().take(2_000).collect::<String>()))
}
