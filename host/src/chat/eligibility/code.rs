//! Names in code: whether a prompt is mostly code, and whether two prompts name the same. Code is compared as written.

/// Starts of lines that prose does not have.
const LINE_STARTS: &[&str] = &[
    "def ", "fn ", "func ", "class ", "import ", "#include", "public ", "const ", "let ", "var ", "</", "<?", "SELECT ",
];

/// Marks that stand alone between blanks and are what a prompt is about.
const OPERATORS: &[&str] = &[
    "==", "===", "!=", "!==", "=>", "->", "::", ":=", "+=", "-=", "*=", "/=", "<=", ">=", "&&", "||", "++", "--", "<<",
    ">>", "**", "//", "??", "?.", "|>", "<-", "<>", "<=>", "~=", "=~", "|", "&", "^", "~", "*", "%", "@", "$", "<",
    ">", "=", "+", "/", "\\",
];

/// Languages whose name ends in signs.
const SIGNED: &[&str] = &["c++", "c#", "f#", "j#", "a*", "g++", "notepad++", ".net", "c--"];

/// Whether the prompt is code rather than a question about it.
pub(super) fn is_block(text: &str) -> bool {
    if text.contains("```") {
        return true;
    }
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    if lines.len() > 1 && lines.iter().any(|line| is_code_line(line)) {
        return true;
    }
    let tokens = text.split_whitespace();
    let (code, all) =
        tokens.fold((0_usize, 0_usize), |(code, all), token| (code + usize::from(is_expression(token)), all + 1));
    code >= 2 && code * 4 >= all
}

fn is_code_line(line: &str) -> bool {
    let trimmed = line.trim_start();
    let begins = LINE_STARTS.iter().any(|start| trimmed.starts_with(start))
        && trimmed.contains(['(', '{', '=', ';', ':', '<', '*']);
    let ends = trimmed.ends_with(['{', '}', ';']) || trimmed.ends_with("):") || trimmed.ends_with("=>");
    begins
        || ends
        || (is_expression(trimmed.split(' ').next().unwrap_or_default()) && trimmed.contains(['(', '=', '[']))
}

/// Letters or digits with signs of code between them: `f(a)`, `x+1`, `a[0]`.
fn is_expression(token: &str) -> bool {
    let inside = trim(token);
    let inside = inside.strip_suffix("(s)").or_else(|| inside.strip_suffix("(es)")).unwrap_or(inside);
    let signs = inside
        .trim_end_matches("()")
        .contains(['(', ')', '[', ']', '{', '}', '=', '<', '>', '+', '*', ';', '|', '\\', '^']);
    signs && inside.contains(char::is_alphanumeric) && !inside.contains("://") && !is_signed(inside)
}

/// Whether whatever either names in code stands in the other, too.
pub(super) fn names_the_same(asked: &str, stored: &str) -> bool {
    covers(asked, stored) && covers(stored, asked)
}

fn covers(text: &str, names: &str) -> bool {
    let wanted = identifiers(names);
    if wanted.is_empty() {
        return true;
    }
    let have: Vec<String> = tokens(text).map(|(token, _)| normal(token)).collect();
    wanted.iter().all(|name| have.contains(name))
}

fn identifiers(text: &str) -> Vec<String> {
    tokens(text)
        .filter(|(token, in_backticks)| *in_backticks || is_identifier(token))
        .map(|(token, _)| normal(token))
        .collect()
}

/// The tokens between blanks, and whether they stand in backticks.
fn tokens(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let closed = text.matches('`').count().is_multiple_of(2);
    let spans = text.split('`').enumerate().map(move |(index, span)| (span, closed && index % 2 == 1));
    spans
        .flat_map(|(span, inside)| span.split_whitespace().map(move |token| (token, inside)))
        .filter(|(token, _)| !trim(token).is_empty() || OPERATORS.contains(token))
}

fn is_identifier(token: &str) -> bool {
    let bare = trim(token);
    let is_call = token.trim_end_matches(['?', '.', ',', '!', ';', ':']).ends_with("()");
    OPERATORS.contains(&token)
        && !matches!(token, "&" | "/" | "-" | "--" | "=" | "+" | "|" | "~" | ">" | "<" | "*" | "%" | "@" | "$")
        || is_call
        || is_signed(bare)
        || is_flag(bare)
        || is_path(bare)
        || is_expression(token)
        || is_dotted(bare)
        || is_camel(bare)
        || (bare.contains('_') && bare.contains(char::is_alphanumeric))
        || bare.contains("::")
        || bare.contains("->")
}

fn is_signed(token: &str) -> bool {
    SIGNED.iter().any(|signed| token.eq_ignore_ascii_case(signed))
}

/// `-v`, `--all`.
fn is_flag(token: &str) -> bool {
    let name = token.trim_start_matches('-');
    name.len() < token.len() && name.starts_with(|c: char| c.is_ascii_alphabetic()) && token.len() - name.len() <= 2
}

/// `/etc/hosts`, `src/main.rs`, `~/.ssh`, `$HOME`, `@types/node`.
fn is_path(token: &str) -> bool {
    let mut characters = token.chars();
    match (characters.next(), characters.next()) {
        (Some('/' | '$' | '@'), Some(next)) => next.is_alphabetic(),
        (Some('~' | '.'), Some('/')) => true,
        (Some('.'), Some(next)) => next.is_ascii_lowercase(),
        _ => {
            let is_prose = token.split('/').all(|part| !part.is_empty() && part.chars().all(char::is_alphabetic));
            token.contains("://") || (token.contains('/') && !is_prose && token.contains(['.', '_']))
        }
    }
}

/// `os.path`, `main.rs`; not `e.g.`, `3.5` or `U.S.`.
fn is_dotted(token: &str) -> bool {
    let parts = || token.split('.');
    parts().count() > 1
        && parts().all(|part| part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') && !part.is_empty())
        && parts().any(|part| part.len() > 2)
        && parts().any(|part| part.starts_with(char::is_alphabetic))
        && parts().skip(1).all(|part| part.starts_with(char::is_alphabetic))
        && !joins_sentences(token)
}

/// `online.How`, without the blank between.
fn joins_sentences(token: &str) -> bool {
    const OPENERS: &[&str] = &[
        "How", "What", "Why", "Is", "Are", "Can", "Which", "Who", "When", "Where", "I", "The", "Do", "Does", "Please",
        "If", "My", "It",
    ];
    token.rsplit('.').next().is_some_and(|last| OPENERS.contains(&last))
}

/// `useEffect`; not `iPhone` or `macOS`.
fn is_camel(token: &str) -> bool {
    let Some(hump) = token.find(char::is_uppercase) else { return false };
    hump >= 2
        && token.starts_with(char::is_lowercase)
        && token.chars().all(|c| c.is_ascii_alphanumeric())
        && token[hump..].contains(char::is_lowercase)
}

/// Without the punctuation of the sentence around it.
fn trim(token: &str) -> &str {
    let end = token.trim_end_matches(['?', '.', ',', '!', ';', ':', '"', '\'', '\u{201d}', '\u{2019}']);
    let start = end.trim_start_matches(['"', '\'', '\u{201c}', '\u{2018}', '[']);
    let inside = start.strip_prefix('(').filter(|rest| !rest.contains('(')).unwrap_or(start);
    if inside.contains(['(', '[', '{']) { inside } else { inside.trim_end_matches([')', ']', '}']) }
}

/// How a token is compared: plain words and dotted names in lower case, everything else as written.
fn normal(token: &str) -> String {
    let bare = trim(token);
    let bare = if bare.is_empty() { token } else { bare };
    let name = bare.trim_end_matches("()");
    if name.chars().all(|c| c.is_alphanumeric() || c == '.') || is_signed(name) {
        name.to_lowercase()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests;
