//! Where everything in a JSON text is.

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::errors::ParseError;
use jsonc_parser::tokens::{Token, TokenAndRange};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use crate::config_text::position::failure_at;
use crate::connector::Failure;

const COLLECT: CollectOptions = CollectOptions { comments: CommentCollectionStrategy::AsTokens, tokens: true };

/// A parsed text whose root is an object. Ranges are byte offsets into `text`.
pub(super) struct Document<'a> {
    pub(super) text: &'a str,
    pub(super) root: Object<'a>,
    /// Every token and comment, in order.
    tokens: Vec<TokenAndRange<'a>>,
}

impl<'a> Document<'a> {
    /// `text` without a byte order mark, and not blank.
    pub(super) fn parse(text: &'a str, options: &ParseOptions) -> Result<Self, Failure> {
        let parsed = parse_to_ast(text, &COLLECT, options).map_err(|error| unparsable(text, &error))?;
        let tokens = parsed.tokens.unwrap_or_default();
        refuse_control_characters(text, &tokens, options)?;
        match parsed.value {
            Some(Value::Object(root)) => Ok(Self { text, root, tokens }),
            Some(other) => Err(failure_at(text, other.start(), not_an_object("the configuration", &other))),
            None => Err(failure_at(text, 0, "the configuration holds comments only, and no object")),
        }
    }

    /// The object at `path`; none when it is not there. Everything on the way must be an object without a key twice.
    pub(super) fn object(&self, path: &[&str]) -> Result<Option<&Object<'a>>, Failure> {
        let (depth, object) = self.deepest(path)?;
        Ok((depth == path.len()).then_some(object))
    }

    /// How many keys of `path` lead to an object, and the last of these objects.
    pub(super) fn deepest(&self, path: &[&str]) -> Result<(usize, &Object<'a>), Failure> {
        let mut object = &self.root;
        self.refuse_twins(object)?;
        for (depth, key) in path.iter().enumerate() {
            let Some(property) = property(object, key) else { return Ok((depth, object)) };
            let Value::Object(inner) = &property.value else {
                let what = format!("\"{}\"", path[..=depth].join("."));
                return Err(failure_at(self.text, property.value.start(), not_an_object(&what, &property.value)));
            };
            self.refuse_twins(inner)?;
            object = inner;
        }
        Ok((path.len(), object))
    }

    /// The value at `path`; none when it, or an object on the way, is not there.
    pub(super) fn value(&self, path: &[&str]) -> Result<Option<&Value<'a>>, Failure> {
        let (key, parents) = path.split_last().expect("a path has at least one key");
        Ok(self.object(parents)?.and_then(|object| property(object, key)).map(|property| &property.value))
    }

    /// The token or comment that ends last before `offset`.
    pub(super) fn before(&self, offset: usize) -> &TokenAndRange<'a> {
        let index = self.tokens.partition_point(|token| token.range.end <= offset);
        &self.tokens[index.checked_sub(1).expect("the root's brace is before everything in it")]
    }

    /// The token or comment that starts first at or after `offset`.
    pub(super) fn after(&self, offset: usize) -> &TokenAndRange<'a> {
        let index = self.tokens.partition_point(|token| token.range.start < offset);
        &self.tokens[index]
    }

    /// The comma that follows a property which ends at `offset`.
    pub(super) fn comma_after(&self, offset: usize) -> Option<Range> {
        let index = self.tokens.partition_point(|token| token.range.start < offset);
        let next = self.tokens[index..].iter().find(|token| !is_comment(&token.token))?;
        (next.token == Token::Comma).then_some(next.range)
    }

    /// The comma that separates a property which starts at `offset` from the one before it.
    pub(super) fn comma_before(&self, offset: usize) -> Option<Range> {
        let previous = self.token_before(offset);
        (previous.token == Token::Comma).then_some(previous.range)
    }

    /// The token that ends last before `offset`, comments aside.
    pub(super) fn token_before(&self, offset: usize) -> &TokenAndRange<'a> {
        let index = self.tokens.partition_point(|token| token.range.end <= offset);
        let mut tokens = self.tokens[..index].iter().rev();
        tokens.find(|token| !is_comment(&token.token)).expect("the root's brace is before everything in it")
    }

    /// Neither a property nor a comment is in `object`.
    pub(super) fn is_empty(&self, object: &Object) -> bool {
        self.after(object.range.start + 1).range.start == object.range.end - 1
    }

    /// The text is an empty object and nothing else.
    pub(super) fn is_bare(&self) -> bool {
        self.tokens.len() == 2
    }

    fn refuse_twins(&self, object: &Object) -> Result<(), Failure> {
        let mut names: Vec<&ObjectProp> = object.properties.iter().collect();
        names.sort_by_key(|property| (property.name.as_str(), property.range.start));
        match names.windows(2).find(|pair| pair[0].name.as_str() == pair[1].name.as_str()) {
            None => Ok(()),
            Some(pair) => {
                let name: String = pair[1].name.as_str().chars().take(64).collect();
                Err(failure_at(self.text, pair[1].range.start, format!("the key {name:?} is there twice")))
            }
        }
    }
}

pub(super) fn property<'o, 'a>(object: &'o Object<'a>, key: &str) -> Option<&'o ObjectProp<'a>> {
    object.properties.iter().find(|property| property.name.as_str() == key)
}

pub(super) fn is_comment(token: &Token) -> bool {
    matches!(token, Token::CommentLine(_) | Token::CommentBlock(_))
}

/// The parser lets a raw line break pass inside a string; JSON does not, and it usually means a missing quote. JSON5
/// has nothing against other control characters, and a backslash continues a string on the next line.
fn refuse_control_characters(text: &str, tokens: &[TokenAndRange], options: &ParseOptions) -> Result<(), Failure> {
    let is_json5 = options.allow_extended_string_escapes;
    for token in tokens.iter().filter(|token| matches!(token.token, Token::String(_))) {
        let mut characters = text[token.range.start..token.range.end].char_indices().peekable();
        while let Some((offset, character)) = characters.next() {
            let is_refused = if is_json5 { matches!(character, '\n' | '\r') } else { character < ' ' };
            if is_refused {
                let what = "a string holds an unescaped control character";
                return Err(failure_at(text, token.range.start + offset, what));
            }
            if is_json5 && character == '\\' {
                let escaped = characters.next();
                characters.next_if(|(_, next)| escaped.is_some_and(|(_, first)| first == '\r') && *next == '\n');
            }
        }
    }
    Ok(())
}

fn unparsable(text: &str, error: &ParseError) -> Failure {
    let kind = error.kind().to_string();
    let lower = kind.chars().next().map(|first| first.to_ascii_lowercase()).into_iter().chain(kind.chars().skip(1));
    failure_at(text, error.range().start, format!("it is not valid JSON: {}", lower.collect::<String>()))
}

fn not_an_object(what: &str, value: &Value) -> String {
    let kind = match value {
        Value::StringLit(_) => "a string",
        Value::NumberLit(_) => "a number",
        Value::BooleanLit(_) => "a boolean",
        Value::Array(_) => "an array",
        Value::NullKeyword(_) => "null",
        Value::Object(_) => "an object of another kind",
    };
    format!("{what} is {kind}, not an object")
}
