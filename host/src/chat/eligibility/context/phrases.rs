//! Prompts that are nothing but a reply: `continue`, `why not`, `tell me more`.

use super::super::dictionary::Class;
use super::super::text::Text;
use super::super::words::Stop;

/// Each is a whole prompt, without its courtesies.
const WHOLE: &str = "continue | go on | keep going | more | again | next | yes | no | yep | nope | why | how | why not | \
    how so | how come | what else | who else | where else | anything else | and then | then what | really | \
    try again | once more | do it | do that | do so | one more | another one | say more | say again | \
    tell me more | elaborate | explain | explain more | explain further | explain again | explain why | \
    explain how | give an example | give me an example | an example | give examples | for example | such as | \
    like what | which one | which ones | what now | what next | what do you mean | what does mean | \
    are you sure | is that right | undo | redo | retry | proceed | start over | start again | summarize | \
    summarise | translate | shorter | longer | simpler | simplify | shorten | expand | rewrite | rephrase | \
    fix | fix bug | step by step | show me | show more | go ahead | next one | let's go | let's continue | \
    carry on | go back | that's it | i don't understand | i don't get it | i see | got it | never mind | \
    nevermind | sounds good | looks good | me too | same | same here | same again | the same | sure | \
    of course | since when | how much | how many | how long | how often | how far | says who | so what | so | \
    what for | where to | with what | to whom | how about now | in english | in short | in detail | \
    in more detail | in other words | be more specific | be specific | more specific | more details | \
    more detail | more examples | be brief | be concise | more concise | more formal | less formal | optimize | \
    refactor | debug | run tests | ship it | add tests | write tests | add comments | neither | all of them | \
    both of them | none of them | the first | the second | the third | the last | the former | the latter | \
    the other | option a | option b | option 1 | option 2 | yes do | keep it up | one more time | \
    what happened | what went wrong | what changed | is there more | is there anything else | any other | \
    any others | any more | anything more | what is the difference | what's the difference | how is different | \
    how do you know | how do you know that | can you | could you | can you explain | could you explain | \
    what did you say | who said that | cite sources | give sources | thanks | thank you | ok | okay | \
    what happened next | what happens next | why is that the case | is that the case | is it the case | \
    sure thing | great thanks | ok thanks | alright | who is that";

/// A reply is no longer than this.
const REPLY_WORDS: usize = 12;

/// Left out before a prompt is compared.
const COURTESIES: &[&str] = &[
    "please", "ok", "okay", "and", "but", "so", "now", "thanks", "thank", "you", "hey", "hi", "well", "just", "yeah",
    "alright", "yes", "no", "sorry", "hmm", "um", "oh", "ah", "great", "cool", "good", "nice", "perfect", "sure",
    "then", "could", "can", "would",
];

/// Openers after which a prompt goes on from another.
const GOING_ON: &[&str] = &["and", "but", "or"];

/// The same, before an order or a question.
const ADDING: &[&str] = &["also", "then", "instead", "otherwise", "plus"];

pub(super) fn is_whole_prompt(text: &Text) -> bool {
    let announces = text.words().iter().rev().skip(1).any(|word| word.stop == Stop::Colon);
    if announces {
        return false;
    }
    if text.len() > REPLY_WORDS {
        return goes_on(text);
    }
    let plain = joined(text, |_| true);
    let bare = joined(text, |word| !COURTESIES.contains(&word));
    is_whole(&plain) || is_whole(&bare) || goes_on(text) || is_comparison(text)
}

fn is_whole(prompt: &str) -> bool {
    WHOLE.split(" | ").any(|whole| whole == prompt)
}

fn joined(text: &Text, keep: impl Fn(&str) -> bool) -> String {
    let words = text.words().iter().map(|word| word.text.as_str()).filter(|word| keep(word));
    words.collect::<Vec<_>>().join(" ")
}

/// How a prompt begins that takes up another.
const GOING_BACK: &[&str] = &[
    "what about",
    "how about",
    "same for",
    "same thing",
    "same as",
    "do the same",
    "so why",
    "now do",
    "now try",
    "now make",
    "now write",
    "now add",
    "now give",
    "now explain",
    "now translate",
    "now show",
    "now the",
    "now in",
    "now for",
    "now with",
    "as mentioned",
    "as discussed",
    "as you said",
    "as i said",
    "as above",
    "based on the above",
    "given the above",
    "back to",
    "which of these",
    "which of those",
    "which of them",
    "why did you choose",
    "why did you use",
    "why did you do",
    "why did you say",
    "why did you write",
    "why did you change",
    "why did you remove",
    "why did you add",
    "why did you pick",
    "what did i ask",
    "what did i say",
    "what did i tell you",
    "what did you just",
];

/// `and why?`, `what about the second one`, `how about Spain`.
fn goes_on(text: &Text) -> bool {
    let goes_on = text.is(0, GOING_ON) && !text.is(1, &["gate", "operator", "gates", "function"]);
    let adds = text.is(0, ADDING) && (text.has(1, Class::Function) || text.has(1, Class::Order));
    let opens = (goes_on || adds) && !text.words()[0].is_quoted && (2..=12).contains(&text.len());
    opens || GOING_BACK.iter().any(|opening| text.says(0, opening)) || (text.len() <= 5 && text.says(0, "which one is"))
}

/// `shorter please`, `give me five more`, `another example`, `in Python`.
fn is_comparison(text: &Text) -> bool {
    const OPENERS: &[&str] =
        &["more", "another", "shorter", "longer", "simpler", "again", "less", "fewer", "better", "harder", "easier"];
    let is_short = (2..=3).contains(&text.len());
    const VAGUE: &[&str] = &[
        "example", "examples", "one", "ones", "detail", "details", "time", "version", "option", "options", "idea",
        "ideas",
    ];
    let is_vague = |at: usize| text.is(at, VAGUE) || text.has(at, Class::Function) || text.has(at, Class::Light);
    let opens = is_short && text.is(0, OPENERS) && !text.says(1, "is") && (1..text.len()).all(is_vague);
    let gives = text.opens_with(&[
        "give me",
        "show me",
        "tell me",
        "list",
        "write",
        "make",
        "i want",
        "i need",
        "can you give me",
    ]);
    let count = gives && text.len() <= 7 && text.is(text.len() - 1, &["more", "another", "again"]);
    let example = text.len() <= 7
        && (text.contains(&["another", "more"])
            && text.is(text.len() - 1, &["example", "examples", "one", "detail", "details", "version"]));
    let manner = text.len() == 2 && text.at(0) == "in" && (text.words()[1].is_name || text.has(1, Class::Programming));
    let asks_after = text.opens_with(&["can you", "could you", "would you"])
        && text.len() <= 5
        && text.is(2, &["elaborate", "clarify"]);
    opens || count || example || manner || asks_after
}
