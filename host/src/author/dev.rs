//! Noticing that a plugin's source changed. What is built from it does not count.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{AuthorError, CARRIED_DIR};

/// Folders that hold what tools make or fetch.
const PASSED_OVER: [&str; 6] = ["target", "node_modules", ".venv", ".git", "__pycache__", CARRIED_DIR];

/// The files of a plugin with the moments at which they were last changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources(BTreeMap<PathBuf, (SystemTime, u64)>);

impl Sources {
    /// The sources as they are now. What vanishes while it is looked at is not there.
    pub fn of(dir: &Path) -> Result<Self, AuthorError> {
        let mut files = BTreeMap::new();
        collect(dir, &mut files).map_err(|source| AuthorError::file("read", dir, source))?;
        Ok(Self(files))
    }

    /// A file that differs in `later`, for the author to know why it is built again.
    pub fn first_difference<'a>(&'a self, later: &'a Self) -> Option<&'a Path> {
        let changed = later.0.iter().find(|(path, stamp)| self.0.get(*path) != Some(stamp)).map(|(path, _)| path);
        let gone = || self.0.keys().find(|path| !later.0.contains_key(*path));
        changed.or_else(gone).map(PathBuf::as_path)
    }
}

fn collect(dir: &Path, files: &mut BTreeMap<PathBuf, (SystemTime, u64)>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let path = entry.path();
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let name = entry.file_name();
        if metadata.is_dir() {
            if !PASSED_OVER.iter().any(|passed_over| name == *passed_over) {
                collect(&path, files)?;
            }
        } else if !is_made(&path) {
            files.insert(path, (metadata.modified()?, metadata.len()));
        }
    }
    Ok(())
}

/// Components and lock files are written by the build itself.
fn is_made(path: &Path) -> bool {
    let made = ["Cargo.lock", "package-lock.json"];
    let is_component = path.extension().is_some_and(|extension| extension == "wasm" || extension == "minisig");
    let is_scratch = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".tmp"));
    is_component || is_scratch || made.iter().any(|name| path.ends_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sources_count() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("src/lib.rs", "1");
        let before = Sources::of(dir.path()).unwrap();
        for made in ["plugin.wasm", "a-0.1.0.wasm", "target/x", "node_modules/y/z", ".venv/a", "isartor/wit/world.wit"]
        {
            write(made, "made");
        }
        assert_eq!(before, Sources::of(dir.path()).unwrap());
        write("src/lib.rs", "12");
        let after = Sources::of(dir.path()).unwrap();
        assert!(before.first_difference(&after).is_some_and(|path| path.ends_with("src/lib.rs")));
        fs::remove_file(dir.path().join("src/lib.rs")).unwrap();
        assert!(after.first_difference(&Sources::of(dir.path()).unwrap()).is_some());
    }
}
