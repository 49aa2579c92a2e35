//! What may be served semantically at all, whatever a policy says: neither what changes by the day, nor what leans on
//! a conversation, nor what the guards cannot read. Judges texts only, and never looks at the clock or the cache.

mod code;
mod context;
mod dictionary;
mod language;
mod text;
mod volatile;
mod words;

use dictionary::Dictionary;
use text::Text;

/// Longer texts than this are about more than the moment.
const LONG_WORDS: usize = 100;

/// How a prompt may be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eligibility {
    /// By both tiers.
    Semantic,
    /// By the exact tier alone.
    ExactOnly(Reason),
    /// It leans on what was said before, so that the same words mean something else in another conversation.
    NeedsContext,
}

/// Why a prompt stays in the exact tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The answer changes by the day.
    Volatile,
    /// Not in the language of the guards.
    Language,
    /// The embedder does not know a token of it, and so does not see it.
    UnknownToken,
    /// Longer than the embedder reads.
    TooLong,
    /// Code, in which every character may matter.
    Code,
    /// Neither a letter nor a digit.
    Empty,
}

impl Reason {
    /// A stable code for callers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Volatile => "volatile",
            Self::Language => "language",
            Self::UnknownToken => "unknown_token",
            Self::TooLong => "too_long",
            Self::Code => "code",
            Self::Empty => "empty",
        }
    }
}

impl Eligibility {
    /// The code of what stands against serving it semantically.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::Semantic => None,
            Self::ExactOnly(reason) => Some(reason.code()),
            Self::NeedsContext => Some("leans_on_context"),
        }
    }
}

/// Knows the words; built once.
pub struct Gate {
    dictionary: Dictionary,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    pub fn new() -> Self {
        Self { dictionary: Dictionary::new() }
    }

    /// How this prompt may be served. What is too long or has unknown tokens only the embedder knows.
    pub fn of(&self, prompt: &str) -> Eligibility {
        if !prompt.contains(char::is_alphanumeric) {
            return Eligibility::ExactOnly(Reason::Empty);
        }
        let text = Text::read(prompt, &self.dictionary);
        if context::leans(prompt, &text) {
            Eligibility::NeedsContext
        } else if is_volatile(&text) {
            Eligibility::ExactOnly(Reason::Volatile)
        } else if language::is_foreign(&text) {
            Eligibility::ExactOnly(Reason::Language)
        } else if code::is_block(prompt) {
            Eligibility::ExactOnly(Reason::Code)
        } else {
            Eligibility::Semantic
        }
    }

    /// Whether the answer changes by the day; a prompt may also lean on its context.
    pub fn is_volatile(&self, prompt: &str) -> bool {
        is_volatile(&Text::read(prompt, &self.dictionary))
    }

    /// Whether the answer to one prompt may answer another: whatever one names in code, the other must name.
    pub fn may_answer(&self, asked: &str, stored: &str) -> bool {
        code::names_the_same(asked, stored)
    }
}

/// In a long text a word about the time says nothing about the whole.
fn is_volatile(text: &Text) -> bool {
    text.len() <= LONG_WORDS && volatile::is_volatile(text)
}

#[cfg(test)]
mod tests;
