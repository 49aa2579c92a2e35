//! Things that a prompt speaks of as if they lay on the table: `here is the log`, `the second line`, `our conversation`.

use super::super::dictionary::Class;
use super::super::text::Text;
use super::super::words::Stop;

const ORDINALS: &[&str] =
    &["first", "second", "third", "fourth", "fifth", "last", "next", "previous", "final", "middle"];

/// Parts of a text or a list, which are counted.
const PARTS: &[&str] = &[
    "line",
    "lines",
    "paragraph",
    "sentence",
    "question",
    "answer",
    "option",
    "example",
    "point",
    "step",
    "section",
    "page",
    "slide",
    "row",
    "column",
    "item",
    "function",
    "part",
    "bullet",
    "image",
    "picture",
    "table",
    "equation",
    "formula",
    "verse",
    "stanza",
    "argument",
    "suggestion",
    "statement",
    "method",
    "approach",
    "version",
    "test",
];

/// After a thing, these say which one is meant.
const SPECIFYING: &[&str] = &[
    "of", "for", "in", "on", "to", "from", "that", "which", "about", "by", "at", "with", "between", "behind", "where",
    "called", "named", "used", "against", "as",
];

/// What is said of a thing that one has before one's eyes.
const JUDGED: &[&str] = &[
    "wrong", "right", "correct", "fail", "fails", "failing", "failed", "work", "works", "working", "break", "breaks",
    "crash", "crashes", "crashing", "look", "looks", "clear", "good", "compile", "run", "mean", "means", "say", "says",
    "wrote", "written", "sound", "sounds", "complete", "valid", "problem", "ok", "okay", "slow", "error",
];

/// Where the first of these stands.
pub(super) fn supposes(text: &Text) -> Option<usize> {
    (0..text.len()).filter(|index| !text.words()[*index].is_quoted).find(|index| {
        hands_over(text, *index)
            || is_counted(text, *index)
            || is_numbered(text, *index)
            || is_judged(text, *index)
            || is_conversation(text, *index)
            || is_pronoun_of_order(text, *index)
            || is_all_of_them(text, *index)
    })
}

/// `here is my code`, `here are the results`.
fn hands_over(text: &Text, index: usize) -> bool {
    let shows = index == 0
        && text.is(0, &["this", "these"])
        && text.is(2, &["my", "our"])
        && (text.has(3, Class::Artefact) || text.has(4, Class::Artefact));
    index <= 1
        && (text.at(index) == "here" || shows)
        && text.is(index + 1, &["is", "are"])
        && text.is(index + 2, &["the", "my", "our", "a", "some", "what"])
}

/// `is the second line correct`; not `the second line of the poem`.
fn is_counted(text: &Text, index: usize) -> bool {
    text.at(index) == "the"
        && text.is(index + 1, ORDINALS)
        && text.is(index + 2, PARTS)
        && !text.is(index + 3, SPECIFYING)
        && !asks_how(text)
        && speaks_of_nothing_else(text, index + 1, index + 2)
}

/// `explain line 3`.
fn is_numbered(text: &Text, index: usize) -> bool {
    let is_number = |word: &str| !word.is_empty() && word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    text.is(index, PARTS)
        && is_number(text.at(index + 1))
        && !text.is(index + 2, SPECIFYING)
        && !asks_how(text)
        && speaks_of_nothing_else(text, index, index + 1)
}

/// `does the code look right`, `what is wrong with the query`, `make the tone more formal`.
fn is_judged(text: &Text, index: usize) -> bool {
    let owner = text.is(index, &["the", "my"]);
    let is_made = text.is(0, &["make", "keep"])
        && text.is(index + 1, &["tone", "style", "wording", "intro", "introduction", "ending", "conclusion", "title"])
        && text.is(index + 2, &["more", "less", "sound", "shorter", "longer", "simpler"]);
    let is_thing = text.has(index + 1, Class::Artefact) && !text.is(index + 2, SPECIFYING);
    let judges = text.contains(JUDGED) && !asks_how(text) && text.len() <= 8;
    owner && (is_made || (is_thing && judges && speaks_of_nothing_else(text, index + 1, index + 1)))
}

/// Outside of these words, nothing names a subject.
fn speaks_of_nothing_else(text: &Text, first: usize, last: usize) -> bool {
    (0..text.len()).filter(|at| !(first..=last).contains(at)).all(|at| {
        let word = &text.words()[at];
        let is_plain = word.has(Class::Function) || word.has(Class::Light) || word.has(Class::Order);
        !word.is_name && (is_plain || word.is_any(JUDGED) || word.is("enough"))
    })
}

fn asks_how(text: &Text) -> bool {
    text.opens_with(&["how do", "how to", "how can", "how should"])
}

/// `summarise our conversation`, `what did we decide`, `my first question`.
fn is_conversation(text: &Text, index: usize) -> bool {
    const TALKED: &[&str] = &[
        "talk",
        "talked",
        "discuss",
        "discussed",
        "decide",
        "decided",
        "agree",
        "agreed",
        "say",
        "said",
        "ask",
        "asked",
        "tell",
        "told",
        "cover",
        "covered",
        "mention",
        "mentioned",
        "just",
    ];
    const SAYINGS: &[&str] = &["question", "message", "prompt", "request"];
    match text.at(index) {
        "our" | "this" => text.is(index + 1, &["conversation", "chat", "discussion"]) && text.len() <= 10,
        "we" | "i" | "you" => {
            let asks = text.is(0, &["what", "remind"]) && index <= 3;
            asks && text.is(index + 1, TALKED)
                && !text.contains(&["should", "can", "could", "do", "would", "will", "might"])
        }
        "my" => text.is(index + 1, ORDINALS) && text.is(index + 2, SAYINGS) && text.len() <= 8,
        "the" => {
            text.at(index + 1) == "same" && text.before(index) == "do" && text.is(index + 2, &["for", "with", "in"])
        }
        _ => false,
    }
}

/// `add error handling to it`, `turn it into a table`, `a shorter version of it`.
fn is_pronoun_of_order(text: &Text, index: usize) -> bool {
    if text.at(index) != "it" || text.words()[..index].iter().any(|word| word.is("and") || word.stop != Stop::None) {
        return false;
    }
    let is_object = text.is_before(index, &["to", "for", "in", "into", "on", "of", "from", "with", "about"]);
    let opens = text.has(0, Class::Order) || (text.is(0, &["please"]) && text.has(1, Class::Order));
    let is_changed = index == 1 && text.is(0, &["turn", "put", "make", "split", "break", "cut", "wrap", "keep"]);
    let is_part = text.before(index) == "of" && index >= 2 && text.has(index - 2, Class::Artefact);
    let describes = text.contains(&["when", "if", "that", "which", "who", "how", "what", "why"]);
    (is_object && opens && text.ends_at(index) && !describes)
        || (is_changed && !text.is(2, &["to", "rain", "big"]))
        || (is_part && text.ends_at(index) && text.len() <= 9)
}

/// `which of the two is faster`, `compare the two`, `the pros and cons of each`.
fn is_all_of_them(text: &Text, index: usize) -> bool {
    let ends = text.words()[..text.len() - 1].iter().all(|word| word.stop == Stop::None);
    let chooses = text.says(0, "which of") && index == 2 && ends;
    match text.at(index) {
        "them" => chooses,
        "the" => {
            let counts = text.is(index + 1, &["two", "three", "four"]);
            counts
                && ((chooses && text.is(index + 2, &["is", "are", "would", "should", "do", "has"]))
                    || text.ends_at(index + 1))
                && (chooses || text.is(0, &["compare", "contrast", "combine", "merge", "rank"]))
        }
        "each" => text.ends_at(index) && text.before(index) == "of" && text.len() <= 9 && ends,
        _ => false,
    }
}
