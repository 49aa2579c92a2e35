//! The fields of a JSON object, each taken out once, so that what is left over is unknown. Never keeps the last of
//! two fields with one name: readers that disagree on which counts are how filters are passed.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;

use crate::server::error::ApiError;

/// How much of a caller's own words an error repeats.
const MAX_QUOTED_CHARS: usize = 64;

pub(super) struct Fields {
    /// In the order they came. A body has a handful: a list is faster than a map.
    left: Vec<(String, Value)>,
}

impl Fields {
    pub(super) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        if body.is_empty() {
            return Err(ApiError::InvalidJson("it is empty".to_owned()));
        }
        let fields: Self = serde_json::from_slice(body).map_err(|error| invalid_json(&error))?;
        match fields.twice() {
            Some(name) => Err(ApiError::DuplicateField(quoted(name))),
            None => Ok(fields),
        }
    }

    fn twice(&self) -> Option<&str> {
        let mut names = self.left.iter().map(|(name, _)| name.as_str()).enumerate();
        names.find(|(index, name)| self.left[..*index].iter().any(|(earlier, _)| earlier == name)).map(|(_, name)| name)
    }

    /// A string; null counts as left out.
    pub(super) fn string(&mut self, field: &'static str) -> Result<Option<String>, ApiError> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(ApiError::InvalidField { field, problem: "must be a string" }),
        }
    }

    /// A whole number, not negative; null counts as left out.
    pub(super) fn integer(&mut self, field: &'static str) -> Result<Option<u64>, ApiError> {
        let problem = "must be a whole number";
        let Some(value) = self.take(field) else { return Ok(None) };
        value.as_u64().map(Some).ok_or(ApiError::InvalidField { field, problem })
    }

    /// What nobody asked for is an error: it is most often a misspelt field.
    pub(super) fn finish(self) -> Result<(), ApiError> {
        match self.left.first() {
            None => Ok(()),
            Some((name, _)) => Err(ApiError::UnknownField(quoted(name))),
        }
    }

    fn take(&mut self, field: &str) -> Option<Value> {
        let index = self.left.iter().position(|(name, _)| name == field)?;
        let (_, value) = self.left.swap_remove(index);
        (!value.is_null()).then_some(value)
    }
}

fn invalid_json(error: &serde_json::Error) -> ApiError {
    match error.classify() {
        Category::Data => ApiError::InvalidJson("it must be an object".to_owned()),
        Category::Syntax | Category::Eof | Category::Io => ApiError::InvalidJson(error.to_string()),
    }
}

fn quoted(name: &str) -> String {
    let mut quoted: String = name.chars().take(MAX_QUOTED_CHARS).collect();
    if quoted.len() < name.len() {
        quoted.push('…');
    }
    quoted
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut left = Vec::new();
        while let Some(field) = map.next_entry()? {
            left.push(field);
        }
        Ok(Fields { left })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_is_no_object_says_where_it_goes_wrong() {
        let deep = format!("{{\"a\":{}", "[".repeat(10_000));
        let cases: [(&[u8], &str); 12] = [
            (b"", "it is empty"),
            (b"{", "EOF while parsing an object at line 1 column 1"),
            (b"{\"a\":1,}", "trailing comma at line 1 column 8"),
            (b"{\n  \"a\" 1}", "expected `:` at line 2 column 7"),
            (b"{} {}", "trailing characters at line 1 column 4"),
            (b"{\"a\":\"\xff\"}", "invalid unicode code point at line 1 column 7"),
            (b"{\"a\":\"\0\"}", "control character (\\u0000-\\u001F) found while parsing a string at line 1 column 7"),
            (b"{\"a\":\"\\ud800\"}", "unexpected end of hex escape at line 1 column 13"),
            (b"\xef\xbb\xbf{}", "expected value at line 1 column 1"),
            (deep.as_bytes(), "recursion limit exceeded at line 1 column 132"),
            (b"[]", "it must be an object"),
            (b"\"text\"", "it must be an object"),
        ];
        for (body, expected) in cases {
            let found = Fields::parse(body).err();
            assert_eq!(found, Some(ApiError::InvalidJson(expected.to_owned())), "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn a_long_name_is_cut() {
        let name = "ü".repeat(65);
        let body = format!("{{\"{name}\":1}}");
        let expected = format!("{}…", "ü".repeat(64));
        assert_eq!(Fields::parse(body.as_bytes()).ok().unwrap().finish(), Err(ApiError::UnknownField(expected)));
    }
}
