//! The clause that asks comes first: `if it rains, who pays` is read as `who pays if it rains`, `in Python, how do I` as
//! `how do I in Python`, `gold is dissolved by which acid` as `which acid is gold dissolved by`. Changes no word.

use crate::lexer::{Stop, Word};
use crate::question;

/// What a clause or phrase begins with that may stand before or after the clause that asks.
const OPENERS: &[&str] = &[
    "after",
    "although",
    "as",
    "assuming",
    "at",
    "because",
    "before",
    "beside",
    "besides",
    "by",
    "considering",
    "despite",
    "during",
    "for",
    "from",
    "given",
    "if",
    "in",
    "inside",
    "on",
    "once",
    "since",
    "though",
    "under",
    "unless",
    "until",
    "using",
    "via",
    "when",
    "whenever",
    "while",
    "with",
    "within",
    "without",
];

/// Of these, the ones that a clause follows, which need no comma to end.
const CONJUNCTIONS: &[&str] = &["after", "before", "if", "once", "since", "unless", "when", "whenever", "while"];

/// Orders that a question may be put as.
const ORDERS: &[&str] = &["compare", "define", "describe", "explain", "give", "list", "name", "show", "tell"];

const SUBJECTS: &[&str] = &["i", "we", "you", "he", "she", "it", "they", "my", "the", "this", "there"];

/// The words of one text with the asking clause of its first sentence first.
pub(crate) fn arrange(mut words: Vec<Word>) -> Vec<Word> {
    let end = words.iter().position(|word| word.stop == Stop::Sentence).map_or(words.len(), |last| last + 1);
    if let Some(main) = main_clause(&words[..end]) {
        let asks_why = end == words.len() && words[end - 2].is("and") && words[end - 1].is("why");
        if asks_why {
            // An answer gives its reasons unasked.
            words.truncate(end - 2);
        }
        let end = end.min(words.len());
        rotate(&mut words[..end], main);
        if words[0].is("then") {
            words.remove(0);
        }
    } else if let Some(asked) = asked_at_end(&words[..end]) {
        rotate(&mut words[..end], asked);
        if words[end - 1].is("of") {
            words.remove(end - 1);
        }
    }
    words
}

/// How many sentences, clauses set off by a comma and further questions the words are.
pub(crate) fn count(words: &[Word]) -> usize {
    let asks_on = |pair: &[Word]| is_one_of(&pair[0], &["and", "but", "or"]) && question::is_question(&pair[1]);
    1 + words.windows(2).filter(|pair| pair[0].stop > Stop::None || asks_on(pair)).count()
}

/// Puts what stands before `start` behind the rest.
fn rotate(words: &mut [Word], start: usize) {
    let last = words.len() - 1;
    let stop = words[last].stop;
    words[last].stop = Stop::None;
    words[start - 1].stop = stop;
    words.rotate_left(start);
}

/// Where the clause that asks begins, if another stands before it.
fn main_clause(words: &[Word]) -> Option<usize> {
    let opens = OPENERS.iter().any(|opener| words.first().is_some_and(|first| first.is(opener)));
    if !opens
        || words.get(1).is_some_and(|next| {
            question::is_auxiliary(next) || question::is_question(next) || is_one_of(next, &["and", "or"])
        })
    {
        return None;
    }
    let follows_comma = |at: &usize| words[at - 1].stop == Stop::Clause && asks(&words[*at..]);
    let found = (2..words.len()).find(follows_comma);
    found.or_else(|| if is_one_of(&words[0], CONJUNCTIONS) { unmarked(words) } else { None })
}

/// `if it rains do I get a refund`.
fn unmarked(words: &[Word]) -> Option<usize> {
    (3..words.len().saturating_sub(1)).find(|at| {
        let inverts = question::is_auxiliary(&words[*at]) && is_one_of(&words[at + 1], SUBJECTS);
        let asks = question::is_question(&words[*at]) && question::is_auxiliary(&words[at + 1]);
        inverts || asks
    })
}

fn asks(words: &[Word]) -> bool {
    let words = if words[0].is("then") { &words[1..] } else { words };
    words
        .first()
        .is_some_and(|first| question::is_auxiliary(first) || question::is_question(first) || is_one_of(first, ORDERS))
}

fn is_one_of(word: &Word, names: &[&str]) -> bool {
    names.iter().any(|name| word.is(name))
}

/// `LH400 is of which airline`: where the question word at the end of a statement is.
fn asked_at_end(words: &[Word]) -> Option<usize> {
    const LONGEST: usize = 3;
    let first = words.first()?;
    let is_statement = !question::is_auxiliary(first) && !question::is_question(first) && !is_one_of(first, ORDERS);
    let start = words.len().saturating_sub(LONGEST).max(2);
    let is_asked = |at: &usize| (words[*at].is("which") || words[*at].is("what")) && words[at - 1].stop == Stop::None;
    let asked = (start..words.len().saturating_sub(1)).find(is_asked)?;
    let states = words[..asked].iter().any(question::is_auxiliary);
    (is_statement && states).then_some(asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::words;

    #[test]
    fn the_asking_clause_comes_first() {
        for (text, expected) in [
            ("If it rains, who pays?", "who pays if it rains"),
            ("If it rains, then who pays?", "who pays if it rains"),
            ("If it rains do I get my money back", "do i get my money back if it rains"),
            ("In Python, how do I sort?", "how do i sort in python"),
            ("For two people, explain the rules", "explain the rules for two people"),
            ("In which year, if any, did it rain?", "in which year if any did it rain"),
            ("When do bats sleep, and where?", "when do bats sleep and where"),
            ("Gold is dissolved by which acid?", "which acid gold is dissolved by"),
            ("This flight is of which airline?", "which airline this flight is"),
            ("Explain gravity, and which planet is which", "explain gravity and which planet is which"),
            ("In Rome, do as they do", "do as they do in rome"),
            ("If it rains, stay at home", "if it rains stay at home"),
        ] {
            let arranged: Vec<String> = arrange(words(text)).into_iter().map(|word| word.text).collect();
            assert_eq!(arranged.join(" "), expected, "{text}");
        }
    }
}
