//! A YAML document as a tree, with the place of everything. The parser's columns are not taken for granted: what is not
//! where it should be in the text is refused.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

/// How deep values may be in each other.
const MAX_DEPTH: usize = 100;

/// A value. Its range has an anchor and a tag in it, and is empty where nothing is.
pub(super) struct Node {
    pub(super) range: Range<usize>,
    /// An anchor or a tag, as far as they can be told apart.
    pub(super) mark: Option<String>,
    /// It is a map or list, and brackets are around it.
    pub(super) has_brackets: bool,
    pub(super) what: What,
}

pub(super) enum What {
    Nothing,
    Text { text: String, is_plain: bool },
    Alias,
    Map(Vec<Pair>),
    List(Vec<Item>),
}

pub(super) struct Pair {
    pub(super) key: Node,
    /// Behind the colon, or the key where there is none.
    pub(super) colon: usize,
    pub(super) value: Node,
}

pub(super) struct Item {
    /// At the dash where there is one.
    pub(super) start: usize,
    pub(super) value: Node,
}

impl Pair {
    pub(super) fn end(&self) -> usize {
        self.value.range.end.max(self.colon)
    }
}

impl Item {
    pub(super) fn end(&self) -> usize {
        self.value.range.end.max(self.start)
    }
}

impl Node {
    pub(super) fn text(&self) -> Option<&str> {
        match &self.what {
            What::Text { text, .. } => Some(text),
            What::Nothing | What::Alias | What::Map(_) | What::List(_) => None,
        }
    }

    /// Whether it is a map of which `field` is `name`.
    pub(super) fn is_named(&self, field: &str, name: &str) -> bool {
        match &self.what {
            What::Map(pairs) => {
                pairs.iter().any(|pair| pair.key.text() == Some(field) && pair.value.text() == Some(name))
            }
            What::Nothing | What::Text { .. } | What::Alias | What::List(_) => false,
        }
    }
}

/// The only document of `text`.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    // The parser takes a NUL for the end of the text.
    if text.contains('\0') {
        return Err("it does not parse: a control character".to_owned());
    }
    let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let byte = |index: usize| offsets.get(index).copied().unwrap_or(text.len());
    let range = |span: Span| byte(span.start.index())..byte(span.end.index()).max(byte(span.start.index()));
    let events: Result<Vec<_>, ScanError> =
        Parser::new_from_str(text).map(|event| event.map(|(event, span)| (event, range(span)))).collect();
    let events = events.map_err(|error| format!("it does not parse: {error}"))?;
    let mut reading = Reading { text, events: events.into_iter().peekable() };
    reading.expect(|event| *event == Event::StreamStart)?;
    let root = match reading.next()? {
        (Event::DocumentStart(is_explicit), range) => {
            let root = reading.node(if is_explicit { range.end } else { 0 }, false, 0)?;
            reading.expect(|event| *event == Event::DocumentEnd)?;
            reading.expect(|event| *event == Event::StreamEnd)?;
            root
        }
        _ => Node { range: 0..0, mark: None, has_brackets: false, what: What::Nothing },
    };
    Ok(root)
}

struct Reading<'a> {
    text: &'a str,
    events: std::iter::Peekable<std::vec::IntoIter<(Event<'a>, Range<usize>)>>,
}

impl<'a> Reading<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Range<usize>), String> {
        self.events.next().ok_or_else(|| "it does not parse: it ends too early".to_owned())
    }

    fn expect(&mut self, is_right: impl Fn(&Event) -> bool) -> Result<(), String> {
        match is_right(&self.next()?.0) {
            true => Ok(()),
            false => Err("it is not one document".to_owned()),
        }
    }

    /// The value behind `cursor`.
    fn node(&mut self, cursor: usize, in_brackets: bool, depth: usize) -> Result<Node, String> {
        if depth > MAX_DEPTH {
            return Err("it is nested too deep".to_owned());
        }
        let (event, range) = self.next()?;
        match event {
            Event::Alias(_) => Ok(Node { range, mark: None, has_brackets: false, what: What::Alias }),
            Event::Scalar(text, style, anchor, tag) => {
                let mark = mark(anchor, tag.map(|tag| tag.to_string()));
                let is_plain = style == ScalarStyle::Plain;
                let (range, what) = match is_plain && text.is_empty() {
                    true if mark.is_none() => (cursor..cursor, What::Nothing),
                    true => (range, What::Nothing),
                    false => (range, What::Text { text: text.into_owned(), is_plain }),
                };
                Ok(Node { range, mark, has_brackets: false, what })
            }
            Event::MappingStart(anchor, tag) => {
                let mark = mark(anchor, tag.map(|tag| tag.to_string()));
                self.collection(Start { range, mark, cursor, in_brackets, depth }, '{', Self::pairs)
            }
            Event::SequenceStart(anchor, tag) => {
                let mark = mark(anchor, tag.map(|tag| tag.to_string()));
                self.collection(Start { range, mark, cursor, in_brackets, depth }, '[', Self::items)
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => Err("it does not parse: a value is missing".to_owned()),
        }
    }

    /// A map or a list; `read` reads what is in it.
    fn collection(&mut self, start: Start, bracket: char, read: Read<'a>) -> Result<Node, String> {
        let opening = self.text[start.range.clone()].find(bracket).map(|at| start.range.start + at);
        let cursor = match (opening, &start.mark) {
            (Some(opening), _) => opening + 1,
            (None, Some(_)) => start.range.end,
            (None, None) => start.cursor,
        };
        let in_brackets = start.in_brackets || opening.is_some();
        let (what, inside) = read(self, Inside { cursor, in_brackets, depth: start.depth + 1 })?;
        let (_, end) = self.next()?;
        let range = match opening {
            // The parser's end may be a comma before it, or go on behind it.
            Some(_) => start.range.start..self.closing(end.start)?,
            None if start.mark.is_some() => start.range.start..inside.end,
            None => inside,
        };
        Ok(Node { range, mark: start.mark, has_brackets: opening.is_some(), what })
    }

    /// Behind the next closing bracket.
    fn closing(&self, offset: usize) -> Result<usize, String> {
        let close = skip_trivia(self.text, offset);
        match self.text[close..].starts_with(['}', ']']) {
            true => Ok(close + 1),
            false => Err("a bracket is not where it should be".to_owned()),
        }
    }

    fn is_at(&mut self, end: &Event) -> bool {
        self.events.peek().is_none_or(|(event, _)| event == end)
    }

    /// A key can follow a question mark; a plain one can also begin with it.
    fn behind_question_mark(&mut self, start: usize) -> usize {
        let is_plain = self.events.peek().is_some_and(|(_, range)| range.start == start && !range.is_empty());
        if self.text[start..].starts_with('?') && !is_plain { start + 1 } else { start }
    }

    fn pairs(&mut self, inside: Inside) -> Result<(What, Range<usize>), String> {
        let Inside { cursor: start, in_brackets, depth } = inside;
        let (mut pairs, mut cursor) = (Vec::new(), start);
        while !self.is_at(&Event::MappingEnd) {
            let start = self.behind_question_mark(skip_trivia(self.text, cursor));
            let key = self.node(start, in_brackets, depth)?;
            let behind = skip_trivia(self.text, key.range.end);
            let colon = if self.text[behind..].starts_with(':') { behind + 1 } else { key.range.end };
            let value = self.node(colon, in_brackets, depth)?;
            let pair = Pair { key, colon, value };
            cursor = pair.end();
            pairs.push(pair);
        }
        let first = pairs.first().map_or(start, |pair: &Pair| pair.key.range.start);
        Ok((What::Map(pairs), first..cursor))
    }

    fn items(&mut self, inside: Inside) -> Result<(What, Range<usize>), String> {
        let Inside { cursor: start, in_brackets, depth } = inside;
        let (mut items, mut cursor) = (Vec::new(), start);
        let has_dashes = self.text[skip_trivia(self.text, start)..].starts_with('-') && !in_brackets;
        while !self.is_at(&Event::SequenceEnd) {
            let start = skip_trivia(self.text, cursor);
            if has_dashes && !self.text[start..].starts_with('-') {
                return Err("a dash is not where it should be".to_owned());
            }
            let value = self.node(if has_dashes { start + 1 } else { start }, in_brackets, depth)?;
            let start = if has_dashes { start } else { value.range.start };
            let item = Item { start, value };
            cursor = item.end().max(if has_dashes { start + 1 } else { start });
            items.push(item);
        }
        let first = items.first().map_or(start, |item: &Item| item.start);
        Ok((What::List(items), first..cursor))
    }
}

/// Reads what is in a map or a list, and says where it is.
type Read<'a> = fn(&mut Reading<'a>, Inside) -> Result<(What, Range<usize>), String>;

/// Where what is in a map or a list is expected.
struct Inside {
    cursor: usize,
    in_brackets: bool,
    depth: usize,
}

/// Where a map or list starts.
struct Start {
    range: Range<usize>,
    mark: Option<String>,
    cursor: usize,
    in_brackets: bool,
    depth: usize,
}

fn mark(anchor: usize, tag: Option<String>) -> Option<String> {
    (anchor > 0 || tag.is_some()).then(|| format!("&{anchor} {}", tag.unwrap_or_default()))
}

/// From `offset`, the first character that is neither white space, nor a comma, nor in a comment.
fn skip_trivia(text: &str, mut offset: usize) -> usize {
    loop {
        offset = text.len() - text[offset..].trim_start_matches(|next: char| next.is_whitespace() || next == ',').len();
        match text[offset..].starts_with('#') {
            true => offset = text[offset..].find('\n').map_or(text.len(), |end| offset + end),
            false => return offset,
        }
    }
}
