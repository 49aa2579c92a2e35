//! Text into words: numbers, symbols and identifiers told apart, sentence punctuation turned into stops.
//! Knows characters, never meanings; what it cannot place it keeps as written, so that it only equals itself.

mod core;
mod number;

use self::core::push_core;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stop {
    None,
    /// A comma, a colon, a semicolon, a dash.
    Clause,
    /// A full stop, a question mark, an exclamation mark, the end of a line.
    Sentence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Word,
    /// Digits, in one spelling.
    Number,
    /// Operators and everything else that is not a word.
    Symbol,
    /// Code, paths, addresses: compared as written.
    Identifier,
    /// How often: only made from words, never read from characters.
    Period,
}

#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// What is compared: lower case for words, one spelling for numbers, verbatim for identifiers.
    pub(crate) text: String,
    /// As written.
    pub(crate) shown: String,
    pub(crate) shape: Shape,
    /// The punctuation after it.
    pub(crate) stop: Stop,
    /// It opens a sentence of the text as written, so that its capital says nothing.
    pub(crate) opens: bool,
}

impl Word {
    pub(crate) fn new(shown: &str) -> Self {
        Self { text: shown.to_lowercase(), shown: shown.to_owned(), shape: Shape::Word, stop: Stop::None, opens: false }
    }

    pub(crate) fn verbatim(shown: &str, shape: Shape) -> Self {
        Self { text: shown.to_owned(), shown: shown.to_owned(), shape, stop: Stop::None, opens: false }
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        self.shape == Shape::Word && self.text == text
    }
}

/// Whether a word at `index` opens a sentence of these words.
pub(crate) fn opens_sentence(words: &[Word], index: usize) -> bool {
    index == 0 || words[index - 1].stop == Stop::Sentence
}

/// How many of the words make up the phrase, if they begin with it.
pub(crate) fn matched(words: &[Word], phrase: &str) -> Option<usize> {
    let mut length = 0;
    for part in phrase.split(' ') {
        if !words.get(length)?.is(part) {
            return None;
        }
        length += 1;
    }
    Some(length)
}

/// The words of a folded text. Backticks enclose code, which stays one identifier.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let reading = Reading { brackets_matter: has_operators(text) };
    let shouted = is_shouted(text);
    for line in text.split('\n') {
        let mut spans = line.split('`').peekable();
        let mut is_code = false;
        while let Some(span) = spans.next() {
            let closed = spans.peek().is_some();
            if is_code && closed {
                words.push(Word::verbatim(span.trim(), Shape::Identifier));
            } else if shouted {
                reading.push_chunks(&span.to_lowercase(), &mut words);
            } else {
                reading.push_chunks(span, &mut words);
            }
            is_code = !is_code;
        }
        stop_after(&mut words, Stop::Sentence);
    }
    for index in 0..words.len() {
        words[index].opens = opens_sentence(&words, index);
    }
    words
}

/// Brackets are punctuation in prose and meaning in a formula.
fn has_operators(text: &str) -> bool {
    text.contains(['*', '^', '=', '<', '>', '+', '|', '\\'])
}

/// A text without a lower-case letter says nothing by its capitals.
fn is_shouted(text: &str) -> bool {
    text.contains(' ') && !text.contains(char::is_lowercase) && text.contains(char::is_uppercase)
}

fn stop_after(words: &mut [Word], stop: Stop) {
    if let Some(last) = words.last_mut() {
        last.stop = last.stop.max(stop);
    }
}

struct Reading {
    brackets_matter: bool,
}

impl Reading {
    fn push_chunks(&self, text: &str, words: &mut Vec<Word>) {
        let mut chunks = text.split_whitespace().peekable();
        while let Some(chunk) = chunks.next() {
            if chunks.peek().is_some() && is_operator(chunk) {
                words.push(Word::verbatim(chunk, Shape::Symbol));
            } else {
                self.push_chunk(chunk, words);
            }
        }
    }

    fn push_chunk(&self, chunk: &str, words: &mut Vec<Word>) {
        let opened = chunk.trim_start_matches(['(', '[', '{', '"', '\'', '¿', '¡']);
        let opening = &chunk[..chunk.len() - opened.len()];
        self.push_brackets(opening, words);
        let core = trim_end(opened, opening.contains(['"', '\'']));
        let closing = &opened[core.len()..];
        if core.contains(char::is_alphanumeric) {
            push_core(trim_emphasis(core), words);
        } else if !core.is_empty() {
            push_symbols(core, words);
        }
        self.push_brackets(closing, words);
        if !is_abbreviated(core, closing) {
            stop_after(words, stop_of(closing));
        }
    }

    fn push_brackets(&self, punctuation: &str, words: &mut Vec<Word>) {
        if self.brackets_matter {
            for bracket in punctuation.matches(['(', ')', '[', ']', '{', '}']) {
                words.push(Word::verbatim(bracket, Shape::Symbol));
            }
        }
    }
}

/// `??` and `?.` amid a text end no sentence.
fn is_operator(chunk: &str) -> bool {
    const PUNCTUATION: &[&str] = &["?!", "!?", "!!", "!!!", "..", "...", "...."];
    let is_mark = |c: char| matches!(c, '?' | '!' | '.' | ':' | '=' | '<' | '>' | '&' | '|');
    chunk.len() > 1 && chunk.chars().all(is_mark) && !PUNCTUATION.contains(&chunk)
}

/// `Rs.` and `vs.` end no sentence.
fn is_abbreviated(core: &str, closing: &str) -> bool {
    const ABBREVIATED: &[&str] = &["approx", "dr", "mr", "mrs", "ms", "no", "prof", "rs", "st", "vs"];
    closing == "." && ABBREVIATED.iter().any(|name| core.eq_ignore_ascii_case(name))
}

/// Without the punctuation at the end, but with what belongs to the word: `f(x)`, `5!`, `6"`.
fn trim_end(text: &str, is_quoted: bool) -> &str {
    let mut core = text;
    while let Some(last) = core.chars().next_back() {
        let rest = &core[..core.len() - last.len_utf8()];
        let belongs = match last {
            ')' => rest.matches('(').count() > rest.matches(')').count(),
            ']' => rest.matches('[').count() > rest.matches(']').count(),
            '}' => rest.matches('{').count() > rest.matches('}').count(),
            '!' => rest.ends_with(|digit: char| digit.is_ascii_digit()),
            '"' | '\'' => !is_quoted && rest.ends_with(|digit: char| digit.is_ascii_digit()),
            '.' | ',' | '?' | ';' | ':' => false,
            _ => true,
        };
        if belongs {
            break;
        }
        core = rest;
    }
    core
}

/// `*word*` and `_word_` are emphasis.
fn trim_emphasis(core: &str) -> &str {
    let trimmed = core.trim_matches('*').trim_matches('_');
    let removed = core.len() - trimmed.len();
    if removed >= 2 && core.starts_with(['*', '_']) && core.ends_with(['*', '_']) { trimmed } else { core }
}

fn stop_of(closing: &str) -> Stop {
    if closing.contains(['.', '?', '!']) {
        Stop::Sentence
    } else if closing.contains([',', ';', ':']) {
        Stop::Clause
    } else {
        Stop::None
    }
}

fn push_symbols(symbols: &str, words: &mut Vec<Word>) {
    match symbols {
        "&" => words.push(Word::new("and")),
        "•" | "·" | "*" if words.is_empty() => {}
        "—" | "--" | "---" => stop_after(words, Stop::Clause),
        "-" if words.last().is_none_or(|word| word.shape == Shape::Word) => stop_after(words, Stop::Clause),
        "!" | "!!" | "!!!" | "?!" | "!?" => stop_after(words, Stop::Sentence),
        _ => words.push(Word::verbatim(symbols, Shape::Symbol)),
    }
}
