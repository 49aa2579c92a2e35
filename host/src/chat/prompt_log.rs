//! What is asked and stored, for the log of whoever wants it there: the log lets events of this target through only
//! while `log_prompts` is on. Nothing else in isartor logs a prompt.

use super::Answer;

pub(crate) const TARGET: &str = "isartor::prompts";
const MAX_CHARACTERS: usize = 2_000;

pub(super) fn asked(prompt: &str, answer: &Answer) {
    tracing::info!(target: TARGET, prompt = cut(prompt), hit = matches!(answer, Answer::Hit(_)), "looked up");
}

pub(super) fn stored(prompt: &str) {
    tracing::info!(target: TARGET, prompt = cut(prompt), "to be stored");
}

fn cut(prompt: &str) -> &str {
    let end = prompt.char_indices().nth(MAX_CHARACTERS).map_or(prompt.len(), |(end, _)| end);
    &prompt[..end]
}
