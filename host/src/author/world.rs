//! The world of one plugin, from its plugin.toml: what it exports, and one import for each capability. The tools of
//! JavaScript and Python read it; the Rust SDK imports what the code uses.

use std::fs;

use super::{AuthorError, CARRIED_DIR, Project};
use crate::plugin::manifest::WIT_PACKAGE;
use crate::plugin::{Kind, Manifest};

/// What the world is called.
pub(super) const WORLD: &str = "plugin";

/// Where the WIT package is, inside the plugin's folder.
pub(super) const WIT_DIR: &str = "isartor/wit";

fn text(manifest: &Manifest) -> String {
    let mut text = format!("package {WIT_PACKAGE};\n\n/// Made from plugin.toml by 'isartor plugin build'.\n");
    text.push_str(&format!("world {WORLD} {{\n"));
    // A capability may be asked for more than once, and is still one import.
    let names: std::collections::BTreeSet<_> = manifest.capabilities.iter().map(|request| request.name()).collect();
    for name in names {
        text.push_str(&format!("    import {name};\n"));
    }
    match manifest.kind {
        Kind::Tool => {
            manifest.offers.iter().for_each(|one| text.push_str(&format!("    export {};\n", one.interface())))
        }
        Kind::Connector | Kind::Policy => text.push_str(&format!("    export {};\n", manifest.kind.as_str())),
    }
    text.push_str("}\n");
    text
}

/// Puts the world beside the interfaces, unless it is there already.
pub(super) fn write(project: &Project) -> Result<(), AuthorError> {
    let path = project.dir.join(CARRIED_DIR).join("wit/world.wit");
    let wanted = text(&project.manifest);
    if fs::read_to_string(&path).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    fs::write(&path, wanted).map_err(|source| AuthorError::file("write", &path, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_imports_what_the_manifest_asks_for() {
        let manifest = Manifest::parse(
            "id = \"a\"\nversion = \"1.0.0\"\nkind = \"tool\"\nwit = \"isartor:plugin@0.1.0\"\ntitle = \"A\"\n\
             description = \"a\"\noffers = [\"tools\", \"prompts\"]\n[[capability]]\nname = \"store\"\nreason = \"x\"\n\
             [[capability]]\nname = \"log\"\nreason = \"x\"\n",
        );
        let text = text(&manifest.expect("it is good"));
        assert!(
            text.ends_with(
                "world plugin {\n    import log;\n    import store;\n    export tool;\n    export prompts;\n}\n"
            ),
            "{text}"
        );
        assert!(text.starts_with("package isartor:plugin@0.1.0;\n"), "{text}");
    }
}
