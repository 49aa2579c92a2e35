//! Number words, ordinals, multipliers and Roman numerals as digits. Values stay text, except those spelled in words.

mod roman;

use crate::lexer::{Shape, Stop, Word};

const SMALL: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const SMALL_ORDINALS: &[&str] = &[
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];
const TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const TENS_ORDINALS: &[&str] =
    &["twentieth", "thirtieth", "fortieth", "fiftieth", "sixtieth", "seventieth", "eightieth", "ninetieth"];
const WHOLE: &[(&str, u64)] = &[("twice", 2), ("thrice", 3), ("dozen", 12)];
/// With the number of zeros that each adds.
const MULTIPLIERS: &[(&str, u32)] = &[
    ("hundred", 2),
    ("k", 3),
    ("thousand", 3),
    ("lakh", 5),
    ("lakhs", 5),
    ("lac", 5),
    ("lacs", 5),
    ("million", 6),
    ("mn", 6),
    ("crore", 7),
    ("crores", 7),
    ("cr", 7),
    ("billion", 9),
    ("bn", 9),
    ("b", 9),
    ("trillion", 12),
];
/// The words with every number as digits.
pub(crate) fn join(words: Vec<Word>) -> Vec<Word> {
    let mut joined = Vec::with_capacity(words.len());
    let mut index = 0;
    while let Some(word) = words.get(index) {
        let (digits, length) = digits_at(&words, index).unwrap_or_default();
        if length == 0 {
            joined.push(word.clone());
            index += 1;
        } else {
            let dozens = digits.parse::<u64>().ok().filter(|_| words[index + length - 1].stop == Stop::None);
            let dozens = dozens.filter(|_| words.get(index + length).is_some_and(|next| next.is("dozen")));
            let (digits, length) = dozens.map_or((digits, length), |count| ((count * 12).to_string(), length + 1));
            let stop = words[index + length - 1].stop;
            joined.push(Word { stop, ..Word::verbatim(&digits, Shape::Number) });
            index += length;
        }
    }
    joined
}

/// Whether it is a number in words, other than `one`.
pub(crate) fn is_spelled(word: &Word) -> bool {
    part(word).is_some() && !word.is("one")
}

/// The number that begins at `index`, and how many words it takes.
fn digits_at(words: &[Word], index: usize) -> Option<(String, usize)> {
    let word = &words[index];
    if word.shape == Shape::Number {
        let next = words.get(index + 1).filter(|_| word.stop == Stop::None)?;
        let is_ordinal = ["st", "nd", "rd", "th"].iter().any(|ending| next.is(ending));
        return if is_ordinal { Some((word.text.clone(), 2)) } else { Some((scaled(&word.text, zeros_of(next)?), 2)) };
    }
    if let Some(value) = roman::numeral_at(words, index) {
        return Some((value.to_string(), 1));
    }
    spelled(words, index).map(|(value, length)| (value.to_string(), length))
}

fn zeros_of(word: &Word) -> Option<u32> {
    let (_, zeros) = MULTIPLIERS.iter().find(|(name, _)| word.is(name))?;
    Some(*zeros)
}

/// Moves the decimal point: `1.5` with six zeros is `1500000`.
fn scaled(digits: &str, zeros: u32) -> String {
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let kept = decimals.trim_end_matches('0');
    let zeros = zeros as usize;
    if kept.len() > zeros || decimals.contains('.') {
        return [digits, "e", &zeros.to_string()].concat();
    }
    let mut scaled = [whole, kept].concat();
    scaled.extend(std::iter::repeat_n('0', zeros - kept.len()));
    let trimmed = scaled.trim_start_matches('0');
    if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() }
}

/// One number word.
#[derive(Clone, Copy)]
enum Part {
    Small(u64),
    Tens(u64),
    /// By the zeros it adds.
    Multiplier(u32),
}

fn part(word: &Word) -> Option<Part> {
    if word.shape != Shape::Word {
        return None;
    }
    let place = |list: &[&str]| (0..).zip(list).find(|(_, name)| **name == word.text).map(|(place, _)| place);
    if let Some(value) = place(SMALL).or_else(|| place(SMALL_ORDINALS)) {
        return Some(Part::Small(value));
    }
    if let Some(value) = place(TENS).or_else(|| place(TENS_ORDINALS)) {
        return Some(Part::Tens((value + 2) * 10));
    }
    zeros_of(word).filter(|_| word.text.len() > 2).map(Part::Multiplier)
}

/// A number in words, and how many of them it takes.
fn spelled(words: &[Word], index: usize) -> Option<(u64, usize)> {
    let whole = WHOLE.iter().find(|(name, _)| words[index].is(name));
    if let Some((_, value)) = whole {
        return Some((*value, 1));
    }
    if is_unit_of_time(words, index) {
        return None;
    }
    let mut sum = Sum::default();
    let mut length = 0;
    while let Some(word) = words.get(index + length) {
        let joins = length > 0 && word.is("and") && words[index + length - 1].is("hundred");
        let next = if joins { words.get(index + length + 1) } else { Some(word) };
        let Some(longer) = next.and_then(part).and_then(|part| sum.with(part)) else { break };
        sum = longer;
        length += if joins { 2 } else { 1 };
        if words[index + length - 1].stop > Stop::None {
            break;
        }
    }
    let is_pronoun = length == 1 && words[index].is("one");
    (length > 0 && !is_pronoun).then_some((sum.total + sum.current, length))
}

/// `second` after a number or an article.
fn is_unit_of_time(words: &[Word], index: usize) -> bool {
    let Some(before) = index.checked_sub(1).map(|before| &words[before]) else { return false };
    let counts = before.shape == Shape::Number || ["a", "per", "each"].iter().any(|word| before.is(word));
    words[index].is("second") && counts
}

/// What the words so far add up to: whole thousands and more, and what is below.
#[derive(Clone, Copy, Default)]
struct Sum {
    total: u64,
    current: u64,
    is_begun: bool,
}

impl Sum {
    /// None when the part begins another number: `twenty thirty`.
    fn with(self, part: Part) -> Option<Self> {
        let rest = self.current % 100;
        let (total, current) = match part {
            Part::Small(value) if !self.is_begun || rest == 0 => (self.total, self.current + value),
            Part::Small(value) if rest >= 20 && rest.is_multiple_of(10) && value < 10 => {
                (self.total, self.current + value)
            }
            Part::Tens(value) if rest == 0 => (self.total, self.current + value),
            Part::Multiplier(2) if self.current < 100 => (self.total, self.current.max(1) * 100),
            Part::Multiplier(zeros) if zeros > 2 && self.total == 0 => {
                (self.current.max(1).checked_mul(10_u64.checked_pow(zeros)?)?, 0)
            }
            Part::Small(_) | Part::Tens(_) | Part::Multiplier(_) => return None,
        };
        Some(Self { total, current, is_begun: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::words;

    #[test]
    fn every_spelling_of_a_number_is_one() {
        for (text, expected) in [
            ("two hundred and fifty", "250"),
            ("twenty-five", "25"),
            ("1.5 million", "1500000"),
            ("10k", "10000"),
            ("2 lakh", "200000"),
            ("five thousand three hundred", "5300"),
            ("the first one", "the 1 one"),
            ("World War II", "world war 2"),
            ("World War I", "world war 1"),
            ("Why do I", "why do i"),
            ("a second", "a second"),
            ("the second", "the 2"),
            ("3.10", "3.10"),
            ("twice a day", "2 a day"),
            ("one", "one"),
            ("one hundred", "100"),
            ("two, three", "2 3"),
        ] {
            let joined: Vec<String> = join(words(text)).into_iter().map(|word| word.text).collect();
            assert_eq!(joined.join(" "), expected);
        }
    }
}
