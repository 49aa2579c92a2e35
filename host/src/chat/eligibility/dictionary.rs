//! Which words the gate knows, and as what; every word of a prompt is looked up here once.

mod languages;
mod lists;

use std::collections::HashMap;

use self::languages::{ENGLISH, FOREIGN};
use self::lists::LISTS;

/// What a word can be. One bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Carries no subject of its own: pronouns, auxiliaries, articles, question words.
    Function,
    /// Verbs and adverbs so light that what they are about stands elsewhere.
    Light,
    /// Opens an order that needs an object.
    Order,
    /// Something that is handed over to be worked on.
    Artefact,
    Month,
    /// A text that names one of these asks about the climate, not the weather.
    Climate,
    /// `weather balloon`, `weather station`.
    WeatherThing,
    Currency,
    /// Metals, oil and coins that are traded by the minute.
    Commodity,
    /// Held by one person at a time.
    Office,
    /// Says which one of a row is meant, or how good, so that no present holder is asked for.
    Ranked,
    /// `current directory`, `latest commit`: whatever it is when the code runs.
    Developer,
    /// Around an electric or a watery current.
    Flow,
    /// Languages and programs that instructions are for.
    Programming,
    Match,
    Contest,
    /// Whose king is no king.
    Realm,
}

/// The classes of one word, and the languages that it is frequent in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Traits {
    classes: u32,
    /// Bit 0 is English.
    pub(super) languages: u32,
}

impl Traits {
    pub(super) fn has(self, class: Class) -> bool {
        self.classes & class.bit() != 0
    }
}

impl Class {
    fn bit(self) -> u32 {
        1 << self as u32
    }
}

pub(super) struct Dictionary {
    words: HashMap<&'static str, Traits>,
}

impl Dictionary {
    pub(super) fn new() -> Self {
        let mut words: HashMap<&'static str, Traits> = HashMap::new();
        for (class, list) in LISTS {
            for word in list.split_whitespace() {
                words.entry(word).or_default().classes |= class.bit();
            }
        }
        for (index, list) in std::iter::once(ENGLISH).chain(FOREIGN.iter().copied()).enumerate() {
            for word in list.split_whitespace() {
                words.entry(word).or_default().languages |= 1 << index;
            }
        }
        Self { words }
    }

    /// What the lower-case word is.
    pub(super) fn traits(&self, word: &str) -> Traits {
        self.words.get(word).copied().unwrap_or_default()
    }

    /// How many languages besides English are known.
    pub(super) fn foreign_languages() -> usize {
        FOREIGN.len()
    }
}
