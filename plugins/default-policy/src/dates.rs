//! Dates in one order: `July 20, 1969`, `the 20th of July 1969` and `1969-07-20` are all `20 july 1969`. Dates of which
//! it is not clear what is the day, such as `7/8/1969`, stay as they are.

use crate::lexer::{Shape, Stop, Word};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The words with every date in the order day, month, year.
pub(crate) fn join(words: Vec<Word>) -> Vec<Word> {
    let mut joined: Vec<Word> = Vec::with_capacity(words.len());
    let mut rest = words.into_iter().peekable();
    while let Some(mut word) = rest.next() {
        if let Some(parts) = iso(&word) {
            joined.extend(parts);
            continue;
        }
        let Some(month) = month(&word) else {
            joined.push(word);
            continue;
        };
        if word.stop == Stop::None && rest.peek().is_some_and(is_day) && !joined.last().is_some_and(is_day) {
            let mut day = rest.next().expect("peeked");
            let has_year = day.stop <= Stop::Clause && rest.peek().is_some_and(is_year);
            word.stop = if has_year { Stop::None } else { day.stop };
            day.stop = Stop::None;
            joined.push(day);
        } else if joined.len() > 1 && joined[joined.len() - 1].is("of") && is_day(&joined[joined.len() - 2]) {
            joined.pop();
        }
        let follows_day = joined.last().is_some_and(is_day);
        if follows_day && word.stop == Stop::Clause && rest.peek().is_some_and(is_year) {
            word.stop = Stop::None;
        }
        let is_certain = follows_day || rest.peek().is_some_and(is_year) || word.text.len() > 4;
        joined.push(if is_certain { Word { text: month.to_owned(), ..word } } else { word });
    }
    joined
}

/// By its name or the first three letters of it.
fn month(word: &Word) -> Option<&'static str> {
    let is_short = |month: &str| word.text == month[..3] || (word.text == "sept" && month == "september");
    let found = MONTHS.iter().copied().find(|month| word.text == *month || is_short(month));
    found.filter(|_| word.shape == Shape::Word)
}

fn is_day(word: &Word) -> bool {
    word.shape == Shape::Number && word.text.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day))
}

fn is_year(word: &Word) -> bool {
    word.shape == Shape::Number
        && word.text.len() == 4
        && word.text.parse::<u16>().is_ok_and(|year| (1000..2200).contains(&year))
}

/// `1969-07-20`, the only numeric order that is never the other way round.
fn iso(word: &Word) -> Option<[Word; 3]> {
    let (year, rest) = word.text.split_once('-').filter(|_| word.shape == Shape::Number)?;
    let (month, day) = rest.split_once('-')?;
    let number = |digits: &str| Word::verbatim(digits, Shape::Number);
    let day = number(day.strip_prefix('0').unwrap_or(day));
    let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    let date = [day, Word::new(month), Word { stop: word.stop, ..number(year) }];
    (is_day(&date[0]) && is_year(&date[2])).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::words;
    use crate::numbers;

    #[test]
    fn every_spelling_of_a_date_is_one() {
        for (text, expected) in [
            ("July 20, 1969", "20 july 1969"),
            ("Jul 20th, 1969", "20 july 1969"),
            ("20 July 1969", "20 july 1969"),
            ("the 20th of July, 1969", "the 20 july 1969"),
            ("1969-07-20", "20 july 1969"),
            ("20 July", "20 july"),
            ("7/8/1969", "7/8/1969"),
            ("Sept 2020", "september 2020"),
            ("may I march 20 miles", "may i 20 march miles"),
            ("you may mar it", "you may mar it"),
        ] {
            let joined: Vec<String> = join(numbers::join(words(text))).into_iter().map(|word| word.text).collect();
            assert_eq!(joined.join(" "), expected);
        }
    }
}
