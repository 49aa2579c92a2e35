//! The weather at some place, and never how weather works.

use super::super::dictionary::Class;
use super::super::text::Text;

pub(super) fn asks_for_weather(text: &Text) -> bool {
    let general =
        text.names(Class::Month) || text.names(Class::Climate) || text.asks_how() || text.opens_with(&["why"]);
    if general {
        return false;
    }
    let nouns = text.places(&["weather", "forecast", "forecasts", "temperature"]);
    let mut nouns = nouns.filter(|index| !text.has(index + 1, Class::WeatherThing));
    nouns.any(|index| is_asked(text, index)) || falls(text) || text.says(0, "do i need an umbrella")
}

/// `weather in Paris`, `what's the weather`, `Paris weather`, `temperature outside`.
fn is_asked(text: &Text, index: usize) -> bool {
    const WHERE: &[&str] =
        &["in", "at", "like", "outside", "for", "on", "there", "here", "near", "going", "doing", "be"];
    if text.at(index) == "temperature" {
        return text.before(index) != "a"
            && (text.is(index + 1, &["outside"]) || (text.is(index + 1, &["in"]) && names_place(text, index + 2)));
    }
    if text.at(index) == "forecast" && text.before(index) != "weather" {
        return text.is(index + 1, &["for"]) && names_place(text, index + 2);
    }
    let one = text.is_before(index, &["a", "an", "is", "of", "bad", "good", "extreme", "severe", "under"]);
    let noun = text.before(index) != "to" && !one;
    let asked = text.opens_with(&[
        "what is the",
        "how is the",
        "what will the",
        "how will the",
        "tell me the",
        "check the",
        "the",
    ]);
    let followed = text.is(index + 1, WHERE) || text.is(index + 1, &["forecast", "report"]);
    let is_fragment = text.len() <= 4 && !text.opens_with(&["what is weather", "define", "explain"]);
    noun && ((asked && (followed || text.ends_at(index)))
        || (followed && index == 0)
        || is_fragment
        || ends_short(text, index))
}

/// `weather in new york city`.
fn ends_short(text: &Text, index: usize) -> bool {
    text.at(index + 1) == "in" && index <= 3 && text.len() <= index + 6
}

fn names_place(text: &Text, index: usize) -> bool {
    text.words().get(index).is_some_and(|word| word.is_name || !word.has(Class::Function))
        && text.ends_at((index + 1).min(text.len() - 1))
}

/// `is it raining in London`, `will it snow`.
fn falls(text: &Text) -> bool {
    const FALLING: &[&str] =
        &["raining", "rain", "snowing", "snow", "sunny", "cloudy", "windy", "storming", "humid", "freezing"];
    text.opens_with(&["is it", "will it", "is it going to", "does it look like"])
        && (2..6).any(|index| text.is(index, FALLING))
        && !text.opens_with(&[
            "is it safe",
            "is it possible",
            "is it dangerous",
            "is it bad",
            "is it good",
            "is it better",
        ])
}
