//! Running the tools of a plugin's language: in its folder, with what they say passed on, and a word about how to get
//! the ones that are not there.

use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::AuthorError;
use crate::system::standard_error_for_children;

/// A tool that a build needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tool {
    /// What is run, by name or by path.
    pub(super) program: &'static str,
    /// How to get it.
    pub(super) hint: &'static str,
}

impl Tool {
    /// The tool, to be run in `dir`.
    pub(super) fn command(self, dir: &Path) -> Command {
        let mut command = Command::new(self.program);
        command.current_dir(dir).stdin(Stdio::null());
        command
    }

    /// Runs to the end with everything it prints on our standard error: standard output is for what we say.
    pub(super) fn run(self, command: &mut Command) -> Result<(), AuthorError> {
        let errors = standard_error_for_children().map_err(|source| self.not_run(source))?;
        let status = command.stdout(errors).stderr(Stdio::inherit()).status().map_err(|source| self.not_run(source))?;
        match status.success() {
            true => Ok(()),
            false => Err(AuthorError::Failed { program: self.program.to_owned(), status }),
        }
    }

    /// Runs to the end; its standard output is the answer, and its standard error is ours.
    pub(super) fn answer(self, command: &mut Command) -> Result<Output, AuthorError> {
        let run = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).output();
        run.map_err(|source| self.not_run(source))
    }

    fn not_run(self, source: io::Error) -> AuthorError {
        let program = self.program.to_owned();
        match source.kind() == io::ErrorKind::NotFound {
            true => AuthorError::MissingTool { program, hint: self.hint },
            false => AuthorError::Run { program, source },
        }
    }
}
