//! Labelled pairs as people write them. The only place that checks their fields.

use serde::Deserialize;

use super::lines::{InvalidLine, Place, check_prompt, objects};

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

#[derive(Deserialize)]
struct Fields {
    a: String,
    b: String,
    hit: bool,
    kind: Option<String>,
}

/// Every pair of the text of `file`, an object a line.
pub fn parse(file: &str, text: &str) -> Result<Vec<Pair>, InvalidLine> {
    let pair = |(place, fields): (Place, Fields)| {
        let Fields { a, b, hit, kind } = fields;
        check_prompt(&place, "a", &a)?;
        check_prompt(&place, "b", &b)?;
        Ok(Pair { a, b, is_hit: hit, kind, place })
    };
    objects(file, text)?.into_iter().map(pair).collect()
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
            ("{\"a\":\"x\",\"b\":\"y\"}", "cannot use line 2 of p.jsonl: missing field `hit` at column 17"),
            (
                "{\"a\":\" \",\"b\":\"y\",\"hit\":true}",
                "cannot use line 2 of p.jsonl: a must not be empty, nor contain a NUL character",
            ),
            (
                "{\"a\":\"x\",\"b\":\"y\",\"hit\":1}",
                "cannot use line 2 of p.jsonl: invalid type: integer `1`, expected a boolean at column 2",
            ),
            ("nonsense", "cannot use line 2 of p.jsonl: expected ident at column 2"),
        ];
        for (line, message) in cases {
            // The parser's features, which others choose, decide whether a number is read to its end first.
            let said = parse("p.jsonl", &format!("\n{line}\n")).unwrap_err().to_string();
            assert!(said.starts_with(message), "{said}");
        }
    }
}
