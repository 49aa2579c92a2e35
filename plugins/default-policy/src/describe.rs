//! From a text to its features, step by step. Everything that reads text happens here and below, once per text.

use crate::features::{self, Description};
use crate::lexer::{Shape, Word};
use crate::lexicon::{Lexicon, Sense};
use crate::{
    canonical, clauses, code, context, contractions, dates, fold, language, lexer, numbers, periods, phrases,
    politeness, question, terms,
};

/// Longer texts are compared as written.
const LONGEST_BYTES: usize = 2048;

pub(crate) fn describe(text: &str, lexicon: &Lexicon) -> Vec<u8> {
    let text = text.trim();
    if text.len() > LONGEST_BYTES {
        return features::opaque(canonical::verbatim_hash(text));
    }
    let folded = fold::fold(text);
    if code::is_code(&folded) {
        return features::opaque(canonical::verbatim_hash(&folded));
    }
    let words = politeness::strip(contractions::expand(lexer::words(&folded)));
    if words.is_empty() {
        return features::opaque(canonical::verbatim_hash(&folded));
    }
    let is_foreign = language::is_foreign(&words, lexicon);
    let canonical = canonical::hash(&words, |word| !is_foreign && lexicon.is_homograph(word));
    let leans = context::leans(&words, lexicon) && !context::is_given(&folded);
    let capitals = terms::Capitals::of(&words);
    let words = with_prevention(words);
    let counted = clauses::arrange(without_fillers(periods::join(dates::join(numbers::join(words))), lexicon));
    let tenses = terms::Tenses::of_words(&counted);
    let clauses = clauses::count(&counted);
    let question::Reading { asks, rest, is_nominal, frame, is_worded, defines } = question::read(counted);
    let mut terms = terms::read(&phrases::join(rest, lexicon), asks, capitals, lexicon);
    terms.tenses = tenses;
    if defines {
        terms.mention();
    }
    let measured = asks.beside(terms.list.iter().map(|term| term.text.as_str()));
    let asks = terms::arrange_conversion(&mut terms.list).unwrap_or(measured);
    features::write(&Description { canonical, is_foreign, leans, is_nominal, is_worded, frame, clauses, asks, terms })
}

/// `what are some`, `give me some`; not `delete some`.
fn asks_for_list(before: &Word) -> bool {
    const BEFORE: &[&str] = &[
        "are",
        "do",
        "find",
        "for",
        "get",
        "give",
        "have",
        "in",
        "is",
        "know",
        "list",
        "me",
        "name",
        "need",
        "of",
        "on",
        "recommend",
        "share",
        "show",
        "suggest",
        "there",
        "us",
        "want",
        "were",
        "with",
        "you",
    ];
    before.stop > crate::lexer::Stop::None || BEFORE.iter().any(|name| before.is(name))
}

/// `keep it from falling` is to prevent that.
fn with_prevention(mut words: Vec<Word>) -> Vec<Word> {
    const LONGEST_OBJECT: usize = 6;
    for index in 0..words.len() {
        let after = words[index + 1..].windows(2).take(LONGEST_OBJECT);
        let prevents =
            words[index].is("keep") && after.clone().any(|pair| pair[0].is("from") && pair[1].text.ends_with("ing"));
        if prevents {
            let keep = &words[index];
            words[index] = Word { stop: keep.stop, opens: keep.opens, ..Word::new("prevent") };
        }
    }
    words
}

/// Articles and the like, which stand between the words of phrases.
fn without_fillers(words: Vec<Word>, lexicon: &Lexicon) -> Vec<Word> {
    let mut kept: Vec<Word> = Vec::with_capacity(words.len());
    let lists = !words.first().is_some_and(question::is_auxiliary);
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let counts = |next: &Word| next.is("one") || next.shape == Shape::Number;
        let is_only = word.is("just") && words.peek().is_some_and(counts);
        let word = if is_only { Word { stop: word.stop, opens: word.opens, ..Word::new("only") } } else { word };
        let word = match words.next_if(|next| word.is("a") && (next.is("few") || next.is("little"))) {
            Some(amount) => Word { stop: amount.stop, opens: word.opens, ..Word::new("some") },
            None => word,
        };
        if word.is("a") && words.peek().is_some_and(|next| next.is("and") || next.is("or")) {
            kept.push(Word { stop: word.stop, ..Word::verbatim(&word.text, Shape::Identifier) });
            continue;
        }
        let is_filler = word.shape == Shape::Word && lexicon.sense(&word.text, &word.text) == Some(Sense::Filler);
        let is_some = lists
            && word.is("some")
            && !words.peek().is_some_and(|next| next.is("of"))
            && kept.last().is_none_or(asks_for_list);
        let is_filler = (is_filler || is_some) && !terms::is_letter_a(&word);
        match kept.last_mut() {
            Some(last) if is_filler => last.stop = last.stop.max(word.stop),
            _ if is_filler => {}
            _ => kept.push(word),
        }
    }
    kept
}
