//! What is wrong with a body, as a table.

use std::time::Duration;

use super::*;

fn invalid(field: &str, problem: &str) -> ApiError {
    ApiError::InvalidField { field: field.to_owned(), problem: problem.to_owned() }
}

fn with(more: &str) -> String {
    format!(r#"{{"prompt":"p","response":"r",{more}}}"#)
}

#[test]
fn a_store_says_what_it_means() {
    let body = br#" {"prompt":" p ","response":"r\n","model":"m","namespace":null,"ttl_seconds":315360000} "#;
    let store = store(body).unwrap();
    assert_eq!((store.prompt.as_str(), store.response.as_str()), (" p ", "r\n"));
    assert_eq!((store.model.as_deref(), store.namespace), (Some("m"), None));
    assert_eq!(store.ttl, Some(Duration::from_secs(315_360_000)));
}

#[test]
fn a_wrong_field_is_named() {
    let whole = "is wrong: invalid type: string \"60\", expected u64";
    let cases = [
        (r#"{"response":"r"}"#.to_owned(), ApiError::MissingField("prompt".to_owned())),
        (r#"{"prompt":"p"}"#.to_owned(), ApiError::MissingField("response".to_owned())),
        (r#"{"prompt":" \t\n","response":"r"}"#.to_owned(), invalid("prompt", "must not be empty")),
        (r#"{"prompt":"p","response":""}"#.to_owned(), invalid("response", "must not be empty")),
        (
            r#"{"prompt":7,"response":"r"}"#.to_owned(),
            invalid("prompt", "is wrong: invalid type: integer `7`, expected a string"),
        ),
        (
            r#"{"prompt":null,"response":"r"}"#.to_owned(),
            invalid("prompt", "is wrong: invalid type: null, expected a string"),
        ),
        (
            format!(r#"{{"prompt":{}"#, "[".repeat(10_000)),
            invalid("prompt", "is wrong: invalid type: sequence, expected a string"),
        ),
        (with(r#""model":"""#), invalid("model", "must not be empty")),
        (with(r#""ttl_seconds":"60""#), invalid("ttl_seconds", whole)),
        (with(r#""ttl_seconds":-1"#), invalid("ttl_seconds", "is wrong: invalid value: integer `-1`, expected u64")),
        (with(r#""Model":"m""#), ApiError::UnknownField("Model".to_owned())),
        (with(r#""a`, expected b":"m""#), ApiError::UnknownField("a`, expected b".to_owned())),
        (with(&format!(r#""{}":1"#, "ü".repeat(81))), ApiError::UnknownField(format!("{}…", "ü".repeat(80)))),
        (with(r#""prompt":"p""#), invalid("prompt", "is given twice")),
    ];
    for (body, expected) in cases {
        let shown: String = body.chars().take(100).collect();
        assert_eq!(store(body.as_bytes()).unwrap_err(), expected, "{shown}");
    }
}

#[test]
fn a_body_that_is_no_object_says_where_it_goes_wrong() {
    let control = "control character (\\u0000-\\u001F) found while parsing a string at line 1 column 12";
    let cases: [(&[u8], &str); 13] = [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"{", "EOF while parsing an object at line 1 column 1"),
        (b"{\"prompt\":\"a\",}", "trailing comma at line 1 column 15"),
        (b"{\n  \"prompt\" 1}", "expected `:` at line 2 column 12"),
        (b"{\"prompt\":\"a\"} {}", "trailing characters at line 1 column 16"),
        (b"{\"prompt\":\"\xff\"}", "invalid unicode code point at line 1 column 12"),
        (b"{\"prompt\":\"\0\"}", control),
        (b"{\"prompt\":\"\\ud800\"}", "unexpected end of hex escape at line 1 column 18"),
        (b"\xef\xbb\xbf{}", "expected value at line 1 column 1"),
        (b"[\"a\",null,null]", "it must be an object"),
        (b"\"text\"", "it must be an object"),
        (b"prompt=a", "expected value at line 1 column 1"),
    ];
    for (body, expected) in cases {
        let found = lookup(body).unwrap_err();
        assert_eq!(found, ApiError::InvalidJson(expected.to_owned()), "{}", String::from_utf8_lossy(body));
    }
}
