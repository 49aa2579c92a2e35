//! Words that say nothing beside their neighbours or beside what is asked: `Google` before `Chrome`, `happen` after `why`.

use super::{Kind, Term, flag};
use crate::lexicon::{LOOSE_ROW, Lexicon};
use crate::question::Asks;

/// How many terms away a word may stand from what implies it.
const REACH: usize = 2;

/// Turns such words into ones that may be left out.
pub(super) fn soften(terms: &mut [Term], asks: Asks, lexicon: &Lexicon) {
    for index in 0..terms.len() {
        if is_said(terms, index, asks, lexicon) {
            terms[index].kind = Kind::Soft;
            terms[index].flags = 0;
        } else if terms[index].kind == Kind::Content && terms[index].detail == 0 && lexicon.is_light(&terms[index].text)
        {
            terms[index].kind = Kind::Light;
        }
    }
}

fn is_said(terms: &[Term], index: usize, asks: Asks, lexicon: &Lexicon) -> bool {
    let term = &terms[index];
    let is_before_name = || terms.get(index + 1).is_some_and(|next| next.kind == Kind::Name);
    let near = &terms[index.saturating_sub(REACH)..terms.len().min(index + REACH + 1)];
    match term.kind {
        Kind::Content | Kind::Light if asks.implies(&term.text) => true,
        Kind::Name if lexicon.is_first_name(&term.text) && is_before_name() => true,
        Kind::Name | Kind::Content if lexicon.is_title(&term.text) && is_title(terms, index) => true,
        Kind::Content if lexicon.is_kind_of_code(&term.text) && is_beside_code(terms, index) => true,
        Kind::Content | Kind::Light | Kind::Name | Kind::Praise => {
            // `main` says something in `merge main into feature`.
            let is_loose = |term: &Term| term.direction >> 4 <= LOOSE_ROW;
            let is_beside = |near: &Term| near.direction == term.direction || (is_loose(near) && is_loose(term));
            near.iter().any(|near| is_beside(near) && lexicon.is_implied_by(&term.text, &near.text))
        }
        Kind::Unit => term.text == "year" && terms.get(index + 1).is_some_and(is_year),
        Kind::Soft | Kind::Number | Kind::Period | Kind::Quantifier | Kind::Symbol | Kind::Particle => false,
    }
}

/// `President Lincoln`, but not `the president of France`.
fn is_title(terms: &[Term], index: usize) -> bool {
    let next = terms.get(index + 1);
    next.is_some_and(|next| next.kind == Kind::Name && next.direction == terms[index].direction)
}

/// `the year 2017`.
fn is_year(term: &Term) -> bool {
    term.kind == Kind::Number && term.text.len() == 4 && (term.text.starts_with('1') || term.text.starts_with("20"))
}

fn is_beside_code(terms: &[Term], index: usize) -> bool {
    let is_code = |at: usize| terms.get(at).is_some_and(|term| term.kind == Kind::Name && term.flags & flag::CODE != 0);
    is_code(index + 1) || index.checked_sub(1).is_some_and(is_code)
}
