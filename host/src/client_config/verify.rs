//! Proves that two configurations differ in our entry and in nothing else. The host's own check: a connector's word
//! is not taken for it. The one place outside the SDK that parses JSON with comments.

use std::ops::Range;

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::tokens::Token;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};
use serde::de::IgnoredAny;

/// How much is shown of what nobody asked for.
const SHOWN_CHARACTERS: usize = 100;

const BYTE_ORDER_MARK: char = '\u{feff}';

const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// How a configuration is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Json5,
    Toml,
    Yaml,
}

/// Where our entry is in a configuration.
#[derive(Debug, Clone, Copy)]
pub struct Slot<'a> {
    pub format: Format,
    /// The keys from the root to what holds the servers.
    pub container: &'a [String],
    /// The servers are a list of maps, of which this field is the name.
    pub name_field: Option<&'a str>,
    pub name: &'a str,
    /// What a new file begins with.
    pub head: &'a str,
}

/// A value that our entry may hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    Text(&'a str),
    Bool(bool),
    Number(i64),
}

/// What a change did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub entry_existed: bool,
    pub created_container: bool,
}

/// All of a configuration but our entry, and what our entry says.
struct Outline<'a> {
    /// Every token and comment in order, save commas, our entry and the objects that hold nothing else.
    rest: Vec<&'a str>,
    /// What stands before, between and after these: white space, commas, and in one of them what is ours. None of a
    /// blank text.
    gaps: Vec<&'a str>,
    our_gap: Option<usize>,
    has_container: bool,
    entry: Option<Value<'a>>,
}

/// Checks that the entry came or changed, nothing else did, and that it says only what is `allowed` or what the old
/// entry said. The error says what is wrong.
pub fn check_connected(old: Option<&str>, new: &str, slot: Slot, allowed: &[Scalar]) -> Result<Difference, String> {
    let (before, after) = (Outline::of(old.unwrap_or_default(), slot)?, Outline::of(new, slot)?);
    check_rest(old.unwrap_or_default(), new, &before, &after)?;
    let Some(entry) = &after.entry else { return Err("the entry is not there".to_owned()) };
    let known = before.entry.as_ref().map(strings).unwrap_or_default();
    match strings(entry).iter().find(|text| !allowed.contains(&Scalar::Text(text)) && !known.contains(text)) {
        Some(text) => {
            let shown = text.chars().take(SHOWN_CHARACTERS).collect::<String>();
            Err(format!("the entry says {shown:?}, which nobody asked for"))
        }
        None => Ok(Difference {
            entry_existed: before.entry.is_some(),
            created_container: after.has_container && !before.has_container,
        }),
    }
}

/// Checks that the entry is gone and that nothing else is; a `new` of none stands for an empty object.
pub fn check_disconnected(old: &str, new: Option<&str>, slot: Slot) -> Result<(), String> {
    let (before, after) = (Outline::of(old, slot)?, Outline::of(new.unwrap_or_default(), slot)?);
    check_rest(old, new.unwrap_or(old), &before, &after)?;
    match after.entry {
        Some(_) => Err("the entry is still there".to_owned()),
        None => Ok(()),
    }
}

fn check_rest(old: &str, new: &str, before: &Outline, after: &Outline) -> Result<(), String> {
    if before.rest != after.rest || has_mark(old) != has_mark(new) {
        return Err("something else than our entry differs".to_owned());
    }
    if !before.has_the_gaps_of(after) {
        return Err("white space far from our entry differs".to_owned());
    }
    // A second opinion, from a parser that knows no comments: what every client could read stays so.
    let is_strict = |text: &str| serde_json::from_str::<IgnoredAny>(without_mark(text)).is_ok();
    if is_strict(old) && !is_strict(new) {
        return Err("it was plain JSON and no longer is".to_owned());
    }
    Ok(())
}

impl<'a> Outline<'a> {
    /// A blank text counts as an empty object.
    fn of(text: &'a str, slot: Slot) -> Result<Self, String> {
        let text = without_mark(text);
        if text.trim().is_empty() {
            let rest = vec!["{", "}"];
            return Ok(Self { rest, gaps: Vec::new(), our_gap: None, has_container: false, entry: None });
        }
        let collect = CollectOptions { comments: CommentCollectionStrategy::AsTokens, tokens: true };
        let parsed = parse_to_ast(text, &collect, &OPTIONS).map_err(|error| format!("it does not parse: {error}"))?;
        let Some(Value::Object(root)) = &parsed.value else { return Err("it is not an object".to_owned()) };
        let way = way(root, slot)?;
        let tokens = parsed.tokens.iter().flatten().filter(|token| token.token != Token::Comma);
        let tokens: Vec<Range<usize>> = tokens.map(|token| token.start()..token.end()).collect();
        let (containers, entry) = way.split_at(way.len().min(slot.container.len()));
        let skipped = ours(containers, entry.first().copied(), &tokens);
        let rest: Vec<Range<usize>> = tokens.into_iter().filter(|token| !skipped.contains(&token.start)).collect();
        let ends = rest.iter().map(|token| token.end);
        let begins = rest.iter().map(|token| token.start);
        let gaps = std::iter::once(0).chain(ends).zip(begins.chain([text.len()]));
        Ok(Self {
            gaps: gaps.map(|(from, to)| &text[from..to]).collect(),
            our_gap: (!skipped.is_empty()).then(|| rest.iter().filter(|token| token.start < skipped.start).count()),
            rest: rest.into_iter().map(|token| &text[token]).collect(),
            has_container: containers.len() == slot.container.len(),
            entry: entry.first().map(|property| property.value.clone()),
        })
    }
}

impl Outline<'_> {
    /// Whether white space is the same but where our entry was or is; a comma before it may have a comment between. A
    /// blank text had none.
    fn has_the_gaps_of(&self, other: &Self) -> bool {
        let same =
            |one: &str, another: &str| one.split(',').flat_map(str::bytes).eq(another.split(',').flat_map(str::bytes));
        let mut pairs = self.gaps.iter().zip(&other.gaps).enumerate();
        pairs.all(|(at, (one, another))| same(one, another) || [self.our_gap, other.our_gap].contains(&Some(at)))
    }
}

/// The properties that lead to our entry, as far as they are there, and our entry last.
fn way<'o, 'a>(root: &'o Object<'a>, slot: Slot) -> Result<Vec<&'o ObjectProp<'a>>, String> {
    let (mut object, mut way) = (root, Vec::new());
    for key in slot.container.iter().map(String::as_str).chain([slot.name]) {
        let mut found = object.properties.iter().filter(|property| property.name.as_str() == key);
        let Some(property) = found.next() else { break };
        if found.next().is_some() {
            return Err(format!("the key {key:?} is there twice"));
        }
        way.push(property);
        if way.len() <= slot.container.len() {
            object = property.value.as_object().ok_or_else(|| format!("{key:?} is not an object"))?;
        }
    }
    Ok(way)
}

/// What belongs to us of a text: our entry, and the objects around it that hold nothing else.
fn ours(containers: &[&ObjectProp], entry: Option<&ObjectProp>, tokens: &[Range<usize>]) -> Range<usize> {
    let range = |property: &ObjectProp| property.start()..property.end();
    let mut ours = entry.map_or(0..0, range);
    for container in containers.iter().rev() {
        let inside = container.value.start() + 1..container.value.end() - 1;
        if tokens.iter().any(|token| inside.contains(&token.start) && !ours.contains(&token.start)) {
            break;
        }
        ours = range(container);
    }
    ours
}

/// Every string value in `value`.
fn strings<'v>(value: &'v Value) -> Vec<&'v str> {
    match value {
        Value::StringLit(literal) => vec![literal.value.as_ref()],
        Value::Array(array) => array.elements.iter().flat_map(strings).collect(),
        Value::Object(object) => object.properties.iter().flat_map(|property| strings(&property.value)).collect(),
        Value::NumberLit(_) | Value::BooleanLit(_) | Value::NullKeyword(_) => Vec::new(),
    }
}

fn has_mark(text: &str) -> bool {
    text.starts_with(BYTE_ORDER_MARK)
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = r#""isartor": {"command": "/bin/isartor", "env": {"A": "b"}}"#;

    fn slot(container: &[String]) -> Slot<'_> {
        Slot { format: Format::Json, container, name_field: None, name: "isartor", head: "" }
    }

    fn connected(old: &str, new: &str) -> Result<Difference, String> {
        let container = ["mcpServers".to_owned()];
        let allowed = [Scalar::Text("/bin/isartor"), Scalar::Text("b")];
        check_connected(Some(old), new, slot(&container), &allowed)
    }

    #[test]
    fn our_entry_may_come_and_change() {
        let cases = [
            ("", format!("{{\"mcpServers\": {{{ENTRY}}}}}"), false, true),
            ("{/**/}", format!("{{/**/\n\"mcpServers\": {{{ENTRY},}}\n}}"), false, true),
            ("{\"mcpServers\": {}}", format!("{{\"mcpServers\": {{{ENTRY}}}}}"), false, false),
            (
                "{\"mcpServers\": {/**/}, \"a\": 1}",
                format!("{{\"mcpServers\": {{/**/{ENTRY}}}, \"a\": 1}}"),
                false,
                false,
            ),
            ("{\"mcpServers\": {\"isartor\": 5}}", format!("{{\"mcpServers\": {{{ENTRY}}}}}"), true, false),
            (
                "{\"mcpServers\": {\"isartor\": {\"note\": \"mine\"}}}",
                format!("{{\"mcpServers\": {{{}}}}}", ENTRY.replace('}', ", \"x\": \"mine\"}")),
                true,
                false,
            ),
        ];
        for (old, new, entry_existed, created_container) in cases {
            assert_eq!(connected(old, &new), Ok(Difference { entry_existed, created_container }), "{old} -> {new}");
        }
    }

    #[test]
    fn nothing_else_may_change() {
        let other = "something else than our entry differs";
        let cases = [
            ("{\"a\": 1}", format!("{{\"a\": 2, \"mcpServers\": {{{ENTRY}}}}}"), other),
            ("{\"a\": 1}", format!("{{\"mcpServers\": {{{ENTRY}}}}}"), other),
            ("{\"a\": 1}", format!("{{\"mcpServers\": {{{ENTRY}}}, \"a\": 1.0}}"), other),
            ("{}", format!("{{\"hooks\": {{}}, \"mcpServers\": {{{ENTRY}}}}}"), other),
            ("{ // note\n}", format!("{{\"mcpServers\": {{{ENTRY}}}}}"), other),
            (
                "{\n \"a\": 1\n}",
                format!("{{\r\n \"a\": 1,\r\n\"mcpServers\": {{{ENTRY}}}\r\n}}"),
                "white space far from",
            ),
            ("{\"a\": 1}", format!("{{\"a\":  1, \"mcpServers\": {{{ENTRY}}}}}"), "white space far from"),
            ("\u{feff}{}", format!("{{\"mcpServers\": {{{ENTRY}}}}}"), other),
            (
                "{\"mcpServers\": {\"x\": {\"command\": \"y\"}}}",
                format!("{{\"mcpServers\": {{\"x\": {{\"command\": \"z\"}}, {ENTRY}}}}}"),
                other,
            ),
            ("{}", format!("{{\"mcpServers\": {{{ENTRY}}}, \"mcpServers\": {{}}}}"), "is there twice"),
            ("{}", format!("{{\"mcpServers\": {{{ENTRY}, {ENTRY}}}}}"), "is there twice"),
            ("{\"mcpServers\": {}}", format!("{{\"mcpServers\": {{{ENTRY}}}, }}"), "no longer is"),
            ("{}", "{}".to_owned(), "the entry is not there"),
            ("{}", format!("{{\"mcpServers\": {{{ENTRY}}}"), "it does not parse"),
            ("{}", "[]".to_owned(), "it is not an object"),
            ("{}", format!("{{\"mcpServers\": {{{}}}}}", ENTRY.replace("isartor\",", "evil\",")), "/bin/evil"),
        ];
        for (old, new, words) in cases {
            let message = connected(old, &new).expect_err(&new);
            assert!(message.contains(words), "{old} -> {new}: {message:?} does not say {words:?}");
        }
    }

    #[test]
    fn our_entry_may_go_and_nothing_else() {
        let container = ["mcpServers".to_owned()];
        let slot = slot(&container);
        let old = format!("{{\"mcpServers\": {{{ENTRY}}}}}");
        for new in [Some("{}"), Some("{\"mcpServers\": {}}"), None] {
            assert_eq!(check_disconnected(&old, new, slot), Ok(()), "{new:?}");
        }
        for (old, new) in [(old.clone(), Some(old.as_str())), (format!("{{\"a\": 1, {}", &old[1..]), None)] {
            assert!(check_disconnected(&old, new, slot).is_err(), "{old} -> {new:?}");
        }
    }
}
