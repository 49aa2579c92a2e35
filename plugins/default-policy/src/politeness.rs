//! Greetings, thanks and polite wrapping around a request, taken off both ends. The request itself stays whole.

use crate::lexer::{Shape, Stop, Word, matched};
use crate::numbers;

/// What must follow a phrase for it to be mere wrapping.
#[derive(Clone, Copy)]
enum Before {
    Anything,
    /// A comma or more: `hello world` is no greeting.
    Stop,
    /// A question word: `do you know where`.
    Question,
    /// `list the`, `name the`.
    Article,
    /// `list five`.
    Number,
    /// A verb that asks for an answer: `can you explain`, but not `can you swim`.
    Request,
}

const LEADING: &[(&str, Before)] = &[
    ("please", Before::Anything),
    ("pls", Before::Anything),
    ("plz", Before::Anything),
    ("kindly", Before::Anything),
    ("hi there", Before::Anything),
    ("hello there", Before::Anything),
    ("hey there", Before::Anything),
    ("hi", Before::Stop),
    ("hello", Before::Stop),
    ("hey", Before::Stop),
    ("hi", Before::Question),
    ("hello", Before::Question),
    ("hey", Before::Question),
    ("good morning", Before::Stop),
    ("good evening", Before::Stop),
    ("thanks", Before::Stop),
    ("ok", Before::Stop),
    ("okay", Before::Stop),
    ("so", Before::Question),
    ("so", Before::Stop),
    ("well", Before::Stop),
    ("um", Before::Anything),
    ("and", Before::Question),
    ("but", Before::Question),
    ("quick question", Before::Anything),
    ("help", Before::Stop),
    ("excuse me", Before::Stop),
    ("sorry", Before::Stop),
    ("can you", Before::Request),
    ("could you", Before::Request),
    ("would you", Before::Request),
    ("will you", Before::Request),
    ("can someone", Before::Request),
    ("could someone", Before::Request),
    ("can anyone", Before::Request),
    ("could anyone", Before::Request),
    ("could anybody", Before::Request),
    ("could somebody", Before::Request),
    ("would someone", Before::Request),
    ("would anyone", Before::Request),
    ("can anybody", Before::Request),
    ("can somebody", Before::Request),
    ("i want you to", Before::Request),
    ("i would like you to", Before::Request),
    ("i need you to", Before::Request),
    ("help me", Before::Request),
    ("list", Before::Article),
    ("list", Before::Number),
    ("name", Before::Article),
    ("name", Before::Number),
    ("enumerate", Before::Article),
    ("would you mind", Before::Anything),
    ("telling me", Before::Question),
    ("i want to know", Before::Question),
    ("i would like to know", Before::Question),
    ("i would love to know", Before::Question),
    ("i am wondering", Before::Question),
    ("i was wondering", Before::Question),
    ("i wonder", Before::Question),
    ("i am curious", Before::Question),
    ("just curious", Before::Question),
    ("may i know", Before::Question),
    ("can i know", Before::Question),
    ("can i ask", Before::Question),
    ("may i ask", Before::Question),
    ("do you know", Before::Question),
    ("does anyone know", Before::Question),
    ("does anybody know", Before::Question),
    ("do any of you know", Before::Question),
    ("any idea", Before::Question),
    ("please", Before::Question),
    ("tell me", Before::Question),
    ("let me know", Before::Question),
];

const TRAILING: &[&str] = &[
    "thank you very much in advance",
    "thank you in advance",
    "thanks in advance",
    "thank you very much",
    "thank you so much",
    "thanks a lot",
    "thank you",
    "many thanks",
    "thanks",
    "thx",
    "cheers",
    "please",
    "pls",
    "plz",
    "please help",
    "please help me",
    "for me please",
    "please tell me",
    "please explain",
];

const QUESTION_WORDS: &[&str] = &[
    "how", "what", "when", "where", "which", "who", "whom", "whose", "why", "is", "are", "can", "could", "do", "does",
    "did", "should", "would", "will", "if", "whether",
];

const REQUEST_VERBS: &[&str] = &[
    "advise",
    "calculate",
    "compare",
    "convert",
    "create",
    "define",
    "describe",
    "draft",
    "draw",
    "elaborate",
    "explain",
    "find",
    "fix",
    "generate",
    "give",
    "help",
    "implement",
    "kindly",
    "list",
    "make",
    "name",
    "outline",
    "please",
    "provide",
    "recommend",
    "rewrite",
    "show",
    "suggest",
    "summarise",
    "summarize",
    "teach",
    "tell",
    "translate",
    "walk",
    "write",
];

/// Before these, a thanks or a please is what the text speaks of.
const MENTIONING: &[&str] = &[
    "and",
    "can",
    "do",
    "does",
    "i",
    "mean",
    "not",
    "or",
    "say",
    "saying",
    "the",
    "to",
    "translate",
    "we",
    "word",
    "you",
];

/// The words without their wrapping; never fewer than one.
pub(crate) fn strip(mut words: Vec<Word>) -> Vec<Word> {
    while let Some(length) = leading(&words) {
        words.drain(..length);
    }
    while let Some(length) = trailing(&words) {
        words.truncate(words.len() - length);
    }
    words
}

fn leading(words: &[Word]) -> Option<usize> {
    LEADING.iter().find_map(|(phrase, before)| {
        let length = matched(words, phrase)?;
        let next = words.get(length)?;
        let follows = match before {
            Before::Anything => true,
            Before::Stop => words[length - 1].stop > Stop::None,
            Before::Question => QUESTION_WORDS.iter().any(|word| next.is(word)),
            Before::Article => next.is("the"),
            Before::Number => next.shape == Shape::Number || numbers::is_spelled(next),
            Before::Request => REQUEST_VERBS.iter().any(|word| next.is(word)),
        };
        follows.then_some(length)
    })
}

fn trailing(words: &[Word]) -> Option<usize> {
    TRAILING.iter().find_map(|phrase| {
        let start = words.len().checked_sub(phrase.split(' ').count())?;
        let before = words[..start].last()?;
        let is_wrapping = before.stop > Stop::None || !MENTIONING.iter().any(|word| before.is(word));
        (is_wrapping && matched(&words[start..], phrase).is_some()).then_some(words.len() - start)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::words;

    #[test]
    fn only_the_wrapping_goes() {
        for (text, expected) in [
            ("Please explain DNS", "explain dns"),
            ("Hi, could you please tell me what DNS is? Thanks!", "what dns is"),
            ("Can you swim", "can you swim"),
            ("Can you explain swimming", "explain swimming"),
            ("hello world in Python", "hello world in python"),
            ("Hello, world in Python", "world in python"),
            ("Do you know where Oslo is", "where oslo is"),
            ("Do you know Oslo", "do you know oslo"),
            ("What does please mean", "what does please mean"),
            ("please", "please"),
            ("How do I say thanks", "how do i say thanks"),
        ] {
            let left: Vec<String> = strip(words(text)).into_iter().map(|word| word.text).collect();
            assert_eq!(left.join(" "), expected);
        }
    }
}
