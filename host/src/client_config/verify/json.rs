//! What of a JSON text is ours. The one place outside the SDK that parses JSON with comments.

use std::ops::Range;

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::tokens::Token;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};
use serde::de::IgnoredAny;

use super::{Format, Outline, Slot, Word};

const JSON: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

const JSON5: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: true,
    allow_missing_commas: false,
    allow_single_quoted_strings: true,
    allow_hexadecimal_numbers: true,
    allow_unary_plus_numbers: true,
    allow_bare_decimal_point_numbers: true,
    allow_non_finite_numbers: true,
    allow_extended_string_escapes: true,
};

/// An empty object.
pub(super) fn blank() -> Outline<'static> {
    Outline { rest: vec!["{", "}"], ..Outline::default() }
}

/// `text` is not blank, and has no byte order mark.
pub(super) fn outline<'a>(text: &'a str, slot: Slot) -> Result<Outline<'a>, String> {
    if slot.name_field.is_some() {
        return Err("lists of servers are not edited in JSON".to_owned());
    }
    let options = if slot.format == Format::Json5 { &JSON5 } else { &JSON };
    let collect = CollectOptions { comments: CommentCollectionStrategy::AsTokens, tokens: true };
    let parsed = parse_to_ast(text, &collect, options).map_err(|error| format!("it does not parse: {error}"))?;
    let Some(Value::Object(root)) = &parsed.value else { return Err("it is not an object".to_owned()) };
    let way = way(root, slot)?;
    let tokens = parsed.tokens.iter().flatten().filter(|token| token.token != Token::Comma);
    let tokens: Vec<Range<usize>> = tokens.map(|token| token.start()..token.end()).collect();
    let (containers, entry) = way.split_at(way.len().min(slot.container.len()));
    let ours = ours(containers, entry.first().copied(), &tokens);
    let mut outline = Outline {
        has_container: containers.len() == slot.container.len(),
        entry: entry.first().map(|property| words(&property.value)),
        ..Outline::default()
    };
    let mut behind = Some(0);
    for token in tokens {
        if ours.contains(&token.start) {
            behind = None;
        } else {
            outline.gaps.push(behind.map(|behind| &text[behind..token.start]));
            outline.rest.push(&text[token.clone()]);
            behind = Some(token.end);
        }
    }
    outline.gaps.push(behind.map(|behind| &text[behind..]));
    outline.commas = vec![None; outline.gaps.len()];
    Ok(outline)
}

/// A second opinion, from a parser that knows no comments: what every client could read stays so.
pub(super) fn check_strictness(old: &str, new: &str) -> Result<(), String> {
    let is_strict = |text: &str| serde_json::from_str::<IgnoredAny>(text).is_ok();
    if is_strict(old) && !is_strict(new) {
        return Err("it was plain JSON and no longer is".to_owned());
    }
    Ok(())
}

/// The properties that lead to our entry, as far as they are there, and our entry last.
fn way<'o, 'a>(root: &'o Object<'a>, slot: Slot) -> Result<Vec<&'o ObjectProp<'a>>, String> {
    let (mut object, mut way) = (root, Vec::new());
    for key in slot.container.iter().map(String::as_str).chain([slot.name]) {
        let mut found = object.properties.iter().filter(|property| property.name.as_str() == key);
        let Some(property) = found.next() else { break };
        if found.next().is_some() {
            return Err(format!("the key {key:?} is there twice"));
        }
        way.push(property);
        if way.len() <= slot.container.len() {
            object = property.value.as_object().ok_or_else(|| format!("{key:?} is not an object"))?;
        }
    }
    Ok(way)
}

/// What belongs to us of a text: our entry, and the objects around it that hold nothing else.
fn ours(containers: &[&ObjectProp], entry: Option<&ObjectProp>, tokens: &[Range<usize>]) -> Range<usize> {
    let range = |property: &ObjectProp| property.start()..property.end();
    let mut ours = entry.map_or(0..0, range);
    for container in containers.iter().rev() {
        let inside = container.value.start() + 1..container.value.end() - 1;
        if tokens.iter().any(|token| inside.contains(&token.start) && !ours.contains(&token.start)) {
            break;
        }
        ours = range(container);
    }
    ours
}

/// Every value in `value`, names of fields aside.
fn words(value: &Value) -> Vec<Word> {
    match value {
        Value::StringLit(literal) => vec![Word::Text(literal.value.clone().into_owned())],
        Value::NumberLit(literal) => vec![Word::number(literal.value)],
        Value::BooleanLit(literal) => vec![Word::Bool(literal.value)],
        Value::NullKeyword(_) => vec![Word::Other("null".to_owned())],
        Value::Array(array) => array.elements.iter().flat_map(words).collect(),
        Value::Object(object) => object.properties.iter().flat_map(|property| words(&property.value)).collect(),
    }
}
