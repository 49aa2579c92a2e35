//! Text of a plugin on its way to a person or a model: nothing in it may hide, move or colour what stands beside it.
//! Pure; what is visible stays as it is.

use crate::plugin::is_invisible;

const ESCAPE: char = '\u{1B}';

/// A short text that describes something: one kind of white space, and no character that cannot be seen.
pub(super) fn label(text: &str) -> String {
    let is_hidden = |character: char| (character.is_control() && character != '\n') || is_invisible(character);
    text.chars().filter(|&character| !is_hidden(character)).collect()
}

/// The beginning of a text on one line, with a sign where it is cut.
pub(super) fn one_line(text: &str, max_characters: usize) -> String {
    let spaced: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    let line = label(&spaced.split_whitespace().collect::<Vec<_>>().join(" "));
    match line.char_indices().nth(max_characters) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A result: without escape sequences, control characters other than line ends and tabs, direction overrides and tag
/// characters. Joiners, direction marks and isolates stay: languages and emoji need them.
pub(super) fn content(text: String) -> String {
    if !text.chars().any(|character| is_forbidden(character) || character == '\r') {
        return text;
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        match character {
            ESCAPE | '\u{9B}' => rest = after_sequence(character, rest),
            '\r' if rest.starts_with('\n') => clean.push(character),
            '\r' => {}
            character if is_forbidden(character) => {}
            character => clean.push(character),
        }
    }
    clean
}

fn is_forbidden(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t' | '\r'))
        || matches!(character, '\u{202A}'..='\u{202E}' | '\u{E0000}'..='\u{E007F}')
}

/// What follows an escape sequence that `introducer` began. One without an end ends with its line.
fn after_sequence(introducer: char, rest: &str) -> &str {
    let body = match (introducer, rest.chars().next()) {
        (ESCAPE, Some('[')) => &rest[1..],
        (ESCAPE, Some(']' | 'P' | 'X' | '^' | '_')) => return after_string(&rest[1..]),
        (ESCAPE, Some(character)) if character.is_ascii_graphic() => return &rest[1..],
        (ESCAPE, _) => return rest,
        _ => rest,
    };
    let parameters = body.trim_start_matches(|character| matches!(character, ' '..='?'));
    match parameters.chars().next() {
        Some('@'..='~') => &parameters[1..],
        _ => parameters,
    }
}

fn after_string(rest: &str) -> &str {
    for (at, character) in rest.char_indices() {
        match character {
            '\u{07}' | '\u{9C}' => return &rest[at + character.len_utf8()..],
            ESCAPE => return rest[at + 1..].strip_prefix('\\').unwrap_or(&rest[at..]),
            '\n' => return &rest[at..],
            _ => {}
        }
    }
    ""
}

/// Whether `text` names a media type of this kind, such as `image/png`.
pub(super) fn is_media_type(kind: &str, text: &str) -> bool {
    let subtype = text.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/'));
    let is_token = |character: char| character.is_ascii_alphanumeric() || "!#$&^_.+-".contains(character);
    subtype.is_some_and(|subtype| (1..=100).contains(&subtype.len()) && subtype.chars().all(is_token))
}

/// Whether `text` names any media type, such as `text/plain; charset=utf-8`.
pub(super) fn is_some_media_type(text: &str) -> bool {
    let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
    let is_visible = |character: char| character.is_ascii_graphic() || character == ' ';
    let has_kind = [
        "application",
        "audio",
        "example",
        "font",
        "haptics",
        "image",
        "message",
        "model",
        "multipart",
        "text",
        "video",
    ]
    .iter()
    .any(|kind| is_media_type(kind, essence));
    has_kind && parameters.len() <= 100 && parameters.chars().all(is_visible)
}

/// A plugin's own words for an error message: short, on one line.
pub(super) fn excerpt(text: &str) -> String {
    const SHOWN_CHARACTERS: usize = 40;
    text.chars().filter(|character| !character.is_control()).take(SHOWN_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hides_in_a_result_and_what_is_visible_stays() {
        for (text, expected) in [
            ("plain\n\ttext", "plain\n\ttext"),
            ("lines\r\nof\r\nwindows", "lines\r\nof\r\nwindows"),
            ("over\rwritten", "overwritten"),
            ("\u{1B}[31mred\u{1B}[0m", "red"),
            ("\u{1B}[1;31;4mmore\u{1B}[2J\u{1B}[H", "more"),
            ("\u{9B}31mc1", "c1"),
            ("\u{1B}]0;title\u{07}after", "after"),
            ("\u{1B}]8;;https://example.org\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"),
            ("\u{1B}Pdevice\u{9C}after", "after"),
            ("\u{1B}]no end\nnext", "\nnext"),
            ("\u{1B}(Bset", "Bset"),
            ("end\u{1B}", "end"),
            ("nul\0bell\u{07}back\u{08}del\u{7F}", "nulbellbackdel"),
            ("\u{202E}dlrow\u{202C}", "dlrow"),
            ("tags\u{E0041}\u{E007F}", "tags"),
            ("family: 👩\u{200D}👧, \u{2067}שלום\u{2069}", "family: 👩\u{200D}👧, \u{2067}שלום\u{2069}"),
            ("größe", "größe"),
        ] {
            assert_eq!(content(text.to_owned()), expected, "{text:?}");
        }
    }

    #[test]
    fn one_line_is_one_line() {
        for (text, expected) in [
            ("a\n b\tc", "a b c"),
            ("12345", "12345"),
            ("123456", "12345…"),
            ("\u{202E}ab", "ab"),
            ("größe!", "größe…"),
        ] {
            assert_eq!(one_line(text, 5), expected, "{text:?}");
        }
    }

    #[test]
    fn a_media_type_is_of_its_kind() {
        let long = format!("image/{}", "x".repeat(101));
        for (text, expected) in [
            ("image/png", true),
            ("image/svg+xml", true),
            ("image/", false),
            ("image/png; a=b", false),
            ("text/html", false),
            ("image/png\n", false),
            (&long, false),
        ] {
            assert_eq!(is_media_type("image", text), expected, "{text:?}");
        }
    }
}
