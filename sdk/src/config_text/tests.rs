//! Tables over the public functions, and texts in every layout from a seed.

use super::{Client, HTTP, Json, Role, STDIO, Shape};
use crate::connector::{Failure, HttpServer, Position, ServerEntry, StdioServer, Transport};

const TYPED_HTTP: Shape = &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];
const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).older(&[TYPED_HTTP]);

fn server() -> StdioServer {
    StdioServer {
        command: "/bin/isartor".into(),
        args: vec!["mcp".into()],
        env: vec![("ISARTOR_GATEWAY_URL".into(), "http://localhost:8080".into())],
    }
}

fn entry() -> ServerEntry {
    ServerEntry { name: "isartor".into(), transport: Transport::Stdio(server()), key_variable: None }
}

fn set(text: &str) -> Result<String, Failure> {
    CLIENT.connect(Some(text), &entry())
}

/// Our entry as it is written with two blanks a level, four deep.
const ENTRY: &str = r#""isartor": {
      "command": "/bin/isartor",
      "args": ["mcp"],
      "env": {
        "ISARTOR_GATEWAY_URL": "http://localhost:8080"
      }
    }"#;
const INLINE: &str = r#""isartor": {"command": "/bin/isartor", "args": ["mcp"], "env": {"ISARTOR_GATEWAY_URL": "http://localhost:8080"}}"#;

#[test]
fn a_blank_text_becomes_a_fresh_document() {
    let fresh = format!("{{\n  \"mcpServers\": {{\n    {ENTRY}\n  }}\n}}\n");
    assert_eq!(CLIENT.connect(None, &entry()).unwrap(), fresh);
    for blank in ["", " ", "\n\n", "\t"] {
        assert_eq!(set(blank).unwrap(), fresh, "{blank:?}");
    }
    assert_eq!(set("\u{feff}\r\n").unwrap(), format!("\u{feff}{}", fresh.replace('\n', "\r\n")));
    assert_eq!(CLIENT.disconnect(&fresh, "isartor", true).unwrap(), None);
}

#[test]
fn an_entry_is_written_in_the_manner_of_the_text() {
    let minified = INLINE.replace(": ", ":").replace(", ", ",");
    let cases: &[(&str, String)] = &[
        ("{}", format!("{{\n  \"mcpServers\": {{\n    {ENTRY}\n  }}\n}}")),
        ("{\n  \"mcpServers\": {}\n}", format!("{{\n  \"mcpServers\": {{\n    {ENTRY}\n  }}\n}}")),
        ("{\n  \"a\": 1\n}\n", format!("{{\n  \"a\": 1,\n  \"mcpServers\": {{\n    {ENTRY}\n  }}\n}}\n")),
        ("{\"a\":1}", format!("{{\"a\":1,\"mcpServers\":{{{minified}}}}}")),
        ("{ \"mcpServers\": { } }\n", format!("{{ \"mcpServers\": {{ {INLINE} }} }}\n")),
        ("{\"mcpServers\": {\"a\": {}}}", format!("{{\"mcpServers\": {{\"a\": {{}}, {INLINE}}}}}")),
        (
            "{\n  \"mcpServers\": {\n    \"a\": {} // last\n  }\n}",
            format!("{{\n  \"mcpServers\": {{\n    \"a\": {{}}, // last\n    {ENTRY}\n  }}\n}}"),
        ),
        (
            "{\n  \"mcpServers\": {\n    \"a\": {},\n  },\n}",
            format!("{{\n  \"mcpServers\": {{\n    \"a\": {{}},\n    {ENTRY},\n  }},\n}}"),
        ),
        (
            "{\n  \"mcpServers\": {\n    // none yet  \n  }\n}",
            format!("{{\n  \"mcpServers\": {{\n    // none yet  \n    {ENTRY}\n  }}\n}}"),
        ),
    ];
    for (before, after) in cases {
        assert_eq!(&set(before).unwrap(), after, "{before:?}");
    }
}

#[test]
fn removing_is_the_inverse_of_setting() {
    let layouts = [
        "{\"a\":1}",
        "{ \"a\": 1 }",
        "{\"mcpServers\":{}}",
        "{ \"mcpServers\": { } }",
        "{\"mcpServers\": {/* c */}}",
        "{\"mcpServers\":{\"a\":{}}}\n",
        "{\"mcpServers\": {\"a\": {},}}",
        "{\"mcpServers\": {\"a\": {} /* c */}}",
        "{\n  \"a\": 1\n}\n",
        "{\r\n    \"a\": 1,\r\n    \"mcpServers\": {\r\n        \"x\": {\"command\": \"y\"}\r\n    }\r\n}\r\n",
        "\u{feff}{\n\t\"mcpServers\": {\n\t\t\"x\": {\n\t\t\t\"command\": \"y\"\n\t\t}\n\t}\n}",
        "{\n  \"mcpServers\": {},\n  \"preferences\": {\"x\": 1.0e10, \"y\": 12345678901234567890123}\n}",
        "{\n  \"mcpServers\": {\n    \"a\": {} // last\n  } // end\n}\n// after",
        "// first\n{\n  \"mcpServers\": {\n    // none yet\n  },\n}\n",
        "{\n  \"mcpServers\": {\n    \"a\": {},\n  },\n}",
        "{\n  \"mcpServers\": {\n    \"a\": {} /* c */ , // d\n  }\n}",
        "{ \"mcpServers\": {\n  \"a\": {} } }",
        "{\n\"mcpServers\"\n:\n{\n\"a\"\n:\n1\n}\n}",
        "{\n  \"mcpServ\\u0065rs\": {\n    \"\\u00e9\": {}\n  }\n}",
        "{\n /* c */ \"mcpServers\": { \"a\": {} // x\n }\n}",
    ];
    for before in layouts {
        let creates = !before.contains("mcpServ");
        let after = set(before).unwrap();
        assert_ne!(after, before);
        assert_eq!(set(&after).unwrap(), after, "set twice: {before:?}");
        let restored = CLIENT.disconnect(&after, "isartor", creates).unwrap();
        assert_eq!(restored.as_deref(), Some(before), "{after}");
        assert_eq!(CLIENT.disconnect(before, "isartor", false).unwrap().as_deref(), Some(before));
    }
}

#[test]
fn removing_leaves_what_others_wrote() {
    let cases = [
        ("{\"mcpServers\":{\"isartor\":{},\"b\":1}}", "{\"mcpServers\":{\"b\":1}}"),
        ("{\"mcpServers\": {\"a\": 1, \"isartor\": {}, \"b\": 1}}", "{\"mcpServers\": {\"a\": 1, \"b\": 1}}"),
        ("{\n \"mcpServers\": {\n  \"isartor\": {},\n  \"b\": 1\n }\n}", "{\n \"mcpServers\": {\n  \"b\": 1\n }\n}"),
        ("{\n \"mcpServers\": {\n  \"isartor\": {} // ours\n }\n}", "{\n \"mcpServers\": {\n   // ours\n }\n}"),
        (
            "{\n \"mcpServers\": {\n  \"a\": 1,\n  \"isartor\": {}, // ours\n  \"b\": 1\n }\n}",
            "{\n \"mcpServers\": {\n  \"a\": 1,\n   // ours\n  \"b\": 1\n }\n}",
        ),
        ("{\"mcpServers\": {// c\n\"isartor\": {}}}", "{\"mcpServers\": {// c\n}}"),
        ("{\"mcpServers\": {\"isartor\": {} /* c */, \"b\": 1}}", "{\"mcpServers\": { /* c */\"b\": 1}}"),
        ("{\n  \"mcpServers\": {\n    \"isartor\": {}\n  }\n}", "{\n  \"mcpServers\": {}\n}"),
    ];
    for (before, after) in cases {
        assert_eq!(CLIENT.disconnect(before, "isartor", false).unwrap().as_deref(), Some(after), "{before}");
    }
}

#[test]
fn an_entry_that_is_there_is_updated_in_place() {
    let before = r#"{
  "mcpServers": {
    // mine
    "isartor": {
      "disabled": false, // for now
      "url": "http://elsewhere",
      "command": "/old/isartor", "args": [ "mcp" ],
      "env": { "HTTP_PROXY": "http://proxy", "ISARTOR_HOME": "/old", "ISARTOR_GATEWAY_URL": "http://old" }
    },
    "z": {}
  }
}"#;
    let after = r#"{
  "mcpServers": {
    // mine
    "isartor": {
      "disabled": false, // for now
      "command": "/bin/isartor", "args": [ "mcp" ],
      "env": { "HTTP_PROXY": "http://proxy", "ISARTOR_GATEWAY_URL": "http://localhost:8080" }
    },
    "z": {}
  }
}"#;
    assert_eq!(set(before).unwrap(), after);
    assert_eq!(set(after).unwrap(), after);
    for odd in ["null", "[]", "\"x\"", "{}"] {
        let text = set(&format!("{{\"mcpServers\": {{\"isartor\": {odd}}}}}")).unwrap();
        assert_eq!(text, format!("{{\"mcpServers\": {{{INLINE}}}}}"), "{odd}");
    }
}

#[test]
fn what_cannot_be_understood_fails_at_its_position() {
    let cases: &[(&str, &str, u32, u32)] = &[
        ("{", "it is not valid JSON: unterminated object", 1, 1),
        ("{\n  \"a\": 1\n  \"b\": 2\n}", "it is not valid JSON: expected comma", 2, 9),
        ("{\r\n  'a': 1\r\n}", "it is not valid JSON: single-quoted strings are not allowed", 2, 3),
        ("\u{feff}{a: 1}", "it is not valid JSON: expected string for object property", 1, 2),
        ("{\"é\": }", "it is not valid JSON: unexpected close brace", 1, 7),
        ("{\"a\": \"x\n\"}", "a string holds an unescaped control character", 1, 9),
        ("{} {}", "it is not valid JSON: text cannot contain more than one JSON value", 1, 4),
        ("// only this\n", "the configuration holds comments only, and no object", 1, 1),
        ("\n []", "the configuration is an array, not an object", 2, 2),
        ("{\"mcpServers\": null}", "\"mcpServers\" is null, not an object", 1, 16),
        ("{\n\"mcpServers\": []}", "\"mcpServers\" is an array, not an object", 2, 15),
        ("{\"a\": 1, \"a\": 2}", "the key \"a\" is there twice", 1, 10),
        ("{\"mcpServers\": {}, \"mcpServ\\u0065rs\": {}}", "the key \"mcpServers\" is there twice", 1, 20),
        ("{\"mcpServers\": {\"a\": {},\n \"a\": {}}}", "the key \"a\" is there twice", 2, 2),
    ];
    for (text, message, line, column) in cases {
        let failure =
            Failure { position: Some(Position { line: *line, column: *column }), ..Failure::invalid_input(*message) };
        assert_eq!(set(text).unwrap_err(), failure, "set {text:?}");
        assert_eq!(CLIENT.disconnect(text, "isartor", true).unwrap_err(), failure, "remove {text:?}");
        assert_eq!(CLIENT.servers(text).unwrap_err(), failure, "list {text:?}");
    }
}

#[test]
fn listing_gives_every_entry_with_what_is_not_modelled() {
    let text = r#"{"mcpServers": {"a": {"command": "x", "cwd": "/tmp"}, "b": {"url": "u"}, "c": {"command": "x", "args": 1}, "d": 5}}"#;
    let found = CLIENT.servers(text).unwrap();
    let names: Vec<&str> = found.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    let stdio = StdioServer { command: "x".into(), args: vec![], env: vec![] };
    assert_eq!(found[0].transport, Some(Transport::Stdio(stdio)));
    assert_eq!(found[0].extra, [("cwd".to_owned(), "\"/tmp\"".to_owned())]);
    let http = HttpServer { url: "u".into(), headers: vec![] };
    assert_eq!((&found[1].transport, found[1].extra.len()), (&Some(Transport::Http(http)), 0));
    assert_eq!((&found[2].transport, found[2].extra.len()), (&None, 2));
    assert_eq!((found[3].raw.as_str(), found[3].extra.len()), ("5", 0));
    assert!(CLIENT.servers("{}").unwrap().is_empty() && CLIENT.servers(" ").unwrap().is_empty());
}

#[test]
fn strings_are_escaped_and_names_compared_as_they_mean() {
    let server = StdioServer { command: "C:\\a \"b\"\n\u{1}é".into(), args: vec![], env: vec![] };
    let entry = ServerEntry { name: "iś\"".into(), transport: Transport::Stdio(server.clone()), key_variable: None };
    let text = CLIENT.connect(None, &entry).unwrap();
    assert!(text.contains(r#""iś\"": {"#) && text.contains(r#""command": "C:\\a \"b\"\n\u0001é""#), "{text}");
    let found = CLIENT.servers(&text).unwrap();
    assert_eq!((found[0].name.as_str(), &found[0].transport), ("iś\"", &Some(Transport::Stdio(server))));
}

#[test]
fn nested_containers_are_made_and_unmade() {
    let nested: Client<Json> = Client::new(&["mcp", "servers"]).stdio(STDIO);
    for before in ["{\n\t\"a\": 1\n}", "{\"a\":1}"] {
        let after = nested.connect(Some(before), &entry()).unwrap();
        assert_eq!(nested.servers(&after).unwrap().len(), 1);
        assert_eq!(nested.disconnect(&after, "isartor", true).unwrap().as_deref(), Some(before));
    }
}

#[test]
fn an_older_spelling_inside_a_field_that_the_new_one_has_gives_way() {
    const NESTED: Shape = &[("command.path", Role::Command), ("command.args", Role::Args), ("command.env", Role::Env)];
    const ZED: Client<Json> = Client::new(&["s"]).stdio(STDIO).http(HTTP).older(&[NESTED]);
    let old = r#"{"s": {"isartor": {"command": {"path": "/old", "args": [], "env": {"A": "b"}}, "note": 1}}}"#;
    let found = ZED.servers(old).unwrap().remove(0);
    assert_eq!(found.extra, [("note".to_owned(), "1".to_owned())]);
    let Some(Transport::Stdio(server)) = found.transport else { panic!("it starts a program") };
    assert_eq!((server.command.as_str(), server.env.len()), ("/old", 1));
    let new = ZED.connect(Some(old), &entry()).unwrap();
    assert!(new.contains(r#""command": "/bin/isartor""#) && new.contains(r#""note": 1"#), "{new}");
    assert_eq!(ZED.connect(Some(&new), &entry()).unwrap(), new);
}

#[test]
fn an_entry_changes_from_one_transport_to_another() {
    const HEADED: Shape = &[("url", Role::Url), ("requestOptions.headers", Role::Headers), ("on", Role::Bool(true))];
    let client: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO).http(HEADED).older(&[TYPED_HTTP, HTTP]);
    let headers = vec![("X-API-Key".to_owned(), "k".to_owned())];
    let http = Transport::Http(HttpServer { url: "http://localhost:8080/mcp".into(), headers });
    let over_http = ServerEntry { transport: http.clone(), ..entry() };
    let first = client.connect(Some("{}"), &entry()).unwrap();
    let second = client.connect(Some(&first), &over_http).unwrap();
    let found = client.servers(&second).unwrap().remove(0);
    assert_eq!((found.transport, found.extra), (Some(http), vec![]), "{second}");
    let fresh = client.connect(Some("{\"a\":1}"), &over_http).unwrap();
    let written = r#"{"url":"http://localhost:8080/mcp","requestOptions":{"headers":{"X-API-Key":"k"}},"on":true}"#;
    assert_eq!(fresh, format!("{{\"a\":1,\"mcpServers\":{{\"isartor\":{written}}}}}"));
    let switched_off = fresh.replace("true", "false");
    assert_eq!(client.connect(Some(&switched_off), &over_http).unwrap(), switched_off, "a beginning is the user's");
    assert_eq!(client.connect(Some(&second), &entry()).unwrap().matches("url").count(), 0);
    let programs_only = CLIENT.connect(None, &over_http).unwrap_err();
    assert_eq!(programs_only, Failure::unsupported("its configuration holds programs only, and no URLs"));
}

/// Texts in every layout that the grammar allows, from a seed.
pub(super) struct Texts(pub(super) u64);

impl Texts {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    pub(super) fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn blank(&mut self) -> &'static str {
        self.pick(&["", "", "", " ", "\n", "\n  ", "\r\n\t", "  ", " /* c */ ", "/*c*/", " // c\n", "// c  \r\n    "])
    }

    fn object(&mut self, keys: &[&str], depth: usize) -> String {
        if keys.is_empty() {
            return "{}".to_owned();
        }
        let mut text = format!("{{{}", self.blank());
        for (index, key) in keys.iter().enumerate() {
            let count = self.below(4);
            let value = if *key == "mcpServers" || (depth > 0 && count > 1) {
                self.object(&["x", "y", "z"][..count], depth.saturating_sub(1))
            } else {
                self.pick(&["1.0e10", "\"\\u00e9\"", "null", "[1, [], {}]"]).to_owned()
            };
            let comma = if index + 1 < keys.len() { "," } else { self.pick(&["", "", ","]) };
            let parts = [self.blank(), self.blank(), self.blank(), self.blank()];
            text += &format!("\"{key}\"{}:{}{value}{}{comma}{}", parts[0], parts[1], parts[2], parts[3]);
        }
        text + "}"
    }
}

#[test]
fn every_layout_survives_setting_and_removing() {
    let mut texts = Texts(7);
    for round in 0..5_000 {
        let keys: &[&str] = [&["mcpServers", "a"][..], &["a", "mcpServers"], &["a"], &["mcpServers"]][texts.below(4)];
        let before = format!("{}{}{}", texts.blank(), texts.object(keys, 2), texts.blank());
        let after = set(&before).unwrap_or_else(|failure| panic!("round {round}: {failure:?}\n{before}"));
        assert_eq!(set(&after).unwrap(), after, "round {round}: set twice\n{before}");
        let stdio = Some(Transport::Stdio(server()));
        let found = CLIENT.servers(&after).unwrap().into_iter().find(|entry| entry.name == "isartor").unwrap();
        assert_eq!(found.transport, stdio, "round {round}\n{after}");
        let restored = CLIENT.disconnect(&after, "isartor", !keys.contains(&"mcpServers")).unwrap().unwrap();
        assert_eq!(restored, before, "round {round}\n{after}");
    }
}
