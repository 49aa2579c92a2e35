//! Phrases as the one word they mean. Matched on base forms, within one clause.

use crate::lexer::{Shape, Stop, Word};
use crate::lexicon::{Lexicon, Phrase};

/// What may follow the particle of a verb.
const AFTER: &[&str] =
    &["on", "in", "at", "for", "from", "of", "to", "with", "when", "if", "before", "after", "during", "using", "and"];
const PARTICLES: &[&str] =
    &["on", "off", "up", "down", "out", "in", "away", "back", "over", "together", "faster", "better", "smaller"];

/// The words with every known phrase as one.
pub(crate) fn join(mut words: Vec<Word>, lexicon: &Lexicon) -> Vec<Word> {
    name_substitutes(&mut words);
    close_gaps(&mut words, lexicon);
    let bases: Vec<String> = words.iter().map(|word| base(word, lexicon)).collect();
    let mut joined = Vec::with_capacity(words.len());
    let mut index = 0;
    while index < words.len() {
        let longest =
            lexicon.phrases(&bases[index]).filter_map(|phrase| Some((phrase, length(&words, &bases, index, phrase)?)));
        match longest.max_by_key(|(_, length)| *length) {
            Some((phrase, length)) => {
                push(phrase.meaning, words[index + length - 1].stop, &mut joined);
                index += length;
            }
            None => {
                joined.push(words[index].clone());
                index += 1;
            }
        }
    }
    joined
}

/// `use oil instead of butter` is `substitute oil for butter`.
fn name_substitutes(words: &mut Vec<Word>) {
    const WIDEST: usize = 4;
    let uses = |word: &Word| ["use", "using", "used"].iter().any(|name| word.is(name));
    let found =
        (1..words.len().saturating_sub(1)).filter(|at| words[*at].is("instead") && words[at + 1].is("of")).find_map(
            |at| (at.saturating_sub(WIDEST)..at - 1).rev().find(|verb| uses(&words[*verb])).map(|verb| (verb, at)),
        );
    if let Some((verb, instead)) = found {
        words[verb] = Word { stop: words[verb].stop, opens: words[verb].opens, ..Word::new("substitute") };
        words.splice(instead..=instead + 1, [Word::new("for")]);
    }
}

/// `turn my phone off` is `turn off my phone`: the particle goes to its verb.
fn close_gaps(words: &mut [Word], lexicon: &Lexicon) {
    const WIDEST: usize = 3;
    for particle in 2..words.len() {
        let is_particle = PARTICLES.iter().any(|name| words[particle].is(name));
        let next = words.get(particle + 1).filter(|_| words[particle].stop == Stop::None);
        let ends = next.is_none_or(|next| AFTER.iter().any(|name| next.is(name)));
        let verbs = particle.saturating_sub(WIDEST + 1)..particle - 1;
        let is_phrase = |verb: &usize| {
            let first = base(&words[*verb], lexicon);
            let has_it =
                |phrase: Phrase| phrase.words.split(' ').nth(1).is_some_and(|second| words[particle].is(second));
            words[*verb..particle].iter().all(|word| word.stop == Stop::None) && lexicon.phrases(&first).any(has_it)
        };
        if is_particle
            && ends
            && let Some(verb) = verbs.rev().find(is_phrase)
        {
            let stop = words[particle].stop;
            words[particle].stop = Stop::None;
            words[verb + 1..=particle].rotate_right(1);
            words[particle].stop = stop;
        }
    }
}

/// What the phrase means; one without a meaning leaves only its stop.
fn push(meaning: &str, stop: Stop, joined: &mut Vec<Word>) {
    joined.extend(meaning.split_terminator(' ').map(Word::new));
    if let Some(last) = joined.last_mut() {
        last.stop = last.stop.max(stop);
    }
}

fn base(word: &Word, lexicon: &Lexicon) -> String {
    if word.shape == Shape::Word { lexicon.base(&word.text) } else { String::new() }
}

/// How many words the phrase takes at `index`, if it is there.
fn length(words: &[Word], bases: &[String], index: usize, phrase: Phrase) -> Option<usize> {
    let length = phrase.words.split(' ').count();
    let found = bases.get(index..index + length)?;
    let is_whole = words[index..index + length - 1].iter().all(|word| word.stop == Stop::None);
    let is_same = found.iter().zip(phrase.words.split(' ')).all(|(base, part)| base == part);
    (is_whole && is_same).then_some(length)
}
