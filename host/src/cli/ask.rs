//! Asks the person at the terminal. Nobody there is a no, said as an error that names the way to say yes beforehand.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::cli::output::Hinted;

/// Whether to go on in spite of `matter`; an error where nobody can be asked or the answer is no.
pub(in crate::cli) fn settle(matter: &str, question: &str, said_yes: bool) -> anyhow::Result<()> {
    if said_yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        let hint = "nothing was written; --yes goes on all the same";
        return Err(Hinted::new(matter.to_owned(), hint).into());
    }
    let mut out = io::stdout().lock();
    write!(out, "{matter}.\n{question} [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    if io::stdin().lock().read_line(&mut answer)? == 0 {
        writeln!(out)?;
    }
    match matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        true => Ok(()),
        false => Err(Hinted::new(format!("{matter}, and you did not go on"), "nothing was written").into()),
    }
}
