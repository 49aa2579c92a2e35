//! Reads a Content-Type (RFC 9110, 8.3): is it JSON in UTF-8? Never guesses from a part of it.

/// Whether `value` is `application/json`, with whatever well-formed parameters; a charset must be UTF-8.
pub(super) fn is_json(value: &[u8]) -> bool {
    if value == b"application/json" {
        return true;
    }
    let Ok(value) = std::str::from_utf8(value) else { return false };
    let mut parts = value.split(';').map(|part| part.trim_matches([' ', '\t']));
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case("application/json") && parts.all(is_parameter)
}

/// An empty part is allowed, as the grammar does.
fn is_parameter(part: &str) -> bool {
    if part.is_empty() {
        return true;
    }
    let Some((name, value)) = part.split_once('=') else { return false };
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    is_token(name) && is_token(value) && (!name.eq_ignore_ascii_case("charset") || value.eq_ignore_ascii_case("utf-8"))
}

fn is_token(text: &str) -> bool {
    let is_token_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_is_json() {
        let cases = [
            ("application/json", true),
            ("Application/JSON", true),
            ("application/json; charset=utf-8", true),
            ("application/json;charset=\"UTF-8\"", true),
            ("application/json ; profile=x ;", true),
            ("application/json; charset=utf-16", false),
            ("application/json; charset", false),
            ("application/json, text/plain", false),
            ("application/json text/plain", false),
            ("text/plain; application/json", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=application/json", false),
            ("application/jsonx", false),
            ("application/json-patch+json", false),
            ("application/problem+json", false),
            ("", false),
            (";application/json", false),
        ];
        for (value, expected) in cases {
            assert_eq!(is_json(value.as_bytes()), expected, "{value}");
        }
        assert!(!is_json(b"application/json; x=\xff"));
    }
}
