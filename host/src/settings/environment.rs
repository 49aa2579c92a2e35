//! A copy of what the process was started with, taken once. Everything else is handed this value.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The environment variables, the user's directories and the operating system, as data.
#[derive(Debug, Clone)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    /// Names of variables whose value is not UTF-8.
    unreadable: Vec<String>,
    pub home_dir: Option<PathBuf>,
    pub cache_dir: Option<PathBuf>,
    /// Where the process was started.
    pub current_dir: Option<PathBuf>,
    /// Absolute path of the running program.
    pub program: PathBuf,
}

impl Environment {
    /// The only place that reads the process environment.
    #[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
    pub fn of_process() -> Self {
        let mut variables = BTreeMap::new();
        let mut unreadable = Vec::new();
        for (name, value) in std::env::vars_os() {
            match (name.into_string(), value.into_string()) {
                (Ok(name), Ok(value)) => drop(variables.insert(name, value)),
                (Ok(name), Err(_)) => unreadable.push(name),
                // We know every variable of ours by its name, and none is like this.
                (Err(_), _) => {}
            }
        }
        let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("isartor"));
        let (home_dir, cache_dir) = (dirs::home_dir(), dirs::cache_dir());
        // A directory that was removed under us is none to look for a project in.
        let current_dir = std::env::current_dir().ok();
        Self { variables, unreadable, home_dir, cache_dir, current_dir, program }
    }

    /// A machine where nothing is set.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn empty() -> Self {
        let program = PathBuf::from("/isartor");
        Self {
            variables: BTreeMap::new(),
            unreadable: Vec::new(),
            home_dir: None,
            cache_dir: None,
            current_dir: None,
            program,
        }
    }

    /// The variables whose name starts with `prefix` and whose value is not UTF-8.
    pub fn unreadable<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.unreadable.iter().map(String::as_str).filter(move |name| name.starts_with(prefix))
    }

    /// A variable's value; an empty one counts as not set.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The variables whose name starts with `prefix`, in name order; an empty one counts as not set.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.variables
            .iter()
            .filter(move |(name, value)| name.starts_with(prefix) && !value.is_empty())
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The same with one variable set; for tests and child processes.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }
}
