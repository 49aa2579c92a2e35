//! What the binary carries for authors, as `build.rs` embedded it: the SDK, the WIT package, the guide, the templates.

include!(concat!(env!("OUT_DIR"), "/carried.rs"));

use super::Language;
use crate::plugin::Kind;

/// A file to write: its path inside the plugin's folder, and its bytes.
pub(super) type File = (String, Vec<u8>);

/// The interface that every plugin is built against, and how to use it.
pub(super) fn interface() -> Vec<File> {
    let mut files = vec![("GUIDE.md".to_owned(), GUIDE.into())];
    files.extend(WIT.iter().map(|(path, bytes)| (format!("wit/{path}"), bytes.to_vec())));
    files
}

/// The crate `isartor-plugin`.
pub(super) fn rust_sdk() -> Vec<File> {
    let mut files = vec![("sdk/Cargo.toml".to_owned(), SDK_MANIFEST.into())];
    files.extend(SDK.iter().map(|(path, bytes)| (format!("sdk/src/{path}"), bytes.to_vec())));
    files
}

/// The files of a template: those of its kind, those of its language, and its own.
pub(super) fn template(kind: Kind, language: Language) -> Vec<File> {
    let (kind, language) = (kind.as_str(), language.as_str());
    let layers = [format!("shared/{kind}/"), format!("{language}/shared/"), format!("{language}/{kind}/")];
    let in_layer = |layer: &str| {
        let stripped = TEMPLATES.iter().map(move |(path, bytes)| (path.strip_prefix(layer), *bytes));
        stripped.filter_map(|(path, bytes)| path.map(|path| (path.to_owned(), bytes.to_vec()))).collect::<Vec<_>>()
    };
    layers.iter().flat_map(|layer| in_layer(layer)).collect()
}
