//! Who holds an office at present, and never what the office is or who held it first.

use super::super::dictionary::Class;
use super::super::text::Text;

/// What may follow an office that is asked for.
const AFTER: &[&str] = &["of", "in", "at", "for", "now", "right", "there", "here", "and", "currently", "is"];

/// Parts of an office's name before its chief word.
const MODIFIERS: &[&str] = &[
    "the",
    "current",
    "present",
    "new",
    "acting",
    "incumbent",
    "sitting",
    "reigning",
    "vice",
    "deputy",
    "prime",
    "chief",
    "world",
    "head",
    "finance",
    "foreign",
    "home",
    "interior",
    "defence",
    "defense",
    "first",
    "executive",
    "team",
    "party",
    "secretary",
    "general",
    "health",
    "education",
    "next",
    "last",
    "previous",
    "lieutenant",
    "attorney",
    "interim",
];

pub(super) fn asks_for_a_holder(text: &Text) -> bool {
    let offices = text.words().iter().enumerate().filter(|(_, word)| word.has(Class::Office) && !word.is_quoted);
    let mut offices = offices.map(|(index, _)| index).filter(|index| is_held(text, *index));
    offices.any(|index| is_asked(text, index)) || runs(text)
}

/// It is an office, of something that has one: not `King Arthur`, not `the king of the jungle`.
fn is_held(text: &Text, index: usize) -> bool {
    let ends = text.ends_at(index)
        || text.is(index + 1, AFTER)
        || text.has(index + 1, Class::Office)
        || is_compound(text, index);
    let realm = (index + 1..index + 5).any(|at| text.has(at, Class::Realm));
    let possessed = text.is_before(index, &["a", "an", "my", "your", "his", "her", "no", "any", "every", "each", "'s"]);
    ends && !realm && !possessed && !text.says(index + 1, "of staff")
}

/// `attorney general`, `secretary of state`, `richest man in the world`.
fn is_compound(text: &Text, index: usize) -> bool {
    text.is(
        index + 1,
        &[
            "general", "minister", "lama", "man", "woman", "person", "people", "men", "women", "justice", "coach",
            "governor",
        ],
    )
}

fn is_asked(text: &Text, index: usize) -> bool {
    let start = first_modifier(text, index);
    if (start..index).any(|at| is_ranked(text, at)) || names_ordinal(text, start, index) {
        return false;
    }
    let opening = start >= 2 && text.is(start - 2, &["who", "whom"]) && text.is(start - 1, &["is", "are"]);
    let indirect =
        start >= 1 && text.at(start - 1) == "who" && text.contains(&["is", "are"]) && !text.contains(&["was", "were"]);
    let named = text.opens_with(&["what is the name of", "name the", "tell me the name of", "what are the names of"])
        && index <= 9;
    let was_before = start >= 2
        && text.at(start - 2) == "who"
        && text.at(start - 1) == "was"
        && text.is(index - 1, &["last", "previous"]);
    opening || indirect || named || was_before || is_fragment(text, start, index) || is_still(text, start)
}

/// Where the words about the office begin: articles, `current`, up to two names such as `US` or `French`.
fn first_modifier(text: &Text, index: usize) -> usize {
    let mut start = index;
    let mut names = 0;
    while start > 0 {
        let before = start - 1;
        let is_name = (!text.has(before, Class::Function) || text.words()[before].is_name) && names < 2;
        if text.is(before, MODIFIERS) || text.has(before, Class::Ranked) || text.has(before, Class::Office) {
            start = before;
        } else if is_name && !text.is(before, &["is", "are"]) {
            names += 1;
            start = before;
        } else {
            break;
        }
    }
    start
}

/// `first president`, `best king`; `first minister` and `first lady` are offices.
fn is_ranked(text: &Text, at: usize) -> bool {
    text.has(at, Class::Ranked) && !(text.at(at) == "first" && text.is(at + 1, &["minister", "lady"]))
}

fn names_ordinal(text: &Text, start: usize, index: usize) -> bool {
    (start..index).any(|at| text.at(at).starts_with(|c: char| c.is_ascii_digit()))
}

/// `president of France`, `US president`.
fn is_fragment(text: &Text, start: usize, index: usize) -> bool {
    start == 0
        && text.len() <= 6
        && (text.is(index + 1, &["of"]) || (index > 0 && index + 1 == text.len()))
        && !text.contains(&["role", "salary", "powers", "duties", "define", "what", "how", "why", "list", "is"])
        && !text.has(0, Class::Order)
}

/// `is Merkel still the chancellor`, `is X the president of Y`.
fn is_still(text: &Text, start: usize) -> bool {
    text.opens_with(&["is"])
        && start >= 2
        && (text.before(start) == "still" || text.at(start) == "the" || text.contains(&["still"]))
        && text.words().get(1).is_some_and(|word| word.is_name)
}

/// `who runs Twitter`, `who leads Germany`.
fn runs(text: &Text) -> bool {
    let verb = 1 + usize::from(text.is(1, &["currently", "now"]));
    let object = verb + 1 + usize::from(text.at(verb + 1) == "the");
    let names = text.words().get(object).is_some_and(|word| word.is_name);
    text.at(0) == "who" && text.is(verb, &["runs", "leads", "heads", "governs", "owns"]) && names
}
