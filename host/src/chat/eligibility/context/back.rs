//! Words that point at something which the prompt may not hold: `this function`, `it`, `the second one`, `my code`.

use super::super::dictionary::Class;
use super::super::text::Text;
use super::super::words::Stop;

/// A subject that makes a sentence impersonal, or introduces what it means: `is it safe to`, `what is it like`.
const COMPLEMENTS: &[&str] =
    &["to", "that", "if", "when", "like", "for", "called", "because", "take", "takes", "mean", "who", "whether", "how"];

const AFTER_DEMONSTRATIVE: &[&str] = &[
    "is", "are", "was", "were", "does", "doesn't", "did", "didn't", "do", "don't", "means", "mean", "works", "work",
    "again", "in", "to", "for", "with", "correct", "right", "true", "wrong", "please", "instead", "now", "happen",
    "happened", "happens", "too", "better", "shorter", "longer", "simpler", "mean", "into", "as", "up", "down",
    "using", "isn't", "wasn't", "good", "bad", "possible", "ok", "okay", "normal", "safe", "by", "from", "and", "so",
    "without", "at", "on", "more", "step", "like", "same", "will", "would", "can", "should", "make", "makes", "throw",
    "throws", "return", "returns", "fail", "fails", "print", "prints", "sound", "include",
];

/// What is said of no thing: `it rains`.
const IMPERSONAL: &[&str] = &[
    "rain", "raining", "snow", "snowing", "dark", "hot", "cold", "warm", "sunny", "worth", "late", "early", "hurt",
    "living",
];

/// Where the first word is that points at something before the prompt.
pub(super) fn points_back(text: &Text) -> Option<usize> {
    let points = |index: usize| match text.at(index) {
        "it" if !text.words()[index].is_name => it(text, index),
        "this" | "that" | "these" | "those" => demonstrative(text, index),
        "he" | "she" | "him" | "her" | "they" | "them" | "his" | "their" => person(text, index),
        "its" => is_first_subject(text, index) && text.len() <= 8,
        "the" => definite(text, index),
        "above" | "previous" | "preceding" | "aforementioned" | "earlier" | "below" | "following" | "attached" => {
            place(text, index)
        }
        "my" => own(text, index),
        "our" => text.is(index + 1, &["conversation", "chat", "discussion"]) && text.len() <= 6,
        "line" | "step" | "paragraph" | "section" => numbered(text, index),
        "instead" => ordered(text).is_some() && text.ends_at(index) && text.len() <= 8,
        "you" | "your" => you(text, index),
        "another" | "different" => {
            text.is(index + 1, &["one", "example", "version", "way", "approach", "method", "angle", "style", "format"])
                && text.len() <= 6
                && ordered(text).is_some()
        }
        _ => false,
    };
    (0..text.len()).find(|index| !text.words()[*index].is_quoted && points(*index))
}

/// Nothing before the word could be what it stands for.
fn is_first_subject(text: &Text, index: usize) -> bool {
    text.words()[..index].iter().all(|word| {
        // `US` and `IT` are names.
        let is_function = word.has(Class::Function) && (!word.is_name || word.text.starts_with('i'));
        !word.is_quoted && (is_function || word.has(Class::Light) || word.has(Class::Order))
    })
}

fn is_content(text: &Text, index: usize) -> bool {
    !text.has(index, Class::Function) && !text.has(index, Class::Light)
}

/// Where an order is that the prompt opens with, courtesies apart: `please fix`, `can you explain`.
fn ordered(text: &Text) -> Option<usize> {
    const BEFORE: &[&str] = &[
        "please", "can", "could", "would", "you", "kindly", "now", "ok", "okay", "then", "just", "help", "me", "i",
        "want", "to", "need", "let's", "hi", "hey", "quickly", "try", "how", "do", "also",
    ];
    if text.opens_with(&["can i", "could i", "should i", "do i", "may i"]) {
        return None;
    }
    let index = text.words().iter().position(|word| !word.is_any(BEFORE) || word.is("try"))?;
    text.has(index, Class::Order).then_some(index)
}

fn it(text: &Text, index: usize) -> bool {
    if !is_first_subject(text, index) || !asks_or_orders(text) {
        return false;
    }
    let is_how = text.opens_with(&["how do", "how to", "how can", "how did"]);
    let is_object = !is_how && ordered(text).is_some_and(|order| order < index && index - order <= 3);
    if is_object && !text.is_before(index, &["is", "does", "was", "what", "how", "why", "when", "where", "that", "if"])
    {
        return true;
    }
    if asks_of_the_product(text, index) {
        return false;
    }
    let rest = text.len() - index - 1;
    let makes = text.before(index) == "make" && text.is(index + 1, &["to", "in", "big", "rain", "as", "through"]);
    let complement = (index + 1..text.len()).any(|at| text.is(at, COMPLEMENTS));
    let clock = (1..index).any(|at| text.is(at, &["time", "day", "date", "year", "month"]));
    let supposed =
        text.is_before(index, &["if", "whether", "when"]) && (index + 1..text.len()).any(|at| is_content(text, at));
    let falls = (index + 1..text.len()).any(|at| text.is(at, IMPERSONAL));
    !makes && !supposed && !complement && !clock && !falls && rest <= 4
}

/// It begins as a question or an order does; a few words without either are somebody's label.
fn asks_or_orders(text: &Text) -> bool {
    const OPENERS: &[&str] = &[
        "who", "what", "which", "when", "where", "why", "how", "whose", "is", "isn't", "are", "was", "wasn't", "were",
        "do", "does", "doesn't", "did", "didn't", "don't", "can", "can't", "could", "will", "won't", "would", "should",
        "may", "has", "have", "had", "it", "please", "now", "ok", "okay", "just", "let's", "i", "you", "so", "then",
        "if", "but", "and",
    ];
    text.is(0, OPENERS) || text.has(0, Class::Order) || text.has(0, Class::Light)
}

/// `does it support SAML`, `how much does it cost`: what a help page is asked, about the one thing that it is for.
fn asks_of_the_product(text: &Text, index: usize) -> bool {
    let asks = text.opens_with(&["does", "do", "can", "will", "how much"]) && ordered(text).is_none();
    asks && (index + 1..text.len()).any(|at| is_content(text, at))
}

/// `this function`, `explain that again`, `what is this`.
fn demonstrative(text: &Text, index: usize) -> bool {
    let noun = noun_after(text, index);
    let is_artefact = noun.is_some_and(|noun| !text.is(noun + 1, &["thing", "person", "time"]));
    let stands_alone =
        text.ends_at(index) || text.is(index + 1, AFTER_DEMONSTRATIVE) || text.words()[index].stop != Stop::None;
    let is_that = text.at(index) == "that" || text.at(index) == "those";
    let is_conjunction = is_that
        && (index > 0
            && !text.has_before(index, Class::Function)
            && ordered(text) != Some(index - 1)
            && !text.ends_at(index));
    if is_artefact && !is_conjunction {
        let order = ordered(text).is_some();
        return order || is_first_subject(text, index) || text.len() <= 10;
    }
    let is_open = stands_alone && !is_conjunction && is_first_subject(text, index);
    let asks = asks_or_orders(text) || (index == 0 && text.len() <= 5);
    is_open && asks && !announces(text, index) && !asks_of_the_product(text, index)
}

/// The noun that a demonstrative or an article stands before, with at most two words between.
fn noun_after(text: &Text, index: usize) -> Option<usize> {
    (index + 1..(index + 4).min(text.len()))
        .find(|at| text.has(*at, Class::Artefact) || text.words()[*at].stop != Stop::None)
        .filter(|at| {
            text.has(*at, Class::Artefact)
                && (index + 1..*at)
                    .all(|between| !text.has(between, Class::Function) || text.is(between, &["last", "same"]))
        })
}

/// `is it true that`, `how is that possible when`: what it is follows.
fn announces(text: &Text, index: usize) -> bool {
    let that = text.at(index) == "that"
        && text.is_before(index, &["true", "mean", "possible", "is", "so"])
        && text.len() > index + 4;
    that || (text.at(index) == "those" && text.at(index + 1) == "who")
}

fn person(text: &Text, index: usize) -> bool {
    let is_generic =
        text.contains(&["me", "my", "i", "someone", "person", "i'm", "girl", "boy", "guy", "man", "woman", "people"]);
    let is_verbless = text.at(index) == "her" || text.at(index) == "his" || text.at(index) == "their";
    // `how do they make glass` speaks of nobody in particular.
    let is_anybody =
        text.is(index, &["they", "them", "their"]) && (index + 1..text.len()).any(|at| is_content(text, at));
    let is_asked = is_first_subject(text, index) && asks_or_orders(text);
    is_asked && text.len() <= 8 && !is_generic && !is_anybody && !(is_verbless && text.len() > 6)
}

/// `the first one hundred`.
fn is_counted(text: &Text, index: usize) -> bool {
    text.is(index, &["hundred", "thousand", "million", "billion"])
}

/// `the second one`, `fix the bug`, `summarize the article`.
fn definite(text: &Text, index: usize) -> bool {
    if text.is(index + 1, &["latter", "former", "above"])
        && (text.ends_at(index + 1) || text.is(index + 2, AFTER_DEMONSTRATIVE))
    {
        return true;
    }
    if text.is(index + 1, &["other", "first", "second", "third", "last", "next", "previous", "same", "old", "new"])
        && text.is(index + 2, &["one", "ones"])
        && !is_counted(text, index + 3)
    {
        return is_first_subject(text, index) || text.len() <= 8;
    }
    let Some(order) = ordered(text).filter(|order| *order < index && index - order <= 3) else { return false };
    let Some(noun) = noun_after(text, index) else { return false };
    let is_named = (index + 1..noun).any(|at| {
        !text.is(
            at,
            &["whole", "entire", "same", "last", "first", "second", "code", "following", "above", "failing", "broken"],
        ) && !text.has(at, Class::Artefact)
    });
    let is_specified = text.is(
        noun + 1,
        &[
            "of", "for", "that", "which", "about", "from", "by", "between", "with", "behind", "where", "called",
            "named", "is", "used", "on",
        ],
    );
    let is_question = text.opens_with(&["how do", "how to", "how can"]);
    let asks = text
        .is(order, &["tell", "give", "show", "write", "make", "describe", "use", "find", "compare", "answer", "put"])
        && !text.ends_at(noun);
    !is_named && !is_specified && !is_question && !asks && text.words()[index + 1].line == text.words()[noun].line
}

/// `what does line 3 do`.
fn numbered(text: &Text, index: usize) -> bool {
    let is_number = text.at(index + 1).starts_with(|c: char| c.is_ascii_digit());
    let is_first = text.words()[..index]
        .iter()
        .all(|word| word.has(Class::Function) || word.has(Class::Light) || word.has(Class::Order));
    is_number && is_first && text.len() <= 7 && !text.is(index + 2, &["of", "in", "from", "on", "at"])
}

/// `the above text`, `the following sentence`, without what follows.
fn place(text: &Text, index: usize) -> bool {
    let noun = text.has(index + 1, Class::Artefact) || text.ends_at(index);
    let is_definite = text.is_before(index, &["the", "your", "my"])
        || text.is_before(index, &["see", "as", "mentioned", "described", "given", "provided"]);
    match text.at(index) {
        "following" | "attached" => {
            text.before(index) == "the" && text.has(index + 1, Class::Artefact) && ordered(text).is_some()
        }
        "previous" => {
            is_definite
                && text.is(
                    index + 1,
                    &[
                        "answer", "response", "message", "question", "example", "one", "reply", "code", "version",
                        "output",
                    ],
                )
        }
        "earlier" | "below" | "above" => {
            let said = text
                .is_before(index, &["mentioned", "said", "described", "discussed", "as", "given", "shown", "provided"]);
            said || (text.before(index) == "the" && noun && text.at(index) != "earlier") || ends_order(text, index)
        }
        _ => is_definite && noun,
    }
}

/// `fix the code above`.
fn ends_order(text: &Text, index: usize) -> bool {
    text.ends_at(index) && text.has_before(index, Class::Artefact) && (ordered(text).is_some() || text.len() <= 6)
}

/// `review my code`, `what is wrong with my essay`, `why does my script crash`.
fn own(text: &Text, index: usize) -> bool {
    const PROGRAMS: &[&str] =
        &["code", "function", "script", "program", "query", "regex", "loop", "snippet", "class", "answer"];
    const OF_ACCOUNTS: &[&str] = &[
        "address",
        "account",
        "number",
        "password",
        "settings",
        "preferences",
        "signature",
        "provider",
        "client",
        "name",
        "photo",
        "plan",
        "editor",
        "inbox",
        "subscription",
        "folder",
        "history",
    ];
    let Some(noun) = noun_after(text, index).filter(|noun| !text.is(noun + 1, OF_ACCOUNTS)) else { return false };
    let has_order = ordered(text).is_some_and(|order| order < index && index - order <= 2)
        && !text.opens_with(&["how", "can i", "could i", "should i", "do i", "may i"]);
    let is_specified = text.is(noun + 1, &["of", "for", "that", "which", "about", "from", "to", "on", "as", "with"]);
    let asks = text.is(
        ordered(text).unwrap_or(0),
        &["tell", "give", "show", "write", "make", "describe", "use", "find", "improve"],
    );
    let wrong = text.before(index) == "with"
        && text.contains(&["wrong", "problem", "issue"])
        && text.has(noun, Class::Artefact);
    let fails = text.at(0) == "why" && text.is(noun, PROGRAMS) && text.len() <= 8;
    (has_order && !is_specified && !asks) || ((wrong || fails) && text.len() <= 10)
}

/// `as you said`, `your last answer`.
fn you(text: &Text, index: usize) -> bool {
    const SAID: &[&str] =
        &["made", "said", "mentioned", "told", "wrote", "suggested", "just", "gave", "listed", "proposed"];
    const ANSWERS: &[&str] =
        &["answer", "response", "reply", "suggestion", "explanation", "code", "solution", "message", "statement"];
    match text.at(index) {
        "your" => {
            (text.is(index + 1, &["last", "previous", "first", "earlier"]) && text.is(index + 2, ANSWERS))
                || (text.is(index + 1, ANSWERS) && text.len() <= 8)
        }
        _ if text.says(0, "what did you say") => text.len() <= 6,
        _ => {
            text.is(index + 1, SAID)
                && (text.is_before(
                    index,
                    &[
                        "as", "what", "that", "like", "one", "example", "code", "point", "points", "list", "answer",
                        "argument", "",
                    ],
                ) || index <= 3)
        }
    }
}
