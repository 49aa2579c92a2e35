//! Whether a text is code, or carries some: then every character may matter, and it is compared as written.

/// Character sequences that prose does not have.
const MARKS: &[&str] =
    &["```", "=>", "==", "!=", "&&", "||", "();", "</", "/>", ":=", "+=", "-=", "<=", ">=", "{{", "${", "->", "::"];

/// Characters that make a text of several lines code.
const SYNTAX: &[char] = &['{', '}', ';', '=', '(', ')', '[', ']', '<', '>'];

pub(crate) fn is_code(text: &str) -> bool {
    if MARKS.iter().any(|mark| outside_backticks(text).any(|span| span.contains(mark))) {
        return true;
    }
    let mut lines = text.lines().skip(1).peekable();
    let has_lines = lines.peek().is_some();
    has_lines && (text.contains(SYNTAX) || lines.any(|line| line.starts_with(char::is_whitespace)))
}

/// Short code in backticks is one word of a sentence; only a fence, with three of them, is a block.
fn outside_backticks(text: &str) -> impl Iterator<Item = &str> {
    let fenced = text.contains("```");
    text.split(move |c| c == '`' && !fenced).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_told_from_prose() {
        for (text, expected) in [
            ("What is a closure?", false),
            ("What does `a == b` do in Python?", false),
            ("What does a == b do in Python?", true),
            ("Explain\n```\nx\n```", true),
            ("First line.\nSecond line.", false),
            ("if x:\n    y", true),
            ("Why does this fail?\nprint(x)", true),
            ("Is 3 < 5?", false),
        ] {
            assert_eq!(is_code(text), expected, "{text}");
        }
    }
}
