//! Contractions written out: `don't` becomes `do not`, `what's` becomes `what is`. Possessives stay.

use crate::lexer::{Shape, Word};

/// Spelled with or without the apostrophe; the ones without are never other English words.
const WHOLE: &[(&str, &str)] = &[
    ("ain't", "is not"),
    ("2fa", "two factor authentication"),
    ("aint", "is not"),
    ("arent", "are not"),
    ("can't", "can not"),
    ("cannot", "can not"),
    ("cant", "can not"),
    ("couldnt", "could not"),
    ("didnt", "did not"),
    ("doesnt", "does not"),
    ("dont", "do not"),
    ("bcoz", "because"),
    ("coz", "because"),
    ("cuz", "because"),
    ("gimme", "give me"),
    ("gonna", "going to"),
    ("gotta", "got to"),
    ("hasnt", "has not"),
    ("havent", "have not"),
    ("hows", "how is"),
    ("im", "i am"),
    ("isnt", "is not"),
    ("ive", "i have"),
    ("lemme", "let me"),
    ("let's", "let us"),
    ("shan't", "shall not"),
    ("shouldnt", "should not"),
    ("adn", "and"),
    ("hwo", "how"),
    ("taht", "that"),
    ("teh", "the"),
    ("waht", "what"),
    ("whta", "what"),
    ("thats", "that is"),
    ("theyre", "they are"),
    ("unable", "not able"),
    ("wanna", "want to"),
    ("wasnt", "was not"),
    ("werent", "were not"),
    ("wat", "what"),
    ("whats", "what is"),
    ("whos", "who is"),
    ("whys", "why is"),
    ("won't", "will not"),
    ("wouldnt", "would not"),
    ("y'all", "you all"),
    ("youre", "you are"),
    ("youve", "you have"),
];

const ENDINGS: &[(&str, &str)] =
    &[("n't", "not"), ("'re", "are"), ("'ve", "have"), ("'ll", "will"), ("'m", "am"), ("'d", "would")];

/// Before `'s` these take a verb; any other word takes a possessive, or a verb that reads the same.
const BEFORE_IS: &[&str] = &[
    "he", "here", "how", "it", "she", "that", "there", "this", "what", "when", "where", "which", "who", "why", "else",
];

pub(crate) fn expand(words: Vec<Word>) -> Vec<Word> {
    let mut expanded = Vec::with_capacity(words.len() + 4);
    for word in words {
        match long_form(&word) {
            Some((stem_length, rest)) => push_parts(&word, stem_length, rest, &mut expanded),
            None => expanded.push(word),
        }
    }
    expanded
}

/// How many bytes of the word stay, and the words that follow them.
fn long_form(word: &Word) -> Option<(usize, &'static str)> {
    if word.shape != Shape::Word {
        return None;
    }
    let whole = WHOLE.iter().find(|(short, _)| *short == word.text).map(|(_, long)| (0, *long));
    whole.or_else(|| ending(&word.text))
}

fn ending(text: &str) -> Option<(usize, &'static str)> {
    let (stem, rest) = if let Some(stem) = text.strip_suffix("'s") {
        (stem, if BEFORE_IS.contains(&stem) { "is" } else { "'s" })
    } else {
        ENDINGS.iter().find_map(|(short, long)| Some((text.strip_suffix(short)?, *long)))?
    };
    (!stem.is_empty()).then_some((stem.len(), rest))
}

fn push_parts(word: &Word, stem_length: usize, rest: &str, expanded: &mut Vec<Word>) {
    // Lower case may take more bytes than what was written; the written form is kept where both agree.
    let stem = word.shown.get(..stem_length).unwrap_or(&word.text[..stem_length]);
    if !stem.is_empty() {
        expanded.push(Word { opens: word.opens, ..Word::new(stem) });
    }
    expanded.extend(rest.split(' ').map(Word::new));
    if let Some(last) = expanded.last_mut() {
        last.stop = word.stop;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::words;

    #[test]
    fn contractions_are_written_out() {
        for (text, expected) in [
            ("What's it?", "what is it"),
            ("Don't", "do not"),
            ("I can't and won't", "i can not and will not"),
            ("dont stop", "do not stop"),
            ("Python's list", "python 's list"),
            ("I'd say they're fine", "i would say they are fine"),
            ("its own", "its own"),
        ] {
            let long: Vec<String> = expand(words(text)).into_iter().map(|word| word.text).collect();
            assert_eq!(long.join(" "), expected);
        }
    }
}
