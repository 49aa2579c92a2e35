//! Whether a prompt leans on what was said or shown before it. A prompt that carries its own text never does.

mod back;
mod phrases;
mod supposed;

use super::code;
use super::text::Text;
use super::words::Stop;

/// A text this long says what it is about.
const LONG_WORDS: usize = 40;

/// So many words after a colon, or on other lines, are the text that is spoken of.
const CARRIED_WORDS: usize = 3;

pub(super) fn leans(prompt: &str, text: &Text) -> bool {
    if text.len() == 0 || text.len() > LONG_WORDS {
        return false;
    }
    if phrases::is_whole_prompt(text) {
        return true;
    }
    let Some(index) = back::points_back(text).or_else(|| supposed::supposes(text)) else { return false };
    !carries_text(prompt, text, index)
}

/// Whether what is pointed at from `index` stands in the prompt itself.
fn carries_text(prompt: &str, text: &Text, index: usize) -> bool {
    let words = text.words();
    let after_colon = (index..text.len()).find(|at| words[*at].stop == Stop::Colon).map(|at| text.len() - at - 1);
    let elsewhere = words.iter().filter(|word| word.line != words[index].line).count();
    after_colon.is_some_and(|count| count > 0)
        || elsewhere >= CARRIED_WORDS
        || words.iter().any(|word| word.is_quoted)
        || code::is_block(prompt)
        || prompt.contains("://")
}

#[cfg(test)]
mod tests;
