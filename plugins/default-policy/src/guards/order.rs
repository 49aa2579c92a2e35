//! Who does what to whom: the same words, told apart by their order and the prepositions before them.

use crate::difference::Difference;
use crate::features::{MAX_TERMS, Record};
use crate::lexicon::{FROM_ROW, LOOSE_ROW, Preposition};
use crate::question::Asks;
use crate::terms::{Kind, flag};

use super::preposition::{is_redirected, row};
use super::voice::Voice;

/// One word in the question and in the candidate.
type Pair<'a> = (Record<'a>, Record<'a>);

/// Whether two shared words stand the other way round in a way that matters, or one is moved from `to` to `from`.
pub(crate) fn is_changed(difference: &Difference) -> bool {
    let pairs = || difference.shared().filter(has_place);
    if pairs().any(is_redirected) || is_restricted_elsewhere(difference) {
        return true;
    }
    let voice = Voice::of(difference);
    if is_in_order(pairs()) {
        return voice.is_reversed();
    }
    if names_deed(difference) || compares(difference) {
        return false;
    }
    // Who is asked for may be the one after `to`: `who reports to her`, `who does she report to`.
    let last_row = if difference.question.asks().has(Asks::PERSON) { LOOSE_ROW } else { FROM_ROW };
    let is_harmless =
        |one, other| is_harmless(one, other) || is_genitive(one, other, last_row) || voice.explains(one, other);
    pairs().any(|one| pairs().any(|other| is_inverted(one, other) && !is_harmless(one, other)))
}

/// `only citizens may vote` is not `citizens may only vote`. Whoever asks about themselves puts `only` anywhere.
fn is_restricted_elsewhere(difference: &Difference) -> bool {
    const ONLY: &[&[u8]] = &[b"only", b"solely", b"merely", b"exclusively", b"alone"];
    let is_only = |(one, _): &Pair| one.kind == Kind::Quantifier && ONLY.contains(&one.text);
    let is_personal =
        [difference.question, difference.candidate].iter().any(|text| text.people().has_first_or_second());
    let pairs = || difference.shared().filter(has_place);
    // Whoever it is done by; before what is done and after it, `only` says the same.
    let is_first = |(one, other): Pair| one.position <= 1 && other.position <= 1;
    !is_personal
        && difference
            .shared()
            .filter(is_only)
            .any(|only| pairs().any(|word| is_first(word) && (is_inverted(only, word) || is_inverted(word, only))))
}

/// Two things that are compared may change places.
fn compares(difference: &Difference) -> bool {
    let is_comparison =
        |(one, other): (Record, Record)| one.flags & other.flags & flag::FIXED != 0 && one.kind == Kind::Content;
    difference.shared().any(is_comparison) && difference.question.compares() && difference.candidate.compares()
}

/// `password reset how to` is `how do I reset my password`: two words in all, and nothing said of where to and from.
fn names_deed(difference: &Difference) -> bool {
    let is_nominal = difference.question.is_nominal() || difference.candidate.is_nominal();
    let is_loose = |(one, other): Pair| row(one) <= LOOSE_ROW && row(other) <= LOOSE_ROW;
    is_nominal && difference.shared().filter(has_place).count() == 2 && difference.shared().all(is_loose)
}

/// Whether the words follow one another in the candidate as they do in the question.
fn is_in_order<'a>(pairs: impl Iterator<Item = Pair<'a>>) -> bool {
    let mut places = [None; MAX_TERMS];
    for (one, other) in pairs {
        places[usize::from(one.position)] = Some(other.position);
    }
    places.iter().flatten().is_sorted()
}

/// Whether it matters where the word stands. It does not for periods, nor for the unit of a number.
fn has_place((one, other): &Pair) -> bool {
    let is_amount = one.flags & other.flags & flag::MEASURED != 0;
    match one.kind {
        Kind::Content | Kind::Light => one.flags & other.flags & flag::FIXED == 0,
        Kind::Name | Kind::Number | Kind::Symbol => true,
        Kind::Unit => !is_amount,
        Kind::Soft => one.flags & flag::FIXED != 0,
        Kind::Praise | Kind::Period | Kind::Quantifier | Kind::Particle => false,
    }
}

/// `one` comes first in the question and last in the candidate.
fn is_inverted(one: Pair, other: Pair) -> bool {
    one.0.position < other.0.position && one.1.position > other.1.position
}

fn is_harmless(one: Pair, other: Pair) -> bool {
    is_phrase_moved(one, other)
        || are_listed(one, other)
        || is_graded(one, other)
        || is_adverb(one)
        || is_adverb(other)
        || is_choice(one, other)
        || is_choice(other, one)
        || is_date(one, other)
        || is_date(other, one)
}

/// `in Python` stands at the end or at the beginning; `from A to B` is `to B from A`.
fn is_phrase_moved(one: Pair, other: Pair) -> bool {
    let keeps = |pair: Pair| if pair.0.direction == pair.1.direction { pair.0.direction } else { 0 };
    keeps(one) != keeps(other)
}

/// `A and B` is `B and A`.
fn are_listed(one: Pair, other: Pair) -> bool {
    let is_joined = |pair: Pair| pair.0.flags & pair.1.flags & flag::JOINED != 0;
    is_joined(one) && is_joined(other)
}

/// `population of France` is `France's population`: the owner follows in one text and directly precedes in the other.
fn is_genitive(one: Pair, other: Pair, last_row: u8) -> bool {
    let belongs = |owner: Record| {
        (LOOSE_ROW..=last_row).contains(&row(owner)) || Preposition::of_row(row(owner)) == Some(Preposition::About)
    };
    // Nobody in particular owns nothing: what is done for somebody is not what somebody does.
    let follows = |owner: Record, owned: Record| belongs(owner) && row(owned) != row(owner) && owner.kind != Kind::Soft;
    let precedes = |owner: Record, owned: Record| {
        row(owned) != LOOSE_ROW && owner.direction == owned.direction && owned.position - owner.position <= 3
    };
    (follows(other.0, one.0) && precedes(other.1, one.1)) || (follows(one.1, other.1) && precedes(one.0, other.0))
}

/// `the tallest tree` is the tree that `is the tallest`.
fn is_graded(one: Pair, other: Pair) -> bool {
    let ends = |pair: Pair, ending: &[u8]| {
        let ends = |record: Record| record.detail != 0 && record.text.ends_with(ending) && !is_other_word(record.text);
        ends(pair.0) && ends(pair.1)
    };
    ends(one, b"est") != ends(other, b"est") || (are_beside(one, other) && (ends(one, b"er") || ends(other, b"er")))
}

/// Words that only end like a superlative.
fn is_other_word(text: &[u8]) -> bool {
    matches!(text, b"guest" | b"west")
}

fn are_beside(one: Pair, other: Pair) -> bool {
    one.0.position.abs_diff(other.0.position) == 1 && one.1.position.abs_diff(other.1.position) == 1
}

/// `8 May` is `May 8`.
fn is_date(month: Pair, day: Pair) -> bool {
    const MONTHS: &str = "january february march april may june july august september october november december \
        jan feb mar apr jun jul aug sep sept oct nov dec";
    let is_month = MONTHS.split(' ').any(|name| name.as_bytes() == month.0.text);
    day.0.kind == Kind::Number && are_beside(month, day) && is_month
}

/// `lower it naturally` is a `natural way to lower it`.
fn is_adverb(pair: Pair) -> bool {
    pair.0.text.ends_with(b"ly") != pair.1.text.ends_with(b"ly")
}

/// `which is healthier, butter or margarine`: what is compared stands on either side of the grade.
fn is_choice(grade: Pair, option: Pair) -> bool {
    let is_grade = |record: Record| record.text.len() > 4 && record.text.ends_with(b"er");
    let is_bare = |record: Record| row(record) == 0;
    is_grade(grade.0)
        && is_grade(grade.1)
        && option.0.flags & option.1.flags & flag::JOINED != 0
        && is_bare(option.0)
        && is_bare(option.1)
}
