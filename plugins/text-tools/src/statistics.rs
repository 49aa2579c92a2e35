//! How long a text is, in several measures. Counts; never judges.

use isartor_plugin::tool::Failure;
use serde_json::json;

use crate::Entry;
use crate::arguments::Arguments;

pub(crate) const TOOL: Entry = Entry {
    name: "statistics",
    title: "Statistics of a text",
    description: "Counts the characters, words, lines, sentences and bytes of a text, and estimates its tokens. Use it \
        when a length must be exact, such as a word limit; a model's own count is not.",
    input_schema: r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "text": {"type": "string", "description": "The text, at most 1 MiB as UTF-8."}
  },
  "required": ["text"],
  "additionalProperties": false
}"#,
    output_schema: r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "bytes": {"type": "integer", "minimum": 0, "description": "Bytes as UTF-8."},
    "characters": {"type": "integer", "minimum": 0, "description": "Unicode scalar values, spaces and line ends included."},
    "words": {"type": "integer", "minimum": 0, "description": "Parts between white space with at least one letter or digit."},
    "lines": {"type": "integer", "minimum": 0, "description": "Lines; a line end at the very end begins no new one."},
    "sentences": {"type": "integer", "minimum": 0, "description": "Runs of words up to a full stop, question mark or exclamation mark before white space, or up to the end. Abbreviations such as Dr. count as ends."},
    "estimated_tokens": {"type": "integer", "minimum": 0, "description": "Bytes divided by 4, rounded up: a rule of thumb for English. Tokenizers differ."}
  },
  "required": ["bytes", "characters", "words", "lines", "sentences", "estimated_tokens"],
  "additionalProperties": false
}"#,
    run,
};

fn run(mut arguments: Arguments) -> Result<String, Failure> {
    let text = arguments.text("text")?;
    arguments.end()?;
    let result = json!({
        "bytes": text.len(),
        "characters": text.chars().count(),
        "words": text.split_whitespace().filter(|part| is_word(part)).count(),
        "lines": text.lines().count(),
        "sentences": sentences(&text),
        "estimated_tokens": text.len().div_ceil(4),
    });
    Ok(result.to_string())
}

fn is_word(part: &str) -> bool {
    part.contains(char::is_alphanumeric)
}

/// A mark ends a sentence only if a word came since the last one, so that `Really?!` and `...` count once.
fn sentences(text: &str) -> usize {
    let mut count = 0;
    let mut has_word = false;
    for part in text.split_whitespace() {
        for (index, character) in part.char_indices() {
            let ends = match character {
                '。' | '！' | '？' => true,
                '.' | '!' | '?' | '…' => !is_word(&part[index..]),
                _ => false,
            };
            has_word |= character.is_alphanumeric();
            if ends && has_word {
                count += 1;
                has_word = false;
            }
        }
    }
    count + usize::from(has_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_counted() {
        for (text, expected) in [
            ("", 0),
            ("...", 0),
            ("One", 1),
            ("One. Two.", 2),
            ("Really?! Yes...", 2),
            ("Version 3.5 is out. Get it", 2),
            ("He said \"go.\" Then he left.", 2),
            ("see example.com. Done.", 2),
            ("你好。再见！", 2),
        ] {
            assert_eq!(sentences(text), expected, "{text}");
        }
    }
}
