//! Set, remove or list one server entry in a configuration text; all else stays byte for byte. One module per format.
//! Never reads or writes a file.
//!
//! Comments and trailing commas survive, as do key order, indentation, line endings, a byte order mark and a missing
//! final newline: every change is a splice into the text as it was. A text that does not parse, a key that is there
//! twice on the way to the entry, and anything but a container where one belongs are failures with a position.
//!
//! A connector that does no more than this is a table: implement [`Table`] and it is a
//! [`Connector`](crate::connector::Connector).

mod brackets;
mod client;
mod format;
mod json;
mod position;
mod quoting;
mod reading;
mod shape;
mod splice;
mod toml;
mod yaml;

#[cfg(test)]
mod tests;

pub use client::{Client, Table};
pub use format::Format;
pub use json::{Json, Json5};
pub use shape::{HTTP, Role, STDIO, Shape};
pub use toml::Toml;
pub use yaml::Yaml;
