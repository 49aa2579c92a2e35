//! Scores and winners of what was played or voted on last, and never how a score is counted.

use super::super::dictionary::Class;
use super::super::text::Text;

pub(super) fn asks_for_an_outcome(text: &Text) -> bool {
    let in_the_past = text.names_a_year() && text.contains(&["was", "were", "won", "did", "in", "of"]);
    let is_historic = in_the_past || text.contains(&["first", "ever", "most", "highest", "lowest", "record", "famous"]);
    (!is_historic && (score(text) || winner(text))) || is_playing(text)
}

fn score(text: &Text) -> bool {
    const ASKING: &[&str] = &["what is", "what was", "what are", "tell me", "give me", "show me", "live", "who"];
    let asked = text.opens_with(ASKING);
    text.places(&["score", "scores", "scorecard", "standings", "result", "results"]).any(|index| {
        let is_kind = text.is_before(index, &["a", "an", "credit", "good", "test", "perfect"]);
        let whole =
            asked && text.before(index) == "the" && text.at(index) == "score" && text.ends_at(index) && index <= 3;
        let versus = text.contains(&["vs", "v", "versus", "against"]);
        let between = text.is(index + 1, &["between", "of", "in", "for"]) && text.before(index) == "the";
        let live = text.before(index) == "live" || text.says(0, "final score");
        let is_match = text.names(Class::Match) && !text.contains(&["mean", "possible", "a"]);
        let is_fragment = text.len() <= 5 && (is_match || (versus && index + 1 == text.len()));
        !is_kind
            && (whole || live || is_fragment || (asked && is_match && (between || index + 1 == text.len() || versus)))
    })
}

/// `who won the election`, without a year.
fn winner(text: &Text) -> bool {
    const WINNING: &[&str] = &["won", "wins", "winning", "win", "leading", "winner"];
    const EVENTS: &[&str] = &["war", "wars", "battle", "civil", "revolution", "1st"];
    let asked = text.opens_with(&[
        "who won",
        "who wins",
        "who is winning",
        "who is leading",
        "who is the winner of",
        "did",
        "which team won",
        "which team is",
        "who is leading",
    ]);
    let wins = text.places(WINNING).any(|index| (index + 1..index + 6).any(|at| text.has(at, Class::Contest)));
    asked
        && wins
        && !text.names_a_year()
        && !text.names(Class::Ranked)
        && !text.contains(EVENTS)
        && !text.contains(&["between", "would", "if"])
}

fn is_playing(text: &Text) -> bool {
    text.opens_with(&["who is playing", "who plays next", "when is the next game", "when do", "when does"])
        && text.contains(&["next"])
        && text.contains(&["play", "game", "match", "playing"])
}
