//! Where everything in a YAML text is: the parser says what there is, the text says where its dashes, colons and
//! brackets are.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use crate::config_text::brackets::{comma_after, skip_trivia};
use crate::config_text::position::failure_at;
use crate::config_text::splice::line_end;
use crate::connector::Failure;

/// How deep values may be in each other.
const MAX_DEPTH: usize = 100;

/// A parsed text of at most one document. Ranges are byte offsets into `text`.
pub(super) struct Tree<'a> {
    pub(super) text: &'a str,
    /// None when there are comments only.
    pub(super) root: Option<Node>,
    /// Behind the `---` that starts the document, or 0.
    pub(super) start: usize,
}

pub(super) struct Node {
    /// With an anchor and a tag before it; without the line ending behind it. Empty where there is nothing.
    pub(super) range: Range<usize>,
    pub(super) anchor: bool,
    pub(super) tag: Option<String>,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    /// No text at all.
    Nothing,
    Plain(String),
    Quoted(String),
    /// Over several lines, behind a `|` or `>`.
    Block(String),
    Alias,
    Map(Layout, Vec<Pair>),
    List(Layout, Vec<Item>),
}

/// How a map or a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Lines,
    Brackets,
    /// One pair in the brackets of a list, without brackets of its own.
    Bare,
}

pub(super) struct Pair {
    pub(super) key: Node,
    /// Behind the colon; none where there is no colon.
    pub(super) colon: Option<usize>,
    /// The key follows a question mark.
    pub(super) is_explicit: bool,
    pub(super) value: Node,
}

pub(super) struct Item {
    /// At the dash, where there are lines.
    pub(super) start: usize,
    pub(super) value: Node,
}

impl Pair {
    pub(super) fn range(&self) -> Range<usize> {
        self.key.range.start..self.value.range.end.max(self.colon.unwrap_or(self.key.range.end))
    }
}

impl Item {
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.value.range.end.max(self.start + 1)
    }
}

impl<'a> Tree<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Failure> {
        refuse_odd_characters(text)?;
        let mut events = Events::read(text)?;
        let Some(start) = events.document()? else { return Ok(Self { text, root: None, start: 0 }) };
        let root = events.node(start, false, 0)?;
        events.end()?;
        Ok(Self { text, root: Some(root), start })
    }
}

/// The parser takes the one for the end, and lines are counted by the other.
fn refuse_odd_characters(text: &str) -> Result<(), Failure> {
    let lone = |(at, character): &(usize, char)| *character == '\r' && !text[*at..].starts_with("\r\n");
    match text.char_indices().find(|odd| odd.1 == '\0' || lone(odd)) {
        Some((at, _)) => Err(failure_at(text, at, "it is not valid YAML: a control character")),
        None => Ok(()),
    }
}

/// What the parser says, with byte offsets.
struct Events<'a> {
    text: &'a str,
    events: std::iter::Peekable<std::vec::IntoIter<(Event<'a>, Range<usize>)>>,
}

impl<'a> Events<'a> {
    fn read(text: &'a str) -> Result<Self, Failure> {
        let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let byte = |index: usize| offsets.get(index).copied().unwrap_or(text.len());
        let range = |span: Span| byte(span.start.index())..byte(span.end.index()).max(byte(span.start.index()));
        let parser: Parser<'a, StrInput<'a>> = Parser::new_from_str(text);
        let events: Result<Vec<_>, ScanError> =
            parser.map(|event| event.map(|(event, span)| (event, range(span)))).collect();
        let events = events.map_err(|error| {
            failure_at(text, byte(error.marker().index()), format!("it is not valid YAML: {}", error.info()))
        })?;
        Ok(Self { text, events: events.into_iter().peekable() })
    }

    fn next(&mut self) -> Result<(Event<'a>, Range<usize>), Failure> {
        self.events
            .next()
            .ok_or_else(|| failure_at(self.text, self.text.len(), "it is not valid YAML: it ends too early"))
    }

    /// Behind the start of the only document.
    fn document(&mut self) -> Result<Option<usize>, Failure> {
        self.next()?;
        match self.next()? {
            (Event::DocumentStart(true), range) => Ok(Some(range.end)),
            (Event::DocumentStart(false), _) => Ok(Some(0)),
            _ => Ok(None),
        }
    }

    fn end(&mut self) -> Result<(), Failure> {
        self.next()?;
        match self.next()? {
            (Event::StreamEnd, _) => Ok(()),
            (_, range) => Err(failure_at(self.text, range.start, "it holds several documents, and only one is edited")),
        }
    }

    /// The value behind `cursor`, which is behind a dash, a colon, a comma or a bracket.
    fn node(&mut self, cursor: usize, in_brackets: bool, depth: usize) -> Result<Node, Failure> {
        let (event, range) = self.next()?;
        if depth > MAX_DEPTH {
            return Err(failure_at(self.text, range.start, "it is nested too deep"));
        }
        let place = Place { cursor, in_brackets, depth };
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let properties = Properties::of(anchor, tag.as_deref());
                Ok(self.scalar(text.into_owned(), style, properties, cursor, range))
            }
            Event::Alias(_) => Ok(Node { range, anchor: false, tag: None, kind: Kind::Alias }),
            Event::MappingStart(anchor, tag) => self.map(Properties::of(anchor, tag.as_deref()), range, place),
            Event::SequenceStart(anchor, tag) => self.list(Properties::of(anchor, tag.as_deref()), range, place),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => Err(self.lost(range.start)),
        }
    }

    fn scalar(
        &self,
        text: String,
        style: ScalarStyle,
        properties: Properties,
        cursor: usize,
        range: Range<usize>,
    ) -> Node {
        let Properties { anchor, tag } = properties;
        let (range, kind) = match style {
            ScalarStyle::Plain if text.is_empty() && !anchor && tag.is_none() => (cursor..cursor, Kind::Nothing),
            ScalarStyle::Plain if text.is_empty() => (range, Kind::Nothing),
            ScalarStyle::Plain => (range, Kind::Plain(text)),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (range, Kind::Quoted(text)),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let start = skip_trivia(self.text, cursor);
                (start..range.end.max(line_end(self.text, start)), Kind::Block(text))
            }
        };
        let trimmed = range.start + self.text[range.clone()].trim_end().len();
        // In a block, blank lines at the end mean something when it says so, or when they are indented further.
        let is_kept = line(self.text, range.start).contains('+') || self.text[trimmed..range.end].contains(' ');
        let end = if matches!(kind, Kind::Block(_)) && is_kept { range.end } else { trimmed };
        Node { range: range.start..end, anchor, tag, kind }
    }

    fn map(&mut self, properties: Properties, range: Range<usize>, place: Place) -> Result<Node, Failure> {
        let content = properties.skip(self.text, range.start);
        let has_brackets = !range.is_empty() && self.text[content..].starts_with('{');
        let mut cursor = if has_brackets { content + 1 } else { properties.cursor(content, &place) };
        let inside = Place { in_brackets: has_brackets || place.in_brackets, depth: place.depth + 1, cursor };
        let mut pairs = Vec::new();
        while !matches!(self.events.peek(), Some((Event::MappingEnd, _))) {
            let pair = self.pair(cursor, &inside)?;
            cursor = self.behind(pair.range().end, has_brackets);
            pairs.push(pair);
        }
        let end = self.close(has_brackets)?;
        let extent = pairs.first().map_or(range.start, |pair| pair.range().start)..cursor;
        let kind = |layout| Kind::Map(layout, pairs);
        Ok(properties.collection(range, extent, end, (has_brackets, place.in_brackets), kind))
    }

    fn pair(&mut self, cursor: usize, place: &Place) -> Result<Pair, Failure> {
        let start = skip_trivia(self.text, cursor);
        let is_explicit = self.text[start..].starts_with('?') && !self.next_is_plain(start);
        let key = self.node(if is_explicit { start + 1 } else { start }, place.in_brackets, place.depth)?;
        let behind = skip_trivia(self.text, key.range.end);
        let colon = self.text[behind..].starts_with(':').then_some(behind + 1);
        let value = self.node(colon.unwrap_or(key.range.end), place.in_brackets, place.depth)?;
        Ok(Pair { key, colon, is_explicit, value })
    }

    /// Whether what comes next starts at `offset`, as a plain `?x` does.
    fn next_is_plain(&mut self, offset: usize) -> bool {
        self.events.peek().is_some_and(|(event, range)| {
            matches!(event, Event::Scalar(..)) && range.start == offset && !range.is_empty()
        })
    }

    fn list(&mut self, properties: Properties, range: Range<usize>, place: Place) -> Result<Node, Failure> {
        let content = properties.skip(self.text, range.start);
        let has_brackets = !range.is_empty() && self.text[content..].starts_with('[');
        let mut cursor = if has_brackets { content + 1 } else { properties.cursor(content, &place) };
        let mut items = Vec::new();
        while !matches!(self.events.peek(), Some((Event::SequenceEnd, _))) {
            let start = skip_trivia(self.text, cursor);
            if !has_brackets && !self.text[start..].starts_with('-') {
                return Err(self.lost(start));
            }
            let value = self.node(if has_brackets { start } else { start + 1 }, has_brackets, place.depth + 1)?;
            let start = if has_brackets { value.range.start } else { start };
            let item = Item { start, value };
            cursor = self.behind(item.range().end, has_brackets);
            items.push(item);
        }
        let end = self.close(has_brackets)?;
        let extent = items.first().map_or(range.start, |item| item.start)..cursor;
        let kind = |layout| Kind::List(layout, items);
        Ok(properties.collection(range, extent, end, (has_brackets, place.in_brackets), kind))
    }

    /// Where the brackets close. The parser's end may be a comma before it, or go on behind it.
    fn close(&mut self, has_brackets: bool) -> Result<usize, Failure> {
        let (_, range) = self.next()?;
        let end = comma_after(self.text, range.start).map_or(range.start, |comma| comma + 1);
        let close = skip_trivia(self.text, end);
        match has_brackets {
            true if self.text[close..].starts_with(['}', ']']) => Ok(close + 1),
            true => Err(self.lost(range.start)),
            false => Ok(range.start),
        }
    }

    /// Behind a member that ends at `offset`, and the comma that follows it in brackets.
    fn behind(&self, offset: usize, has_brackets: bool) -> usize {
        comma_after(self.text, offset).filter(|_| has_brackets).map_or(offset, |comma| comma + 1)
    }

    fn lost(&self, offset: usize) -> Failure {
        failure_at(self.text, offset, "it is written in a way that is not edited")
    }
}

/// Where a value is expected.
struct Place {
    cursor: usize,
    in_brackets: bool,
    depth: usize,
}

/// What can be before a value.
struct Properties {
    anchor: bool,
    tag: Option<String>,
}

impl Properties {
    fn of(anchor: usize, tag: Option<&Tag>) -> Self {
        Self { anchor: anchor > 0, tag: tag.map(Tag::to_string) }
    }

    fn exist(&self) -> bool {
        self.anchor || self.tag.is_some()
    }

    /// Where the value itself starts.
    fn skip(&self, text: &str, start: usize) -> usize {
        let mut at = start;
        while self.exist() && text[at..].starts_with(['&', '!']) {
            let rest = &text[at..];
            let end = match rest.strip_prefix("!<") {
                Some(_) => rest.find('>').map(|end| end + 1),
                None => rest.find(|character: char| character.is_whitespace() || ",[]{}".contains(character)),
            };
            at = skip_trivia(text, at + end.unwrap_or(rest.len()));
        }
        at
    }

    fn cursor(&self, content: usize, place: &Place) -> usize {
        if self.exist() { content } else { place.cursor }
    }

    fn collection(
        self,
        start: Range<usize>,
        extent: Range<usize>,
        end: usize,
        (has_brackets, in_brackets): (bool, bool),
        kind: impl FnOnce(Layout) -> Kind,
    ) -> Node {
        let (range, layout) = match (has_brackets, in_brackets) {
            (true, _) => (start.start..end, Layout::Brackets),
            (false, true) => (extent, Layout::Bare),
            (false, false) if self.exist() => (start.start..extent.end, Layout::Lines),
            (false, false) => (extent, Layout::Lines),
        };
        Node { range, anchor: self.anchor, tag: self.tag, kind: kind(layout) }
    }
}

fn line(text: &str, offset: usize) -> &str {
    &text[offset..line_end(text, offset)]
}
