//! What stands in documentation where a secret would be.

/// Each says that the value is none.
const PARTS: &[&str] = &[
    "example",
    "your",
    "xxxx",
    "****",
    "....",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "dummy",
    "sample",
    "redacted",
    "insert",
    "replace",
    "todo",
    "fake",
    "0000000000",
    "1234567890",
    "123456789a",
    "abcdefghij",
    "abcdef0123",
    "deadbeef",
    "<",
    ">",
    "${",
    "{{",
    "%(",
    "…",
    "___",
    "---",
    "accesstoken",
    "actiontoken",
    "secret123",
    "somesecret",
    "supersecret",
    "notreal",
    "not-a-real",
    "not_a_real",
    "goes-here",
    "goes_here",
    "here",
];

/// Whole values that nobody keeps secret.
const WHOLE: &[&str] = &[
    "password",
    "passwords",
    "port",
    "passwd",
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "string",
    "str",
    "text",
    "varchar",
    "char",
    "none",
    "null",
    "nil",
    "undefined",
    "true",
    "false",
    "required",
    "optional",
    "hidden",
    "value",
    "empty",
    "default",
    "test",
    "foo",
    "bar",
    "baz",
    "foobar",
    "username",
    "user",
    "root",
    "admin",
    "postgres",
    "mysql",
    "guest",
    "bytes",
    "binary",
    "boolean",
    "bool",
    "int",
    "integer",
    "object",
    "any",
    "unknown",
    "yes",
    "no",
    "on",
    "off",
    "prompt",
    "input",
    "env",
    "mypassword",
    "mysecret",
    "my_password",
    "my_secret",
    "p4ssw0rd",
    "aladdin:open sesame",
    "qwxhzgrpbjpvcgvuihnlc2ftzq==",
    "dxnlcjpwyxnz",
    "dxnlcm5hbwu6cgfzc3dvcmq=",
    "dxnlcjpwyxnzd29yza==",
];

pub(super) fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let first = lower.chars().next();
    PARTS.iter().any(|part| lower.contains(part))
        || WHOLE.contains(&lower.as_str())
        || matches!(first, Some('$' | '%' | '{' | '[' | '(' | '*' | '@' | '&' | '\\'))
        || is_repetitive(&lower)
}

/// So few different characters that it is a stand-in: `aaaa`, `xyxyxy`.
fn is_repetitive(value: &str) -> bool {
    let length = value.chars().count();
    let mut characters: Vec<char> = value.chars().collect();
    characters.sort_unstable();
    characters.dedup();
    length >= 4 && (characters.len() <= 2 || (length >= 20 && characters.len() * 5 < length.min(40)))
}

/// How many bits each character carries, by Shannon's measure.
pub(super) fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = f64::from(u32::try_from(value.len()).unwrap_or(u32::MAX));
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / length);
    shares.map(|share| -share * share.log2()).sum()
}
