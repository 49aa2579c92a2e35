//! Members between two brackets, with commas between them and comments that start with `#`: what TOML and YAML have in
//! common. `delete` is the exact inverse of `insert`.

use std::ops::Range;

use super::splice::Splice;

/// A pair of brackets and the members between them, as byte ranges.
pub(super) struct Brackets {
    /// From the opening bracket to behind the closing one.
    pub(super) range: Range<usize>,
    /// From a member's key to the end of its value, in order.
    pub(super) members: Vec<Range<usize>>,
}

impl Brackets {
    /// A new last member; a trailing comma stays one.
    pub(super) fn insert(&self, text: &str, member: &str) -> Splice {
        match self.members.last() {
            Some(last) => Splice::insert(last.end, format!(", {member}")),
            None => {
                let inside = &text[self.inside()];
                let mirrored = if inside.trim_matches([' ', '\t']).is_empty() { inside } else { "" };
                Splice::insert(self.inside().end, format!("{member}{mirrored}"))
            }
        }
    }

    /// Leaves every comment.
    pub(super) fn delete(&self, text: &str, index: usize) -> Vec<Splice> {
        let member = &self.members[index];
        let (from, until, gap, separator) = match (index.checked_sub(1), self.members.get(index + 1)) {
            (Some(previous), _) => {
                let end = self.members[previous].end;
                (end, member.end, end..member.start, end)
            }
            (None, Some(next)) => (member.start, next.start, member.end..next.start, member.end),
            (None, None) => return self.clear(text, member),
        };
        if text[gap].contains('#') {
            return apart(member, comma_after(text, separator));
        }
        vec![Splice::delete(from, until)]
    }

    fn clear(&self, text: &str, member: &Range<usize>) -> Vec<Splice> {
        let (inside, comma) = (self.inside(), comma_after(text, member.end));
        let before = &text[inside.start..member.start];
        if before.contains('#') || text[member.end..inside.end].contains('#') {
            return apart(member, comma);
        }
        vec![Splice::delete(if before.contains('\n') { inside.start } else { member.start }, inside.end)]
    }

    fn inside(&self) -> Range<usize> {
        self.range.start + 1..self.range.end - 1
    }
}

/// From `offset`, the first character that is neither white space nor in a comment.
pub(super) fn skip_trivia(text: &str, mut offset: usize) -> usize {
    loop {
        offset = text.len() - text[offset..].trim_start().len();
        if !text[offset..].starts_with('#') {
            return offset;
        }
        offset = text[offset..].find('\n').map_or(text.len(), |end| offset + end + 1);
    }
}

/// Where the comma behind a member that ends at `offset` is.
pub(super) fn comma_after(text: &str, offset: usize) -> Option<usize> {
    let comma = skip_trivia(text, offset);
    text[comma..].starts_with(',').then_some(comma)
}

/// Deletes a member and its comma, and nothing around them.
fn apart(member: &Range<usize>, comma: Option<usize>) -> Vec<Splice> {
    let mut ranges: Vec<(usize, usize)> = vec![(member.start, member.end)];
    ranges.extend(comma.map(|comma| (comma, comma + 1)));
    ranges.sort_unstable();
    ranges.into_iter().map(|(start, end)| Splice::delete(start, end)).collect()
}
