//! What a text asks for: a person, a time, a reason, a yes or no. Takes the asking words out, so that `how do I` and
//! `what is the best way to` leave the same behind, and puts one word for what `how far` and `the distance` ask.

mod frames;
mod pattern;

use self::frames::{
    AUXILIARIES, BEFORE_QUESTION, CLOSINGS, DATES, DEGREES, FRAMES, IMPLIED, KEYWORD_CLOSINGS, MEASURES, MODALS,
    QUESTION_WORDS, REQUESTS, WORKS,
};
use self::pattern::{matched, matched_at_end};
use crate::lexer::{self, Shape, Stop, Word, opens_sentence};

/// One bit each: a text may ask several things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asks(pub(crate) u16);

impl Asks {
    pub(crate) const THING: Self = Self(1);
    pub(crate) const PERSON: Self = Self(1 << 1);
    pub(crate) const TIME: Self = Self(1 << 2);
    pub(crate) const PLACE: Self = Self(1 << 3);
    pub(crate) const REASON: Self = Self(1 << 4);
    pub(crate) const MANNER: Self = Self(1 << 5);
    pub(crate) const QUANTITY: Self = Self(1 << 6);
    pub(crate) const DEGREE: Self = Self(1 << 7);
    /// Whether something is so.
    pub(crate) const FACT: Self = Self(1 << 8);
    /// Whether something can be.
    pub(crate) const ABILITY: Self = Self(1 << 9);
    /// Whether something should be.
    pub(crate) const ADVICE: Self = Self(1 << 10);
    /// Whether something will be.
    pub(crate) const FORECAST: Self = Self(1 << 11);
    /// Whether something has to be.
    pub(crate) const OBLIGATION: Self = Self(1 << 12);
    /// A text to be made: `write a poem` is not `how to write a poem`.
    pub(crate) const WORK: Self = Self(1 << 13);

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// With the words that are left, by their base forms: `what is the price` asks how much, `what is the date` when.
    pub(crate) fn beside<'a>(self, bases: impl Iterator<Item = &'a str> + Clone) -> Self {
        let is_plain = self == Self::THING || self == Self::default();
        let is_date = |base: &str| DATES.split(' ').any(|date| date == base);
        if is_plain && bases.clone().any(Self::is_measure) {
            Self::DEGREE
        } else if is_plain && bases.clone().any(is_date) {
            Self::TIME
        } else {
            self
        }
    }

    pub(crate) fn is_measure(base: &str) -> bool {
        MEASURES.split(' ').any(|measure| measure == base)
    }

    /// Whether a word, by its base form, says nothing beside what is asked: `happen` beside `why`.
    pub(crate) fn implies(self, base: &str) -> bool {
        IMPLIED.iter().any(|(asks, words)| self.has(*asks) && words.split(' ').any(|word| word == base))
    }
}

/// What some words ask, and the words without what asks it.
pub(crate) struct Reading {
    pub(crate) asks: Asks,
    pub(crate) rest: Vec<Word>,
    /// The question names a thing done where another says who does it: `password reset how to`, `the reason for`.
    pub(crate) is_nominal: bool,
    /// Which frame it is put in; 0 for a plain question or none.
    pub(crate) frame: u8,
    /// It opens with a plain question word.
    pub(crate) is_worded: bool,
    /// What a word means is asked, so that no other word stands for it.
    pub(crate) defines: bool,
}

pub(crate) fn read(words: Vec<Word>) -> Reading {
    let (mut asks, words) = without_closing(words);
    let (embedded, words) = without_whether(words);
    asks.add(embedded);
    let mut is_nominal = asks == Asks::MANNER;
    let mut frame = 0;
    let mut is_worded = false;
    let mut rest = Vec::with_capacity(words.len());
    let mut index = 0;
    while index < words.len() {
        if index > 0 && index + 1 == words.len() && opens_clause(&words, index) && words[index].is("why") {
            // An answer gives its reasons unasked.
            break;
        }
        let asking = if opens_clause(&words, index) { asking_at(&words[index..]) } else { None };
        match asking {
            Some(asking) => {
                asks.add(asking.asks);
                is_nominal |= asking.is_nominal;
                frame = asking.frame.max(frame);
                is_worded |= asking.is_worded && index == 0;
                let taken = &words[index..index + asking.length];
                rest.extend(asking.meaning.split_terminator(' ').map(Word::new));
                rest.extend(asking.kept.iter().map(|kept| Word { stop: Stop::None, ..taken[*kept].clone() }));
                keep_stop(taken, &mut rest);
                index += asking.length;
            }
            None => {
                rest.push(words[index].clone());
                index += 1;
            }
        }
    }
    if asks == Asks::default() && words.first().is_some_and(|first| WORKS.iter().any(|work| first.is(work))) {
        asks = Asks::WORK;
    }
    without_permission(&mut asks, &mut rest);
    without_forecast(&mut asks, &rest);
    if asks == Asks::FACT && offers_choice(&rest) {
        asks = Asks::THING;
    }
    if asks == Asks::THING && rest.first().is_some_and(is_auxiliary) && rest.last().is_some_and(|last| last.is("like"))
    {
        // `what is X like` is `how is X`.
        rest.pop();
        asks = Asks::MANNER;
    }
    let defines = without_meaning(asks, &mut rest);
    Reading { asks, rest, is_nominal, frame, is_worded, defines }
}

/// `whether X is Y` and `if X is Y`, with no other clause that asks, are `is X Y`.
fn without_whether(mut words: Vec<Word>) -> (Asks, Vec<Word>) {
    let is_embedded = words.len() > 2
        && (words[0].is("whether") || words[0].is("if"))
        && words[..words.len() - 1].iter().all(|word| word.stop == Stop::None);
    let auxiliary = words.iter().find_map(|word| AUXILIARIES.iter().find(|(name, _)| word.is(name)));
    match auxiliary.filter(|_| is_embedded) {
        Some((_, kind)) => {
            words.remove(0);
            (*kind, words)
        }
        None => (Asks::default(), words),
    }
}

/// `what does X mean` is `what is X`. Whether it asks for the meaning.
fn without_meaning(asks: Asks, words: &mut Vec<Word>) -> bool {
    if asks != Asks::THING || !words.first().is_some_and(is_auxiliary) {
        return false;
    }
    let uses = matched(words, "{do} {who} use").filter(|_| words.last().is_some_and(|last| last.is("for")));
    if let Some(found) = uses {
        words.truncate(words.len() - 1);
        words.drain(..found.length);
        words.push(Word::new("purpose"));
        return false;
    }
    if let Some(length) = matched_at_end(words, "used|use for") {
        words.truncate(words.len() - length);
        words.push(Word::new("purpose"));
        return false;
    }
    let length =
        ["mean", "stand|short for", "refer to", "signify", "abbreviation|acronym|initialism of|for", "defined as"]
            .iter()
            .find_map(|meaning| matched_at_end(words, meaning));
    words.truncate(words.len() - length.unwrap_or(0));
    length.is_some()
}

/// `is butter or margarine better` asks which one is.
fn offers_choice(words: &[Word]) -> bool {
    let compares = |word: &Word| word.shape == Shape::Word && (word.is("more") || word.text.ends_with("er"));
    words.iter().any(|word| word.is("or")) && words.iter().any(compares) && !words.iter().any(|word| word.is("than"))
}

/// `are dogs allowed to swim` is `can dogs swim`, and `do both need to sign` is `must both sign`.
fn without_permission(asks: &mut Asks, words: &mut Vec<Word>) {
    let found =
        |at: usize| MODALS.iter().find_map(|(phrase, asks)| Some((at, lexer::matched(&words[at..], phrase)?, *asks)));
    let modal = if *asks == Asks::FACT { (1..words.len()).find_map(found) } else { None };
    if let Some((at, length, modal)) = modal {
        words.drain(at..at + length);
        *asks = modal;
    }
}

/// `will I lose it if` asks for the rule, as `do I lose it if` does.
fn without_forecast(asks: &mut Asks, words: &[Word]) {
    let is_conditional = words
        .iter()
        .skip(1)
        .any(|word| ["if", "when", "unless", "once", "because", "before", "after"].iter().any(|name| word.is(name)));
    if *asks == Asks::FORECAST && is_conditional {
        *asks = Asks::FACT;
    }
}

/// Some words that ask something.
struct Asking {
    asks: Asks,
    length: usize,
    meaning: &'static str,
    /// Which of the words stay, counted from the first.
    kept: Vec<usize>,
    is_nominal: bool,
    frame: u8,
    is_worded: bool,
}

impl Asking {
    fn plain(asks: Asks, length: usize) -> Self {
        Self { asks, length, meaning: "", kept: Vec::new(), is_nominal: false, frame: 0, is_worded: false }
    }
}

/// `reset password, how do I do that` and `password reset instructions`.
fn without_closing(mut words: Vec<Word>) -> (Asks, Vec<Word>) {
    let asks_otherwise = asking_at(&words).is_some();
    let closings = CLOSINGS.iter().chain(KEYWORD_CLOSINGS.iter().filter(|_| !asks_otherwise));
    let found = closings.filter_map(|(pattern, asks)| Some((matched_at_end(&words, pattern)?, *asks)));
    let Some((length, asks)) = found.max_by_key(|(length, _)| *length) else {
        return (Asks::default(), words);
    };
    if length == words.len() {
        return (Asks::default(), words);
    }
    words.truncate(words.len() - length);
    (asks, words)
}

/// Whether a text that begins with the word asks for a yes or no.
pub(crate) fn is_auxiliary(word: &Word) -> bool {
    AUXILIARIES.iter().any(|(name, _)| word.is(name))
}

pub(crate) fn is_question(word: &Word) -> bool {
    QUESTION_WORDS.iter().any(|(name, _)| word.is(name))
}

/// A sentence begins here, or a second question: `what is X, and why`.
fn opens_clause(words: &[Word], index: usize) -> bool {
    let follows_condition = ["if", "when"].iter().any(|condition| words[0].is(condition))
        && index > 0
        && words[index - 1].stop == Stop::Clause;
    opens_sentence(words, index)
        || (follows_condition && is_auxiliary(&words[index]))
        || (is_question(&words[index])
            && (words[index - 1].stop == Stop::Clause || ["and", "or", "but"].iter().any(|w| words[index - 1].is(w))))
}

/// The last word taken out may have ended a sentence; the word before it now does.
fn keep_stop(taken: &[Word], rest: &mut [Word]) {
    let stop = taken.iter().map(|word| word.stop).max();
    if let (Some(stop), Some(last)) = (stop, rest.last_mut()) {
        last.stop = last.stop.max(stop);
    }
}

/// What the words ask at their start.
fn asking_at(words: &[Word]) -> Option<Asking> {
    if let Some(request) = REQUESTS.iter().find_map(|request| matched(words, request)) {
        let inner = words.get(request.length..).filter(|rest| !rest.is_empty())?;
        let asking = frame_at(inner).or_else(|| question_at(inner)).unwrap_or(Asking::plain(Asks::THING, 0));
        let kept = asking.kept.iter().map(|kept| kept + request.length).collect();
        return Some(Asking { length: asking.length + request.length, kept, ..asking });
    }
    frame_at(words).or_else(|| question_at(words)).or_else(|| {
        let first = words.first()?;
        let (_, kind) = AUXILIARIES.iter().find(|(name, _)| first.is(name))?;
        // A form of `be` may make a passive, which is read later.
        let kept = if ["is", "are", "was", "were"].iter().any(|be| first.is(be)) { vec![0] } else { Vec::new() };
        Some(Asking { kept, ..Asking::plain(*kind, 1) })
    })
}

/// A frame must leave something to ask about.
fn frame_at(words: &[Word]) -> Option<Asking> {
    (1..).zip(FRAMES).find_map(|(frame, (pattern, asks, meaning))| {
        let found = matched(words, pattern)?;
        let measures_amount = *meaning == "cost" && words.get(found.length)?.shape == Shape::Number;
        let meaning = if measures_amount { "" } else { meaning };
        let is_left = found.length < words.len() || !found.kept.is_empty() || !meaning.is_empty();
        let takes_half = words.get(found.length).is_some_and(|next| next.is("and") || next.is("or"));
        if takes_half {
            return None;
        }
        let is_nominal = words[found.length - 1].is("for") || words[found.length - 1].is("of");
        is_left.then_some(Asking {
            asks: *asks,
            length: found.length,
            meaning,
            kept: found.kept,
            is_nominal,
            frame,
            is_worded: false,
        })
    })
}

fn question_at(words: &[Word]) -> Option<Asking> {
    let skipped = usize::from(words.len() > 1 && BEFORE_QUESTION.iter().any(|before| words[0].is(before)));
    let word = words.get(skipped)?;
    let (_, kind) = QUESTION_WORDS.iter().find(|(name, _)| word.is(name))?;
    let next = words.get(skipped + 1);
    let measures = *kind == Asks::MANNER && next.is_some_and(|next| DEGREES.split(' ').any(|degree| next.is(degree)));
    let asks = if measures { Asks::DEGREE } else { *kind };
    Some(Asking { is_worded: true, ..Asking::plain(asks, skipped + 1) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::words;

    #[test]
    fn what_is_asked_is_read() {
        for (text, asks, rest) in [
            ("how do i learn French", Asks::MANNER, "do i learn french"),
            ("what is best way to learn French", Asks::MANNER, "learn french"),
            ("how long is it", Asks::DEGREE, "duration is it"),
            ("how many people", Asks::QUANTITY, "people"),
            ("in which year was it", Asks::TIME, "was it"),
            ("explain how DNS works", Asks::MANNER, "dns works"),
            ("explain DNS", Asks::THING, "dns"),
            ("is tea healthy", Asks::FACT, "is tea healthy"),
            ("write a poem", Asks::WORK, "write a poem"),
            ("what is it and why", Asks::THING, "is it and"),
            ("password reset how to", Asks::MANNER, "password reset"),
            ("password reset instructions", Asks::MANNER, "password reset"),
            ("is there user guide", Asks::FACT, "user guide"),
            ("how far is Rome from Milan", Asks::DEGREE, "distance rome from milan"),
            ("what is distance between Rome and Milan", Asks::THING, "is distance between rome and milan"),
            ("what is fastest way to learn French", Asks::MANNER, "fastest learn french"),
        ] {
            let Reading { asks: found, rest: left, .. } = read(words(text));
            let left: Vec<String> = left.into_iter().map(|word| word.text).collect();
            assert_eq!((found, left.join(" ").as_str()), (asks, rest), "{text}");
        }
    }
}
