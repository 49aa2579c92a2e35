//! Parse, run, print the error chain and its hint, choose the exit code. Never decides anything else.

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use isartor_host::cli::{self, Cli};
use isartor_host::settings::Environment;

fn main() -> ExitCode {
    let cli = Cli::typed(&env::args_os().collect::<Vec<OsString>>());
    match cli::run(cli, Environment::of_process()) {
        Ok(code) => code,
        Err(error) if cli::is_reader_gone(&error) => ExitCode::SUCCESS,
        Err(error) => {
            cli::report(&error);
            ExitCode::FAILURE
        }
    }
}
