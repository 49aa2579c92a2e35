//! A byte offset in a text as a line and a column for people.

use crate::connector::Failure;

/// A failure of kind `invalid-input` at a byte offset.
pub(super) fn failure_at(text: &str, offset: usize, message: impl Into<String>) -> Failure {
    let before = &text[..offset];
    let line_start = before.rfind(['\n', '\r']).map_or(0, |last| last + 1);
    let breaks = before.matches('\n').count() + before.matches('\r').count() - before.matches("\r\n").count();
    let column = before[line_start..].chars().count() + 1;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Failure::invalid_input_at(message, count(breaks + 1), count(column))
}
