//! Where each client's files are, for every system and environment: tables over the pure function and the manifests as
//! they are shipped.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

mod claude_desktop;
mod places;
mod several;
mod variants;

use std::fs;

use isartor_host::connect::locate::{Directories, LocateError, Located, Location, Surroundings, locate};
use isartor_host::plugin::manifest::Manifest;
use isartor_host::plugin::manifest::client_file::{ClientFile, Os, Scope};

use super::cases::plugins;

/// A machine as far as finding files needs to know.
struct Machine<'a> {
    os: Os,
    home: Option<&'a str>,
    project: Option<&'a str>,
    variables: &'a [(&'a str, &'a str)],
    tree: &'a [&'a str],
}

impl Machine<'_> {
    fn locate<'m>(&self, files: &'m [ClientFile], scope: Scope) -> Result<Location<'m>, LocateError> {
        let variable = |wanted: &str| {
            let found = self.variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        };
        let around = Surroundings {
            os: self.os,
            home_dir: self.home,
            variable: &variable,
            project_dir: self.project,
            directories: &Tree(self.tree),
        };
        locate(files, scope, &around)
    }
}

fn manifest(client: &str) -> Manifest {
    Manifest::parse(&fs::read_to_string(plugins().join(client).join("plugin.toml")).unwrap()).unwrap()
}

fn own(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// Paths that are there; each implies the directories around it.
struct Tree<'a>(&'a [&'a str]);

impl Directories for Tree<'_> {
    fn names(&self, directory: &str) -> Vec<String> {
        let below = |path: &&str| path.strip_prefix(directory)?.strip_prefix(['/', '\\']).map(str::to_owned);
        let first = |rest: String| rest.split(['/', '\\']).next().unwrap_or_default().to_owned();
        let mut names: Vec<String> = self.0.iter().rev().filter_map(below).map(first).collect();
        names.dedup();
        names
    }

    fn exists(&self, path: &str) -> bool {
        let is_or_holds = |known: &&str| {
            known.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '\\']))
        };
        self.0.iter().any(is_or_holds)
    }
}

fn paths(places: &[Located]) -> Vec<String> {
    places.iter().map(|place| place.path.clone()).collect()
}
