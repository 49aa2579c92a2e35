//! From a plugin's folder to plugin.wasm in it, with plugin.toml inside. The tools of the language do the work.

use std::io::Write;
use std::path::{Path, PathBuf};

use wasm_encoder::{CustomSection, Encode, Section};

use super::{AuthorError, COMPONENT_FILE, Language, Project, javascript, python, rust};
use crate::plugin::MANIFEST_SECTION;

/// What was built.
#[derive(Debug)]
pub struct Built {
    pub path: PathBuf,
    pub size_bytes: usize,
}

/// Builds plugin.wasm beside plugin.toml; `progress` is told what is being done.
pub fn build(project: &Project, progress: &mut dyn FnMut(&str)) -> Result<Built, AuthorError> {
    let scratch =
        tempfile::tempdir().map_err(|source| AuthorError::file("make", Path::new("a scratch folder"), source))?;
    let output = scratch.path().join(COMPONENT_FILE);
    let mut component = match project.language {
        Language::Rust => {
            progress("building with cargo");
            rust::component(project)?
        }
        Language::JavaScript => javascript::component(project, &output, progress)?,
        Language::Python => python::component(project, &output, progress)?,
    };
    embed(&mut component, &project.manifest_text);
    let path = project.dir.join(COMPONENT_FILE);
    replace(&path, &component).map_err(|source| AuthorError::file("write", &path, source))?;
    Ok(Built { path, size_bytes: component.len() })
}

/// Appends the manifest; a component may carry any custom section at its end.
fn embed(component: &mut Vec<u8>, manifest: &str) {
    let section = CustomSection { name: MANIFEST_SECTION.into(), data: manifest.as_bytes().into() };
    component.push(section.id());
    section.encode(component);
}

/// In one step, so that nobody reads half a component.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    // A temporary file is its owner's alone; a component is anybody's.
    crate::system::set_mode(path, 0o644)
}
