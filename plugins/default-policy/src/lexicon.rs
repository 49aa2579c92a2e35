//! What the policy knows about words: the lists in the modules below, and one index over them.
//! Knows single words and phrases; reads no text.

mod alike;
mod foreign;
mod function_words;
mod implied;
mod irregular;
mod opposites;
mod phrases;
mod synonyms;
mod units;

pub(crate) use self::units::Dimension;
use crate::hash::key;
use crate::stem::stem;

/// What a word is to a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    Filler,
    /// Content that may be left out.
    Soft,
    /// `good`, `best`.
    Praise,
    /// Nobody in particular.
    Anybody,
    Function,
    /// A pronoun or possessive, by the person's place in the list: I, you, he, she, they.
    Person(u8),
    /// `and`, `or`, `between`: what stands beside it may change places.
    Joining,
    Negator,
    /// A preposition: its row in the list, counted from 1, in the high four bits, and its place in the row.
    Direction(u8),
    Quantifier {
        key: u32,
        omission: Omission,
    },
    /// One of a group of synonyms, by the group's key.
    Synonym(u32),
}

/// Whether a quantifier may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Omission {
    Never,
    /// Only where a list is asked for: `what are all the planets`.
    InList,
    Always,
}

/// The row of prepositions that stand for each other and for none.
pub(crate) const LOOSE_ROW: u8 = 1;
pub(crate) const FROM_ROW: u8 = 3;

/// What the rows of prepositions beyond the loose one say, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Preposition {
    To,
    From,
    By,
    /// `than`, `before`, `over`, `until` and the like.
    Limit,
    About,
}

impl Preposition {
    /// Of the loose row.
    pub(crate) const OF: u8 = LOOSE_ROW << 4 | 1;
    pub(crate) const IN: u8 = LOOSE_ROW << 4 | 2;
    pub(crate) const ON: u8 = LOOSE_ROW << 4 | 3;
    pub(crate) const AT: u8 = LOOSE_ROW << 4 | 4;
    pub(crate) const WITHIN: u8 = LOOSE_ROW << 4 | 11;

    /// None for the loose row, and for no preposition.
    pub(crate) fn of_row(row: u8) -> Option<Self> {
        match row {
            0 | LOOSE_ROW => None,
            2 => Some(Self::To),
            3 => Some(Self::From),
            7 => Some(Self::By),
            13 => Some(Self::About),
            _ => Some(Self::Limit),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) dimension: Dimension,
    pub(crate) key: u32,
    after_number: bool,
}

/// Where a word stands on an axis of opposites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pole {
    /// Counted from 1.
    pub(crate) axis: u8,
    pub(crate) is_second: bool,
    pub(crate) weak: bool,
    /// Shared by the words of one pole.
    pub(crate) key: u32,
}

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
    of_code: Index<()>,
    light: Index<()>,
    /// The keys of two words that may stand for each other, the lower first; sorted.
    alike: Vec<(u32, u32)>,
}

#[derive(Clone, Copy)]
pub(crate) struct Phrase {
    pub(crate) words: &'static str,
    pub(crate) meaning: &'static str,
}

impl Lexicon {
    pub(crate) fn new() -> Self {
        let bases = irregular_forms();
        let mut senses = function_senses();
        for group in synonyms::GROUPS {
            let sense = Sense::Synonym(key(group.as_bytes()));
            senses.extend(group.split(' ').map(|word| (word, sense)));
        }
        let phrases = phrases::PHRASES.iter().map(|(meaning, words)| (first_word(words), Phrase { words, meaning }));
        Self {
            senses: Index::new(senses),
            units: Index::new(all_units()),
            poles: Index::new(all_poles()),
            bases: Index::new(bases),
            phrases: Index::new(phrases.collect()),
            foreign: Index::new(words(foreign::FOREIGN)),
            implied: Index::new(implied_words()),
            first_names: Index::new(words(implied::FIRST_NAMES)),
            of_code: Index::new(words(implied::OF_CODE)),
            light: Index::new(words(function_words::LIGHT)),
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
        self.implied
            .all(base)
            .any(|neighbours| neighbours.split(' ').any(|word| word == neighbour || self.base(word) == neighbour))
    }

    pub(crate) fn is_first_name(&self, word: &str) -> bool {
        self.first_names.find(word).is_some()
    }

    /// Whether a word, by its base form, only says what a name in code is.
    pub(crate) fn is_kind_of_code(&self, base: &str) -> bool {
        self.of_code.find(base).is_some()
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
        let rows = alike::ALIKE.iter().flat_map(|row| {
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

type List<T> = Vec<(&'static str, T)>;

fn first_word(words: &'static str) -> &'static str {
    words.split(' ').next().unwrap_or(words)
}

fn words(list: &'static str) -> List<()> {
    list.split_ascii_whitespace().map(|word| (word, ())).collect()
}

fn implied_words() -> List<&'static str> {
    implied::IMPLIED
        .iter()
        .flat_map(|(words, neighbours)| words.split(' ').map(move |word| (word, *neighbours)))
        .collect()
}

fn irregular_forms() -> List<&'static str> {
    let forms = irregular::FORMS.iter().flat_map(|row| row.split(' ').map(|form| (form, first_word(row))));
    let whole = irregular::WHOLE.split(' ').map(|word| (word, word));
    forms.chain(whole).collect()
}

fn function_senses() -> List<Sense> {
    let mut senses = List::new();
    let mut add = |words: &'static str, sense: Sense| senses.extend(words.split(' ').map(|word| (word, sense)));
    add(function_words::FILLERS, Sense::Filler);
    add(function_words::SOFT, Sense::Soft);
    add(function_words::PRAISE, Sense::Praise);
    add(function_words::ANYBODY, Sense::Anybody);
    add(function_words::FUNCTION, Sense::Function);
    add(function_words::JOINING, Sense::Joining);
    add(function_words::NEGATORS, Sense::Negator);
    for (number, words) in (0..).zip(function_words::PEOPLE) {
        add(words, Sense::Person(number));
    }
    for (row, words) in (1_u8..).zip(function_words::DIRECTIONS) {
        for (place, word) in (0..).zip(words.split(' ')) {
            add(word, Sense::Direction(row << 4 | place));
        }
    }
    for words in function_words::QUANTIFIERS {
        let plain = words.trim_start_matches(['~', '?']);
        let omission = match words.chars().next() {
            Some('~') => Omission::Always,
            Some('?') => Omission::InList,
            _ => Omission::Never,
        };
        add(plain, Sense::Quantifier { key: key(words.as_bytes()), omission });
    }
    senses
}

fn all_units() -> List<Unit> {
    let rows = units::UNITS.iter().flat_map(|(dimension, names)| names.iter().map(move |names| (*dimension, *names)));
    rows.flat_map(|(dimension, names)| {
        names.split(' ').map(move |name| {
            let word = name.trim_start_matches('#');
            (word, Unit { dimension, key: key(names.as_bytes()), after_number: word != name })
        })
    })
    .collect()
}

fn all_poles() -> List<Pole> {
    let rows =
        (1..).zip(opposites::AXES).flat_map(|(axis, (first, second))| [(axis, false, *first), (axis, true, *second)]);
    rows.flat_map(|(axis, is_second, words)| {
        words.split(' ').map(move |name| {
            let word = name.trim_start_matches('~');
            (word, Pole { axis, is_second, weak: word != name, key: key(words.as_bytes()) })
        })
    })
    .collect()
}

/// Words with what is known of each, found by hash.
struct Index<T> {
    list: List<T>,
    /// The hash of each word and its place in the list, sorted.
    places: Vec<(u32, u16)>,
}

impl<T> Index<T> {
    fn new(list: List<T>) -> Self {
        let mut places: Vec<(u32, u16)> = list.iter().map(|(word, _)| key(word.as_bytes())).zip(0..).collect();
        places.sort_unstable();
        Self { list, places }
    }

    fn find(&self, word: &str) -> Option<&T> {
        self.all(word).next()
    }

    fn all(&self, word: &str) -> impl Iterator<Item = &T> {
        let hash = key(word.as_bytes());
        let start = self.places.partition_point(|(other, _)| *other < hash);
        let same_hash = self.places[start..].iter().take_while(move |(other, _)| *other == hash);
        let entries = same_hash.map(|(_, place)| &self.list[usize::from(*place)]);
        entries.filter(move |(entry, _)| *entry == word).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
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
