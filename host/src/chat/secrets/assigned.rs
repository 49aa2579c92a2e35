//! Secrets that are known by the word before them: `password = ...`, `Authorization: ...`, `user:password@host`.

use regex::Regex;

use super::placeholder::{entropy, is_placeholder};
use super::{Kind, pattern};

const PASSWORD: &str = r#"(?i)(?:passwords?|passwd|pwd|passphrase|passcode)["'`]?\s*(?:(?P<tight>=)|:=|=>|:|\bis\b)\s*(?P<value>"[^"\n]+"|'[^'\n]+'|`[^`\n]+`|[^\s"'`,;<>]+)"#;

const NAMED: &str = r#"(?i)(?:(?:api|access|secret|private|encryption|signing|account|license)[_ -]?key|client[_ -]?secret|credentials?|secrets?|tokens?)["'`]?\s*(?::=|=>|=|:|\bis\b)\s*["'`]?(?P<value>[A-Za-z0-9_+/=.~-]{16,})"#;

const HEADER: &str = r#"(?i)\bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic|token|apikey|digest|key)\s+(?P<value>[A-Za-z0-9._~+/=-]{8,})"#;

const BEARER: &str = r"\b[Bb]earer\s+(?P<value>[A-Za-z0-9._~+/=-]{20,})";

const URL: &str = r#"\b[a-zA-Z][a-zA-Z0-9+.-]+://[^\s/:@"'<>]*:(?P<value>[^\s/@"'<>]+)@[a-zA-Z0-9\[]"#;

const CURL: &str = r#"\bcurl\b[^\n]*?\s(?:-u|--user)[ =]["']?[^\s:"'$<]+:(?P<value>[^\s"']+)"#;

pub(super) struct Assigned {
    password: Regex,
    named: Regex,
    header: Regex,
    bearer: Regex,
    url: Regex,
    curl: Regex,
}

impl Assigned {
    pub(super) fn new() -> Self {
        Self {
            password: pattern(PASSWORD),
            named: pattern(NAMED),
            header: pattern(HEADER),
            bearer: pattern(BEARER),
            url: pattern(URL),
            curl: pattern(CURL),
        }
    }

    pub(super) fn find(&self, text: &str) -> Option<Kind> {
        let any = |shape: &Regex, is_secret: fn(&str) -> bool| {
            shape.captures_iter(text).any(|found| is_secret(found.name("value").map_or("", |value| value.as_str())))
        };
        if any(&self.header, is_sent) || any(&self.bearer, |value| is_sent(value) && is_random(value)) {
            return Some(Kind::AuthorizationHeader);
        }
        if any(&self.url, is_typed) || any(&self.curl, is_typed) {
            return Some(Kind::UrlPassword);
        }
        if any(&self.named, is_random) {
            return Some(Kind::Credential);
        }
        let passwords = self.password.captures_iter(text);
        let mut passwords = passwords
            .map(|found| (found.name("tight").is_some(), found.name("value").map_or("", |value| value.as_str())));
        passwords.any(|(is_tight, value)| is_password(value, is_tight)).then_some(Kind::Password)
    }
}

/// Sent in a header.
fn is_sent(value: &str) -> bool {
    !is_placeholder(value) && value.len() >= 8
}

/// A password that a person typed between `:` and `@`.
fn is_typed(value: &str) -> bool {
    value.len() >= 3 && !is_placeholder(value) && !is_expression(value)
}

/// Letters and digits mixed as no word is. A UUID alone names something, and opens nothing.
fn is_random(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let bare = value.trim_end_matches(['.', '=']);
    let least_bits = if bare.bytes().all(|byte| byte.is_ascii_hexdigit()) { 2.8 } else { 3.3 };
    digits >= 2
        && letters >= 2
        && entropy(value) >= least_bits
        && !is_placeholder(value)
        && !is_expression(value)
        && !is_identifier(value)
        && !is_uuid(value)
}

/// A quoted text is one; a bare word only where nothing but a value can stand.
fn is_password(value: &str, is_tight: bool) -> bool {
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'));
    let bare = value.trim_matches(['"', '\'', '`']);
    if is_placeholder(bare) || bare.chars().count() < 4 || bare.starts_with(':') || names_itself(bare) {
        return false;
    }
    if quote.is_some() {
        return !bare.contains("://") && bare.split_whitespace().count() <= 6 && !is_label(bare);
    }
    let bare = bare.trim_end_matches(['.', '?', '!', ')', ']', '}']);
    let has_digit = bare.contains(|c: char| c.is_ascii_digit());
    let has_letter = bare.contains(|c: char| c.is_ascii_alphabetic());
    let has_sign = bare.contains(['!', '#', '$', '%', '^', '&', '*', '@', '+', '?']);
    let is_mixed = has_letter && (has_digit || has_sign);
    bare.chars().count() >= 6
        && !is_expression(bare)
        && !is_placeholder(bare)
        && (is_mixed || (is_tight && !is_identifier(bare)))
}

/// `password = dbpassword` says where it is, not what.
fn names_itself(value: &str) -> bool {
    value.to_ascii_lowercase().contains("passw") && value.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

/// What a form shows beside a field: `Enter password`, `Password must not be empty`.
fn is_label(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    ["enter", "password", "must", "please", "required", "new ", "confirm", "forgot", "reset", "invalid", "wrong"]
        .iter()
        .any(|word| lower.contains(word))
}

/// Code that fetches a value: `os.environ[...]`, `config.password`, `getpass()`.
fn is_expression(value: &str) -> bool {
    let names = value.split(['.', '(', '[', ':', ')', ']']).next().unwrap_or_default();
    let is_path = value.len() > names.len()
        && !names.is_empty()
        && names.chars().all(|c| c.is_ascii_alphabetic() || c == '_')
        && names.len() < 24;
    let fetches = value.contains(['(', '['])
        || ["environ", "getenv", "process.env", "std::"].iter().any(|call| value.contains(call));
    (is_path && (fetches || value[names.len()..].starts_with('.'))) || fetches && value.contains("env")
}

/// Words joined by underscores or hyphens, or one in capitals: a name, not a value.
fn is_identifier(value: &str) -> bool {
    let parts = || value.split(['_', '-', '.']);
    let is_word = |part: &str| part.chars().all(|c| c.is_ascii_alphabetic()) || part.len() <= 2;
    parts().count() > 1 && parts().all(is_word)
}

fn is_uuid(value: &str) -> bool {
    let lengths: Vec<usize> = value.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
