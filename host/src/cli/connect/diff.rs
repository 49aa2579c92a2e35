//! A change as a unified diff, for a person: secrets masked, control characters shown. Never writes anything.

mod mask;

use similar::{ChangeTag, TextDiff};

use crate::client_config::Change;
use mask::masked;

pub(in crate::cli) use mask::{MASK, is_secret, may_be_secret};

const CONTEXT_LINES: usize = 3;
const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const CYAN: &str = "\x1b[36m";
const PLAIN: &str = "\x1b[0m";

/// The lines to print.
pub(in crate::cli) fn lines(change: &Change, colours: bool) -> Vec<String> {
    let path = change.before.path.display();
    let name = |text: Option<&str>| text.map_or_else(|| "(no file)".to_owned(), |_| path.to_string());
    let (before, after) = (change.before.text(), change.after.as_deref());
    let mut lines = vec![
        coloured(format!("--- {}", name(before)), BOLD, colours),
        coloured(format!("+++ {}", name(after)), BOLD, colours),
    ];
    lines.extend(hunks(before.unwrap_or_default(), after.unwrap_or_default(), colours));
    lines
}

pub(in crate::cli) fn hunks(before: &str, after: &str, colours: bool) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for hunk in diff.unified_diff().context_radius(CONTEXT_LINES).iter_hunks() {
        lines.push(coloured(hunk.header().to_string(), CYAN, colours));
        for change in hunk.iter_changes() {
            let colour = match change.tag() {
                ChangeTag::Equal => "",
                ChangeTag::Delete => RED,
                ChangeTag::Insert => GREEN,
            };
            let text = change.value().trim_end_matches(['\r', '\n']);
            lines.push(coloured(format!("{}{}", change.tag(), shown(text)), colour, colours));
        }
    }
    lines
}

/// A line as it may be shown: secrets masked, control characters visible.
pub(in crate::cli) fn shown(line: &str) -> String {
    printable(&masked(line))
}

fn coloured(text: String, colour: &str, colours: bool) -> String {
    if colours && !colour.is_empty() { format!("{colour}{text}{PLAIN}") } else { text }
}

/// What a terminal would act upon, made visible.
fn printable(text: &str) -> String {
    let escape = |character: char| match character {
        '\t' => "\t".to_owned(),
        control if control.is_control() => control.escape_default().to_string(),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_shows_what_differs() {
        let before = "{\r\n  \"a\": 1\r\n}\r\n";
        let after = "{\r\n  \"a\": 1, // \u{1b}[0m\r\n  \"b_key\": \"s\"\r\n}\r\n";
        let expected =
            ["@@ -1,3 +1,4 @@", " {", "-  \"a\": 1", "+  \"a\": 1, // \\u{1b}[0m", "+  \"b_key\": \"********\"", " }"];
        assert_eq!(hunks(before, after, false), expected);
        assert_eq!(hunks(before, after, true)[2], "\u{1b}[31m-  \"a\": 1\u{1b}[0m");
        assert!(hunks(before, before, false).is_empty());
    }
}
