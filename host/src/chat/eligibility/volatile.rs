//! Whether the answer depends on when the question is asked: time words, and subjects that change by the day.
//! Never judges by a single word that also means something else.

mod money;
mod office;
mod outcomes;
mod time_words;
mod weather;

use super::text::Text;

pub(super) fn is_volatile(text: &Text) -> bool {
    time_words::is_of_the_moment(text)
        || weather::asks_for_weather(text)
        || money::asks_for_a_rate(text)
        || outcomes::asks_for_an_outcome(text)
        || office::asks_for_a_holder(text)
}

#[cfg(test)]
mod tests;
