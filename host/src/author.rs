//! For plugin authors: a folder to begin with, a component built from it, what isartor makes of that, one file to give
//! away. Runs the tools of the plugin's language; never installs a plugin.

mod build;
mod carried;
mod check;
mod dev;
mod error;
mod javascript;
mod new;
mod pack;
mod python;
mod rust;
mod toolchain;
mod world;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::plugin::Manifest;

pub use build::{Built, build};
pub use check::{Checked, Difference, EngineRoom, check};
pub use dev::Sources;
pub use error::AuthorError;
pub use new::{Wanted, create};
pub use pack::{Packed, pack};

/// What a plugin says of itself, in its folder.
const MANIFEST_FILE: &str = "plugin.toml";
/// What is built from it, beside.
const COMPONENT_FILE: &str = "plugin.wasm";
/// Where `new` puts what the binary carries.
const CARRIED_DIR: &str = "isartor";

/// What a plugin can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Rust,
    JavaScript,
    Python,
}

impl Language {
    pub const ALL: [Self; 3] = [Self::Rust, Self::JavaScript, Self::Python];

    /// As the command line and the templates' folders spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::JavaScript => "js",
            Self::Python => "python",
        }
    }

    /// The file whose presence says that a plugin is written in it.
    fn marker(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::JavaScript => "package.json",
            Self::Python => python::SOURCE,
        }
    }
}

/// A plugin's folder, as its author keeps it.
#[derive(Debug)]
pub struct Project {
    /// Absolute, since the tools run in it.
    dir: PathBuf,
    language: Language,
    manifest: Manifest,
    /// plugin.toml, byte for byte.
    manifest_text: String,
}

impl Project {
    /// Reads plugin.toml and finds out the language.
    pub fn open(dir: &Path) -> Result<Self, AuthorError> {
        let dir = dir.canonicalize().map_err(|source| AuthorError::file("open", dir, source))?;
        let path = dir.join(MANIFEST_FILE);
        let manifest_text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(AuthorError::NotAPlugin { dir }),
            Err(source) => return Err(AuthorError::file("read", &path, source)),
        };
        let manifest = Manifest::parse(&manifest_text).map_err(|message| AuthorError::Manifest { path, message })?;
        let mut languages = Language::ALL.into_iter().filter(|language| dir.join(language.marker()).is_file());
        let language = match (languages.next(), languages.next()) {
            (Some(language), None) => language,
            (None, _) | (Some(_), Some(_)) => return Err(AuthorError::UnknownLanguage { dir }),
        };
        Ok(Self { dir, language, manifest, manifest_text })
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}
