//! Text that somebody else wrote, as it may stand in the audit log: short, and without what could forge a line or show
//! a person something else than a program reads.

use serde::Serialize;

const MAX_CHARACTERS: usize = 200;

/// Escaped and cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PeerText(String);

impl PeerText {
    /// A path without its query, where clients put keys.
    pub fn path(path: &str) -> Self {
        Self::from(path.split(['?', '#']).next().unwrap_or_default())
    }
}

impl From<&str> for PeerText {
    fn from(text: &str) -> Self {
        let mut shown = String::new();
        for character in text.chars().take(MAX_CHARACTERS) {
            match character {
                '"' | '\'' => shown.push(character),
                _ => shown.extend(character.escape_debug()),
            }
        }
        if text.chars().nth(MAX_CHARACTERS).is_some() {
            shown.push('…');
        }
        Self(shown)
    }
}

impl From<&[u8]> for PeerText {
    /// What is no UTF-8 is replaced.
    fn from(bytes: &[u8]) -> Self {
        // No character is longer than four bytes, and one more says that there is more.
        let end = bytes.len().min(4 * (MAX_CHARACTERS + 1));
        Self::from(&*String::from_utf8_lossy(&bytes[..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_reader_is_escaped_and_what_is_long_is_cut() {
        let long = "x".repeat(201);
        let cut = format!("{}…", "x".repeat(200));
        let cases = [
            ("https://größe.example", "https://größe.example"),
            ("a\r\n{\"event\":\"started\"}", "a\\r\\n{\"event\":\"started\"}"),
            ("\u{1b}[2Jx\u{9b}", "\\u{1b}[2Jx\\u{9b}"),
            ("pay\u{202e}txt.exe", "pay\\u{202e}txt.exe"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
            ("\u{2028}\u{e0041}", "\\u{2028}\\u{e0041}"),
            ("back\\slash", "back\\\\slash"),
            (&long, &cut),
        ];
        for (text, shown) in cases {
            assert_eq!(PeerText::from(text).0, shown, "{text:?}");
        }
        assert_eq!(PeerText::from(&b"a\xff"[..]).0, "a\u{fffd}");
        assert_eq!(PeerText::path("/mcp?api_key=secret#x").0, "/mcp");
    }
}
