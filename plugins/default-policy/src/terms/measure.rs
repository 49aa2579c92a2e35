//! Units: which one a word is, and whether it belongs to a number.

use super::{Kind, Term, flag};
use crate::hash::key;
use crate::lexer::{Shape, Stop, Word};
use crate::lexicon::{Dimension, Lexicon, Unit};

pub(super) fn unit(words: &[Word], index: usize, base: &str, lexicon: &Lexicon) -> Option<Term> {
    let word = &words[index];
    let before = index.checked_sub(1).map(|before| &words[before]);
    let follows_number = before.is_some_and(|before| before.shape == Shape::Number && before.stop == Stop::None);
    let is_named = follows_number || (word.text.len() <= 2 && is_converted(words, index, lexicon));
    let unit = if base == "pound" { Some(pound(words, lexicon)?) } else { lexicon.unit(&word.text, base, is_named) }?;
    let precedes_number = unit.dimension == Dimension::Currency
        && words.get(index + 1).is_some_and(|next| next.shape == Shape::Number && word.stop == Stop::None);
    // Mb and MB differ, and so do mW and MW; whoever writes mb means the usual one.
    let is_unusual = follows_number
        && matches!(word.shown.as_str(), "Kb" | "Mb" | "Gb" | "Tb" | "KBps" | "MBps" | "GBps" | "MW" | "Mm" | "MM");
    let key = if is_unusual { key(word.shown.as_bytes()) } else { unit.key };
    let flags = if follows_number || precedes_number { flag::MEASURED } else { 0 };
    Some(Term { flags, detail: unit.dimension as u8, ..Term::new(Kind::Unit, key) })
}

/// `how many ft is 2 m`: beside another unit of what it measures, an abbreviation is one too.
fn is_converted(words: &[Word], index: usize, lexicon: &Lexicon) -> bool {
    let unit_at = |at: usize, follows_number: bool| {
        let word = words.get(at).filter(|word| word.shape == Shape::Word)?;
        lexicon.unit(&word.text, &lexicon.base(&word.text), follows_number)
    };
    let follows_number = |at: usize| at > 0 && words[at - 1].shape == Shape::Number;
    let own = unit_at(index, true).map(|unit| unit.dimension);
    let others = (0..words.len()).filter(|at| *at != index).filter_map(|at| unit_at(at, follows_number(at)));
    own.is_some_and(|own| others.map(|unit| unit.dimension).any(|other| other == own))
}

/// Whether the number at `index` counts days, hours and the like.
pub(super) fn counts_time(words: &[Word], index: usize, lexicon: &Lexicon) -> bool {
    let next = words.get(index + 1).filter(|next| next.shape == Shape::Word);
    let unit = next.and_then(|next| lexicon.unit(&next.text, &lexicon.base(&next.text), true));
    unit.is_some_and(|unit| unit.dimension == Dimension::Time)
}

/// Money beside money, else a weight.
fn pound(words: &[Word], lexicon: &Lexicon) -> Option<Unit> {
    const OF_MONEY: &[&str] = &[
        "afford", "bank", "benefit", "bill", "borrow", "british", "budget", "buy", "cash", "charge", "cheap", "cheque",
        "coin", "cost", "debt", "deposit", "donate", "earn", "england", "exchange", "fee", "fine", "income", "invest",
        "lend", "loan", "london", "money", "mortgage", "note", "owe", "pay", "pension", "price", "purchase", "rent",
        "salary", "save", "scotland", "sell", "spend", "sterling", "tax", "tip", "transfer", "uk", "value", "wage",
        "win", "withdraw", "worth",
    ];
    let is_money = words.iter().any(|word| {
        let base = lexicon.base(&word.text);
        let unit = lexicon.unit(&word.text, &base, false);
        OF_MONEY.contains(&base.as_str()) || unit.is_some_and(|unit| unit.dimension == Dimension::Currency)
    });
    let name = if is_money { "gbp" } else { "lb" };
    lexicon.unit(name, name, true)
}
