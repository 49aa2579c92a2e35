//! Phrases as the one word they mean. Matched on base forms, within one clause.

use crate::lexer::{Shape, Stop, Word};
use crate::lexicon::{Lexicon, Phrase};

/// The words with every known phrase as one.
pub(crate) fn join(words: Vec<Word>, lexicon: &Lexicon) -> Vec<Word> {
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
