//! Which keys isartor.toml may have, read off the structures that it is read into: no list of them can be forgotten.

use std::fmt::Display;

use serde::Deserialize;
use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};

use super::file::File;

/// The paths of every key, such as `server.max_body_bytes`.
#[derive(Debug)]
pub(super) struct Known(Vec<String>);

impl Known {
    pub(super) fn keys() -> Self {
        let mut keys = Vec::new();
        File::deserialize(Recorder { path: String::new(), keys: &mut keys }).expect("every key may be left out");
        Self(keys)
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> &[String] {
        &self.0
    }

    /// Which part of `path` is the first that means nothing. What is inside of a key is not looked at.
    pub(super) fn first_unknown(&self, path: &[String]) -> Option<usize> {
        for depth in 0..path.len() {
            let prefix = path[..=depth].join(".");
            if self.0.contains(&prefix) {
                return None;
            }
            if !self.0.iter().any(|key| is_in(key, &prefix)) {
                return Some(depth);
            }
        }
        None
    }

    /// What was probably meant by an unknown path: a key or a table that is spelt nearly so, or whose last part is.
    pub(super) fn closest(&self, unknown: &str) -> Option<&str> {
        let last = |path: &str| path.rsplit('.').next().unwrap_or_default().len();
        let last_of = |path: &'_ str| path.len() - last(path);
        let most = 1 + last(unknown) / 4;
        let tables = self.0.iter().filter_map(|key| key.rsplit_once('.')).map(|(table, _)| table);
        let candidates = self.0.iter().map(String::as_str).chain(tables);
        let measured = candidates.map(|candidate| {
            let whole = distance(unknown, candidate);
            let end = distance(&unknown[last_of(unknown)..], &candidate[last_of(candidate)..]) + 1;
            (whole.min(end), candidate)
        });
        measured.filter(|(distance, _)| *distance <= most).min_by_key(|(distance, _)| *distance).map(|(_, key)| key)
    }
}

fn is_in(key: &str, table: &str) -> bool {
    key.strip_prefix(table).is_some_and(|rest| rest.starts_with('.'))
}

/// How many characters have to be put in, left out or changed.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, character) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for column in 0..other.len() {
            let changed = diagonal + usize::from(other[column] != character);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

/// Gives every field nothing, and writes down what it is called.
struct Recorder<'a> {
    path: String,
    keys: &'a mut Vec<String>,
}

impl<'de> Deserializer<'de> for Recorder<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(Fields { path: self.path, left: fields, keys: self.keys })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.keys.push(self.path);
        visitor.visit_none()
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.keys.push(self.path);
        visitor.visit_seq(SeqDeserializer::new(std::iter::empty::<()>()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.keys.push(self.path);
        visitor.visit_map(MapDeserializer::new(std::iter::empty::<((), ())>()))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(never(format_args!("{} cannot be left out", self.path)))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct tuple tuple_struct enum identifier ignored_any
    }
}

fn never(why: impl Display) -> Error {
    serde::de::Error::custom(why)
}

struct Fields<'a> {
    path: String,
    /// Those whose value is still to be asked for, the next one first.
    left: &'static [&'static str],
    keys: &'a mut Vec<String>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(field) = self.left.first() else { return Ok(None) };
        seed.deserialize((*field).into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let (field, left) = self.left.split_first().ok_or_else(|| never("a value without a key"))?;
        self.left = left;
        let path = if self.path.is_empty() { (*field).to_owned() } else { format!("{}.{field}", self.path) };
        seed.deserialize(Recorder { path, keys: self.keys })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_known_and_the_closest_is_found() {
        let known = Known::keys();
        for key in ["host", "server.max_body_bytes", "server.trusted_proxies", "policy.settings", "plugin"] {
            assert!(known.all().iter().any(|known| known == key), "{key}: {:?}", known.all());
        }
        let cases = [
            ("prot", Some("port")),
            ("server.max_boddy_bytes", Some("server.max_body_bytes")),
            ("max_body_bytes", Some("server.max_body_bytes")),
            ("servr", Some("server")),
            ("gateway_apikey", Some("gateway_api_key")),
            ("colour", None),
        ];
        for (unknown, expected) in cases {
            assert_eq!(known.closest(unknown), expected, "{unknown}");
        }
    }

    #[test]
    fn the_first_part_without_a_meaning_is_found() {
        let known = Known::keys();
        let cases: [(&[&str], Option<usize>); 6] = [
            (&["port"], None),
            (&["prot"], Some(0)),
            (&["server", "prot"], Some(1)),
            (&["servr", "max_body_bytes"], Some(0)),
            (&["plugin", "weather", "city"], None),
            (&["server"], None),
        ];
        for (path, expected) in cases {
            let path: Vec<String> = path.iter().map(ToString::to_string).collect();
            assert_eq!(known.first_unknown(&path), expected, "{path:?}");
        }
    }
}
