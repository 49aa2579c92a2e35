//! Words that mean another time each time they are said, and their many other uses.

use super::super::dictionary::Class;
use super::super::text::Text;

const PERIODS: &[&str] = &[
    "week",
    "weekend",
    "month",
    "year",
    "season",
    "quarter",
    "decade",
    "century",
    "morning",
    "afternoon",
    "evening",
    "summer",
    "winter",
    "spring",
    "autumn",
    "fall",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "semester",
    "weeks",
    "months",
    "years",
    "night",
    "election",
    "minute",
    "hour",
    "moment",
];

const VERBS_OF_BEING: &[&str] = &["is", "are", "was", "were", "do", "does", "did", "can", "could", "will", "would"];

pub(super) fn is_of_the_moment(text: &Text) -> bool {
    let of_code = text.asks_how() && text.names(Class::Programming);
    let word_at = |index: usize| match text.at(index) {
        "today" | "today's" => !of_code && is_today(text, index),
        "tonight" | "tonight's" => text.before(index) != "good",
        "tomorrow" | "tomorrow's" | "yesterday" | "yesterday's" => !of_code && text.is_near_now(index),
        "now" => !of_code && is_now(text, index),
        "latest" | "newest" => !(of_code && is_to_be_written(text)) && is_latest(text, index),
        "recent" => text.before(index) == "most" && is_latest(text, index),
        "recently" => is_recently(text, index),
        "current" => is_current(text, index, of_code),
        "currently" | "presently" => !text.is_before(index, &["am", "i", "i'm", "we"]) && !text.says(index + 1, "i am"),
        "moment" | "present" => text.is_before(index, &["the", "at"]) && is_at_the_moment(text, index),
        "this" => text.is(index + 1, PERIODS) && !of_code && !text.is(index + 2, &["of", "when", "that"]),
        "next" | "last" => is_beside_now(text, index, of_code),
        "time" | "date" | "day" | "year" | "month" => is_asked_of_the_clock(text, index),
        "news" | "headlines" | "happening" | "trending" | "new" => is_news(text, index),
        _ => false,
    };
    text.words().iter().enumerate().any(|(index, word)| !word.is_quoted && word_at(index))
}

impl Text {
    /// `tomorrow` as a time, not as a name: `The Day After Tomorrow`.
    fn is_near_now(&self, index: usize) -> bool {
        let is_title = index >= 1 && self.words()[index].is_name && self.words()[index - 1].is_name;
        !is_title && !self.says(index + 1, "never dies") && !self.says(index + 1, "once more")
    }
}

fn is_today(text: &Text, index: usize) -> bool {
    const AGES: &[&str] =
        &["world", "society", "age", "era", "youth", "generation", "culture", "life", "kids", "economy", "times"];
    let is_age = text.at(index) == "today's"
        && AGES.iter().any(|age| text.is(index + 1, &[*age]) || text.is(index + 2, &[*age]));
    !is_age && !text.is_before(index, &["usa", "psychology", "india"]) && !text.says(index + 1, "show")
}

fn is_now(text: &Text, index: usize) -> bool {
    const IDIOMS: &[&str] = &["from now on", "now and then", "now and again", "here and now", "now that"];
    let is_idiom = IDIOMS.iter().any(|idiom| {
        let offset = idiom.split(' ').position(|word| word == "now").unwrap_or(0);
        index >= offset && text.says(index - offset, idiom)
    });
    let opens = index == 0 || text.ends_at(index - 1);
    let leads = opens && !text.is(index + 1, VERBS_OF_BEING);
    let is_title = index > 0 && text.words()[index].is_name;
    let is_helpless = text.before(index) == "what" && index >= 2;
    !is_idiom
        && !is_helpless
        && !leads
        && !is_title
        && !text.is_before(index, &["until", "till", "before", "apocalypse"])
}

fn is_latest(text: &Text, index: usize) -> bool {
    const IDIOMS: &[&str] = &["possible", "date", "call", "fee", "used", "start", "finish"];
    let is_followed = text.has(index + 1, Class::Developer) || text.is(index + 1, IDIOMS);
    let is_at_the = text.before(index) == "the" && index >= 2 && text.at(index - 2) == "at";
    let is_last = text.ends_at(index.saturating_sub(usize::from(index == 0)));
    !(is_followed || is_at_the || is_last) || text.says(index, "latest version")
}

/// `write a query that returns the latest order`.
fn is_to_be_written(text: &Text) -> bool {
    text.opens_with(&["write", "create", "implement", "generate", "build", "make"])
}

fn is_recently(text: &Text, index: usize) -> bool {
    let is_own = text.contains(&["i", "i've", "my", "we", "i'm", "our"]);
    !is_own && !text.is_before(index, &["most", "least"]) && text.at(index + 1) != "used"
}

fn is_current(text: &Text, index: usize, of_code: bool) -> bool {
    const TIMES: &[&str] =
        &["time", "date", "year", "month", "week", "day", "weekday", "datetime", "hour", "timestamp"];
    let flows = text.has_before(index, Class::Flow) || text.has(index + 1, Class::Flow) || text.names_flow(index);
    let is_own = text.is_before(index, &["my", "your", "his", "her", "their", "our", "a", "an"]);
    let is_noun =
        text.ends_at(index) || text.is(index + 1, &["and", "or", "in", "of", "is", "be", "are", "has", "at", "from"]);
    let is_code = text.has(index + 1, Class::Developer)
        || text.has(index + 2, Class::Developer) && text.at(index + 1) == "working";
    let is_code = is_code || (of_code && text.is(index + 1, TIMES));
    !flows && !is_own && !is_noun && !is_code
}

impl Text {
    /// Whether the text speaks of electricity or water around a `current`.
    fn names_flow(&self, index: usize) -> bool {
        let beyond = |at: usize| at + 1 != index && at != index && at != index + 1;
        let flows = self.words().iter().enumerate().filter(|(at, word)| beyond(*at) && word.has(Class::Flow));
        let marks = flows.filter(|(_, word)| {
            word.is_any(&[
                "voltage",
                "resistance",
                "circuit",
                "wire",
                "resistor",
                "transistor",
                "diode",
                "coil",
                "ampere",
                "amps",
            ])
        });
        marks.count() > 0
    }
}

fn is_at_the_moment(text: &Text, index: usize) -> bool {
    let at_the = index >= 2 && text.at(index - 2) == "at" && text.before(index) == "the";
    let ends = text.ends_at(index) || text.is(index + 1, &["in", "for", "on", "and"]);
    (at_the || text.before(index) == "at") && ends
}

/// `next year`, `last night`; not `the last year of school` nor `the next day`.
fn is_beside_now(text: &Text, index: usize, of_code: bool) -> bool {
    const LONG: &[&str] =
        &["week", "weekend", "month", "year", "night", "season", "decade", "election", "monday", "friday", "sunday"];
    !of_code
        && text.is(index + 1, LONG)
        && !text.is_before(index, &["the", "my", "your", "his", "her", "their", "a", "every", "each"])
        && text.at(index + 2) != "of"
}

/// `what time is it`, `what's the date`, `time in Tokyo`.
fn is_asked_of_the_clock(text: &Text, index: usize) -> bool {
    const AFTER_TIME: &[&str] = &["in", "right", "there", "here", "now", "at"];
    let what = text.before(index) == "what" && (text.says(index + 1, "is it") || text.says(index + 1, "is today"));
    let ends =
        text.ends_at(index) || (text.is(index + 1, AFTER_TIME) && !text.is(index + 2, &["which", "a", "an", "the"]));
    let the = text.before(index) == "the" && index >= 2 && text.is(index - 2, &["is", "me"]);
    let opens = text.opens_with(&["what is the", "tell me the", "give me the"]) && index <= 3;
    let is_fragment = text.at(index) == "time" && index <= 1 && text.at(index + 1) == "in" && text.len() <= index + 4;
    let is_fragment = is_fragment && (index == 0 || text.is(0, &["local", "current", "the"]));
    what && !text.contains(&["called", "to", "when"])
        || (the && opens && ends && text.is(index, &["time", "date"]))
        || is_fragment
}

fn is_news(text: &Text, index: usize) -> bool {
    const FOLLOWING: &[&str] = &["in", "on", "about", "from", "with", "at", "for"];
    let asked = text.opens_with(&[
        "what is",
        "what are",
        "give me",
        "show me",
        "tell me",
        "any",
        "is there any",
        "are there any",
        "news",
    ]);
    match text.at(index) {
        "news" if text.before(index) == "breaking" => asked || text.len() <= 3,
        "news" => {
            let is_plain = text.is_before(index, &["the", "any", "me", "is", ""]);
            asked && is_plain && (text.ends_at(index) || text.is(index + 1, FOLLOWING))
        }
        "headlines" => asked && text.before(index) != "of",
        "happening" | "trending" => {
            let names_place = text.words().get(index + 2).is_some_and(|word| word.is_name || word.is_any(&["the"]));
            text.says(0, "what is")
                && index <= 2
                && (text.ends_at(index) || (text.is(index + 1, FOLLOWING) && names_place))
        }
        _ => {
            text.says(0, "what is new")
                && index == 2
                && !text.words().iter().any(|word| word.text.starts_with(|c: char| c.is_ascii_digit()))
        }
    }
}
