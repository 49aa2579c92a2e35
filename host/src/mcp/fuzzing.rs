//! What tests/fuzz throws at the body of a POST, and what must hold of whatever is made of it.

use rmcp::model::ErrorCode;
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
        Err(refusal) => assert_eq!(refusal.error.code == ErrorCode::PARSE_ERROR, whole.is_err()),
    }
}
