//! What the brackets and names of a JSON text say of it, before anything parses it: in one pass, without recursion
//! and without memory. Says nothing of a text that is no JSON; whoever parses it will.

/// Whether its arrays and objects are nested deeper than `most` levels.
pub(in crate::server) fn is_deeper_than(json: &[u8], most: usize) -> bool {
    if json.len() <= most {
        return false;
    }
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => at = end_of_string(json, at + 1),
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > most {
            return true;
        }
        at += 1;
    }
    false
}

/// Where the string ends whose text begins at `at`: its closing quote, or the end of everything.
fn end_of_string(json: &[u8], mut at: usize) -> usize {
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => break,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

/// The members of a JSON-RPC message that say what it is.
const MEMBERS: [&[u8]; 6] = [b"jsonrpc", b"id", b"method", b"params", b"result", b"error"];

/// Whether two readers could take a JSON-RPC message, or one of a batch, for two different ones: a member of its
/// envelope is given twice, in another case, or hidden behind an escape.
pub(in crate::server) fn is_ambiguous_message(json: &[u8]) -> bool {
    let is_batch = json.trim_ascii_start().first() == Some(&b'[');
    let mut envelope = Envelope { level: if is_batch { 2 } else { 1 }, ..Envelope::default() };
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        if *byte == b'"' {
            let end = end_of_string(json, at + 1);
            if envelope.names_next() && !envelope.takes(json.get(at + 1..end).unwrap_or_default()) {
                return true;
            }
            at = end;
        } else {
            envelope.step(*byte);
        }
        at += 1;
    }
    false
}

/// Where a walk through a text stands, as far as the members of messages go.
#[derive(Default)]
struct Envelope {
    /// How deep the members of a message are.
    level: usize,
    depth: usize,
    is_object: bool,
    before_name: bool,
    /// One bit for each of [`MEMBERS`].
    seen: u8,
}

impl Envelope {
    fn names_next(&self) -> bool {
        self.depth == self.level && self.before_name
    }

    fn step(&mut self, byte: u8) {
        match byte {
            b'[' | b'{' => {
                self.depth += 1;
                if self.depth == self.level {
                    self.is_object = byte == b'{';
                    self.before_name = self.is_object;
                    self.seen = 0;
                }
            }
            b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            b',' if self.depth == self.level => self.before_name = self.is_object,
            _ => {}
        }
    }

    /// Whether a member of this name may stand here.
    fn takes(&mut self, name: &[u8]) -> bool {
        self.before_name = false;
        if name.contains(&b'\\') {
            return false;
        }
        let Some(place) = MEMBERS.iter().position(|member| member.eq_ignore_ascii_case(name)) else { return true };
        let bit = 1 << place;
        let is_first = self.seen & bit == 0;
        self.seen |= bit;
        is_first && MEMBERS[place] == name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_counted_outside_strings() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let cases = [
            (nested(4), false),
            (nested(5), true),
            ("[".repeat(100_000), true),
            (format!("[{},{}]", nested(3), nested(3)), false),
            (r#"{"a":{"b":[{"c":{}}]}}"#.to_owned(), true),
            (r#"{"a":{"b":[{"c":"}{{{{{"}]}}"#.to_owned(), false),
            (r#"["\"[[[[[[[","\\",[[[]]]]"#.to_owned(), false),
            (r#"["\\",[[[[]]]]]"#.to_owned(), true),
            ("]]]]]]]][[[[".to_owned(), false),
            ("\"[[[[[[[[[".to_owned(), false),
            ("[[[[\"\\".to_owned(), false),
            (String::new(), false),
        ];
        for (json, expected) in cases {
            assert_eq!(is_deeper_than(json.as_bytes(), 4), expected, "{json:.40}");
        }
    }

    #[test]
    fn what_says_a_thing_twice_is_ambiguous() {
        let cases = [
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, false),
            (r#"{"id":1,"params":{"id":2,"ID":3,"id":4},"method":"x"}"#, false),
            (r#"{"x":1,"X":2,"x":3}"#, false),
            (r#"{"id":"method","method":"id"}"#, false),
            (r#"{"method":"a\"b","params":["method","Method"]}"#, false),
            (r#"[{"id":1},{"id":2}]"#, false),
            (r#"["id","id","ID"]"#, false),
            (r#"[["id","id"]]"#, false),
            (r#""id""#, false),
            ("", false),
            (r#"{"id":1,"id":1}"#, true),
            (r#"{"method":"a","params":{},"method":"b"}"#, true),
            (r#"{"Method":"a"}"#, true),
            (r#"{"method":"a","METHOD":"b"}"#, true),
            (r#"{"\u006dethod":"a"}"#, true),
            (r#" { "id" : 1 , "id" : 2 }"#, true),
            (r#"[{"id":1},{"id":1,"Id":2}]"#, true),
            (r#"{"result":1,"Error":2}"#, true),
        ];
        for (json, expected) in cases {
            assert_eq!(is_ambiguous_message(json.as_bytes()), expected, "{json}");
        }
    }
}
