//! Tables over the public functions in TOML, and texts in every layout from a seed.

use crate::config_text::tests::Texts;
use crate::config_text::{Client, Role, Shape, Toml};
use crate::connector::{Failure, HttpServer, Position, ServerEntry, StdioServer, Transport};

const STDIO: Shape =
    &[("command", Role::Command), ("args", Role::Args), ("env", Role::Env), ("env_vars", Role::PassedVariables)];
const HTTP: Shape = &[("url", Role::Url), ("http_headers", Role::Headers), ("env_http_headers", Role::HeaderVariables)];
const CLIENT: Client<Toml> = Client::new(&["mcp_servers"]).stdio(STDIO).http(HTTP);

const SECTION: &str = r#"[mcp_servers.isartor]
command = "/bin/isartor"
args = ["mcp"]
env = { ISARTOR_GATEWAY_URL = "http://localhost:8080" }
"#;
const PAIR: &str = r#"isartor = { command = "/bin/isartor", args = ["mcp"], env = { ISARTOR_GATEWAY_URL = "http://localhost:8080" } }"#;

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

fn over_http(key_variable: Option<&str>) -> ServerEntry {
    let headers = vec![("X-API-Key".to_owned(), "KEY".to_owned())];
    let http = HttpServer { url: "http://localhost:8080/mcp".into(), headers };
    ServerEntry {
        name: "isartor".into(),
        transport: Transport::Http(http),
        key_variable: key_variable.map(str::to_owned),
    }
}

fn set(text: &str) -> Result<String, Failure> {
    CLIENT.connect(Some(text), &entry())
}

fn without(text: &str, created: bool) -> Option<String> {
    CLIENT.disconnect(text, "isartor", created).unwrap()
}

#[test]
fn a_blank_text_becomes_a_fresh_document() {
    assert_eq!(CLIENT.connect(None, &entry()).unwrap(), SECTION);
    assert_eq!(set("\u{feff}\r\n").unwrap(), format!("\u{feff}{}", SECTION.replace('\n', "\r\n")));
    assert_eq!(without(SECTION, true), None);
    assert_eq!(without(SECTION, false).as_deref(), Some(""));
    let headed = const { Client::<Toml>::new(&["mcp_servers"]).stdio(STDIO).head("# made by isartor\n") };
    let fresh = headed.connect(None, &entry()).unwrap();
    assert_eq!(fresh, format!("# made by isartor\n\n{SECTION}"));
    assert_eq!(headed.disconnect(&fresh, "isartor", true).unwrap(), None);
}

#[test]
fn a_server_goes_where_servers_are() {
    let cases = [
        ("model = \"x\"\n", format!("model = \"x\"\n\n{SECTION}")),
        ("# mine\n", format!("# mine\n\n{SECTION}")),
        ("[a]\nb = 1", format!("[a]\nb = 1\n\n{}", SECTION.trim_end())),
        ("[a]\nb = 1\n\n\n", format!("[a]\nb = 1\n\n{SECTION}\n\n")),
        ("[mcp_servers]\n", format!("[mcp_servers]\n\n{SECTION}")),
        (
            "[mcp_servers.a]\ncommand = \"x\" # c\n# args = []\n\n# about b\n[b]\n",
            format!("[mcp_servers.a]\ncommand = \"x\" # c\n# args = []\n\n{SECTION}\n# about b\n[b]\n"),
        ),
        (
            "[mcp_servers.a]\nx = 1\n[mcp_servers.a.env]\nA = \"b\"\n# about c\n[c]\n",
            format!("[mcp_servers.a]\nx = 1\n[mcp_servers.a.env]\nA = \"b\"\n\n{SECTION}# about c\n[c]\n"),
        ),
        (
            "mcp_servers.a.command = \"x\"\nmodel = 1\n[c]\n",
            format!("mcp_servers.a.command = \"x\"\nmodel = 1\n\n{SECTION}[c]\n"),
        ),
        (
            "[mcp_servers]\na = { url = \"x\" }\n\n[c]\n",
            format!("[mcp_servers]\na = {{ url = \"x\" }}\n{PAIR}\n\n[c]\n"),
        ),
        ("[mcp_servers]\na.url = \"x\"\n\n[c]\n", format!("[mcp_servers]\na.url = \"x\"\n\n{SECTION}\n[c]\n")),
        ("mcp_servers = {}\n", format!("mcp_servers = {{{PAIR}}}\n")),
        ("mcp_servers = { } # c", format!("mcp_servers = {{ {PAIR} }} # c")),
        ("mcp_servers = { a.url = \"x\" }\n", format!("mcp_servers = {{ a.url = \"x\", {PAIR} }}\n")),
        (
            "mcp_servers = {\n  a = {}, # c\n  # d\n}\n",
            format!("mcp_servers = {{\n  a = {{}}, {PAIR}, # c\n  # d\n}}\n"),
        ),
        (
            "  [mcp_servers.a]\n    x = 1\n",
            format!("  [mcp_servers.a]\n    x = 1\n\n  {}\n", SECTION.trim_end().replace('\n', "\n    ")),
        ),
    ];
    for (before, after) in cases {
        assert_eq!(set(before).unwrap(), after, "{before}");
        assert_eq!(set(&after).unwrap(), after, "twice: {before}");
        assert_eq!(without(&after, !before.contains("mcp_servers")).as_deref(), Some(before), "{after}");
        let crlf = before.replace('\n', "\r\n");
        if crlf.contains('\n') {
            assert_eq!(set(&crlf).unwrap(), after.replace('\n', "\r\n"), "CRLF: {before}");
        }
    }
}

#[test]
fn an_entry_that_is_there_is_updated_in_place() {
    let env = "env = { ISARTOR_GATEWAY_URL = \"http://localhost:8080\" }";
    let cases = [
        (
            "[mcp_servers.isartor] # mine\n# c\ncommand = '/old' # d\nargs = [ \"mcp\" ]\nenabled = false\n[z]\n".to_owned(),
            format!(
                "[mcp_servers.isartor] # mine\n# c\ncommand = \"/bin/isartor\" # d\nargs = [ \"mcp\" ]\nenabled = false\n{env}\n[z]\n"
            ),
        ),
        (
            "[mcp_servers.isartor]\nurl = \"u\"\nhttp_headers = { X = \"y\" }\n\n[mcp_servers.isartor.env]\nMINE = \"x\"\nISARTOR_OLD = \"y\"".to_owned(),
            "[mcp_servers.isartor]\ncommand = \"/bin/isartor\"\nargs = [\"mcp\"]\n\n[mcp_servers.isartor.env]\nMINE = \"x\"\nISARTOR_GATEWAY_URL = \"http://localhost:8080\"".to_owned(),
        ),
        (
            "mcp_servers.isartor.command = \"/old\"\nmodel = 1\n".to_owned(),
            format!("mcp_servers.isartor.command = \"/bin/isartor\"\nmcp_servers.isartor.args = [\"mcp\"]\nmcp_servers.isartor.{env}\nmodel = 1\n"),
        ),
        (
            "mcp_servers = { isartor.command = \"/old\", b = {} }\n".to_owned(),
            format!("mcp_servers = {{ isartor.command = \"/bin/isartor\", b = {{}}, isartor.args = [\"mcp\"], isartor.{env} }}\n"),
        ),
        ("[mcp_servers]\nisartor = 5\n".to_owned(), format!("[mcp_servers]\n{PAIR}\n")),
        (
            "[mcp_servers.isartor.env]\nISARTOR_GATEWAY_URL = \"http://localhost:8080\"\n".to_owned(),
            "[mcp_servers.isartor.env]\nISARTOR_GATEWAY_URL = \"http://localhost:8080\"\n\n[mcp_servers.isartor]\ncommand = \"/bin/isartor\"\nargs = [\"mcp\"]\n".to_owned(),
        ),
        ("[[mcp_servers.isartor]]\na = 1\n".to_owned(), SECTION.to_owned()),
    ];
    for (before, after) in cases {
        assert_eq!(set(&before).unwrap(), after, "{before}");
        assert_eq!(set(&after).unwrap(), after, "twice: {before}");
    }
}

#[test]
fn removing_leaves_what_others_wrote() {
    let cases = [
        ("[mcp_servers.isartor]\na = 1\n\n[b]\n", "\n[b]\n"),
        ("# c\n[mcp_servers.isartor]\na = 1 # ours\n# d\n\n[b]\n", "# c\n# d\n\n[b]\n"),
        ("[mcp_servers.isartor]\na = 1\n[b]\n[mcp_servers.isartor.env]\nA = 1\n", "[b]\n"),
        ("[mcp_servers]\nisartor.a = 1\nb.c = 2\nisartor.b = 3\n", "[mcp_servers]\nb.c = 2\n"),
        ("mcp_servers = { isartor = {}, b = {} }", "mcp_servers = { b = {} }"),
        ("mcp_servers = { isartor.a = 1, b = {}, isartor.c = 2 }", "mcp_servers = { b = {} }"),
        ("mcp_servers = {\n isartor = {}, # c\n b = {},\n}", "mcp_servers = {\n  # c\n b = {},\n}"),
        ("mcp_servers = {\n a = {}, # c\n isartor = {},\n}", "mcp_servers = {\n a = {} # c\n ,\n}"),
        ("mcp_servers = {\n isartor = {},\n}", "mcp_servers = {}"),
        ("mcp_servers = {\n # c\n isartor = {},\n}", "mcp_servers = {\n # c\n \n}"),
    ];
    for (before, after) in cases {
        assert_eq!(without(before, false).as_deref(), Some(after), "{before}");
        assert_eq!(without(after, false).as_deref(), Some(after), "twice: {before}");
    }
}

#[test]
fn what_cannot_be_understood_fails_at_its_position() {
    let cases: &[(&str, &str, u32, u32)] = &[
        ("[a]\nb = \n", "it is not valid TOML: ", 2, 5),
        ("a = 1\r\na = 2\r\n", "it is not valid TOML: duplicate key", 2, 1),
        ("[mcp_servers.a]\n[mcp_servers.a]\n", "it is not valid TOML: duplicate key", 2, 14),
        ("\u{feff}é", "it is not valid TOML: ", 1, 2),
        ("mcp_servers = 5", "\"mcp_servers\" is an integer, not a table", 1, 15),
        ("x = 1\nmcp_servers = []", "\"mcp_servers\" is an array, not a table", 2, 15),
        ("x = 1\nmcp_servers = \"x\"", "\"mcp_servers\" is a string, not a table", 2, 15),
        ("\n[[mcp_servers]]\na = 1\n", "\"mcp_servers\" is an array of tables, not a table", 2, 1),
    ];
    for (text, message, line, column) in cases {
        for failure in [
            set(text).unwrap_err(),
            CLIENT.disconnect(text, "isartor", true).unwrap_err(),
            CLIENT.servers(text).unwrap_err(),
        ] {
            assert!(failure.message.starts_with(message), "{text:?}: {}", failure.message);
            assert_eq!(failure.position, Some(Position { line: *line, column: *column }), "{text:?}: {failure:?}");
        }
    }
}

#[test]
fn listing_gives_every_entry_with_what_is_not_modelled() {
    let text = "[mcp_servers.a]\ncommand = 'x'\ncwd = \"/tmp\" # c\n\n[mcp_servers.a.env]\nA = \"b\"\n[mcp_servers.'b c']\nurl = \"u\"\nstartup_timeout_sec = 1_0\n[mcp_servers.c]\ncommand = 1\n";
    let found = CLIENT.servers(text).unwrap();
    let names: Vec<&str> = found.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["a", "b c", "c"]);
    let env = vec![("A".to_owned(), "b".to_owned())];
    assert_eq!(found[0].transport, Some(Transport::Stdio(StdioServer { command: "x".into(), args: vec![], env })));
    assert_eq!(found[0].extra, [("cwd".to_owned(), "\"/tmp\"".to_owned())]);
    assert_eq!(found[0].raw, text.split("\n[mcp_servers.'b").next().unwrap());
    assert_eq!(found[1].extra, [("startup_timeout_sec".to_owned(), "1_0".to_owned())]);
    assert_eq!((&found[2].transport, found[2].extra.len()), (&None, 1));
    assert!(CLIENT.servers("model = 1\n").unwrap().is_empty());
}

#[test]
fn a_key_in_a_variable_is_named_and_never_written() {
    let literal = CLIENT.connect(None, &over_http(None)).unwrap();
    let head = "[mcp_servers.isartor]\nurl = \"http://localhost:8080/mcp\"\n";
    assert_eq!(literal, format!("{head}http_headers = {{ X-API-Key = \"KEY\" }}\n"));
    let named = CLIENT.connect(Some(&literal), &over_http(Some("KEY"))).unwrap();
    assert_eq!(named, format!("{head}http_headers = {{ }}\nenv_http_headers = {{ X-API-Key = \"KEY\" }}\n"));
    let stdio = CLIENT.connect(Some(&named), &entry()).unwrap();
    assert!(!stdio.contains("http_headers") && !stdio.contains("url"), "{stdio}");
    let server = StdioServer { env: vec![("KEY".into(), "KEY".into())], ..server() };
    let passed = ServerEntry { transport: Transport::Stdio(server), key_variable: Some("KEY".into()), ..entry() };
    let named = CLIENT.connect(None, &passed).unwrap();
    assert!(named.ends_with("args = [\"mcp\"]\nenv_vars = [\"KEY\"]\n"), "{named}");
    let theirs = named.replace("[\"KEY\"]", "[\"THEIRS\"]");
    assert!(CLIENT.connect(Some(&theirs), &passed).unwrap().ends_with("env_vars = [\"THEIRS\", \"KEY\"]\n"));
    assert!(CLIENT.connect(Some(&theirs), &entry()).unwrap().contains("env_vars = [\"THEIRS\"]\n"));
}

#[test]
fn names_and_strings_mean_what_they_were() {
    let server = StdioServer { command: "C:\\a \"b\"\n\u{1}\u{7f}é".into(), args: vec![], env: vec![] };
    for name in ["is.artor", "", "iś\"", "a b"] {
        let entry = ServerEntry { name: name.into(), transport: Transport::Stdio(server.clone()), key_variable: None };
        let text = CLIENT.connect(Some("a = 1"), &entry).unwrap();
        let found = CLIENT.servers(&text).unwrap();
        assert_eq!((found[0].name.as_str(), &found[0].transport), (name, &Some(Transport::Stdio(server.clone()))));
        assert_eq!(CLIENT.disconnect(&text, name, true).unwrap().as_deref(), Some("a = 1"));
    }
}

impl Texts {
    fn toml(&mut self) -> (String, bool) {
        let mut text = String::new();
        let newline = self.pick(&["\n", "\r\n"]);
        let has_dotted = self.below(6) == 0;
        let root = self.below(3);
        for index in 0..root {
            text += &self.toml_pair(&format!("k{index}"));
        }
        let inline = !has_dotted && self.below(5) == 0;
        if inline {
            text += self.pick(&[
                "mcp_servers = {}\n",
                "mcp_servers = { }# c\n",
                "mcp_servers = { a = { command = \"x\" }, b.url = 'u' }\n",
                "mcp_servers = { # c\n\n a = {}, # d\n }\n",
            ]);
        }
        if has_dotted {
            text += "mcp_servers.a.command = \"x\"\n mcp_servers.b = { }\n";
        }
        let mut names = vec!["p", "q", "mcp_servers.z", "mcp_servers.\"y y\"", "mcp_servers.z.env", "r.s"];
        names.retain(|name| !inline || !name.starts_with("mcp_servers"));
        if !inline && !has_dotted {
            names.push("mcp_servers");
        }
        for _ in 0..self.below(names.len()) {
            let name = names.remove(self.below(names.len()));
            text +=
                &format!("{}{}[{name}]{}\n", self.toml_blank(), self.pick(&["", "", "  "]), self.pick(&["", " # h"]));
            for index in 0..self.below(3) {
                text += &self.toml_pair(&format!("v{index}"));
            }
        }
        text += self.pick(&["", "", "\n", "# end\n", "\n\n# end\n\n"]);
        if self.below(4) == 0 {
            text.truncate(text.trim_end().len());
        }
        let creates = !text.contains("mcp_servers");
        (text.replace('\n', newline), creates)
    }

    fn toml_pair(&mut self, key: &str) -> String {
        let value = self.pick(&[
            "1",
            "'x'",
            "\"[mcp_servers.isartor]\"",
            "[1, 2]",
            "[\n  1, # c\n  2,\n]",
            "{ a = 1 }",
            "1979-05-27",
            "\"\"\"\n[x]\n # y\n\"\"\"",
        ]);
        format!("{}{}{key} = {value}{}\n", self.toml_blank(), self.pick(&["", "  "]), self.pick(&["", "", " # c"]))
    }

    fn toml_blank(&mut self) -> &'static str {
        self.pick(&["", "", "\n", "# c\n", "\n  # c\n", "\n\n"])
    }
}

#[test]
fn every_layout_survives_setting_and_removing() {
    let mut texts = Texts(11);
    for round in 0..5_000 {
        let (before, creates) = texts.toml();
        if before.trim().is_empty() {
            continue;
        }
        let after = set(&before).unwrap_or_else(|failure| panic!("round {round}: {failure:?}\n{before}"));
        assert_eq!(set(&after).unwrap(), after, "round {round}: set twice\n{before}");
        let found = CLIENT.servers(&after).unwrap().into_iter().find(|entry| entry.name == "isartor").unwrap();
        assert_eq!(found.transport, Some(Transport::Stdio(server())), "round {round}\n{after}");
        assert_eq!(without(&after, creates).as_deref(), Some(before.as_str()), "round {round}\n{after}");
        let http = CLIENT.connect(Some(&after), &over_http(None)).unwrap();
        assert_eq!(without(&http, creates).as_deref(), Some(before.as_str()), "round {round}\n{http}");
    }
}

#[test]
fn no_text_makes_it_panic() {
    let mut texts = Texts(13);
    let pieces = [
        "[",
        "]",
        "{",
        "}",
        "=",
        ".",
        ",",
        "\"",
        "'",
        "#",
        "\n",
        "\r",
        "\r\n",
        " ",
        "é",
        "a",
        "mcp_servers",
        "isartor",
        "1",
        "\u{0}",
    ];
    for _ in 0..20_000 {
        let mut text = texts.toml().0;
        for _ in 0..=texts.below(3) {
            let at = (0..=texts.below(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            match texts.below(2) {
                0 => text.insert_str(at, texts.pick(&pieces)),
                _ => drop(text.drain(at..).next()),
            }
        }
        let after = set(&text);
        if let Ok(after) = &after {
            assert!(CLIENT.servers(after).unwrap().iter().any(|entry| entry.name == "isartor"), "{text}");
            assert!(CLIENT.disconnect(after, "isartor", true).is_ok(), "{text}");
        }
    }
}
