//! A JSON body becomes a lookup or a store, or an error that names the field. Whatever passes here is well-formed.

mod fields;

use std::time::Duration;

use self::fields::Fields;
use super::error::ApiError;
use crate::chat::{Lookup, Store};

/// Ten years.
const MAX_TTL_SECONDS: u64 = 315_360_000;
const MAX_NAME_CHARS: usize = 256;

pub(super) fn lookup(body: &[u8]) -> Result<Lookup, ApiError> {
    let mut fields = Fields::parse(body)?;
    let lookup = Lookup {
        prompt: text(&mut fields, "prompt")?,
        model: name(&mut fields, "model")?,
        namespace: name(&mut fields, "namespace")?,
    };
    fields.finish()?;
    Ok(lookup)
}

pub(super) fn store(body: &[u8]) -> Result<Store, ApiError> {
    let mut fields = Fields::parse(body)?;
    let store = Store {
        prompt: text(&mut fields, "prompt")?,
        response: text(&mut fields, "response")?,
        model: name(&mut fields, "model")?,
        namespace: name(&mut fields, "namespace")?,
        ttl: ttl(&mut fields, "ttl_seconds")?,
    };
    fields.finish()?;
    Ok(store)
}

/// Text that must be there and say something.
fn text(fields: &mut Fields, field: &'static str) -> Result<String, ApiError> {
    let text = fields.string(field)?.ok_or(ApiError::MissingField(field))?;
    if text.trim().is_empty() {
        return Err(ApiError::InvalidField { field, problem: "must not be empty" });
    }
    if text.contains('\0') {
        return Err(ApiError::InvalidField { field, problem: "must not contain NUL" });
    }
    Ok(text)
}

/// A short name that may be left out.
fn name(fields: &mut Fields, field: &'static str) -> Result<Option<String>, ApiError> {
    let Some(name) = fields.string(field)? else { return Ok(None) };
    let problem = if name.trim().is_empty() {
        "must not be empty"
    } else if name.chars().count() > MAX_NAME_CHARS {
        "must have at most 256 characters"
    } else if name.chars().any(char::is_control) {
        "must not contain control characters"
    } else {
        return Ok(Some(name));
    };
    Err(ApiError::InvalidField { field, problem })
}

fn ttl(fields: &mut Fields, field: &'static str) -> Result<Option<Duration>, ApiError> {
    match fields.integer(field)? {
        None => Ok(None),
        Some(seconds @ 1..=MAX_TTL_SECONDS) => Ok(Some(Duration::from_secs(seconds))),
        Some(_) => Err(ApiError::InvalidField { field, problem: "must be between 1 and 315360000" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_says_what_it_means() {
        let body = br#"{"prompt":" p ","response":"r\n","model":"m","namespace":null,"ttl_seconds":315360000}"#;
        let store = store(body).unwrap();
        assert_eq!((store.prompt.as_str(), store.response.as_str()), (" p ", "r\n"));
        assert_eq!((store.model.as_deref(), store.namespace), (Some("m"), None));
        assert_eq!(store.ttl, Some(Duration::from_secs(MAX_TTL_SECONDS)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let long = "x".repeat(257);
        let cases = [
            (r#"{"response":"r"}"#.to_owned(), ApiError::MissingField("prompt")),
            (r#"{"prompt":"p"}"#.to_owned(), ApiError::MissingField("response")),
            (r#"{"prompt":" \t\n","response":"r"}"#.to_owned(), invalid("prompt", "must not be empty")),
            (r#"{"prompt":"p","response":""}"#.to_owned(), invalid("response", "must not be empty")),
            (r#"{"prompt":"a\u0000b","response":"r"}"#.to_owned(), invalid("prompt", "must not contain NUL")),
            (r#"{"prompt":7,"response":"r"}"#.to_owned(), invalid("prompt", "must be a string")),
            (r#"{"prompt":null,"response":"r"}"#.to_owned(), ApiError::MissingField("prompt")),
            (r#"{"prompt":["p"],"response":"r"}"#.to_owned(), invalid("prompt", "must be a string")),
            (with(r#""model":"""#), invalid("model", "must not be empty")),
            (with(r#""model":"a\nb""#), invalid("model", "must not contain control characters")),
            (with(&format!(r#""namespace":"{long}""#)), invalid("namespace", "must have at most 256 characters")),
            (with(r#""ttl_seconds":0"#), invalid("ttl_seconds", "must be between 1 and 315360000")),
            (with(r#""ttl_seconds":315360001"#), invalid("ttl_seconds", "must be between 1 and 315360000")),
            (with(r#""ttl_seconds":-1"#), invalid("ttl_seconds", "must be a whole number")),
            (with(r#""ttl_seconds":1.5"#), invalid("ttl_seconds", "must be a whole number")),
            (with(r#""ttl_seconds":"60""#), invalid("ttl_seconds", "must be a whole number")),
            (with(r#""Model":"m""#), ApiError::UnknownField("Model".to_owned())),
            (with(r#""prompt":"p""#), ApiError::DuplicateField("prompt".to_owned())),
        ];
        for (body, expected) in cases {
            assert_eq!(store(body.as_bytes()).unwrap_err(), expected, "{body}");
        }
    }

    fn invalid(field: &'static str, problem: &'static str) -> ApiError {
        ApiError::InvalidField { field, problem }
    }

    fn with(more: &str) -> String {
        format!(r#"{{"prompt":"p","response":"r",{more}}}"#)
    }
}
