//! What the bytes of a component prove before anything in it runs: that it is one, which manifest it carries, what it
//! imports. Believes nothing that its manifest says.

use wasmparser::{Parser, Payload};
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use super::PluginError;
use super::engine::Engine;

/// The custom section in which a component carries the bytes of its plugin.toml.
pub const MANIFEST_SECTION: &str = "isartor:manifest";

/// How compiled code begins; wasmtime writes it as ELF.
const COMPILED_MAGIC: &[u8] = b"\x7fELF";

/// Refuses what is no component, and one whose embedded manifest is not the one beside it.
pub(super) fn check(plugin: &str, manifest: &str, bytes: &[u8]) -> Result<(), PluginError> {
    match embedded_manifest(plugin, bytes)? {
        Some(embedded) if embedded != manifest.as_bytes() => {
            Err(refusal(plugin, "the manifest inside it differs from plugin.toml"))
        }
        Some(_) | None => Ok(()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the other sections are the engine's to check")]
/// The manifest that the component carries, if it carries one.
pub(super) fn embedded_manifest<'b>(plugin: &str, bytes: &'b [u8]) -> Result<Option<&'b [u8]>, PluginError> {
    check_header(plugin, bytes)?;
    let (mut depth, mut found) = (0_usize, None);
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|_| refusal(plugin, "it is damaged"))? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 0 && section.name() == MANIFEST_SECTION => {
                let range = section.data_offset()..section.data_offset() + section.data().len();
                if found.replace(&bytes[range]).is_some() {
                    return Err(refusal(plugin, "it carries two manifests"));
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

fn check_header(plugin: &str, bytes: &[u8]) -> Result<(), PluginError> {
    if bytes.starts_with(COMPILED_MAGIC) {
        return Err(refusal(plugin, "it is compiled code, which isartor takes from nobody but itself"));
    }
    if Parser::is_core_wasm(bytes) {
        let message = "it is a core WebAssembly module; make a component of it with 'wasm-tools component new'";
        return Err(refusal(plugin, message));
    }
    match Parser::is_component(bytes) {
        true => Ok(()),
        false => Err(refusal(plugin, "it is not a WebAssembly component")),
    }
}

fn refusal(plugin: &str, message: &'static str) -> PluginError {
    PluginError::NotAComponent { plugin: plugin.to_owned(), message }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "whatever is not known to be a type counts as authority")]
/// The names of the imports that carry a function, a resource or anything else that can be called.
/// An instance that holds only types grants nothing and does not count.
pub(super) fn imports(engine: &Engine, component: &Component) -> Vec<String> {
    let engine = engine.wasmtime();
    component
        .component_type()
        .imports(engine)
        .filter(|(_, import)| match &import.ty {
            ComponentItem::ComponentInstance(instance) => {
                instance.exports(engine).any(|(_, export)| !matches!(export.ty, ComponentItem::Type(_)))
            }
            ComponentItem::Type(_) => false,
            _ => true,
        })
        .map(|(name, _)| name.to_owned())
        .collect()
}
