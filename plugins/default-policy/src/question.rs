//! What a text asks for: a person, a time, a reason, a yes or no. Takes the asking words out, so that `how do I` and
//! `what is the best way to` leave the same behind.

mod openings;

use self::openings::{AUXILIARIES, BEFORE_QUESTION, MEASURES, OPENINGS, QUESTION_WORDS, REQUESTS};
use crate::lexer::{Stop, Word, matched, opens_sentence};

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

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// What the words ask, and the words without what asks it.
pub(crate) fn read(words: Vec<Word>) -> (Asks, Vec<Word>) {
    let mut asks = Asks::default();
    let mut rest = Vec::with_capacity(words.len());
    let mut index = 0;
    while index < words.len() {
        let asking = if opens_clause(&words, index) { asking_at(&words[index..]) } else { None };
        match asking {
            Some((kind, length)) => {
                asks.add(kind);
                keep_stop(&words[index..index + length], &mut rest);
                index += length;
            }
            None => {
                rest.push(words[index].clone());
                index += 1;
            }
        }
    }
    if asks == Asks::THING && rest.last().is_some_and(|last| last.is("mean")) && is_auxiliary(&rest[0]) {
        // `what does X mean` is `what is X`.
        rest.pop();
    }
    (asks, rest)
}

fn is_auxiliary(word: &Word) -> bool {
    AUXILIARIES.iter().any(|(name, _)| word.is(name))
}

/// A sentence begins here, or a second question: `what is X, and why`.
fn opens_clause(words: &[Word], index: usize) -> bool {
    let is_question = |word: &Word| QUESTION_WORDS.iter().any(|(name, _)| word.is(name));
    opens_sentence(words, index)
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

/// What the words ask at their start, and how many of them ask it.
fn asking_at(words: &[Word]) -> Option<(Asks, usize)> {
    if let Some(length) = REQUESTS.iter().find_map(|request| matched(words, request)) {
        let inner = words.get(length..).filter(|rest| !rest.is_empty())?;
        let (kind, more) = question_at(inner).unwrap_or((Asks::THING, 0));
        return Some((kind, length + more));
    }
    question_at(words).or_else(|| {
        let (_, kind) = AUXILIARIES.iter().find(|(name, _)| words[0].is(name))?;
        Some((*kind, 1))
    })
}

fn question_at(words: &[Word]) -> Option<(Asks, usize)> {
    if let Some((kind, length)) = OPENINGS.iter().find_map(|(opening, kind)| Some((*kind, matched(words, opening)?))) {
        return Some((kind, length));
    }
    let skipped = usize::from(words.len() > 1 && BEFORE_QUESTION.iter().any(|before| words[0].is(before)));
    let word = words.get(skipped)?;
    let (_, kind) = QUESTION_WORDS.iter().find(|(name, _)| word.is(name))?;
    let opening = words[skipped..].get(1).filter(|_| skipped == 1);
    let is_time =
        opening.is_some() && OPENINGS.iter().any(|(o, kind)| *kind == Asks::TIME && matched(&words[1..], o).is_some());
    if is_time {
        return Some((Asks::TIME, 3));
    }
    let next = words.get(skipped + 1);
    let measures = *kind == Asks::MANNER && next.is_some_and(|next| MEASURES.iter().any(|measure| next.is(measure)));
    Some((if measures { Asks::DEGREE } else { *kind }, skipped + 1))
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
            ("how long is it", Asks::DEGREE, "long is it"),
            ("how many people", Asks::QUANTITY, "people"),
            ("in which year was it", Asks::TIME, "was it"),
            ("explain how DNS works", Asks::MANNER, "dns works"),
            ("explain DNS", Asks::THING, "dns"),
            ("is tea healthy", Asks::FACT, "tea healthy"),
            ("write a poem", Asks::default(), "write a poem"),
            ("what is it and why", Asks(Asks::THING.0 | Asks::REASON.0), "is it and"),
        ] {
            let (found, left) = read(words(text));
            let left: Vec<String> = left.into_iter().map(|word| word.text).collect();
            assert_eq!((found, left.join(" ").as_str()), (asks, rest), "{text}");
        }
    }
}
