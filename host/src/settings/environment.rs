//! A copy of what the process was started with, taken once. Everything else is handed this value.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The environment variables, the user's directories and the operating system, as data.
#[derive(Debug, Clone)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    pub home_dir: Option<PathBuf>,
    pub cache_dir: Option<PathBuf>,
    /// Absolute path of the running program.
    pub program: PathBuf,
}

impl Environment {
    /// The only place that reads the process environment. A variable that is not UTF-8 is left out.
    #[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
    pub fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("isartor"));
        Self { variables, home_dir: dirs::home_dir(), cache_dir: dirs::cache_dir(), program }
    }

    /// A variable's value; an empty one counts as not set.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The variables whose name starts with `prefix`, in name order.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.variables
            .iter()
            .filter(move |(name, _)| name.starts_with(prefix))
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The same with one variable set; for tests and child processes.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }
}
