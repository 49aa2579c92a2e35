//! Strings in double quotes, as JSON, TOML and YAML all read them. Knows no format.

/// `text` in double quotes; besides what every format demands, each character that `is_odd` is escaped. Odd are only
/// characters of the first plane.
pub(super) fn double_quoted(text: &str, is_odd: impl Fn(char) -> bool) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            odd if is_odd(odd) => quoted.push_str(&format!("\\u{:04x}", u32::from(odd))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
