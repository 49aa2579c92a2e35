//! Changes to a text: what replaces which range of it, and the ranges that whole lines are. Knows no format.

use std::ops::Range;

/// Replaces a range of the old text.
pub(super) struct Splice {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

impl Splice {
    pub(super) fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self { range: offset..offset, text: text.into() }
    }

    pub(super) fn delete(start: usize, end: usize) -> Self {
        Self { range: start..end, text: String::new() }
    }

    /// Whole lines, each without its line ending, at the start of a line or the end of the text. A text without a final
    /// line ending stays one.
    pub(super) fn insert_lines(text: &str, offset: usize, lines: &[String]) -> Self {
        let newline = newline_at(text, offset);
        let lines = lines.join(newline);
        let continues = offset > 0 && !text[..offset].ends_with('\n');
        Self::insert(offset, if continues { format!("{newline}{lines}") } else { format!("{lines}{newline}") })
    }

    /// The inverse of [`Splice::insert_lines`].
    pub(super) fn delete_lines(text: &str, lines: Range<usize>) -> Self {
        let is_cut_off = lines.end == text.len() && !text.ends_with('\n');
        let before = &text[..lines.start];
        let kept = before.strip_suffix('\n').map_or(before, |before| before.strip_suffix('\r').unwrap_or(before));
        Self::delete(if is_cut_off { kept.len() } else { lines.start }, lines.end)
    }
}

/// Applies splices that are in the order of the text and do not overlap.
pub(super) fn spliced(text: &str, splices: Vec<Splice>) -> String {
    let mut result = String::with_capacity(text.len() + splices.iter().map(|splice| splice.text.len()).sum::<usize>());
    let mut done = 0;
    for splice in splices {
        result.push_str(&text[done..splice.range.start]);
        result.push_str(&splice.text);
        done = splice.range.end;
    }
    result.push_str(&text[done..]);
    result
}

/// Where the line of `offset` starts.
pub(super) fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |last| last + 1)
}

/// Where the line of `offset` ends, before its line ending.
pub(super) fn line_end(text: &str, offset: usize) -> usize {
    let rest = &text[offset..];
    let line = rest.split_once('\n').map_or(rest, |(line, _)| line.strip_suffix('\r').unwrap_or(line));
    offset + line.len()
}

/// Where the line after that of `offset` starts, or the text ends.
pub(super) fn next_line(text: &str, offset: usize) -> usize {
    text[offset..].find('\n').map_or(text.len(), |end| offset + end + 1)
}

/// The white space that the line of `offset` starts with.
pub(super) fn indentation(text: &str, offset: usize) -> &str {
    let line = &text[line_start(text, offset)..offset];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// The line ending nearest before `offset`, or else the first one after it.
pub(super) fn newline_at(text: &str, offset: usize) -> &'static str {
    let (before, after) = text.split_at(offset);
    let crlf = match before.rfind('\n') {
        Some(last) => before[..last].ends_with('\r'),
        None => after.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r')),
    };
    if crlf { "\r\n" } else { "\n" }
}
