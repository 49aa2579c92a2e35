//! What one word does in its text. Looks at the word and its neighbours, keeps nothing.

use super::measure::{counts_time, unit};
use super::{Kind, Term, flag};
use crate::canonical;
use crate::hash::key;
use crate::lexer::{Shape, Stop, Word, opens_sentence};
use crate::lexicon::{Lexicon, Omission, Pole, Sense};

/// The one-pole axis of what something is like for what was done to it.
const STATE: u8 = u8::MAX;

pub(super) enum Role {
    Filler,
    /// With the opposite that it may have, as `because` has.
    Function(Option<Term>),
    Person(u8),
    Joining,
    Negator {
        negates_whole: bool,
    },
    Direction {
        number: u8,
        particle: Option<Term>,
    },
    Term(Term),
}

/// What the capitals of a text say.
#[derive(Clone, Copy)]
pub(crate) struct Capitals {
    is_title: bool,
    opens: bool,
}

impl Capitals {
    pub(crate) fn of(words: &[Word]) -> Self {
        Self { is_title: is_title(words), opens: words.first().is_some_and(starts_with_capital) }
    }

    pub(super) fn text<'a>(self, words: &'a [Word], lexicon: &Lexicon) -> Text<'a> {
        Text {
            words,
            capitals_mean_names: !self.is_title,
            has_capitals: self.opens,
            compares: compares(words, lexicon),
        }
    }
}

/// In a text of capitalised words, a capital says nothing.
fn is_title(words: &[Word]) -> bool {
    let plain = words.iter().filter(|word| word.shape == Shape::Word && !word.opens);
    let (capitals, others): (Vec<&Word>, Vec<&Word>) =
        plain.partition(|word| word.shown.starts_with(char::is_uppercase));
    const SMALL: &[&str] =
        &["a", "an", "the", "of", "in", "on", "at", "to", "for", "from", "with", "by", "and", "or", "vs", "as", "into"];
    let is_small = |word: &&Word| SMALL.iter().any(|small| word.is(small));
    capitals.len() >= 3 && capitals.len() > others.len() && others.iter().all(is_small)
}

/// The words around one, and what is known of all of them.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) words: &'a [Word],
    pub(super) capitals_mean_names: bool,
    /// It opens with a capital, so that a word without one is no name.
    pub(super) has_capitals: bool,
    /// Two things are compared, so that what stands after `from` and `to` may change places.
    pub(super) compares: bool,
}

/// `the difference between A and B` and `the distance from A to B` are those of B and A.
fn compares(words: &[Word], lexicon: &Lexicon) -> bool {
    const SYMMETRIC: &[&str] = &["difference", "distance"];
    let keys = SYMMETRIC.iter().map(|name| lexicon.key_of(name));
    let mut of_words = words.iter().filter(|word| word.shape == Shape::Word).map(|word| lexicon.base(&word.text));
    let keys: Vec<u32> = keys.collect();
    of_words.any(|base| keys.contains(&lexicon.key_of(&base)))
}

pub(super) fn of(text: Text, index: usize, lexicon: &Lexicon) -> Role {
    let words = text.words;
    let word = &words[index];
    let own = key(word.text.as_bytes());
    match word.shape {
        Shape::Number => {
            let flags = if counts_time(words, index, lexicon) { flag::MEASURED } else { 0 };
            Role::Term(Term { flags, ..Term::new(Kind::Number, own) })
        }
        Shape::Period => Role::Term(Term::new(Kind::Period, own)),
        Shape::Identifier => Role::Term(Term { flags: flag::CODE, ..Term::new(Kind::Name, own) }),
        Shape::Symbol => match unit(words, index, &word.text, lexicon) {
            Some(term) => Role::Term(term),
            None if matches!(word.text.as_str(), "/" | "#") => Role::Filler,
            None => Role::Term(Term::new(Kind::Symbol, own)),
        },
        Shape::Word => {
            let is_name = text.capitals_mean_names && !word.opens && starts_with_capital(word);
            if is_mentioned(words, index) {
                return Role::Term(Term { flags: flag::CODE, ..Term::new(Kind::Name, own) });
            }
            of_word(text, index, lexicon, is_name)
        }
    }
}

/// A word spoken of: `the word affect`.
fn is_mentioned(words: &[Word], index: usize) -> bool {
    let before = index.checked_sub(1).map(|before| &words[before]);
    before.is_some_and(|before| ["word", "spell", "spelled", "pronounce"].iter().any(|name| before.is(name)))
        && words[index].text.len() > 2
        || is_used_in_sentence(words, index)
}

/// `write a sentence with lets`.
fn is_used_in_sentence(words: &[Word], index: usize) -> bool {
    index >= 2
        && ["with", "using", "containing"].iter().any(|name| words[index - 1].is(name))
        && words[index - 2].is("sentence")
}

fn of_word(text: Text, index: usize, lexicon: &Lexicon, is_name: bool) -> Role {
    let Text { words, compares, has_capitals, .. } = text;
    let word = &words[index];
    let is_homograph = has_capitals && is_homograph(words, index, lexicon);
    let text = if word.shown == "US" { "usa" } else { &word.text };
    let base = if is_abbreviation(word) { text.to_owned() } else { lexicon.base(text) };
    let pole = lexicon.pole(text, &base);
    let own_key = key(text.as_bytes());
    let is_manner = word.is("simply") && (word.stop > Stop::None || index + 1 == words.len());
    let sense = if is_other_word(word) || is_manner { None } else { lexicon.sense(text, &base) };
    match sense {
        Some(Sense::Filler) => Role::Filler,
        Some(Sense::Function) if word.is("one") && words.get(index + 1).is_some_and(|next| next.is("of")) => {
            Role::Term(Term { flags: flag::FIXED, ..Term::new(Kind::Quantifier, own_key) })
        }
        Some(Sense::Function) => Role::Function(pole.map(conjunction)),
        Some(Sense::Person(number)) => Role::Person(number),
        Some(Sense::Joining) if is_either_of(words, index) => Role::Term(Term::new(Kind::Quantifier, own_key)),
        Some(Sense::Joining) => Role::Joining,
        Some(Sense::Negator) => negator(words, index),
        Some(Sense::Direction(_)) if compares && ["from", "to", "with", "than"].iter().any(|name| word.is(name)) => {
            Role::Joining
        }
        Some(Sense::Direction(number)) => {
            Role::Direction { number, particle: pole.map(|pole| Term::new(Kind::Particle, pole.key).at(pole)) }
        }
        Some(Sense::Quantifier { key, omission }) => Role::Term(quantifier(words, index, key, omission)),
        Some(Sense::Praise) if !is_name => Role::Term(praise(pole, base)),
        Some(Sense::Soft) if !is_name => Role::Term(content(Kind::Soft, key(base.as_bytes()), pole, base)),
        Some(Sense::Anybody) if !is_name => Role::Term(anybody(pole, base)),
        Some(Sense::Synonym(key)) => {
            let kind = if is_name || is_code(word) { Kind::Name } else { Kind::Content };
            let flags = if is_homograph { flag::HOMOGRAPH } else { 0 };
            let term = content(kind, key, pole, base).passive(words, index).state(words, index).coded(word);
            Role::Term(Term { flags: term.flags | flags, ..term })
        }
        Some(Sense::Soft | Sense::Praise | Sense::Anybody) | None => {
            let kind = if is_name || is_code(word) { Kind::Name } else { Kind::Content };
            let measure = unit(words, index, &base, lexicon);
            let own = key(base.as_bytes());
            let plain = || content(kind, own, pole, base).passive(words, index).state(words, index).coded(word);
            let flags = if is_homograph { flag::HOMOGRAPH } else { 0 };
            let term = measure.unwrap_or_else(plain);
            Role::Term(Term { flags: term.flags | flags, ..term })
        }
    }
}

fn quantifier(words: &[Word], index: usize, key: u32, omission: Omission) -> Term {
    let flags = match omission {
        Omission::Never if words[index].is("most") && (is_attributive(words, index) || is_last(words, index)) => {
            flag::FIXED
        }
        Omission::Never => 0,
        Omission::InList => flag::FIXED,
        Omission::Always => flag::WEAK,
    };
    Term { flags, ..Term::new(Kind::Quantifier, key) }
}

fn praise(pole: Option<Pole>, base: String) -> Term {
    let flags = if is_superlative(&base) { flag::FIXED } else { 0 };
    let term = content(Kind::Praise, key(b"good"), pole.map(weakly), base);
    Term { flags: term.flags | flags, ..term }
}

fn anybody(pole: Option<Pole>, base: String) -> Term {
    let term = content(Kind::Soft, key_of_anybody(&base), pole, base);
    Term { flags: term.flags | flag::FIXED, ..term }
}

/// In a text that is written with capitals, `polish` is not `Polish`.
fn is_homograph(words: &[Word], index: usize, lexicon: &Lexicon) -> bool {
    let word = &words[index];
    !word.opens && lexicon.is_homograph(&lexicon.base(&word.text))
}

/// A strong pole is what its word means; a weak one only says what it is not.
fn content(kind: Kind, own: u32, pole: Option<Pole>, base: String) -> Term {
    let term = match pole {
        Some(pole) if pole.weak => Term::new(kind, own).at(pole),
        Some(pole) => Term::new(kind, pole.key).at(pole),
        None => Term::new(kind, own),
    };
    Term { text: base, ..term }
}

/// `because` and `although` are never left out, `like` may be.
fn conjunction(pole: Pole) -> Term {
    Term::new(Kind::Particle, pole.key).at(pole)
}

/// `the most popular songs`, but not `most songs` nor `is most popular`.
fn is_attributive(words: &[Word], index: usize) -> bool {
    let is_plain = |at: usize| words.get(at).is_some_and(|word| word.shape == Shape::Word);
    is_plain(index + 1) && is_plain(index + 2) && words[index + 1].stop == Stop::None
}

/// `which do you like the most`.
fn is_last(words: &[Word], index: usize) -> bool {
    index + 1 == words.len() || words[index].stop > Stop::None
}

fn is_superlative(base: &str) -> bool {
    base.ends_with("est") || matches!(base, "top" | "ideal")
}

/// Whoever, or all of them.
fn key_of_anybody(base: &str) -> u32 {
    if base.starts_with("every") { key(b"everybody") } else { key(b"anybody") }
}

/// `either parent`, which no `or` follows.
fn is_either_of(words: &[Word], index: usize) -> bool {
    words[index].is("either") && !words[index..].iter().any(|word| word.is("or"))
}

/// The pole of a word whose key is its own.
fn weakly(pole: Pole) -> Pole {
    Pole { weak: true, ..pole }
}

fn negator(words: &[Word], index: usize) -> Role {
    let before = |distance: usize| index.checked_sub(distance).map(|before| &words[before]);
    let is_choice = words[index].is("not")
        && before(1).is_some_and(|word| word.is("or"))
        && (index + 1 == words.len()
            || words[index].stop > Stop::None
            || ["to", "that"].iter().any(|next| words[index + 1].is(next)));
    let is_both = words[index].is("not") && words.get(index + 1).is_some_and(|next| next.is("only"));
    let is_ordinal = words[index].is("no") && words.get(index + 1).is_some_and(|next| next.shape == Shape::Number);
    if is_choice || is_both || is_ordinal {
        return Role::Filler;
    }
    let opens = |at: usize| opens_sentence(words, at);
    let negates_whole =
        words[index].is("not") && (opens(index) || (index > 0 && is_auxiliary(&words[index - 1]) && opens(index - 1)));
    Role::Negator { negates_whole }
}

fn is_auxiliary(word: &Word) -> bool {
    const AUXILIARIES: &[&str] = &[
        "am", "are", "can", "could", "did", "do", "does", "had", "has", "have", "is", "should", "was", "were", "will",
        "would",
    ];
    AUXILIARIES.iter().any(|auxiliary| word.is(auxiliary))
}

fn starts_with_capital(word: &Word) -> bool {
    word.shown.starts_with(char::is_uppercase)
}

fn is_abbreviation(word: &Word) -> bool {
    word.shown.chars().filter(|letter| letter.is_uppercase()).count() >= 2 && !word.shown.contains(char::is_lowercase)
}

/// An abbreviation that is another word in lower case.
fn is_other_word(word: &Word) -> bool {
    matches!(word.shown.as_str(), "IT" | "WHO" | "OR" | "AM" | "AS")
        || is_letter_a(word)
        || (matches!(word.shown.as_str(), "May" | "None") && !word.opens)
}

/// `A` amid a sentence is no article.
pub(crate) fn is_letter_a(word: &Word) -> bool {
    word.shown == "A" && !word.opens
}

fn is_code(word: &Word) -> bool {
    let has_sign = word.text.contains(|c: char| !c.is_alphabetic() && c != '\'' && c != '-');
    word.text.chars().count() == 1 || has_sign || is_abbreviation(word) || canonical::has_hump(&word.shown)
}

impl Term {
    pub(super) fn new(kind: Kind, key: u32) -> Self {
        Self { key, kind, flags: 0, direction: 0, detail: 0, text: String::new() }
    }

    /// A participle with a form of `be` before it, or with what it is done to in between.
    fn passive(mut self, words: &[Word], index: usize) -> Self {
        const BE: &[&str] = &["be", "is", "are", "was", "were", "been", "being"];
        let follows_be = words[index.saturating_sub(4)..index].iter().any(|word| BE.iter().any(|be| word.is(be)));
        if follows_be && words[index].text != self.text && !words[index].text.ends_with(['g', 's']) {
            self.flags |= flag::PASSIVE;
        }
        self
    }

    /// The state of what stands after it: `a cracked screen`.
    fn state(mut self, words: &[Word], index: usize) -> Self {
        let word = &words[index];
        let is_before = word.stop == Stop::None && words.get(index + 1).is_some_and(|next| next.shape == Shape::Word);
        let is_free = self.detail == 0 && self.flags & flag::PASSIVE == 0;
        if is_free && word.text.ends_with("ed") && word.text != self.text && is_before {
            self.detail = STATE;
        }
        self
    }

    fn coded(mut self, word: &Word) -> Self {
        if is_code(word) {
            self.flags |= flag::CODE;
        }
        self
    }

    fn at(mut self, pole: Pole) -> Self {
        self.detail = pole.axis;
        self.flags |= if pole.is_second { flag::SECOND_POLE } else { 0 } | if pole.weak { flag::WEAK } else { 0 };
        self
    }
}
