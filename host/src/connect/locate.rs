//! Which files a client reads on this machine: a pure function of its manifest, the system, the environment and what
//! directories hold.

use crate::plugin::manifest::client_file::{ClientFile, Os, Root, Template};

/// What a path depends on.
pub struct Surroundings<'a> {
    pub os: Os,
    pub home_dir: Option<&'a str>,
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    pub directories: &'a dyn Directories,
}

/// What is on the disk, as far as finding a file needs to know.
pub trait Directories {
    /// The names in a directory, in any order; none where there is no directory.
    fn names(&self, directory: &str) -> Vec<String>;
    fn exists(&self, path: &str) -> bool;
}

/// A file that the client reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<'m> {
    pub file: &'m ClientFile,
    pub path: String,
    /// The directory that must exist already; those below it may be made.
    pub base: String,
}

/// Everything found for one client.
#[derive(Debug, PartialEq, Eq)]
pub struct Location<'m> {
    /// At least one; several where the client is installed more than once.
    pub targets: Vec<Located<'m>>,
    /// Files that are there and that the client does not read.
    pub passed_over: Vec<String>,
    /// Whether anything of the client was found.
    pub is_installed: bool,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocateError {
    #[error("its configuration is not known on {0}")]
    UnknownOnThisSystem(Os),
    #[error("its configuration cannot be found: {name} is not set to an absolute path")]
    NoRoot { name: String },
    #[error("no directory for its configuration was found")]
    NoMatch,
}

/// An expanded template: where it begins, and the paths that it stands for.
struct Expansion {
    base: String,
    paths: Vec<String>,
}

/// The first file of this system whose `requires` is there, at every place its path matches.
pub fn locate<'m>(files: &'m [ClientFile], around: &Surroundings) -> Result<Location<'m>, LocateError> {
    let mut candidates = files.iter().filter(|file| file.os == around.os).peekable();
    if candidates.peek().is_none() {
        return Err(LocateError::UnknownOnThisSystem(around.os));
    }
    let is_installed = candidates.clone().flat_map(|file| &file.detect).any(|sign| around.is_there(sign));
    let mut reason = LocateError::NoMatch;
    while let Some(file) = candidates.next() {
        match around.places(file) {
            Ok(targets) if !targets.is_empty() => {
                let passed_over = candidates.flat_map(|file| around.existing(&file.path)).collect();
                return Ok(Location { targets, passed_over, is_installed });
            }
            Ok(_) => {}
            Err(error) => reason = error,
        }
    }
    Err(reason)
}

impl Surroundings<'_> {
    fn places<'m>(&self, file: &'m ClientFile) -> Result<Vec<Located<'m>>, LocateError> {
        let Expansion { base, paths } = self.expand(&file.path)?;
        let required = file.requires.as_ref().map(|requires| self.existing(requires));
        let separator = file.path.separator;
        let is_in_use = |path: &String| {
            required.as_ref().is_none_or(|places| {
                places
                    .iter()
                    .any(|place| path.strip_prefix(place.as_str()).is_some_and(|rest| rest.starts_with(separator)))
            })
        };
        let in_use = paths.into_iter().filter(is_in_use);
        Ok(in_use.map(|path| Located { file, path, base: base.clone() }).collect())
    }

    fn is_there(&self, template: &Template) -> bool {
        !self.existing(template).is_empty()
    }

    /// What a template stands for and is there; nothing where a variable is missing.
    fn existing(&self, template: &Template) -> Vec<String> {
        let paths = self.expand(template).map_or_else(|_| Vec::new(), |expansion| expansion.paths);
        paths.into_iter().filter(|path| self.directories.exists(path)).collect()
    }

    fn expand(&self, template: &Template) -> Result<Expansion, LocateError> {
        let Expansion { base, paths: mut roots } = self.root(template)?;
        for part in &template.parts {
            roots = roots.iter().flat_map(|path| self.below(path, part, template.separator)).collect();
        }
        Ok(Expansion { base, paths: roots })
    }

    fn root(&self, template: &Template) -> Result<Expansion, LocateError> {
        let expansion = |path: &str, base: &str| Expansion { base: base.to_owned(), paths: vec![path.to_owned()] };
        match &template.root {
            Root::FileSystem => Ok(expansion("", "/")),
            Root::Home => {
                let home = self.home_dir.filter(|path| is_absolute(path, self.os));
                home.map(|home| expansion(home, home)).ok_or_else(|| LocateError::NoRoot { name: "HOME".to_owned() })
            }
            Root::Variable { name, otherwise } => {
                match ((self.variable)(name).filter(|path| is_absolute(path, self.os)), otherwise) {
                    (Some(path), _) => {
                        let path = path.trim_end_matches(template.separator);
                        let parent = path.rsplit_once(template.separator).map_or(path, |(parent, _)| parent);
                        Ok(expansion(path, if parent.is_empty() { "/" } else { parent }))
                    }
                    (None, Some(otherwise)) => self.expand(otherwise),
                    (None, None) => Err(LocateError::NoRoot { name: name.clone() }),
                }
            }
        }
    }

    /// `directory` joined with `part`, or with each name in it that matches a `part` with a `*`.
    fn below(&self, directory: &str, part: &str, separator: char) -> Vec<String> {
        let Some((start, end)) = part.split_once('*') else { return vec![format!("{directory}{separator}{part}")] };
        let matches =
            |name: &String| name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end);
        let mut names: Vec<String> = self.directories.names(directory).into_iter().filter(matches).collect();
        names.sort();
        names.into_iter().map(|name| format!("{directory}{separator}{name}")).collect()
    }
}

fn is_absolute(path: &str, os: Os) -> bool {
    match os {
        Os::Macos | Os::Linux => path.starts_with('/'),
        Os::Windows => path.get(1..3) == Some(":\\") || path.starts_with("\\\\"),
    }
}
