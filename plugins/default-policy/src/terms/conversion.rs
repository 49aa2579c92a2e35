//! Conversions of one amount: `10 km in miles`, `convert 10 km to miles` and `how many miles are 10 km` are one question.

use super::{Kind, Term, flag};
use crate::question::Asks;

/// Words that say nothing in a conversion.
const EMPTY: &[&str] =
    &["convert", "conversion", "transform", "worth", "equal", "equivalent", "value", "cost", "make", "change", "turn"];

/// Puts the terms of a conversion into one order; what it then asks.
pub(crate) fn arrange(terms: &mut Vec<Term>) -> Option<Asks> {
    if !is_conversion(terms) {
        return None;
    }
    terms.retain(|term| matches!(term.kind, Kind::Number | Kind::Unit));
    terms.sort_by_key(|term| (term.kind != Kind::Number, term.flags & flag::MEASURED == 0));
    for term in terms {
        term.flags &= flag::MEASURED;
        term.direction = 0;
    }
    Some(Asks::QUANTITY)
}

fn is_conversion(terms: &[Term]) -> bool {
    let units: Vec<&Term> = terms.iter().filter(|term| term.kind == Kind::Unit).collect();
    let [one, other] = units[..] else { return false };
    let is_one_amount = (one.flags ^ other.flags) & flag::MEASURED != 0 && one.detail == other.detail;
    let numbers = terms.iter().filter(|term| term.kind == Kind::Number).count();
    let says_nothing = |term: &Term| match term.kind {
        Kind::Content | Kind::Light => EMPTY.contains(&term.text.as_str()),
        Kind::Soft | Kind::Number | Kind::Unit => true,
        Kind::Particle => term.flags & flag::WEAK != 0,
        Kind::Name | Kind::Praise | Kind::Period | Kind::Quantifier | Kind::Symbol => false,
    };
    is_one_amount && numbers == 1 && terms.iter().all(says_nothing)
}
