//! Whether a text leans on something that it does not contain: `fix this function`, `what about the second one`. What
//! answers such a text in one conversation is wrong in another, however alike the texts are.

use crate::lexer::{Shape, Stop, Word};
use crate::lexicon::{Lexicon, Sense};
use crate::numbers;
use crate::question;

/// Whole texts that only mean something after another.
const REPLIES: &str = "again and another anything carry clearer continue detail details different differently do elaborate \
    else example examples expand explain for further give go going how in is it keep longer more next no \
    not now ok okay on one please proceed repeat retry shorter simpler so stop sure tell thanks that the \
    then this try what why with yes you me an a can could bit less use simple word words language tone briefly concise \
    concisely formal informal friendlier formally bullet points sentence sentences paragraph table list other way \
    around";

/// Openings that only mean something after another text.
const OPENINGS: &[&str] = &[
    "what about",
    "how about",
    "and what",
    "and how",
    "and if",
    "same for",
    "same question",
    "same thing",
    "same but",
    "now do",
    "now the",
    "now in",
    "now with",
    "but in",
    "but with",
    "but for",
    "but shorter",
    "do the same",
    "in more detail",
    "with more detail",
];

/// What is done to `it` and `this` when they are something seen before.
const EDITS: &str = "add fix make write rewrite do translate explain summarize summarise shorten improve change convert try \
    repeat redo refactor debug solve simplify optimise optimize edit correct proofread paraphrase \
    rephrase format run test review describe answer read check expand continue use install remove undo \
    stop send show list";

/// Of these, the ones whose `that` is always such a thing: `make that shorter`, but not `show that it halts`.
const MADE: &str = "fix make rewrite do translate shorten convert improve change repeat redo undo put turn";

/// What was done in the conversation: `the reason you gave`.
const TOLD: &str = "gave said mentioned wrote suggested told listed recommended sent provided described showed named \
    explained just";

/// An order of so few words says little by itself.
const SHORT: usize = 6;

/// After `my`, `your` or `following`, something that has to be seen.
const SEEN: &str = "answer code draft email error essay example function image letter list message output paragraph \
    passage picture poem program query question regex reply response script sentence sentences snippet \
    statement step story suggestion table text words";

/// What is spoken of stands in the text itself, after a colon or in quotes: `is this right: 2 + 2 = 5`.
pub(crate) fn is_given(text: &str) -> bool {
    const SHORTEST: usize = 3;
    let after_colon = text
        .split_once(':')
        .is_some_and(|(_, after)| after.trim().len() >= SHORTEST && after.starts_with(char::is_whitespace));
    let quotes = ['"', '\''].iter().any(|mark| {
        let opened = text.match_indices(*mark).find(|(at, _)| !text[..*at].ends_with(char::is_alphanumeric));
        opened.is_some_and(|(at, _)| text[at + 1..].find(*mark).is_some_and(|length| length >= SHORTEST))
    });
    after_colon || quotes
}

pub(crate) fn leans(words: &[Word], lexicon: &Lexicon) -> bool {
    let is_reply = (1..=6).contains(&words.len()) && words.iter().all(|word| is_one_of(word, REPLIES));
    is_reply
        || opens_by_leaning(words)
        || orders_edit(words)
        || names_nobody(words, lexicon)
        || (0..words.len()).any(|index| points_out(words, index))
}

/// `fix the typos`, `add a conclusion`: hardly more than an order and a part of a text.
fn orders_edit(words: &[Word]) -> bool {
    const PARTS: &str = "typos typo conclusion introduction intro tone title heading headline ending beginning spelling \
        grammar punctuation formatting wording paragraph method version";
    let is_order = words.len() <= SHORT && is_one_of(&words[0], EDITS);
    is_order && (1..words.len()).any(|part| is_one_of(&words[part], PARTS) && !is_specified(words, part))
}

/// `who is she`, `how much does it weigh`: a pronoun, and hardly a word that it could stand for.
fn names_nobody(words: &[Word], lexicon: &Lexicon) -> bool {
    let says_something = |word: &&Word| {
        let sense = lexicon.sense(&word.text, &lexicon.base(&word.text));
        word.shape != Shape::Word
            || matches!(sense, None | Some(Sense::Synonym(_) | Sense::Negator | Sense::Direction(_)))
    };
    let is_pronoun = |word: &Word| is_one_of(word, "it he she him his her hers they them");
    let is_expletive = words
        .windows(2)
        .any(|pair| is_pronoun(&pair[0]) && is_one_of(&pair[1], "to that take takes like possible true"));
    let compares = || words.iter().any(|word| word.text.ends_with("er") || is_one_of(word, "more less worse"));
    let leaves_open = |at: usize| {
        words[at].is("which") && at == 0 && (words.get(1).is_some_and(|next| next.is("one")) || compares())
            || words[at].is("one") && ends_clause(words, at)
    };
    let is_open = (0..words.len()).any(leaves_open) && !words.iter().any(|word| word.is("or"));
    (is_open || words.iter().any(is_pronoun)) && !is_expletive && words.iter().filter(says_something).count() <= 1
}

/// Whether it opens like a question.
fn is_question(words: &[Word]) -> bool {
    words.first().is_some_and(|first| question::is_question(first) || question::is_auxiliary(first))
}

fn is_one_of(word: &Word, names: &str) -> bool {
    word.shape == Shape::Word && names.split(' ').any(|name| name == word.text)
}

fn opens_by_leaning(words: &[Word]) -> bool {
    OPENINGS.iter().any(|opening| crate::lexer::matched(words, opening).is_some())
}

/// Whether the word at `index` points at something outside of the text.
fn points_out(words: &[Word], index: usize) -> bool {
    let word = &words[index];
    let before = index.checked_sub(1).map(|before| &words[before]);
    let next = words.get(index + 1).filter(|_| word.stop == Stop::None);
    match word.text.as_str() {
        _ if word.shape != Shape::Word => false,
        "this" | "these" | "those" => next.is_none_or(|next| !is_one_of(next, OF_TIME)) && !is_antecedent(words, index),
        "that" if is_asked_about(words, index) || before.is_some_and(|before| is_one_of(before, MADE)) => true,
        "you" => next.is_some_and(|next| is_one_of(next, TOLD)),
        "former" | "latter" => ends_clause(words, index),
        "instead" | "again" => words.len() <= SHORT && index + 1 == words.len() && !is_question(words),
        "that" => ends_clause(words, index) && is_pointed_at(before) && !is_antecedent(words, index),
        "it" | "them" => {
            is_pointed_at(before)
                && (before.is_some_and(|before| is_one_of(before, EDITS)) || index + 1 == words.len())
                && !is_antecedent(words, index)
        }
        "i" => words.len() <= SHORT && next.is_some_and(|next| is_one_of(next, "asked said meant wanted")),
        "following" | "above" | "below" if index + 1 == words.len() => before.is_some_and(|before| before.is("the")),
        "point" | "step" | "option" | "item" | "question" | "line" | "paragraph" if is_numbered(words, index) => true,
        "above" | "below" => before.is_some_and(|before| before.is("the") || is_one_of(before, SEEN)),
        "previous" | "following" | "earlier" | "last" | "attached" => {
            next.is_some_and(|next| is_one_of(next, SEEN)) && !is_specified(words, index + 1)
        }
        "my" | "your" => {
            next.is_some_and(|next| is_one_of(next, SEEN) && !is_one_of(next, "email story"))
                && !is_specified(words, index + 1)
        }
        "option" | "point" | "suggestion" | "choice" | "version" => {
            before.is_some_and(|before| is_one_of(before, "second first third last other next"))
                && !is_specified(words, index)
        }
        "one" => before.is_some_and(|before| is_one_of(before, "second first third last other next")),
        "right" | "correct" | "wrong" => words.len() <= 4 && before.is_some_and(|before| before.is("it")),
        _ => false,
    }
}

/// `elaborate on point two`, but not `step 2 of mitosis`.
fn is_numbered(words: &[Word], index: usize) -> bool {
    let number = words.get(index + 1).filter(|_| words[index].stop == Stop::None);
    number.is_some_and(|next| next.shape == Shape::Number || numbers::is_spelled(next)) && ends_clause(words, index + 1)
}

/// `does that work on Linux`, `why is that legal`.
fn is_asked_about(words: &[Word], index: usize) -> bool {
    const ASKING: &str = "am are can could did do does has have is should was were will would";
    let follows = |at: usize| is_one_of(&words[at], ASKING);
    const DEGREES: &str = "much many long far often old big fast soon";
    let asks = |word: &Word| is_one_of(word, "how what when where who why");
    let opens = |at: usize| match at {
        0 => true,
        1 => asks(&words[0]),
        2 => words[0].is("how") && is_one_of(&words[1], DEGREES),
        _ => false,
    };
    index > 0 && follows(index - 1) && opens(index - 1)
}

/// `the last question in the test`, `my code editor`.
fn is_specified(words: &[Word], index: usize) -> bool {
    const ENDING: &str = "again and be better correct do does fail for fails is less more not please right run so sound \
        to was with work works wrong";
    let next = words.get(index + 1).filter(|_| words[index].stop == Stop::None);
    next.is_some_and(|next| !is_one_of(next, ENDING) && !next.text.ends_with("ly"))
}

const OF_TIME: &str = "day days week month year morning evening weekend summer winter";

fn ends_clause(words: &[Word], index: usize) -> bool {
    index + 1 == words.len()
        || words[index].stop > Stop::None
        || is_one_of(&words[index + 1], "correct right true function code error again for")
}

fn is_pointed_at(before: Option<&Word>) -> bool {
    before.is_some_and(|before| is_one_of(before, EDITS) || is_one_of(before, "is was does about with by say for of"))
}

/// Something was named before, in an earlier clause: `what is a mutex and how do I use it`.
fn is_antecedent(words: &[Word], index: usize) -> bool {
    let breaks = |word: &Word| word.stop > Stop::None || word.is("and") || word.is("if") || word.is("but");
    words[..index].iter().any(breaks)
}
