//! Labelled pairs as people write them: one JSON object a line. The only place that checks their fields.

use serde::Deserialize;

/// Two texts, and whether the answer to the first is the answer to the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The stored question.
    pub a: String,
    /// The one that is asked.
    pub b: String,
    pub is_hit: bool,
    /// The class of the pair, when its author gave one.
    pub kind: Option<String>,
    pub place: Place,
}

/// Where a pair is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    /// Counts from 1.
    pub line: usize,
}

/// A line that is no pair.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {} of {} is no pair: {problem}", place.line, place.file)]
pub struct InvalidPair {
    pub place: Place,
    pub problem: String,
}

/// Data sets carry more columns than these, so what is unknown is left alone.
#[derive(Deserialize)]
struct Fields {
    a: String,
    b: String,
    hit: bool,
    kind: Option<String>,
}

/// Every pair of the text of `file`; empty lines are skipped.
pub fn parse(file: &str, text: &str) -> Result<Vec<Pair>, InvalidPair> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(line, text)| {
            let place = Place { file: file.to_owned(), line };
            match fields(text) {
                Ok(Fields { a, b, hit, kind }) => Ok(Pair { a, b, is_hit: hit, kind, place }),
                Err(problem) => Err(InvalidPair { place, problem }),
            }
        })
        .collect()
}

fn fields(text: &str) -> Result<Fields, String> {
    let fields: Fields = serde_json::from_str(text).map_err(|error| without_line(&error))?;
    for (name, text) in [("a", &fields.a), ("b", &fields.b)] {
        if !is_prompt(text) {
            return Err(format!("{name} must not be empty, nor contain a NUL character"));
        }
    }
    Ok(fields)
}

/// What the gateway takes as a question.
fn is_prompt(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains('\0')
}

/// Each object is one line to the parser, which says "at line 1" of all of them.
fn without_line(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.replace(&format!("at line {} column", error.line()), "at column")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_with_their_lines() {
        let text = "\u{feff}{\"a\":\"x\",\"b\":\"y\",\"hit\":true}\r\n\n{\"a\":\"x\",\"b\":\"z\",\"hit\":false,\"kind\":\"number\",\"id\":7}";
        let pairs = parse("p.jsonl", text).unwrap();
        assert_eq!((pairs[0].place.line, pairs[0].is_hit, pairs[0].kind.as_deref()), (1, true, None));
        assert_eq!((pairs[1].place.line, pairs[1].is_hit, pairs[1].kind.as_deref()), (3, false, Some("number")));
        assert_eq!(pairs.len(), 2);
    }

    #[test]
    fn what_is_no_pair_is_refused_with_its_line() {
        let cases = [
            ("{\"a\":\"x\",\"b\":\"y\"}", "line 2 of p.jsonl is no pair: missing field `hit` at column 17"),
            (
                "{\"a\":\" \",\"b\":\"y\",\"hit\":true}",
                "line 2 of p.jsonl is no pair: a must not be empty, nor contain a NUL character",
            ),
            (
                "{\"a\":\"x\",\"b\":\"y\",\"hit\":1}",
                "line 2 of p.jsonl is no pair: invalid type: integer `1`, expected a boolean at column 25",
            ),
            ("nonsense", "line 2 of p.jsonl is no pair: expected ident at column 2"),
        ];
        for (line, message) in cases {
            assert_eq!(parse("p.jsonl", &format!("\n{line}\n")).unwrap_err().to_string(), message);
        }
    }
}
