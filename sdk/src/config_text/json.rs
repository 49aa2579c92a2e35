//! JSON with comments and trailing commas, and JSON5. Written is always plain JSON, which both can read.

mod document;
mod edit;
mod layout;

#[cfg(test)]
mod tests;

use jsonc_parser::ParseOptions;
use jsonc_parser::ast::{ObjectProp, Value as Parsed};
use jsonc_parser::common::Ranged;

use super::format::{Data, Format, Node, Step, Value};
use crate::connector::Failure;
use document::Document;
use layout::Style;

/// JSON; comments and trailing commas that are there already are kept.
#[derive(Debug)]
pub struct Json;

/// JSON5: also names without quotes, strings in single quotes, and numbers in other spellings.
#[derive(Debug)]
pub struct Json5;

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

macro_rules! dialect {
    ($format:ty, $options:expr) => {
        impl Format for $format {
            fn read(text: &str, path: &[Step]) -> Result<Option<Node>, Failure> {
                let document = Document::parse(text, &$options)?;
                Ok(document.value(&keys(path)?)?.map(|value| node(text, value)))
            }

            fn entries(text: &str, path: &[Step], name_field: Option<&str>) -> Result<Vec<(String, Node)>, Failure> {
                refuse_lists(name_field)?;
                let document = Document::parse(text, &$options)?;
                let entry = |entry: &ObjectProp| (entry.name.as_str().to_owned(), node(text, &entry.value));
                let object = document.object(&keys(path)?)?;
                Ok(object.map_or_else(Vec::new, |object| object.properties.iter().map(entry).collect()))
            }

            fn put(text: &str, path: &[Step], value: &Value) -> Result<String, Failure> {
                edit::put(&Document::parse(text, &$options)?, &keys(path)?, value)
            }

            fn remove(text: &str, path: &[Step]) -> Result<String, Failure> {
                edit::remove(&Document::parse(text, &$options)?, &keys(path)?)
            }

            fn is_empty(text: &str, path: &[Step]) -> Result<bool, Failure> {
                let document = Document::parse(text, &$options)?;
                Ok(document.object(&keys(path)?)?.is_some_and(|object| document.is_empty(object)))
            }

            fn fresh(blank: &str, head: &str, path: &[Step], value: &Value) -> String {
                debug_assert!(head.is_empty(), "JSON has no whole lines to begin with");
                let style = Style::fresh(blank);
                let keys = keys(path).unwrap_or_default();
                format!("{}{}", layout::render(&value.clone().nested(&keys), &style, Some("")), style.newline)
            }

            fn is_bare(text: &str, _head: &str) -> Result<bool, Failure> {
                Ok(Document::parse(text, &$options)?.is_bare())
            }
        }
    };
}

dialect!(Json, JSON);
dialect!(Json5, JSON5);

fn keys<'a>(path: &[Step<'a>]) -> Result<Vec<&'a str>, Failure> {
    path.iter()
        .map(|step| match step {
            Step::Key(key) => Ok(*key),
            Step::Named { field, .. } => refuse_lists(Some(field)).map(|()| ""),
        })
        .collect()
}

fn refuse_lists(name_field: Option<&str>) -> Result<(), Failure> {
    match name_field {
        Some(_) => Err(Failure::unsupported("lists of servers are not edited in JSON")),
        None => Ok(()),
    }
}

fn node(text: &str, value: &Parsed) -> Node {
    let data = match value {
        Parsed::StringLit(literal) => Data::Text(literal.value.clone().into_owned()),
        Parsed::Array(array) => Data::List(array.elements.iter().map(|item| node(text, item)).collect()),
        Parsed::Object(object) => {
            let entry = |entry: &ObjectProp| (entry.name.as_str().to_owned(), node(text, &entry.value));
            Data::Map(object.properties.iter().map(entry).collect())
        }
        Parsed::NumberLit(_) | Parsed::BooleanLit(_) | Parsed::NullKeyword(_) => Data::Other,
    };
    Node { raw: value.text(text).to_owned(), data }
}
