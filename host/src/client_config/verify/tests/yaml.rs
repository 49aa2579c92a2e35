//! What a change may do and what not, in YAML, for a map and a list of servers.

use super::super::*;

const IN_MAP: &str =
    "  isartor:\n    enabled: true\n    cmd: /bin/isartor\n    args:\n      - b\n    env_keys: []\n    timeout: 5\n";
const IN_LIST: &str = "  - name: isartor\n    command: /bin/isartor\n";
const ALLOWED: [Scalar; 5] =
    [Scalar::Text("/bin/isartor"), Scalar::Text("b"), Scalar::Text("isartor"), Scalar::Bool(true), Scalar::Number(5)];

fn containers(slot: &str) -> [String; 1] {
    [slot.to_owned()]
}

fn map(container: &[String]) -> Slot<'_> {
    Slot { format: Format::Yaml, container, name_field: None, name: "isartor", head: "" }
}

fn list(container: &[String]) -> Slot<'_> {
    Slot { name_field: Some("name"), head: "name: x\nschema: v1\n", ..map(container) }
}

fn connected(old: &str, new: &str) -> Result<Difference, String> {
    check_connected(Some(old), new, map(&containers("extensions")), &ALLOWED)
}

fn disconnected(old: &str, new: Option<&str>) -> Result<(), String> {
    check_disconnected(old, new, map(&containers("extensions")))
}

#[test]
fn our_entry_may_come_and_go() {
    let inline = "isartor: {cmd: /bin/isartor}";
    let cases = [
        ("", format!("extensions:\n{IN_MAP}"), true),
        ("# c\n", format!("# c\nextensions:\n{IN_MAP}"), true),
        ("--- # c\na: 1\n...\n", format!("--- # c\na: 1\nextensions:\n{IN_MAP}...\n"), true),
        ("a: 1", format!("a: 1\nextensions:\n{}", IN_MAP.trim_end()), true),
        ("a: 1\r\n", format!("a: 1\r\nextensions:\r\n{}", IN_MAP.replace('\n', "\r\n")), true),
        ("extensions:\na: 1\n", format!("extensions:\n{IN_MAP}a: 1\n"), false),
        ("extensions: {} # c\n  # d\na: 1\n", format!("extensions: # c\n  # d\n{IN_MAP}a: 1\n"), false),
        ("extensions: {}\n", format!("extensions: {{{inline}}}\n"), false),
        ("extensions: {a: {b: [1, 2]}} # c\n", format!("extensions: {{a: {{b: [1, 2]}}, {inline}}} # c\n"), false),
        ("{\"a\": 1}\n", format!("{{\"a\": 1, extensions: {{{inline}}}}}\n"), true),
        (
            "extensions:\n  a: |+\n    x\n\n# c\nb: &b 1\nc: *b\n",
            format!("extensions:\n  a: |+\n    x\n\n{IN_MAP}# c\nb: &b 1\nc: *b\n"),
            false,
        ),
        ("extensions:\n  a: {}\n  # c\nb: 1\n", format!("extensions:\n  a: {{}}\n{IN_MAP}  # c\nb: 1\n"), false),
    ];
    for (old, new, created_container) in cases {
        let difference = Difference { entry_existed: false, created_container };
        assert_eq!(connected(old, &new), Ok(difference), "{old}\n-> {new}");
        assert_eq!(disconnected(&new, Some(old)), Ok(()), "{new}\n-> {old}");
    }
    let gone = [
        ("a: 1\nextensions: {}\n", Ok(())),
        ("a: 1\n", Ok(())),
        ("extensions: {}\n", Err("something else than our entry differs".to_owned())),
    ];
    for (new, result) in gone {
        assert_eq!(disconnected(&format!("a: 1\nextensions:\n{IN_MAP}"), Some(new)), result);
    }
    assert_eq!(disconnected(&format!("extensions:\n{IN_MAP}"), None), Ok(()));
}

#[test]
fn our_entry_may_be_in_a_list() {
    let container = containers("mcpServers");
    let cases = [
        ("", format!("name: x\nschema: v1\nmcpServers:\n{IN_LIST}"), true),
        ("\n", format!("mcpServers:\n{IN_LIST}"), true),
        ("mcpServers: []\n", format!("mcpServers:\n{IN_LIST}"), false),
        ("mcpServers: [{name: a}]\n", "mcpServers: [{name: a}, {name: isartor, command: b}]\n".to_owned(), false),
        (
            "mcpServers:\n- name: a\n  # c\n",
            format!("mcpServers:\n- name: a\n  # c\n{}", IN_LIST.replace("\n  ", "\n").replacen("  ", "", 1)),
            false,
        ),
    ];
    for (old, new, created_container) in cases {
        let difference = Difference { entry_existed: false, created_container };
        assert_eq!(check_connected(Some(old), &new, list(&container), &ALLOWED), Ok(difference), "{old}\n-> {new}");
        assert_eq!(check_disconnected(&new, Some(old), list(&container)), Ok(()), "{new}\n-> {old}");
    }
    let twice = format!("mcpServers:\n{IN_LIST}{IN_LIST}");
    assert_eq!(check_connected(None, &twice, list(&container), &ALLOWED), Err("\"isartor\" is there twice".to_owned()));
    let headed = format!("name: x\nschema: v2\nmcpServers:\n{IN_LIST}");
    assert!(check_connected(None, &headed, list(&container), &ALLOWED).is_err());
    assert!(check_connected(None, &format!("mcpServers:\n{IN_MAP}"), list(&container), &ALLOWED).is_err());
}

#[test]
fn our_entry_may_change_and_keep_what_it_said() {
    let old = "x: &x 1\nextensions:\n  isartor:\n    cmd: old\n    odd: [1.5, ~, on, *x, !t y]\n";
    let new =
        "x: &x 1\nextensions:\n  isartor:\n    cmd: /bin/isartor\n    odd: [1.5, ~, on, *x, !t y]\n    timeout: 5\n";
    assert_eq!(connected(old, new), Ok(Difference { entry_existed: true, created_container: false }));
    let said = [
        "timeout: 6",
        "timeout: 5.0",
        "timeout: false",
        "timeout: True",
        "timeout: evil",
        "timeout: \"5\"",
        "timeout: off",
        "timeout: &y 5",
        "timeout: *y",
        "timeout: !!str 5",
        "<<: *x",
        "? [evil]\n    : 5",
        "cmd: b",
        "timeout:",
    ];
    for said in said {
        let message = connected(old, &new.replace("timeout: 5", said));
        assert!(message.is_err(), "{said}: {message:?}");
    }
}

#[test]
fn nothing_else_may_change() {
    let base = "a: \"b  c\" # d\n\nextensions:\n  x:\n    cmd: y\n    args: [1, 2]\n  # e\n\nlist:\n- f\n- &g h\n- *g\ntext: |\n  i\n   j\n\nk: l\n";
    let with = |text: &str| text.replace("  # e\n", &format!("{IN_MAP}  # e\n"));
    assert!(connected(base, &with(base)).is_ok());
    let changes = [
        ("cmd: y", "cmd: z"),
        ("cmd: y", "cmd: \"y\""),
        ("    cmd: y\n", ""),
        (" # d", ""),
        ("# d", "# dd"),
        ("  # e\n", "  # e f\n"),
        ("[1, 2]", "[1, 3]"),
        ("[1, 2]", "[1,2]"),
        ("b  c", "b c"),
        ("\n", "\r\n"),
        ("\n\nlist", "\nlist"),
        ("- f\n", "- f\n- evil\n"),
        ("- &g h\n", "- h\n"),
        ("- *g\n", "- h\n"),
        ("k: l\n", "k: l\nevil: 1\n"),
        ("k: l\n", "k: l\n---\nextensions: {}\n"),
        ("k: l\n", "k: l\nextensions: {}\n"),
        ("k: l\n", "  k: l\n"),
        ("k: l\n", "k: l"),
        ("   j\n", "  j\n"),
        ("text: |", "text: >"),
        ("list:\n", "extensions:\nlist:\n"),
        ("extensions:\n", "extensions: &e\n"),
        ("extensions:\n", "extensions: !t\n"),
        ("  x:\n", "  <<: {}\n  x:\n"),
        ("  isartor:\n", "  isartor: {}\n  isartor:\n"),
        ("a: ", "\u{feff}a: "),
        ("k: l", "k: l\0"),
    ];
    for (from, to) in changes {
        let new = with(base).replacen(from, to, if from == "\n" { usize::MAX } else { 1 });
        assert_ne!(new, with(base));
        assert!(connected(base, &new).is_err(), "{from:?} -> {to:?}\n{new}");
    }
}

#[test]
fn commas_come_and_go_between_brackets_only() {
    let old = "a: [b, c] # d\nextensions: {x: {}} # e\n";
    let new = old.replace("{x: {}}", "{x: {}, isartor: {cmd: b},}");
    assert!(connected(old, &new).is_ok());
    for (from, to) in
        [("# d", "# ,d"), ("# e", "#, e"), ("[b, c]", "[b, c,]"), ("[b, c]", "[b,, c]"), ("x: {}", "x,: {}")]
    {
        assert!(connected(old, &new.replace(from, to)).is_err(), "{to}");
    }
    assert!(connected("# c\n", &format!("# c,\nextensions:\n{IN_MAP}")).is_err());
    assert_eq!(disconnected("extensions: {isartor: {},}\n", Some("extensions: {}\n")), Ok(()));
}

#[test]
fn white_space_beside_our_entry_does_not_move_what_others_wrote() {
    let old = format!("extensions:\n  x: {{}}\n{IN_MAP}b: 1\n");
    assert_eq!(disconnected(&old, Some("extensions:\n  x: {}\nb: 1\n")), Ok(()));
    assert!(disconnected(&old, Some("extensions:\n  x: {}\n  b: 1\n")).is_err());
    let old = format!("# c\nextensions:\n{IN_MAP}b: 1\n");
    assert_eq!(disconnected(&old, Some("# c\nb: 1\n")), Ok(()));
    assert!(disconnected(&old, Some("# c b: 1\n")).is_err());
    assert!(disconnected(&old, Some("# c\nb: 1\nextensions: x\n")).is_err());
    assert!(disconnected(&old, None).is_err());
}
