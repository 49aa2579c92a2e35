//! One chunk without its outer punctuation into words. Never looks at its neighbours.

use super::number::{normalised, split_prefix};
use super::{Shape, Stop, Word, stop_after};

/// What follows a number directly and is a word of its own, as written in lower case.
const NUMBER_SUFFIXES: &[&str] = &[
    "k", "m", "b", "mn", "bn", "cr", "lakh", "lakhs", "crore", "crores", "million", "billion", "am", "pm", "km", "cm",
    "mm", "mi", "ft", "in", "yd", "kg", "g", "mg", "mcg", "lb", "lbs", "oz", "l", "ml", "cl", "gb", "mb", "kb", "tb",
    "ghz", "mhz", "hz", "w", "kw", "kwh", "v", "ms", "s", "sec", "secs", "min", "mins", "h", "hr", "hrs", "hour",
    "hours", "day", "days", "week", "weeks", "month", "months", "year", "years", "yr", "yrs", "yo", "mph", "kmh",
    "kmph", "c", "f", "x", "rs", "usd", "eur", "gbp", "inr", "cad", "aud", "px", "pt", "mp", "bhp", "hp", "cc", "mah",
];

/// Site names that are written in any case.
const NAME_SUFFIXES: &[&str] =
    &["ai", "app", "co", "com", "dev", "edu", "gov", "in", "info", "io", "js", "me", "net", "org", "tv", "uk"];

/// Prefixes that join the word after the hyphen.
const JOINED_PREFIXES: &[&str] = &["anti", "bi", "co", "multi", "non", "semi", "sub"];

pub(super) fn push_core(core: &str, words: &mut Vec<Word>) {
    let core = core.strip_prefix('°').filter(|scale| !scale.is_empty()).unwrap_or(core);
    let core = version(core).unwrap_or(core);
    if is_address(core) {
        words.push(Word::verbatim(core, Shape::Identifier));
    } else if let Some(inside) = core.find([',', ';', '!', '?', '"', '—']).filter(|&at| is_between_letters(core, at))
    {
        push_core(&core[..inside], words);
        stop_after(words, Stop::Clause);
        push_core(core[inside..].trim_start_matches([',', ';', '!', '?', '"', '—']), words);
    } else if !push_amount(core, words) {
        push_name(core, words);
    }
}

/// `v3.11` is 3.11.
fn version(core: &str) -> Option<&str> {
    let digits = core.strip_prefix('v').filter(|digits| digits.starts_with(|c: char| c.is_ascii_digit()))?;
    digits.chars().all(|c| c.is_ascii_digit() || c == '.').then_some(digits)
}

fn is_address(core: &str) -> bool {
    core.contains("://") || core.starts_with("www.") || core.starts_with(['/', '~']) || after_first(core).contains('@')
}

fn after_first(core: &str) -> &str {
    let mut characters = core.chars();
    characters.next();
    characters.as_str()
}

fn is_between_letters(core: &str, at: usize) -> bool {
    core[..at].ends_with(char::is_alphabetic) && core[at..].contains(char::is_alphabetic)
}

/// Numbers with what is glued to them: `$5`, `#1`, `7th`, `10k`, `25%`, `5-year`, `3.5`.
fn push_amount(core: &str, words: &mut Vec<Word>) -> bool {
    let marked = core.strip_prefix(['$', '€', '£', '¥', '₹', '#']);
    let Some((digits, suffix)) = split_prefix(marked.unwrap_or(core)) else { return false };
    let lower = suffix.to_lowercase();
    match lower.as_str() {
        "" | "st" | "nd" | "rd" | "th" => push_number(digits, words),
        "%" | "$" | "€" | "£" | "¥" | "₹" | "+" | "!" | "\"" | "'" => {
            push_number(digits, words);
            words.push(Word::verbatim(suffix, Shape::Symbol));
        }
        _ if suffix.starts_with('°') => {
            push_number(digits, words);
            words.extend(suffix.strip_prefix('°').filter(|scale| !scale.is_empty()).map(Word::new));
        }
        _ if suffix.starts_with('-') && suffix.contains(char::is_alphabetic) => {
            push_number(digits, words);
            push_core(suffix.trim_start_matches('-'), words);
        }
        _ if NUMBER_SUFFIXES.contains(&lower.as_str()) => {
            push_number(digits, words);
            words.push(Word::new(suffix));
        }
        _ if suffix.chars().all(char::is_alphanumeric) => words.push(Word::new(core)),
        _ => words.push(Word::verbatim(core, Shape::Identifier)),
    }
    if marked.is_some() {
        let mark = core.chars().next().map(String::from).unwrap_or_default();
        words.push(Word::verbatim(&mark, Shape::Symbol));
    }
    true
}

fn push_number(digits: &str, words: &mut Vec<Word>) {
    words.push(Word { text: normalised(digits), ..Word::verbatim(digits, Shape::Number) });
}

fn push_name(core: &str, words: &mut Vec<Word>) {
    let plain = core.strip_suffix("(s)").or_else(|| core.strip_suffix("(es)")).unwrap_or(core);
    if let Some(initials) = initials(plain) {
        words.push(Word::new(&initials));
    } else if is_identifier(plain) {
        words.push(Word::verbatim(plain, Shape::Identifier));
    } else if let Some((before, after)) = plain.split_once('/') {
        push_core(before, words);
        words.push(Word::verbatim("/", Shape::Symbol));
        push_core(after, words);
    } else if plain.contains('-') {
        push_hyphenated(plain, words);
    } else {
        push_word(plain, words);
    }
}

/// `U.S.A` and `e.g` are read without their points.
fn initials(core: &str) -> Option<String> {
    let is_initials = core.contains('.') && core.split('.').all(|part| part.chars().count() == 1);
    is_initials.then(|| core.replace('.', ""))
}

/// Anything with a character that words do not have, or with one in a place where words do not have it.
fn is_identifier(core: &str) -> bool {
    let is_site = core.rsplit_once('.').is_some_and(|(name, suffix)| {
        NAME_SUFFIXES.contains(&suffix.to_lowercase().as_str()) && name.chars().all(|c| c.is_alphanumeric() || c == '-')
    });
    let is_odd = |c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '-' | '/' | '&' | '+' | '#' | '.'));
    let has_mark = |mark| core.trim_end_matches(['+', '#']).contains(mark);
    core.starts_with('-')
        || core.contains(is_odd)
        || has_mark('+')
        || has_mark('#')
        || core.contains("//")
        || core.matches('/').count() > 2
        || core.ends_with('/')
        || (after_first(core).contains('.') && !is_site)
}

fn push_hyphenated(core: &str, words: &mut Vec<Word>) {
    let parts: Vec<&str> = core.split('-').filter(|part| !part.is_empty()).collect();
    let joins = parts
        .first()
        .is_some_and(|first| first.chars().count() == 1 || JOINED_PREFIXES.contains(&first.to_lowercase().as_str()));
    if joins && parts.len() == 2 {
        push_word(&parts.concat(), words);
    } else {
        for part in parts {
            push_core(part, words);
        }
    }
}

/// `iphone7` is read as `iphone 7`; `mp3` and `h1b` stay whole.
fn push_word(core: &str, words: &mut Vec<Word>) {
    let name = core.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &core[name.len()..];
    if !digits.is_empty() && name.chars().count() >= 3 && name.chars().all(char::is_alphabetic) {
        words.push(Word::new(name));
        push_number(digits, words);
    } else {
        words.push(Word::new(core));
    }
}
