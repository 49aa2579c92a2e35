//! By what a client is recognised: a path, or a program that the shell would find.

use super::Template;

/// Something that is there where a client is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// A file or directory.
    Path(Template),
    /// The name of a program in a directory of `PATH`.
    Program(String),
}

impl Sign {
    /// A word without anything that paths are made of is a program.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text.is_empty() || text.contains(['/', '\\', '~', '%', '$', '*']) {
            true => Template::parse(text).map(Self::Path),
            false => Ok(Self::Program(text.to_owned())),
        }
    }
}
