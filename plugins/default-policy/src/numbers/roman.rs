//! Roman numerals, where a name makes sure that they are some.

use crate::lexer::{Shape, Stop, Word};

/// Before a single `I` that is a numeral.
const NUMBERED: &[&str] = &[
    "war",
    "part",
    "chapter",
    "phase",
    "type",
    "volume",
    "act",
    "grade",
    "class",
    "level",
    "stage",
    "book",
    "section",
    "title",
    "category",
    "appendix",
    "article",
    "round",
    "league",
    "episode",
    "unit",
    "schedule",
    "henry",
    "elizabeth",
    "charles",
    "william",
    "george",
    "napoleon",
    "francis",
    "catherine",
    "peter",
    "nicholas",
    "frederick",
];

/// A Roman numeral in capitals after a capitalised word: `World War II`, `Type I`.
pub(super) fn numeral_at(words: &[Word], index: usize) -> Option<u32> {
    let word = &words[index];
    let before = words.get(index.checked_sub(1)?)?;
    let is_upper = word.shape == Shape::Word && word.shown.chars().all(|c| matches!(c, 'I' | 'V' | 'X'));
    let after_name = before.stop == Stop::None && before.shown.starts_with(char::is_uppercase);
    let is_numbered = NUMBERED.iter().any(|name| before.is(name));
    let is_enough = if word.shown.len() == 1 { is_numbered } else { after_name && !word.opens };
    (is_upper && (is_enough || is_numbered)).then(|| value_of(&word.shown))
}

fn value_of(numeral: &str) -> u32 {
    let value = |letter| match letter {
        'X' => 10,
        'V' => 5,
        _ => 1,
    };
    let values: Vec<u32> = numeral.chars().map(value).collect();
    let is_less = |index: usize| values.get(index + 1).is_some_and(|next| *next > values[index]);
    let taken: u32 = (0..values.len()).filter(|index| is_less(*index)).map(|index| values[index]).sum();
    values.iter().sum::<u32>() - 2 * taken
}
