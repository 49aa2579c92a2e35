//! A prompt that was read once, with the questions that every rule asks of it.

use super::dictionary::{Class, Dictionary};
use super::words::{Stop, Word, words};

/// Words that stand for nothing, so that a rule may look past the end.
const NOTHING: &str = "";

pub(super) struct Text {
    words: Vec<Word>,
}

impl Text {
    pub(super) fn read(prompt: &str, dictionary: &Dictionary) -> Self {
        Self { words: words(prompt, dictionary) }
    }

    pub(super) fn words(&self) -> &[Word] {
        &self.words
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The word at `index`, or nothing.
    pub(super) fn at(&self, index: usize) -> &str {
        self.words.get(index).map_or(NOTHING, |word| &word.text)
    }

    /// The word before `index`, or nothing.
    pub(super) fn before(&self, index: usize) -> &str {
        index.checked_sub(1).map_or(NOTHING, |before| self.at(before))
    }

    pub(super) fn is(&self, index: usize, words: &[&str]) -> bool {
        words.contains(&self.at(index))
    }

    pub(super) fn is_before(&self, index: usize, words: &[&str]) -> bool {
        words.contains(&self.before(index))
    }

    pub(super) fn has(&self, index: usize, class: Class) -> bool {
        self.words.get(index).is_some_and(|word| word.has(class))
    }

    pub(super) fn has_before(&self, index: usize, class: Class) -> bool {
        index.checked_sub(1).is_some_and(|before| self.has(before, class))
    }

    /// Whether a word outside quotes is of the class.
    pub(super) fn names(&self, class: Class) -> bool {
        self.words.iter().any(|word| word.has(class) && !word.is_quoted)
    }

    pub(super) fn contains(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| word.is_any(words))
    }

    /// Whether the words of the phrase stand at `index`.
    pub(super) fn says(&self, index: usize, phrase: &str) -> bool {
        phrase.split(' ').enumerate().all(|(offset, word)| self.at(index + offset) == word)
    }

    pub(super) fn opens_with(&self, openings: &[&str]) -> bool {
        openings.iter().any(|opening| self.says(0, opening))
    }

    /// Whether the sentence ends with this word; beyond the last word it has ended.
    pub(super) fn ends_at(&self, index: usize) -> bool {
        self.words.get(index).is_none_or(|word| word.stop == Stop::Sentence) || index + 1 == self.len()
    }

    /// Where a word stands, outside quotes.
    pub(super) fn places(&self, words: &[&str]) -> impl Iterator<Item = usize> {
        let found = self.words.iter().enumerate().filter(move |(_, word)| !word.is_quoted && word.is_any(words));
        found.map(|(index, _)| index)
    }

    /// A year between 1000 and 2099 is named.
    pub(super) fn names_a_year(&self) -> bool {
        let is_year = |word: &Word| {
            word.text.parse::<u16>().is_ok_and(|year| word.text.len() == 4 && (1000..2100).contains(&year))
        };
        self.words.iter().any(is_year)
    }

    /// How something is done, or done by code.
    pub(super) fn asks_how(&self) -> bool {
        const OPENINGS: &[&str] = &[
            "how do",
            "how to",
            "how can",
            "how could",
            "how should",
            "how would",
            "how does",
            "how did",
            "how are",
            "write",
            "create",
            "implement",
            "show me how",
            "what is the best way",
            "is there a way",
            "what command",
            "build",
            "make",
            "what does",
            "which command",
            "which function",
            "explain how",
            "generate",
            "code",
            "sql",
            "in",
        ];
        self.opens_with(OPENINGS)
    }
}
