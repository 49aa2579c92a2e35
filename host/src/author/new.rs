//! A new plugin's folder, from a template. Never writes into a folder that is there already.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::carried::{self, File};
use super::{AuthorError, CARRIED_DIR, Language};
use crate::plugin::Kind;
use crate::plugin::manifest::check_id;

/// What is to be made.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub name: &'a str,
    pub kind: Kind,
    pub language: Language,
    /// The folder to make.
    pub dir: &'a Path,
}

/// Makes the folder; the paths of what was written that the author will change.
pub fn create(wanted: &Wanted) -> Result<Vec<PathBuf>, AuthorError> {
    let name = wanted.name.to_owned();
    check_id(&name).map_err(|message| AuthorError::Name { name, message })?;
    let own = own_files(wanted);
    make_folder(wanted.dir)?;
    for (path, bytes) in own.iter().chain(&carried_files(wanted.language)) {
        let path = wanted.dir.join(path);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, bytes));
        written.map_err(|source| AuthorError::file("write", &path, source))?;
    }
    Ok(own.into_iter().map(|(path, _)| PathBuf::from(path)).collect())
}

fn make_folder(dir: &Path) -> Result<(), AuthorError> {
    match fs::create_dir(dir) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(AuthorError::Exists { path: dir.to_owned() }),
        Err(source) => Err(AuthorError::file("make", dir, source)),
    }
}

fn own_files(wanted: &Wanted) -> Vec<File> {
    let fill = |(path, bytes): File| {
        // A .gitignore of its own would hide files of the template from this repository.
        let path = if path == "gitignore" { ".gitignore".to_owned() } else { path };
        let text = String::from_utf8(bytes).expect("templates are text");
        (path, text.replace("{{id}}", wanted.name).replace("{{title}}", &title(wanted.name)).into_bytes())
    };
    carried::template(wanted.kind, wanted.language).into_iter().map(fill).collect()
}

fn carried_files(language: Language) -> Vec<File> {
    let mut files = carried::interface();
    if language == Language::Rust {
        files.extend(carried::rust_sdk());
    }
    files.into_iter().map(|(path, bytes)| (format!("{CARRIED_DIR}/{path}"), bytes)).collect()
}

/// `word-count` becomes `Word count`.
fn title(id: &str) -> String {
    let spaced = id.replace('-', " ");
    let mut characters = spaced.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
