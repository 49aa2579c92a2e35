//! One file to give away: the component with its manifest inside, and only when it passes its check.

use std::path::{Path, PathBuf};

use super::{AuthorError, Checked, EngineRoom, build, check};

/// What was packed.
#[derive(Debug)]
pub struct Packed {
    pub path: PathBuf,
    pub checked: Checked,
}

/// Checks the plugin in `dir` and writes `output`, or else NAME-VERSION.wasm in `dir`.
pub fn pack(dir: &Path, output: Option<&Path>, engine: EngineRoom<'_>) -> Result<Packed, AuthorError> {
    let checked = check(dir, engine)?.passed()?;
    let manifest = &checked.manifest;
    let path = output.map_or_else(|| dir.join(format!("{}-{}.wasm", manifest.id, manifest.version)), Path::to_owned);
    // What is given away must say by itself what it is.
    crate::plugin::Package::packed(&manifest.id, checked.package.component.clone(), None)?;
    build::replace(&path, &checked.package.component).map_err(|source| AuthorError::file("write", &path, source))?;
    Ok(Packed { path, checked })
}
