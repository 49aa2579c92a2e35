//! How often: `daily`, `per day`, `each day` and `/day` are one period. Never a length of time.

use crate::lexer::{Shape, Stop, Word};

/// A period and its adjectives. The first word names it.
const ADJECTIVES: &[&str] = &[
    "hour hourly",
    "day daily everyday",
    "night nightly",
    "weekday weekdays",
    "week weekly",
    "fortnight fortnightly biweekly",
    "month monthly",
    "bimonth bimonthly",
    "quarter quarterly",
    "half-year semiannual semiannually semiyearly biannual biannually",
    "year annual annually yearly annum",
    "biennium biennial biennially",
    "decade decadal",
];

/// What a period is counted in, singular and plural.
const UNITS: &[&str] = &["second", "minute", "hour", "day", "night", "week", "month", "quarter", "year", "decade"];

/// Before these words, `a day` is a length of time.
const MEASURING: &[&str] = &[
    "about", "after", "can", "could", "did", "do", "does", "had", "has", "may", "should", "will", "would", "and", "as",
    "at", "be", "before", "between", "by", "during", "for", "from", "have", "in", "into", "is", "like", "of", "on",
    "or", "spend", "such", "take", "takes", "than", "that", "this", "to", "was", "what", "with", "within",
];

/// The words with every period as one.
pub(crate) fn join(words: Vec<Word>) -> Vec<Word> {
    let mut joined = Vec::with_capacity(words.len());
    let mut index = 0;
    while let Some(word) = words.get(index) {
        if let Some(speed) = speed_at(&words, index) {
            joined.push(Word { stop: words[index + 2].stop, ..Word::new(speed) });
            index += 3;
            continue;
        }
        match period_at(&words, index) {
            Some((name, length)) => {
                let stop = words[index + length - 1].stop;
                joined.push(Word { stop, ..Word::verbatim(name, Shape::Period) });
                index += length;
            }
            None => {
                joined.push(word.clone());
                index += 1;
            }
        }
    }
    joined
}

/// `miles per hour` is a speed, not something every hour.
fn speed_at(words: &[Word], index: usize) -> Option<&'static str> {
    let is_any = |at: usize, names: &[&str]| words.get(at).is_some_and(|word| names.iter().any(|name| word.is(name)));
    let per = words.get(index + 1).is_some_and(|word| word.text == "/") || is_any(index + 1, &["per", "a", "an"]);
    if !per || !is_any(index + 2, &["hour"]) {
        return None;
    }
    if is_any(index, &["mile", "miles"]) {
        return Some("mph");
    }
    is_any(index, &["kilometre", "kilometres", "kilometer", "kilometers", "km"]).then_some("kmh")
}

/// The period that begins at `index`, and how many words it takes.
fn period_at(words: &[Word], index: usize) -> Option<(&'static str, usize)> {
    let word = &words[index];
    let next = words.get(index + 1).filter(|_| word.stop == Stop::None);
    if word.is("half") && next.and_then(adjective) == Some("year") {
        return Some(("half-year", 2));
    }
    if let Some(name) = adjective(word) {
        return Some((name, 1));
    }
    if word.is("per") && next.is_some_and(|next| next.is("annum")) {
        return Some(("year", 2));
    }
    if word.is("every") && next.is_some_and(|next| next.is("other")) {
        return words.get(index + 2).and_then(unit).and_then(doubled).map(|name| (name, 3));
    }
    let counts = ["per", "each", "every"].iter().any(|each| word.is(each))
        || (word.shape == Shape::Symbol && word.text == "/")
        || (["a", "an"].iter().any(|article| word.is(article)) && is_rate(words, index));
    next.filter(|_| counts).and_then(unit).map(|name| (name, 2))
}

/// Whether `a` at `index` means `per`.
fn is_rate(words: &[Word], index: usize) -> bool {
    let before = index.checked_sub(1).map(|before| &words[before]);
    before.is_some_and(|before| before.stop == Stop::None && !MEASURING.iter().any(|word| before.is(word)))
}

fn adjective(word: &Word) -> Option<&'static str> {
    let row = ADJECTIVES.iter().find(|row| row.split(' ').skip(1).any(|name| word.is(name)))?;
    row.split(' ').next()
}

fn unit(word: &Word) -> Option<&'static str> {
    UNITS.iter().copied().find(|unit| word.is(unit))
}

fn doubled(unit: &str) -> Option<&'static str> {
    match unit {
        "day" => Some("two-days"),
        "week" => Some("fortnight"),
        "month" => Some("bimonth"),
        "year" => Some("biennium"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::words;

    #[test]
    fn every_spelling_of_a_period_is_one() {
        for (text, expected) in [
            ("daily", "day"),
            ("per day", "day"),
            ("calories a day", "calories day"),
            ("in a day", "in a day"),
            ("5 km/day", "5 km day"),
            ("5 miles an hour", "5 mph"),
            ("each year", "year"),
            ("per annum", "year"),
            ("annually", "year"),
            ("every other week", "fortnight"),
            ("bi-weekly", "fortnight"),
            ("half-yearly", "half-year"),
            ("the year", "the year"),
        ] {
            let joined: Vec<String> = join(words(text)).into_iter().map(|word| word.text).collect();
            assert_eq!(joined.join(" "), expected);
        }
    }
}
