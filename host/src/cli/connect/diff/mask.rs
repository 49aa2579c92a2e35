//! Hides secrets in a line of JSON, TOML or YAML, ours and other servers'. Knows names, not values.

pub(in crate::cli) use crate::settings::is_secret_name as is_secret;

pub(in crate::cli) const MASK: &str = "********";

/// A piece of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    /// With the quote that encloses it.
    Quoted(&'a str, char),
    Bare(&'a str),
    /// White space and punctuation.
    Between(&'a str),
}

/// The line with the value of every `"…KEY": "value"`, `…KEY = "value"`, `…KEY: value` and `--…key value` hidden.
pub(super) fn masked(line: &str) -> String {
    let (mut masked, mut name, mut between) = (String::with_capacity(line.len()), "", "");
    for piece in pieces(line) {
        let is_value = follows(name, between) && is_secret(name);
        let (text, quote) = match piece {
            Piece::Between(text) => {
                masked.push_str(text);
                between = text;
                continue;
            }
            Piece::Quoted(text, quote) => (text, Some(quote)),
            Piece::Bare(text) => (text, None),
        };
        let hidden = match (is_value && may_be_secret(text) && !is_plain(text, quote), assigned(text)) {
            (true, _) => MASK.to_owned(),
            (false, Some(start)) => format!("{start}{MASK}"),
            (false, None) => text.to_owned(),
        };
        masked.extend(quote);
        masked.push_str(&hidden);
        masked.extend(quote.filter(|_| line.len() > masked_end(line, text)));
        name = if is_value { "" } else { text };
    }
    masked
}

/// Where `part`, a slice of `line`, ends in it.
fn masked_end(line: &str, part: &str) -> usize {
    part.as_ptr() as usize - line.as_ptr() as usize + part.len()
}

/// Whether what is between a name and a text makes the text the name's value.
fn follows(name: &str, between: &str) -> bool {
    match between.trim() {
        ":" | "=" => true,
        "," | "" => name.starts_with("--") && !between.is_empty(),
        _ => false,
    }
}

/// A reference to a variable hides nothing.
pub(in crate::cli) fn may_be_secret(text: &str) -> bool {
    let is_reference = (text.starts_with("${") || text.starts_with("{env:")) && text.ends_with('}');
    let is_variable = text.strip_prefix('$').is_some_and(|name| {
        !name.is_empty() && name.chars().all(|part| part.is_ascii_uppercase() || part.is_ascii_digit() || part == '_')
    });
    !(is_reference || is_variable)
}

/// A bare constant or number.
fn is_plain(text: &str, quote: Option<char>) -> bool {
    quote.is_none() && (matches!(text, "true" | "false" | "null") || text.parse::<f64>().is_ok())
}

/// The beginning of `--api-key=value`, up to the value.
fn assigned(text: &str) -> Option<&str> {
    let (name, value) = text.split_once('=')?;
    let is_flag = name.starts_with('-') && is_secret(name) && !value.is_empty();
    is_flag.then(|| &text[..=name.len()])
}

fn pieces(line: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let piece = match first {
            '"' | '\'' => {
                let inside = &rest[1..];
                let length = quoted_length(inside, first);
                rest = inside.get(length + 1..).unwrap_or_default();
                Piece::Quoted(&inside[..length], first)
            }
            first if is_bare(first) => {
                let length = bare_length(rest);
                let (text, after) = rest.split_at(length);
                rest = after;
                Piece::Bare(text)
            }
            _ => {
                let end = rest.find(|character| is_bare(character) || matches!(character, '"' | '\''));
                let (text, after) = rest.split_at(end.unwrap_or(rest.len()));
                rest = after;
                Piece::Between(text)
            }
        };
        Some(piece)
    })
}

fn is_bare(character: char) -> bool {
    !character.is_whitespace() && !matches!(character, '"' | '\'' | ':' | '=' | ',' | '{' | '}' | '[' | ']')
}

/// A name, or a YAML value with colons in it: a colon ends it only where white space follows.
fn bare_length(text: &str) -> usize {
    let mut characters = text.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        let before_space = characters.peek().is_none_or(|(_, next)| next.is_whitespace() || matches!(next, '"' | '\''));
        let belongs = match character {
            ':' => !before_space,
            '=' => text.starts_with("--"),
            other => is_bare(other),
        };
        if !belongs {
            return index;
        }
    }
    text.len()
}

/// Bytes up to the closing quote, or to the end where there is none.
fn quoted_length(inside: &str, quote: char) -> usize {
    let mut is_escaped = false;
    inside
        .find(|character| {
            let closes = character == quote && !is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            closes
        })
        .unwrap_or(inside.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_nothing_else() {
        let cases = [
            (r#"  "ISARTOR__GATEWAY_API_KEY": "k-1","#, r#"  "ISARTOR__GATEWAY_API_KEY": "********","#),
            (r#""GITHUB_TOKEN":"a\"b" , "x": "y""#, r#""GITHUB_TOKEN":"********" , "x": "y""#),
            (r#"{"command": "KEY", "args": ["TOKEN", "x"]}"#, r#"{"command": "KEY", "args": ["TOKEN", "x"]}"#),
            (r#""api_key": 5, "y": "z\\""#, r#""api_key": 5, "y": "z\\""#),
            (r#""password": "open"#, r#""password": "********"#),
            ("no strings", "no strings"),
            (r#"env = { API_KEY = "k", A = "b" }"#, r#"env = { API_KEY = "********", A = "b" }"#),
            ("http_headers = { \"X-API-Key\" = 'k' }", "http_headers = { \"X-API-Key\" = '********' }"),
            ("      X-API-Key: k-1:2 # mine", "      X-API-Key: ******** # mine"),
            ("  {api_key: abc, other: d}", "  {api_key: ********, other: d}"),
            ("  args: [\"--api-key\", \"abc\"]", "  args: [\"--api-key\", \"********\"]"),
            ("  args: [\"--token=abc\", \"x=y\"]", "  args: [\"--token=********\", \"x=y\"]"),
            (r#""X-API-Key": "${env:KEY}", "a_key": "$KEY""#, r#""X-API-Key": "${env:KEY}", "a_key": "$KEY""#),
            (r#""a_key": "$ecret""#, r#""a_key": "********""#),
            ("url: http://localhost:8080/mcp", "url: http://localhost:8080/mcp"),
            ("é: 'ü' # it's", "é: 'ü' # it's"),
        ];
        for (line, expected) in cases {
            assert_eq!(masked(line), expected);
        }
    }
}
