//! The plugins that this binary carries. `build.rs` finds, builds and embeds them; none is named here.

use super::code::Code;
use super::load::{Candidate, Origin};

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// Each bundled plugin as it was built.
pub(super) fn all() -> Vec<Candidate> {
    BUNDLED
        .iter()
        .map(|&(name, manifest, component, digest)| Candidate {
            name: name.to_owned(),
            origin: Origin::Bundled,
            manifest: Ok(manifest.to_owned()),
            code: Ok(Code::bundled(component, digest)),
        })
        .collect()
}

/// Their names, without looking at them.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    BUNDLED.iter().map(|&(name, ..)| name)
}
