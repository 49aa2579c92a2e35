//! YAML: not written yet.

use super::format::{Format, Node, Step, Value};
use crate::connector::Failure;

/// YAML.
#[derive(Debug)]
pub struct Yaml;

impl Format for Yaml {
    fn read(_text: &str, _path: &[Step]) -> Result<Option<Node>, Failure> {
        Err(unsupported())
    }

    fn entries(_text: &str, _keys: &[Step], _name_field: Option<&str>) -> Result<Vec<(String, Node)>, Failure> {
        Err(unsupported())
    }

    fn put(_text: &str, _path: &[Step], _value: &Value) -> Result<String, Failure> {
        Err(unsupported())
    }

    fn remove(_text: &str, _path: &[Step]) -> Result<String, Failure> {
        Err(unsupported())
    }

    fn is_empty(_text: &str, _path: &[Step]) -> Result<bool, Failure> {
        Err(unsupported())
    }

    fn fresh(_blank: &str, _head: &str, _path: &[Step], _value: &Value) -> String {
        String::new()
    }

    fn is_bare(_text: &str, _head: &str) -> Result<bool, Failure> {
        Err(unsupported())
    }
}

fn unsupported() -> Failure {
    Failure::unsupported("YAML")
}
