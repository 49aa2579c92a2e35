//! Which files a client reads on this machine: a pure function of its manifest, the system, the environment and what
//! directories hold.

use std::iter;

use crate::plugin::manifest::client_file::{ClientFile, Os, Root, Scope, Sign, Template};

/// What a path depends on.
pub struct Surroundings<'a> {
    pub os: Os,
    pub home_dir: Option<&'a str>,
    /// Where a project's files are looked for.
    pub project_dir: Option<&'a str>,
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
    /// Files that are there too, and that the client may read instead of a target.
    pub competing: Vec<Located<'m>>,
    /// Whether anything of the client was found.
    pub is_installed: bool,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocateError {
    #[error("its configuration is not known on {0}")]
    UnknownOnThisSystem(Os),
    #[error("it has no configuration of its own for a project")]
    NoProjectScope,
    #[error("it has configurations for projects only")]
    NoUserScope,
    #[error("its configuration cannot be found: {name} is not set to an absolute path")]
    NoRoot { name: String },
    #[error("this directory is no project's: it is not absolute, or your home")]
    NoProject,
    #[error("no directory for its configuration was found")]
    NoMatch,
}

/// An expanded template: where it begins, and the paths that it stands for.
struct Expansion {
    base: String,
    paths: Vec<String>,
}

/// Of each variant's files for this system and scope the first whose `requires` is there, at every place its path
/// matches; a fallback where there is none.
pub fn locate<'m>(files: &'m [ClientFile], scope: Scope, around: &Surroundings) -> Result<Location<'m>, LocateError> {
    let here: Vec<&ClientFile> = files.iter().filter(|file| file.systems.contains(&around.os)).collect();
    if here.is_empty() {
        return Err(LocateError::UnknownOnThisSystem(around.os));
    }
    let is_installed = here.iter().flat_map(|file| &file.detect).any(|sign| around.has(sign));
    let (fallbacks, usual): (Vec<_>, Vec<_>) =
        here.into_iter().filter(|file| file.scope == scope).partition(|file| file.is_fallback);
    let mut reason = match (usual.is_empty() && fallbacks.is_empty(), scope) {
        (true, Scope::Project) => LocateError::NoProjectScope,
        (true, Scope::User) => LocateError::NoUserScope,
        (false, _) => LocateError::NoMatch,
    };
    let (mut targets, mut competing) = (Vec::new(), Vec::new());
    for group in groups(&usual).into_iter().chain(iter::once(fallbacks)) {
        let is_fallback = group.first().is_some_and(|file| file.is_fallback);
        if is_fallback && !targets.is_empty() {
            break;
        }
        match around.in_use(&group) {
            Ok((found, others)) => {
                targets.extend(found);
                competing.extend(others);
            }
            Err(error) if error != LocateError::NoMatch => reason = error,
            Err(_) => {}
        }
    }
    match targets.is_empty() {
        true => Err(reason),
        false => Ok(Location { targets, competing, is_installed }),
    }
}

/// The files of each variant, in the order of their first.
fn groups<'m>(files: &[&'m ClientFile]) -> Vec<Vec<&'m ClientFile>> {
    let mut groups: Vec<Vec<&ClientFile>> = Vec::new();
    for file in files {
        match groups.iter_mut().find(|group| group[0].variant == file.variant) {
            Some(group) => group.push(file),
            None => groups.push(vec![file]),
        }
    }
    groups
}

impl Surroundings<'_> {
    /// The first of `group` that is in use, at each of its places, and those of the others that are there.
    fn in_use<'m>(&self, group: &[&'m ClientFile]) -> Result<(Vec<Located<'m>>, Vec<Located<'m>>), LocateError> {
        let mut reason = LocateError::NoMatch;
        for (index, file) in group.iter().copied().enumerate() {
            match self.places(file) {
                Ok(targets) if !targets.is_empty() => {
                    let is_target = |other: &Located| targets.iter().any(|target| target.path == other.path);
                    let mut others: Vec<Located> =
                        group[index + 1..].iter().flat_map(|file| self.there(file)).collect();
                    others.retain(|other| !is_target(other));
                    others.dedup_by(|one, other| one.path == other.path);
                    return Ok((targets, others));
                }
                Ok(_) => {}
                Err(error) => reason = error,
            }
        }
        Err(reason)
    }

    /// Where a file is there, in use or not.
    fn there<'m>(&self, file: &'m ClientFile) -> Vec<Located<'m>> {
        let Ok(Expansion { base, paths }) = self.expand(&file.path) else { return Vec::new() };
        let there = paths.into_iter().filter(|path| self.directories.exists(path));
        there.map(|path| Located { file, path, base: base.clone() }).collect()
    }

    fn places<'m>(&self, file: &'m ClientFile) -> Result<Vec<Located<'m>>, LocateError> {
        let Expansion { base, paths } = self.expand(&file.path)?;
        if file.unless.as_ref().is_some_and(|unless| !self.existing(unless).is_empty()) {
            return Ok(Vec::new());
        }
        let required = file.requires.as_ref().map(|requires| self.existing(requires));
        let is_in = |path: &String, place: &String| {
            path.strip_prefix(place.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(self.os.separator()))
        };
        let is_in_use =
            |path: &String| required.as_ref().is_none_or(|places| places.iter().any(|place| is_in(path, place)));
        let in_use = paths.into_iter().filter(is_in_use);
        Ok(in_use.map(|path| Located { file, path, base: base.clone() }).collect())
    }

    fn has(&self, sign: &Sign) -> bool {
        match sign {
            Sign::Path(template) => !self.existing(template).is_empty(),
            Sign::Program(name) => self.has_program(name),
        }
    }

    fn has_program(&self, name: &str) -> bool {
        let (list_separator, endings): (_, &[&str]) = match self.os {
            Os::Macos | Os::Linux => (':', &[""]),
            Os::Windows => (';', &[".exe", ".cmd"]),
        };
        let path = (self.variable)("PATH").unwrap_or_default();
        let directories = path.split(list_separator).filter(|directory| is_absolute(directory, self.os));
        let separator = self.os.separator();
        directories
            .flat_map(|directory| endings.iter().map(move |ending| format!("{directory}{separator}{name}{ending}")))
            .any(|path| self.directories.exists(&path))
    }

    /// What a template stands for and is there; nothing where a variable is missing.
    fn existing(&self, template: &Template) -> Vec<String> {
        let paths = self.expand(template).map_or_else(|_| Vec::new(), |expansion| expansion.paths);
        paths.into_iter().filter(|path| self.directories.exists(path)).collect()
    }

    fn expand(&self, template: &Template) -> Result<Expansion, LocateError> {
        let Expansion { base, paths: mut roots } = self.root(template)?;
        for part in &template.parts {
            roots = roots.iter().flat_map(|path| self.below(path, part)).collect();
        }
        Ok(Expansion { base, paths: roots })
    }

    fn root(&self, template: &Template) -> Result<Expansion, LocateError> {
        let expansion = |path: &str, base: &str| Expansion { base: base.to_owned(), paths: vec![path.to_owned()] };
        let known = |path: Option<&str>, otherwise| match path.filter(|path| is_absolute(path, self.os)) {
            Some(path) => Ok(expansion(path, path)),
            None => Err(otherwise),
        };
        match &template.root {
            Root::FileSystem => Ok(expansion("", "/")),
            Root::Home => known(self.home_dir, LocateError::NoRoot { name: "HOME".to_owned() }),
            Root::Project => known(self.project_dir, LocateError::NoProject),
            Root::Variable { name, otherwise } => {
                match ((self.variable)(name).filter(|path| is_absolute(path, self.os)), otherwise) {
                    (Some(path), _) => {
                        let separator = self.os.separator();
                        let path = path.trim_end_matches(separator);
                        let parent = path.rsplit_once(separator).map_or(path, |(parent, _)| parent);
                        Ok(expansion(path, if parent.is_empty() { "/" } else { parent }))
                    }
                    (None, Some(otherwise)) => self.expand(otherwise),
                    (None, None) => Err(LocateError::NoRoot { name: name.clone() }),
                }
            }
        }
    }

    /// `directory` joined with `part`, or with each name in it that matches a `part` with a `*`.
    fn below(&self, directory: &str, part: &str) -> Vec<String> {
        let separator = self.os.separator();
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
