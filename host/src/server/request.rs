//! A JSON body becomes a lookup or a store, or an error that says where it is wrong. What each field may hold is
//! checked in `chat::request`, for every caller alike.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use super::error::ApiError;
use crate::chat::request::{FeedbackFields, InvalidField, LookupFields, StoreFields};
use crate::chat::{Feedback, Lookup, Store};

/// How much of a caller's own words an error repeats.
const MAX_QUOTED_CHARACTERS: usize = 80;

pub(super) fn lookup(body: &[u8]) -> Result<Lookup, ApiError> {
    Lookup::try_from(fields::<LookupFields>(body)?).map_err(invalid_field)
}

pub(super) fn store(body: &[u8]) -> Result<Store, ApiError> {
    Store::try_from(fields::<StoreFields>(body)?).map_err(invalid_field)
}

pub(super) fn feedback(body: &[u8]) -> Result<Feedback, ApiError> {
    Feedback::try_from(fields::<FeedbackFields>(body)?).map_err(invalid_field)
}

pub(super) fn fields<Fields: DeserializeOwned>(body: &[u8]) -> Result<Fields, ApiError> {
    check_is_object(body)?;
    match serde_json::from_slice(body) {
        Ok(fields) => Ok(fields),
        Err(_) => found_wrong(body),
    }
}

/// Reads again to say where it is wrong, which costs more than the reading.
fn found_wrong<Fields: DeserializeOwned>(body: &[u8]) -> Result<Fields, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let fields = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| wrong(&error))?;
    deserializer.end().map_err(|error| invalid_json(&error))?;
    Ok(fields)
}

/// A list of values would pass as the fields in their order.
fn check_is_object(body: &[u8]) -> Result<(), ApiError> {
    match body.trim_ascii_start().first() {
        Some(b'{') => Ok(()),
        None => Err(ApiError::InvalidJson("it is empty".to_owned())),
        Some(_) => match serde_json::from_slice::<IgnoredAny>(body) {
            Ok(_) => Err(ApiError::InvalidJson("it must be an object".to_owned())),
            Err(error) => Err(invalid_json(&error)),
        },
    }
}

fn wrong(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    match error.inner().classify() {
        Category::Syntax | Category::Eof | Category::Io => invalid_json(error.inner()),
        Category::Data => wrong_field(error),
    }
}

/// Which of the ways that serde has for a field to be wrong this is. The words are serde's own and documented.
fn wrong_field(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let message = error.inner().to_string();
    let named = |start: &str| Some(message.strip_prefix(start)?.rsplit_once('`')?.0.to_owned());
    if let Some(field) = named("missing field `") {
        ApiError::MissingField(field)
    } else if let Some(field) = message.strip_prefix("unknown field `") {
        let field = field.rsplit_once("`, expected").map_or(field, |(field, _)| field);
        ApiError::UnknownField(quoted(field))
    } else if let Some(field) = named("duplicate field `") {
        ApiError::InvalidField { field, problem: "is given twice".to_owned() }
    } else {
        let reason = message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason);
        ApiError::InvalidField { field: error.path().to_string(), problem: format!("is wrong: {}", quoted(reason)) }
    }
}

fn invalid_field(error: InvalidField) -> ApiError {
    ApiError::InvalidField { field: error.field.to_owned(), problem: error.problem }
}

fn invalid_json(error: &serde_json::Error) -> ApiError {
    ApiError::InvalidJson(error.to_string())
}

fn quoted(text: &str) -> String {
    let mut quoted: String = text.chars().take(MAX_QUOTED_CHARACTERS).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}

#[cfg(test)]
mod tests;
