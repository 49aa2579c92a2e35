//! What a change may do and what not, in JSON; the other formats have tables of their own beside.

use super::*;

mod toml;
mod yaml;

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
        ("{\"mcpServers\": {/**/}, \"a\": 1}", format!("{{\"mcpServers\": {{/**/{ENTRY}}}, \"a\": 1}}"), false, false),
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
        ("{\n \"a\": 1\n}", format!("{{\r\n \"a\": 1,\r\n\"mcpServers\": {{{ENTRY}}}\r\n}}"), "white space far from"),
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

#[test]
fn every_kind_of_value_is_looked_at() {
    let container = ["mcpServers".to_owned()];
    let allowed = [Scalar::Bool(true), Scalar::Number(5), Scalar::Text("b")];
    let said = |value: &str| format!("{{\"mcpServers\": {{\"isartor\": {{\"x\": {value}}}}}}}");
    for value in ["true", "5", "\"b\"", "[true, {\"y\": 5}]", "{}"] {
        assert!(check_connected(None, &said(value), slot(&container), &allowed).is_ok(), "{value}");
        assert!(check_connected(Some(&said(value)), &said(value), slot(&container), &[]).is_ok(), "{value}");
    }
    for value in ["false", "6", "5.0", "5e0", "null", "\"5\"", "\"true\"", "[[6]]", "{\"y\": false}"] {
        let message = check_connected(None, &said(value), slot(&container), &allowed).expect_err(value);
        assert!(message.contains("which nobody asked for"), "{value}: {message}");
    }
}

#[test]
fn json5_is_read_as_json5_and_json_is_not() {
    let container = ["mcp".to_owned(), "servers".to_owned()];
    let json5 = Slot { format: Format::Json5, ..slot(&container) };
    let old = "{\n  // c\n  a: 'x\\\n y', mcp: {servers: {b: {c: +1, d: .5},},},\n}";
    let new = old.replace("},},},", "}, \"isartor\": {\"command\": \"b\"},},},");
    let difference = Difference { entry_existed: false, created_container: false };
    assert_eq!(check_connected(Some(old), &new, json5, &[Scalar::Text("b")]), Ok(difference));
    assert_eq!(check_disconnected(&new, Some(old), json5), Ok(()));
    for (from, to) in [("'x", "'z"), ("+1", "1"), ("// c", "// d"), ("a:", "'a':"), ("y', ", "y',  "), ("\"b\"", "'e'")]
    {
        assert!(check_connected(Some(old), &new.replace(from, to), json5, &[Scalar::Text("b")]).is_err(), "{from}");
    }
    assert!(check_connected(Some(old), &new, slot(&container), &[Scalar::Text("b")]).is_err());
    let list = Slot { name_field: Some("name"), ..json5 };
    assert!(check_connected(Some(old), &new, list, &[Scalar::Text("b")]).is_err());
}
