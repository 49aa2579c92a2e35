//! What tests/fuzz throws at the body of a POST, and what must hold of whatever is made of it.

use rmcp::model::ErrorCode;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::http::posted::{self, Posted};

/// A body is messages, or an error says whether it is JSON at all.
pub fn posted(body: &[u8]) {
    let whole = serde_json::from_slice::<Value>(body);
    match posted::read(body) {
        Ok(Posted::One(_)) => assert!(whole.is_ok_and(|whole| whole.is_object()), "a message is an object"),
        Ok(Posted::Batch(messages)) => {
            let count = whole.ok().and_then(|whole| whole.as_array().map(Vec::len));
            assert_eq!((count, messages.is_empty()), (Some(messages.len()), false), "a batch is read as a whole");
        }
        Err(refusal) => {
            let is_refused_as_no_json = refusal.error.code == ErrorCode::PARSE_ERROR;
            assert!(!is_refused_as_no_json || whole.is_err(), "it is JSON");
            assert!(is_refused_as_no_json || is_json(body), "it is no JSON");
        }
    }
}

/// Also what is nested too deeply for a whole value.
fn is_json(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}
