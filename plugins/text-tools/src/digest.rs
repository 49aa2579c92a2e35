//! Digests of a text's UTF-8 bytes.

use isartor_plugin::tool::Failure;
use serde_json::json;
use sha2::{Digest, Sha256, Sha512};

use crate::Entry;
use crate::arguments::Arguments;

pub(crate) const TOOL: Entry = Entry {
    name: "digest",
    title: "Digest of a text",
    description: "Computes the SHA-256 or SHA-512 digest of a text, over its UTF-8 bytes exactly as given, as \
        hexadecimal or base64. Use it to compare or verify texts; a model cannot compute digests by itself.",
    input_schema: r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "text": {"type": "string", "description": "The text, at most 1 MiB as UTF-8. Nothing is trimmed."},
    "algorithm": {"type": "string", "enum": ["sha256", "sha512"], "default": "sha256", "description": "The hash function."},
    "encoding": {"type": "string", "enum": ["hex", "base64"], "default": "hex", "description": "How the digest is written: lower-case hexadecimal, or base64 with padding."}
  },
  "required": ["text"],
  "additionalProperties": false
}"#,
    output_schema: r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "algorithm": {"type": "string", "enum": ["sha256", "sha512"]},
    "encoding": {"type": "string", "enum": ["hex", "base64"]},
    "digest": {"type": "string"},
    "bytes": {"type": "integer", "minimum": 0, "description": "How many bytes were hashed."}
  },
  "required": ["algorithm", "encoding", "digest", "bytes"],
  "additionalProperties": false
}"#,
    run,
};

#[derive(Clone, Copy)]
enum Algorithm {
    Sha256,
    Sha512,
}

#[derive(Clone, Copy)]
enum Encoding {
    Hex,
    Base64,
}

const ALGORITHMS: [(&str, Algorithm); 2] = [("sha256", Algorithm::Sha256), ("sha512", Algorithm::Sha512)];
const ENCODINGS: [(&str, Encoding); 2] = [("hex", Encoding::Hex), ("base64", Encoding::Base64)];

fn run(mut arguments: Arguments) -> Result<String, Failure> {
    let text = arguments.text("text")?;
    let algorithm = arguments.choice("algorithm", &ALGORITHMS)?;
    let encoding = arguments.choice("encoding", &ENCODINGS)?;
    arguments.end()?;
    let (algorithm, digest) = match algorithm {
        Algorithm::Sha256 => ("sha256", Sha256::digest(&text).to_vec()),
        Algorithm::Sha512 => ("sha512", Sha512::digest(&text).to_vec()),
    };
    let (encoding, written) = match encoding {
        Encoding::Hex => ("hex", hex(&digest)),
        Encoding::Base64 => ("base64", base64(&digest)),
    };
    let result = json!({"algorithm": algorithm, "encoding": encoding, "digest": written, "bytes": text.len()});
    Ok(result.to_string())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// RFC 4648, the standard alphabet, padded.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut written = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * index)) as usize & 63];
            written.push(if index <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_follow_their_published_vectors() {
        for (bytes, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes()), expected);
        }
        assert_eq!(hex(&[0x00, 0x0f, 0xa5, 0xff]), "000fa5ff");
    }
}
