//! Tables over the public functions in YAML, for a map and a list of servers.

use crate::config_text::{Client, Role, Shape, Yaml};
use crate::connector::{Failure, HttpServer, Position, ServerEntry, StdioServer, Transport};

mod layouts;

/// As Goose has it.
const MAP_STDIO: Shape = &[
    ("enabled", Role::Bool(true)),
    ("type", Role::Text("stdio")),
    ("name", Role::Name),
    ("description", Role::Beginning("")),
    ("cmd", Role::Command),
    ("args", Role::Args),
    ("envs", Role::Env),
    ("env_keys", Role::Texts(&[])),
    ("timeout", Role::Number(300)),
];
const MAP_HTTP: Shape = &[("type", Role::Text("streamable_http")), ("uri", Role::Url), ("headers", Role::Headers)];
const MAP: Client<Yaml> = Client::new(&["extensions"]).stdio(MAP_STDIO).http(MAP_HTTP);

/// As Continue has it.
const LIST_STDIO: Shape = &[
    ("name", Role::Name),
    ("type", Role::Text("stdio")),
    ("command", Role::Command),
    ("args", Role::Args),
    ("env", Role::Env),
];
const LIST_HTTP: Shape = &[
    ("name", Role::Name),
    ("type", Role::Text("streamable-http")),
    ("url", Role::Url),
    ("requestOptions.headers", Role::Headers),
];
const LIST: Client<Yaml> = Client::new(&["mcpServers"])
    .list("name")
    .stdio(LIST_STDIO)
    .http(LIST_HTTP)
    .head("name: isartor\nversion: 0.0.1\nschema: v1\n");

const IN_MAP: &str = r#"  isartor:
    enabled: true
    type: stdio
    name: isartor
    description: ""
    cmd: /bin/isartor
    args:
      - mcp
    envs:
      ISARTOR_GATEWAY_URL: http://localhost:8080
    env_keys: []
    timeout: 300
"#;
const IN_MAP_INLINE: &str = r#"isartor: {enabled: true, type: stdio, name: isartor, description: "", cmd: /bin/isartor, args: [mcp], envs: {ISARTOR_GATEWAY_URL: http://localhost:8080}, env_keys: [], timeout: 300}"#;
const IN_LIST: &str = r"  - name: isartor
    type: stdio
    command: /bin/isartor
    args:
      - mcp
    env:
      ISARTOR_GATEWAY_URL: http://localhost:8080
";
const IN_LIST_INLINE: &str = r"{name: isartor, type: stdio, command: /bin/isartor, args: [mcp], env: {ISARTOR_GATEWAY_URL: http://localhost:8080}}";

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

fn over_http() -> ServerEntry {
    let headers = vec![("X-API-Key".to_owned(), "KEY".to_owned())];
    let http = HttpServer { url: "http://localhost:8080/mcp".into(), headers };
    ServerEntry { transport: Transport::Http(http), ..entry() }
}

#[test]
fn a_blank_text_becomes_a_fresh_document() {
    assert_eq!(MAP.connect(None, &entry()).unwrap(), format!("extensions:\n{IN_MAP}"));
    let fresh = LIST.connect(Some("\r\n"), &entry()).unwrap();
    let wanted = format!("name: isartor\nversion: 0.0.1\nschema: v1\nmcpServers:\n{IN_LIST}");
    assert_eq!(fresh, wanted.replace('\n', "\r\n"));
    assert_eq!(LIST.disconnect(&fresh, "isartor", true).unwrap(), None);
    assert_eq!(LIST.disconnect(&wanted, "isartor", false).unwrap().unwrap().lines().last(), Some("mcpServers: []"));
}

/// Every case with what it becomes, and back.
fn check(client: &Client<Yaml>, cases: &[(&str, String)]) {
    for (before, after) in cases {
        assert_eq!(client.connect(Some(before), &entry()).as_ref(), Ok(after), "{before}");
        assert_eq!(client.connect(Some(after), &entry()).as_ref(), Ok(after), "twice: {before}");
        let created = !before.contains("extensions") && !before.contains("mcpServers");
        assert_eq!(client.disconnect(after, "isartor", created).unwrap().as_deref(), Some(*before), "{after}");
        let crlf = before.replace('\n', "\r\n");
        if crlf.contains('\n') {
            assert_eq!(client.connect(Some(&crlf), &entry()).unwrap(), after.replace('\n', "\r\n"), "CRLF: {before}");
        }
    }
}

#[test]
fn a_server_goes_into_a_map() {
    let four = IN_MAP.replace("      ", "            ").replace("\n    ", "\n        ").replacen("  ", "    ", 1);
    let four = four.replace("                ", "            ");
    let cases = [
        ("GOOSE: 1\n", format!("GOOSE: 1\nextensions:\n{IN_MAP}")),
        ("# only\n", format!("# only\nextensions:\n{IN_MAP}")),
        ("---\n", format!("---\nextensions:\n{IN_MAP}")),
        ("%YAML 1.2\n--- # c\na: 1\n...\n", format!("%YAML 1.2\n--- # c\na: 1\nextensions:\n{IN_MAP}...\n")),
        ("a: 1", format!("a: 1\nextensions:\n{}", IN_MAP.trim_end())),
        ("extensions: {}\n", format!("extensions:\n{IN_MAP}")),
        ("extensions: {} # none\n  # yet\na: 1\n", format!("extensions: # none\n  # yet\n{IN_MAP}a: 1\n")),
        ("\"extensions\": {}", format!("\"extensions\":\n{}", IN_MAP.trim_end())),
        ("extensions: { }\n", format!("extensions: {{ {IN_MAP_INLINE} }}\n")),
        ("extensions: {a: {cmd: x}}\n", format!("extensions: {{a: {{cmd: x}}, {IN_MAP_INLINE}}}\n")),
        ("extensions: {\n  a: 1, # c\n}\n", format!("extensions: {{\n  a: 1, {IN_MAP_INLINE}, # c\n}}\n")),
        ("{\"a\": 1}", format!("{{\"a\": 1, extensions: {{{IN_MAP_INLINE}}}}}")),
        (
            "extensions:\n  a:\n    cmd: x # c\n    # d\n  # e\n\n# f\nb: 1\n",
            format!("extensions:\n  a:\n    cmd: x # c\n    # d\n  # e\n{IN_MAP}\n# f\nb: 1\n"),
        ),
        ("extensions:\n    a:\n        cmd: x\n", format!("extensions:\n    a:\n        cmd: x\n{four}")),
        (
            "extensions:\n  a:\n    cmd: |+\n      x\n\nb: 1\n",
            format!("extensions:\n  a:\n    cmd: |+\n      x\n\n{IN_MAP}b: 1\n"),
        ),
        ("extensions:\n  a: |\n    x\n\nb: 1\n", format!("extensions:\n  a: |\n    x\n{IN_MAP}\nb: 1\n")),
    ];
    check(&MAP, &cases);
}

#[test]
fn a_server_goes_into_a_list() {
    let zero = IN_LIST.replace("\n  ", "\n").replacen("  ", "", 1).replace("\n    - mcp", "\n  - mcp");
    let wide = IN_LIST.replace("\n    ", "\n      ");
    let cases = [
        ("a: 1\n", format!("a: 1\nmcpServers:\n{IN_LIST}")),
        ("mcpServers: []\nb: 1\n", format!("mcpServers:\n{IN_LIST}b: 1\n")),
        ("mcpServers: [ ]\n", format!("mcpServers: [ {IN_LIST_INLINE} ]\n")),
        ("mcpServers: [{name: a}]\n", format!("mcpServers: [{{name: a}}, {IN_LIST_INLINE}]\n")),
        (
            "mcpServers:\n  - name: a\n    args: []\nb: 1\n",
            format!("mcpServers:\n  - name: a\n    args: []\n{IN_LIST}b: 1\n"),
        ),
        ("mcpServers:\n- name: a\nb: 1\n", format!("mcpServers:\n- name: a\n{zero}b: 1\n")),
        (
            "mcpServers:\n  -   name: a\n",
            format!("mcpServers:\n  -   name: a\n{}", wide.replace("  - name", "  -   name")),
        ),
    ];
    check(&LIST, &cases);
}

#[test]
fn nothing_becomes_an_empty_container_in_the_end() {
    for (before, inside, after) in [
        ("extensions:\na: 1\n", format!("extensions:\n{IN_MAP}a: 1\n"), "extensions: {}\na: 1\n"),
        (
            "extensions: # c\n  # d",
            format!("extensions: # c\n  # d\n{}", IN_MAP.trim_end()),
            "extensions: {} # c\n  # d",
        ),
        ("{extensions: }", format!("{{extensions: {{{IN_MAP_INLINE}}} }}"), "{extensions: {} }"),
    ] {
        assert_eq!(MAP.connect(Some(before), &entry()).unwrap(), inside);
        assert_eq!(MAP.disconnect(&inside, "isartor", false).unwrap().as_deref(), Some(after));
    }
    let list = LIST.connect(Some("mcpServers:"), &entry()).unwrap();
    assert_eq!(list, format!("mcpServers:\n{}", IN_LIST.trim_end()));
    assert_eq!(LIST.disconnect(&list, "isartor", false).unwrap().as_deref(), Some("mcpServers: []"));
}

#[test]
fn an_entry_that_is_there_is_updated_in_place() {
    let before = r#"extensions:
  a: {}
  "isartor": # mine
    # c
    uri: http://elsewhere
    enabled: false
    type: 'stdio'
    cmd: /old # d
    args: [ "mcp" ]
    envs: {HTTP_PROXY: "http://proxy", ISARTOR_OLD: x}
    timeout: 5
  z: {}
"#;
    let after = r#"extensions:
  a: {}
  "isartor": # mine
    # c
    enabled: false
    type: 'stdio'
    cmd: /bin/isartor # d
    args: [ "mcp" ]
    envs: {HTTP_PROXY: "http://proxy", ISARTOR_GATEWAY_URL: http://localhost:8080}
    timeout: 5
    name: isartor
  z: {}
"#;
    assert_eq!(MAP.connect(Some(before), &entry()).unwrap(), after);
    assert_eq!(MAP.connect(Some(after), &entry()).unwrap(), after);
    let list = "mcpServers:\n- url: u\n  name: isartor\n  command: |\n    /old\n  args:\n  - x # c\n  - y\n  env: {}\n- name: b\n";
    let written = "mcpServers:\n- name: isartor\n  command: /bin/isartor\n  args:\n  - mcp\n  env:\n    ISARTOR_GATEWAY_URL: http://localhost:8080\n  type: stdio\n- name: b\n";
    assert_eq!(LIST.connect(Some(list), &entry()).unwrap(), written);
    for odd in ["", " 5", " [a]", " |\n    x\n", " *x"] {
        let before = format!("x: &x 1\nextensions:\n  isartor:{odd}");
        let text = MAP.connect(Some(&before), &entry()).unwrap();
        assert_eq!(MAP.servers(&text).unwrap()[0].transport, Some(Transport::Stdio(server())), "{text}");
    }
}

#[test]
fn an_entry_changes_from_one_transport_to_another() {
    for client in [&MAP, &LIST] {
        let first = client.connect(Some("a: 1\n"), &over_http()).unwrap();
        let Transport::Http(_) = client.servers(&first).unwrap()[0].transport.clone().unwrap() else {
            panic!("{first}")
        };
        let second = client.connect(Some(&first), &entry()).unwrap();
        assert_eq!(client.servers(&second).unwrap()[0].transport, Some(Transport::Stdio(server())), "{second}");
        assert!(!second.contains("X-API-Key") && !second.contains("/mcp\n"), "{second}");
        assert_eq!(client.disconnect(&second, "isartor", true).unwrap().as_deref(), Some("a: 1\n"));
    }
}

#[test]
fn removing_leaves_what_others_wrote() {
    let cases = [
        ("extensions:\n  isartor:\n    a: 1\n    # c\n  b: 1\n", "extensions:\n    # c\n  b: 1\n"),
        ("extensions:\n  # c\n  isartor: {a: 1} # d\n", "extensions: {}\n  # c\n"),
        ("extensions:\n  a: 1\n  isartor: |\n    x\n\n\n", "extensions:\n  a: 1\n\n\n"),
        ("extensions: {isartor: {}, b: 1}", "extensions: {b: 1}"),
        ("extensions: {isartor: {},}", "extensions: {}"),
        ("extensions: {\n  isartor: [a,],\n  # c\n  }", "extensions: {\n  \n  # c\n  }"),
        ("extensions: {\n  isartor: {}, # c\n  b: 1\n}", "extensions: {\n   # c\n  b: 1\n}"),
    ];
    for (before, after) in cases {
        assert_eq!(MAP.disconnect(before, "isartor", false).unwrap().as_deref(), Some(after), "{before}");
        assert_eq!(MAP.disconnect(after, "isartor", false).unwrap().as_deref(), Some(after));
    }
    let kept = "extensions: {} # mine\n";
    assert_eq!(MAP.disconnect(kept, "isartor", true).unwrap().as_deref(), Some(kept));
}

#[test]
fn what_cannot_be_understood_fails_at_its_position() {
    let cases: &[(&str, &str, u32, u32)] = &[
        ("a: [1\nb: 2\n", "it is not valid YAML: ", 2, 2),
        ("extensions:\n\ta: 1\n", "it is not valid YAML: tabs disallowed", 2, 2),
        ("é: 'x\n", "it is not valid YAML: ", 1, 4),
        ("a: 1\rb: 2\n", "it is not valid YAML: a control character", 1, 5),
        ("a: 1\n---\nb: 2\n", "it holds several documents, and only one is edited", 2, 1),
        ("- a\n", "the configuration is a list, not a map", 1, 1),
        ("x\n", "the configuration is a string, not a map", 1, 1),
        ("a: 1\nextensions: []\n", "\"extensions\" is a list, not a map", 2, 13),
        ("extensions: ~\n", "\"extensions\" is null, not a map", 1, 13),
        ("extensions: 5\n", "\"extensions\" is a number, not a map", 1, 13),
        ("extensions: &a\n  b: 1\n", "\"extensions\" has an anchor or a tag, and is not edited", 1, 13),
        ("b: &b {}\nextensions: *b\n", "\"extensions\" is an alias, not a map", 2, 13),
        ("b: &b {}\nextensions:\n  <<: *b\n", "it is merged with another map, and is not edited", 3, 3),
        ("extensions: {}\n\"extensions\": {}\n", "the key \"extensions\" is there twice", 2, 1),
        ("extensions:\n  a: 1\n  'a': 2\n", "the key \"a\" is there twice", 3, 3),
    ];
    for (text, message, line, column) in cases {
        for failure in [
            MAP.connect(Some(text), &entry()).unwrap_err(),
            MAP.disconnect(text, "isartor", true).unwrap_err(),
            MAP.servers(text).unwrap_err(),
        ] {
            assert!(failure.message.starts_with(message), "{text:?}: {}", failure.message);
            assert_eq!(failure.position, Some(Position { line: *line, column: *column }), "{text:?}: {failure:?}");
        }
    }
    let anchored = "extensions:\n  isartor: &x {}\nb: *x\n";
    let refused = Failure::invalid_input_at("an anchor is in it, which other places may refer to", 2, 12);
    assert_eq!(MAP.disconnect(anchored, "isartor", false).unwrap_err(), refused);
    let twice = "mcpServers:\n- name: isartor\n- name: isartor\n";
    let refused = Failure::invalid_input_at("the name \"isartor\" is there twice", 3, 3);
    assert_eq!(LIST.connect(Some(twice), &entry()).unwrap_err(), refused);
    assert_eq!(
        LIST.connect(Some("mcpServers: {}\n"), &entry()).unwrap_err().message,
        "\"mcpServers\" is a map, not a list"
    );
}

#[test]
fn listing_gives_every_entry_with_what_is_not_modelled() {
    let text = "extensions:\n  a:\n    cmd: x\n    args:\n    - 'y'\n    timeout: 5\n    available_tools:\n      - t\n  b: {uri: u}\n  c:\n    cmd: 5\n  d:\n";
    let found = MAP.servers(text).unwrap();
    let names: Vec<&str> = found.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    let stdio = StdioServer { command: "x".into(), args: vec!["y".into()], env: vec![] };
    assert_eq!(found[0].transport, Some(Transport::Stdio(stdio)));
    let extra =
        [("timeout", "5"), ("available_tools", "      - t")].map(|(name, raw)| (name.to_owned(), raw.to_owned()));
    assert_eq!(found[0].extra, extra);
    assert!(found[0].raw.starts_with("    cmd: x\n    args:"), "{}", found[0].raw);
    assert_eq!(found[1].transport, Some(Transport::Http(HttpServer { url: "u".into(), headers: vec![] })));
    assert_eq!((&found[2].transport, &found[3].transport), (&None, &None));
    let list = LIST
        .servers("mcpServers:\n- name: a\n  command: x\n  cwd: /tmp\n- *y\n".replace("- *y\n", "- 5\n").as_str())
        .unwrap();
    assert_eq!((list.len(), list[0].extra.len(), list[0].raw.as_str()), (1, 1, "  name: a\n  command: x\n  cwd: /tmp"));
}

/// What a reader of some YAML could take for something else than a string.
const ODD: [&str; 36] = [
    "",
    " ",
    "on",
    "Yes",
    "null",
    "~",
    "1.0",
    "1e3",
    "0x1F",
    "a: b",
    "a #b",
    "#",
    "- a",
    "-",
    "[a",
    "{a",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    "'a",
    "\"a\"",
    "%a",
    "@a",
    "`a",
    "a:",
    "=",
    "<<",
    ".inf",
    "C:\\a\n\u{1}é\u{2028}\u{feff}\u{85}",
    "2001-01-01",
    "12:30:45",
    "a,b",
    "nan",
    "True",
];

#[test]
fn strings_mean_what_they_were() {
    let plain = ["x", "/bin/x", "http://localhost:8080/mcp", "a-b_c.d+e@f"];
    for (string, is_plain) in plain.map(|string| (string, true)).into_iter().chain(ODD.map(|string| (string, false))) {
        let server = StdioServer {
            command: string.into(),
            args: vec![string.into()],
            env: vec![(string.into(), string.into())],
        };
        let named = if string.is_empty() { "a" } else { string };
        let entry = ServerEntry { name: named.into(), transport: Transport::Stdio(server.clone()), key_variable: None };
        for (client, before) in [(&MAP, "a: 1"), (&LIST, "a: 1"), (&MAP, "{a: 1}"), (&LIST, "mcpServers: [ ]")] {
            let text = client.connect(Some(before), &entry).unwrap();
            let found = client.servers(&text).unwrap();
            assert_eq!(
                (found[0].name.as_str(), &found[0].transport),
                (named, &Some(Transport::Stdio(server.clone()))),
                "{text}"
            );
            assert_eq!(text.contains(&format!(": {string}")), is_plain || string.is_empty(), "{text}");
        }
    }
}
