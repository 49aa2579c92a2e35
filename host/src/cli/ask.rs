//! Asks the person at the terminal. An answer that does not come is a no.

use std::io::{self, BufRead, IsTerminal, Write};

use super::output::Hinted;

/// Whether the answer is yes; the end of the input is a no.
pub(super) fn confirmed(question: &str) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    write!(out, "{question} [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    if io::stdin().lock().read_line(&mut answer)? == 0 {
        writeln!(out)?;
    }
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Goes on in spite of `matter` if the user says so; an error where nobody is there to ask, or the answer is no. The
/// error names the way to say yes beforehand.
pub(super) fn settle(matter: &str, question: &str, said_yes: bool) -> anyhow::Result<()> {
    if said_yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        let hint = "nothing was written; --yes goes on all the same";
        return Err(Hinted::new(matter.to_owned(), hint).into());
    }
    match confirmed(&format!("{matter}.\n{question}"))? {
        true => Ok(()),
        false => Err(Hinted::new(format!("{matter}, and you did not go on"), "nothing was written").into()),
    }
}
