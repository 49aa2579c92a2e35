//! The key of a question: its canonical text and the scope it was asked in. Never looks anything up.

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// What separates questions that must never see each other's answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    pub principal: String,
    pub namespace: Option<String>,
    /// The conversation, for questions that mean something only in it.
    pub context: Option<ContextKey>,
}

/// What a caller gave as the context of a question, in 32 bytes: it may be a whole conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct ContextKey(pub(super) [u8; 32]);

impl ContextKey {
    pub fn of(context: &str) -> Self {
        Self(Sha256::digest(context).into())
    }
}

/// A scope in 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ScopeKey(pub(super) [u8; 32]);

/// A question and its scope in 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct QuestionKey(pub(super) [u8; 32]);

/// A question as a look-up has it, with what it is found by.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    pub(super) scope: &'a Scope,
    pub(super) scope_key: ScopeKey,
    pub(super) canonical: Cow<'a, str>,
    pub(super) question: QuestionKey,
    pub(super) model: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// `model` is a filter: entries of that model and those without one; every entry when none is named.
    pub fn new(scope: &'a Scope, prompt: &'a str, model: Option<&'a str>) -> Self {
        let (scope_key, canonical) = (ScopeKey::of(scope), canonical(prompt));
        let question = QuestionKey::of(&scope_key, &canonical);
        Self { scope, scope_key, canonical, question, model }
    }

    /// Whether the question belongs to one conversation.
    pub fn has_context(&self) -> bool {
        self.scope.context.is_some()
    }

    /// The model that was named.
    pub fn model(&self) -> Option<&str> {
        self.model
    }

    pub fn question(&self) -> QuestionKey {
        self.question
    }

    pub fn scope(&self) -> &Scope {
        self.scope
    }
}

impl ScopeKey {
    /// Every part is framed by its length, an absent namespace differs from an empty one, and a context is announced,
    /// so that no two scopes hash the same bytes.
    pub(super) fn of(scope: &Scope) -> Self {
        let mut hash = Sha256::new();
        add_framed(&mut hash, &scope.principal);
        match &scope.namespace {
            Some(namespace) => {
                hash.update([1]);
                add_framed(&mut hash, namespace);
            }
            None => hash.update([0]),
        }
        if let Some(context) = &scope.context {
            hash.update([2]);
            hash.update(context.0);
        }
        Self(hash.finalize().into())
    }
}

impl QuestionKey {
    pub(super) fn of(scope: &ScopeKey, canonical: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(scope.0);
        add_framed(&mut hash, canonical);
        Self(hash.finalize().into())
    }
}

fn add_framed(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
}

/// Raised whenever [`canonical`] gives another text than before: stored questions are then keyed anew.
pub(super) const CANONICAL_VERSION: u64 = 1;

/// The text that two spellings of one question share: NFC and trimmed. Whitespace is folded only in a single line
/// without backticks: it means something in code, and code has lines or is quoted.
pub(super) fn canonical(prompt: &str) -> Cow<'_, str> {
    let trimmed = prompt.trim();
    if is_plain(trimmed) {
        return Cow::Borrowed(trimmed);
    }
    match composed(trimmed) {
        Cow::Borrowed(text) => folded(text),
        Cow::Owned(text) => Cow::Owned(folded(text.trim()).into_owned()),
    }
}

/// Printable ASCII without two spaces in a row, as most prompts are: its own canonical text. Looks at every byte, which
/// is faster than to stop early.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_printable = bytes.iter().fold(true, |so_far, byte| so_far & matches!(byte, b' '..=b'~'));
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    is_printable & pairs.fold(true, |so_far, (one, next)| so_far & ((*one != b' ') | (*next != b' ')))
}

fn composed(prompt: &str) -> Cow<'_, str> {
    if prompt.is_ascii() || is_nfc_quick(prompt.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(prompt);
    }
    Cow::Owned(prompt.nfc().collect())
}

fn folded(text: &str) -> Cow<'_, str> {
    if is_verbatim(text) || !has_runs(text) {
        return Cow::Borrowed(text);
    }
    let mut words = text.split_whitespace();
    let mut folded = words.next().unwrap_or_default().to_owned();
    for word in words {
        folded.push(' ');
        folded.push_str(word);
    }
    Cow::Owned(folded)
}

fn is_verbatim(text: &str) -> bool {
    let breaks_line = |c| matches!(c, '`' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    text.contains(breaks_line)
}

/// Whether any whitespace is more than one plain space.
fn has_runs(text: &str) -> bool {
    let mut after_space = false;
    text.chars().any(|c| {
        let odd = c.is_whitespace() && (c != ' ' || after_space);
        after_space = c == ' ';
        odd
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_text() {
        let cases = [
            ("What is 2+2?", "What is 2+2?"),
            ("  What is 2+2?\n", "What is 2+2?"),
            ("What   is\t2+2?", "What is 2+2?"),
            ("a  b c", "a b c"),
            ("a\u{7f}b", "a\u{7f}b"),
            ("~a `b`!", "~a `b`!"),
            ("What\u{a0}is \u{2003} 2+2?", "What is 2+2?"),
            ("case Matters", "case Matters"),
            ("cafe\u{301}", "caf\u{e9}"),
            ("\u{212b}ngstr\u{f6}m", "\u{c5}ngstr\u{f6}m"),
            ("\u{fb01}sh", "\u{fb01}sh"),
            ("def f():\n    return  1", "def f():\n    return  1"),
            ("def f():\n\treturn 1\n\n", "def f():\n\treturn 1"),
            ("a\r\nb  c", "a\r\nb  c"),
            ("a\u{2028}b  c", "a\u{2028}b  c"),
            ("what does `a  b` do?", "what does `a  b` do?"),
            ("what does \u{1fef}a  b\u{1fef} do?", "what does `a  b` do?"),
            ("zero\u{200b}width  stays", "zero\u{200b}width stays"),
            (" \t ", ""),
            ("", ""),
        ];
        for (prompt, expected) in cases {
            assert_eq!(canonical(prompt), expected, "{prompt:?}");
            assert_eq!(canonical(expected), expected, "canonical text is its own canonical text: {prompt:?}");
        }
    }

    /// Every text of up to five of these characters.
    #[test]
    fn what_is_plain_needs_no_folding() {
        let mut texts = vec![String::new()];
        for length in 1..=5 {
            let longer = texts.iter().filter(|text| text.chars().count() == length - 1).flat_map(|text| {
                ['a', ' ', '`', '~', '\t', '\u{7f}', '\u{e9}'].map(|character| format!("{text}{character}"))
            });
            texts.extend(longer.collect::<Vec<_>>());
        }
        let plain: Vec<_> = texts.iter().map(|text| text.trim()).filter(|text| is_plain(text)).collect();
        assert!(plain.len() > 1_000, "{}", plain.len());
        for text in plain {
            assert_eq!(folded(&composed(text)), text);
        }
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        for prompt in ["What is 2+2?", " trimmed ", "line\n  two", "d\u{e9}j\u{e0} vu"] {
            assert!(matches!(canonical(prompt), Cow::Borrowed(_)), "{prompt:?}");
        }
    }

    #[test]
    fn scopes_and_questions_never_share_a_key() {
        let scope_in = |principal: &str, namespace: Option<&str>, context: Option<&str>| {
            let (namespace, context) = (namespace.map(str::to_owned), context.map(ContextKey::of));
            ScopeKey::of(&Scope { principal: principal.to_owned(), namespace, context })
        };
        let scope = |principal: &str, namespace: Option<&str>| scope_in(principal, namespace, None);
        let scopes = [
            scope("local", None),
            scope("local", Some("")),
            scope("local", Some("a")),
            scope("locala", None),
            scope("locala", Some("")),
            scope("loc", Some("al")),
            scope("", Some("local")),
            scope("", None),
            scope("x\u{1}y", None),
            scope("x", Some("y\0")),
            scope("x\u{1}y", Some("z")),
            scope("x", Some("y\u{1}z")),
            scope_in("local", None, Some("")),
            scope_in("local", None, Some("a")),
            scope_in("local", Some("a"), Some("a")),
        ];
        let mut questions = Vec::new();
        for key in &scopes {
            questions.extend(["", "a", "b", "a b"].map(|text| QuestionKey::of(key, text)));
        }
        let distinct: std::collections::HashSet<_> = questions.iter().collect();
        assert_eq!(distinct.len(), questions.len());
        assert_eq!(scope("local", Some("a")), scopes[2]);
    }
}
