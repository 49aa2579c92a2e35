//! Which methods there are, for a message that fits none of rmcp's types: an unknown method, or a known one with wrong
//! parameters.

use rmcp::model::{ErrorCode, ErrorData};

/// In every version.
const ALWAYS: [&str; 8] = [
    "completion/complete",
    "prompts/get",
    "prompts/list",
    "resources/list",
    "resources/read",
    "resources/templates/list",
    "tools/call",
    "tools/list",
];

/// Only in the versions with `initialize`.
const WITH_INITIALIZE: [&str; 5] =
    ["initialize", "logging/setLevel", "ping", "resources/subscribe", "resources/unsubscribe"];

/// What opens or makes up a conversation without `initialize`; whoever sends these may not have said its version yet.
const WITHOUT_INITIALIZE: [&str; 2] = ["server/discover", "subscriptions/listen"];

pub(super) fn misunderstood(method: String, is_modern: bool) -> ErrorData {
    let is_method = |list: &[&str]| list.contains(&method.as_str());
    match is_method(&ALWAYS) || is_method(&WITHOUT_INITIALIZE) || (is_method(&WITH_INITIALIZE) && !is_modern) {
        true => ErrorData::invalid_params(format!("the parameters of {method} are malformed"), None),
        false => ErrorData::new(ErrorCode::METHOD_NOT_FOUND, method, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_a_version_does_not_have_is_unknown_to_it() {
        for (method, legacy, modern) in [
            ("tools/call", -32602, -32602),
            ("prompts/get", -32602, -32602),
            ("logging/setLevel", -32602, -32601),
            ("resources/subscribe", -32602, -32601),
            ("initialize", -32602, -32601),
            ("ping", -32602, -32601),
            ("server/discover", -32602, -32602),
            ("tools/call ", -32601, -32601),
            ("sampling/createMessage", -32601, -32601),
        ] {
            let code = |is_modern| misunderstood(method.to_owned(), is_modern).code.0;
            assert_eq!((code(false), code(true)), (legacy, modern), "{method}");
        }
    }
}
