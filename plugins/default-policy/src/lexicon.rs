//! What the policy knows about words: the lists in the modules below, and one index over them.
//! Knows single words and phrases; reads no text.

mod alike;
mod entries;
mod foreign;
mod function_words;
mod implied;
mod index;
mod irregular;
mod opposites;
mod phrases;
mod real_words;
mod synonyms;
mod units;

pub(crate) use self::entries::{FROM_ROW, LOOSE_ROW, Omission, Phrase, Pole, Preposition, Sense, Unit};
use self::entries::{all_poles, all_units, function_senses, implied_words, irregular_forms, words};
use self::index::{Index, first_word};
pub(crate) use self::opposites::is_operation;
pub(crate) use self::units::Dimension;
use crate::hash::key;
use crate::stem::stem;

/// The lists, each sorted for look-up.
pub(crate) struct Lexicon {
    senses: Index<Sense>,
    units: Index<Unit>,
    poles: Index<Pole>,
    bases: Index<&'static str>,
    phrases: Index<Phrase>,
    foreign: Index<()>,
    implied: Index<&'static str>,
    first_names: Index<()>,
    titles: Index<()>,
    real_words: Index<()>,
    of_code: Index<()>,
    light: Index<()>,
    homographs: Index<()>,
    /// The keys of two words that may stand for each other, the lower first; sorted.
    alike: Vec<(u32, u32)>,
}

impl Lexicon {
    pub(crate) fn new() -> Self {
        let bases = irregular_forms();
        let mut senses = function_senses();
        for group in synonyms::GROUPS {
            let sense = Sense::Synonym(key(group.as_bytes()));
            senses.extend(group.split(' ').map(|word| (word, sense)));
        }
        let phrases = phrases::PHRASES
            .iter()
            .chain(phrases::MEASURES)
            .map(|(meaning, words)| (first_word(words), Phrase { words, meaning }));
        Self {
            senses: Index::new(senses),
            units: Index::new(all_units()),
            poles: Index::new(all_poles()),
            bases: Index::new(bases),
            phrases: Index::new(phrases.collect()),
            foreign: Index::new(words(foreign::FOREIGN)),
            implied: Index::new(implied_words()),
            first_names: Index::new(words(implied::FIRST_NAMES)),
            real_words: Index::new(words(real_words::REAL_WORDS)),
            titles: Index::new(words(implied::TITLES)),
            of_code: Index::new(words(implied::OF_CODE)),
            light: Index::new(words(function_words::LIGHT)),
            homographs: Index::new(words(function_words::HOMOGRAPHS)),
            alike: Vec::new(),
        }
        .with_alike()
    }

    /// The uninflected form of a word in lower case.
    pub(crate) fn base(&self, word: &str) -> String {
        self.bases.find(word).map_or_else(|| stem(word), |base| (*base).to_owned())
    }

    pub(crate) fn sense(&self, word: &str, base: &str) -> Option<Sense> {
        self.senses.find(word).or_else(|| self.senses.find(base)).copied()
    }

    pub(crate) fn unit(&self, word: &str, base: &str, follows_number: bool) -> Option<Unit> {
        let unit = self.units.find(word).or_else(|| self.units.find(base)).copied()?;
        (follows_number || !unit.after_number).then_some(unit)
    }

    pub(crate) fn pole(&self, word: &str, base: &str) -> Option<Pole> {
        self.poles.find(word).or_else(|| self.poles.find(base)).copied()
    }

    /// Whether it is a frequent word of another language.
    pub(crate) fn is_foreign(&self, word: &str) -> bool {
        self.foreign.find(word).is_some()
    }

    /// Whether a word, by its base form, says nothing directly beside another.
    pub(crate) fn is_implied_by(&self, base: &str, neighbour: &str) -> bool {
        let neighbour_base = self.base(neighbour);
        let is_it = |word: &str| word == neighbour || word == neighbour_base || self.base(word) == neighbour;
        self.implied.all(base).any(|neighbours| neighbours.split(' ').any(is_it))
    }

    pub(crate) fn is_first_name(&self, word: &str) -> bool {
        self.first_names.find(word).is_some()
    }

    /// Whether a word, by its base form, is known to exist beside words that differ from it by one slip.
    pub(crate) fn is_real_word(&self, base: &[u8]) -> bool {
        str::from_utf8(base).is_ok_and(|base| self.real_words.find(base).is_some())
    }

    /// Whether it is said before a name, and says nothing of who is meant.
    pub(crate) fn is_title(&self, word: &str) -> bool {
        self.titles.find(word).is_some()
    }

    /// Whether a word, by its base form, only says what a name in code is.
    pub(crate) fn is_kind_of_code(&self, base: &str) -> bool {
        self.of_code.find(base).is_some()
    }

    /// Whether a word, by its base form, is another one with a capital.
    pub(crate) fn is_homograph(&self, base: &str) -> bool {
        self.homographs.find(base).is_some()
    }

    /// Whether a word, by its base form, may be left out where nothing stands for it.
    pub(crate) fn is_light(&self, base: &str) -> bool {
        self.light.find(base).is_some()
    }

    /// Whether the words of these two keys may stand for each other.
    pub(crate) fn are_alike(&self, one: u32, other: u32) -> bool {
        self.alike.binary_search(&(one.min(other), one.max(other))).is_ok()
    }

    /// What words of the same meaning share; a strong pole comes before a group of synonyms.
    pub(crate) fn key_of(&self, base: &str) -> u32 {
        let pole = self.pole(base, base).filter(|pole| !pole.weak).map(|pole| pole.key);
        pole.unwrap_or_else(|| match self.sense(base, base) {
            Some(Sense::Synonym(key)) => key,
            None
            | Some(
                Sense::Filler
                | Sense::Soft
                | Sense::Praise
                | Sense::Anybody
                | Sense::Function
                | Sense::Person(_)
                | Sense::Joining
                | Sense::Negator
                | Sense::Direction(_)
                | Sense::Quantifier { .. },
            ) => key(base.as_bytes()),
        })
    }

    fn with_alike(mut self) -> Self {
        let rows = alike::rows().flat_map(|row| {
            let first = first_word(row);
            row.split(' ').skip(1).map(move |other| (first, other))
        });
        let keys = rows.map(|(one, other)| (self.key_of(one), self.key_of(other)));
        self.alike = keys.map(|(one, other)| (one.min(other), one.max(other))).collect();
        self.alike.sort_unstable();
        self
    }

    /// The phrases that begin with this word.
    pub(crate) fn phrases(&self, first: &str) -> impl Iterator<Item = Phrase> {
        self.phrases.all(first).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::index::List;
    use super::*;

    /// Where a word is listed twice, which line wins would be chance.
    #[test]
    fn no_word_is_listed_twice() {
        let lexicon = Lexicon::new();
        let mut twice = Vec::new();
        repeated(&lexicon.senses, &mut twice);
        repeated(&lexicon.units, &mut twice);
        repeated(&lexicon.bases, &mut twice);
        let strong: List<Pole> = all_poles().into_iter().filter(|(_, pole)| !pole.weak).collect();
        repeated(&Index::new(strong), &mut twice);
        assert_eq!(twice, Vec::<&str>::new());
    }

    fn repeated<T>(index: &Index<T>, twice: &mut Vec<&'static str>) {
        twice.extend(index.list.iter().map(|(word, _)| *word).filter(|word| index.all(word).count() > 1));
    }

    #[test]
    fn words_are_found_inflected() {
        let lexicon = Lexicon::new();
        let pole = |word: &str| lexicon.pole(word, &lexicon.base(word));
        assert_eq!(pole("increased").map(|pole| pole.key), pole("boosting").map(|pole| pole.key));
        assert_ne!(pole("increased").map(|pole| pole.key), pole("reduces").map(|pole| pole.key));
        assert_eq!(lexicon.unit("m", "m", false), None);
        assert!(lexicon.unit("m", "m", true).is_some());
    }
}
