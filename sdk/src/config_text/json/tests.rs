//! Tables over the public functions in JSON5; the tests of JSON are those of the module.

use crate::config_text::tests::Texts;
use crate::config_text::{Client, HTTP, Json, Json5, STDIO};
use crate::connector::{ServerEntry, StdioServer, Transport};

const CLIENT: Client<Json5> = Client::new(&["mcp", "servers"]).stdio(STDIO).older(&[HTTP]);
const STRICT: Client<Json> = Client::new(&["mcp", "servers"]).stdio(STDIO);

/// What an agent's configuration in JSON5 looks like.
const REAL: &str = r#"// my agent
{
  $schema: 'https://example.com/schema.json',
  agents: { list: [ 'a\
b', "c	d", +1, .5, 5., 0xFF, -Infinity, NaN, ], }, /* all of them */
  'quo"ted': 'it\'s \x41\v\0',
  mcp: {
    // servers
    servers: {
      files: { command: 'npx', args: ['-y', "x"], cwd: '~', }, // keep
    },
  },
}
"#;

fn entry(args: &[&str]) -> ServerEntry {
    let args = args.iter().map(|arg| (*arg).to_owned()).collect();
    let server = StdioServer { command: "/bin/isartor".into(), args, env: vec![] };
    ServerEntry { name: "isartor".into(), transport: Transport::Stdio(server), key_variable: None }
}

#[test]
fn what_json5_allows_survives_setting_and_removing() {
    let texts = [
        REAL,
        "{mcp: {servers: {}}}",
        "{mcp:{servers:{a:{}}},}",
        "{\n  mcp: {\n    'servers': {\n      a: {command: 'x'},\n    },\n  },\n}",
        "{a: Infinity, b: +Infinity, c: 1e3, d: 'x\\\r\ny'}\r\n",
        "{\"mcp\": {\"servers\": {}}, 'x': 1}",
    ];
    for before in texts {
        let creates = !before.contains("mcp");
        let after = CLIENT.connect(Some(before), &entry(&["mcp"])).unwrap();
        assert_eq!(CLIENT.connect(Some(&after), &entry(&["mcp"])).unwrap(), after, "twice: {before}");
        assert!(after.contains("\"isartor\":"), "{after}");
        let restored = CLIENT.disconnect(&after, "isartor", creates).unwrap();
        assert_eq!(restored.as_deref(), Some(before), "{after}");
        let crlf = before.replace("\r\n", "\n").replace('\n', "\r\n");
        let after = CLIENT.connect(Some(&crlf), &entry(&[])).unwrap();
        assert_eq!(CLIENT.disconnect(&after, "isartor", creates).unwrap().as_deref(), Some(crlf.as_str()), "{after}");
    }
    let written = CLIENT.connect(Some(REAL), &entry(&["mcp"])).unwrap();
    let line = "cwd: '~', }, // keep\n      \"isartor\": {\n        \"command\": \"/bin/isartor\",\n";
    assert!(written.contains(line), "{written}");
    assert!(STRICT.connect(Some(REAL), &entry(&[])).is_err());
}

#[test]
fn values_mean_what_they_say_however_they_are_spelled() {
    let same = "{mcp: {servers: {isartor: {command: '/bin/\\x69sartor', args: ['m\\\ncp']}}}}";
    assert_eq!(CLIENT.connect(Some(same), &entry(&["mcp"])).unwrap(), same);
    let changed = CLIENT.connect(Some(same), &entry(&["serve"])).unwrap();
    assert_eq!(changed, same.replace("['m\\\ncp']", "[\"serve\"]"));
    let found = CLIENT.servers(REAL).unwrap();
    let stdio = StdioServer { command: "npx".into(), args: vec!["-y".into(), "x".into()], env: vec![] };
    assert_eq!(found[0].transport, Some(Transport::Stdio(stdio)));
    assert_eq!(found[0].extra, [("cwd".to_owned(), "'~'".to_owned())]);
}

#[test]
fn what_json5_does_not_allow_fails_at_its_position() {
    let cases = [
        ("{a: 'x\ny'}", "a string holds an unescaped control character", (1, 7)),
        ("{a: 'x\\\\\ny'}", "a string holds an unescaped control character", (1, 9)),
        ("{a 1}", "it is not valid JSON: ", (1, 4)),
        ("{a: 1 b: 2}", "it is not valid JSON: expected comma", (1, 6)),
        ("{mcp: {}, 'mcp': {}}", "the key \"mcp\" is there twice", (1, 11)),
        ("{mcp: {servers: []}}", "\"mcp.servers\" is an array, not an object", (1, 17)),
    ];
    for (text, message, (line, column)) in cases {
        let failure = CLIENT.connect(Some(text), &entry(&[])).unwrap_err();
        let position = failure.position.as_ref().map(|position| (position.line, position.column));
        assert!(failure.message.starts_with(message), "{text}: {}", failure.message);
        assert_eq!(position, Some((line, column)), "{text}: {}", failure.message);
    }
}

#[test]
fn no_text_makes_it_panic() {
    let mut texts = Texts(23);
    let pieces = [
        "{", "}", "[", "]", ":", ",", "'", "\"", "\\", "\n", "\r", "//", "/*", "*/", "é", "mcp", "+", ".", "0x",
        "\u{2028}", "\u{0}",
    ];
    for _ in 0..20_000 {
        let mut text = REAL.to_owned();
        for _ in 0..=texts.below(3) {
            let at = (0..=texts.below(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            match texts.below(2) {
                0 => text.insert_str(at, texts.pick(&pieces)),
                _ => drop(text.drain(at..).next()),
            }
        }
        for changed in [CLIENT.connect(Some(&text), &entry(&[])), STRICT.connect(Some(&text), &entry(&[]))] {
            assert!(changed.is_err() || CLIENT.servers(&changed.unwrap()).is_ok(), "{text}");
        }
        drop(CLIENT.disconnect(&text, "isartor", true));
    }
}
