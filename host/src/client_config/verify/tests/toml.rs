//! What a change may do and what not, in TOML.

use super::super::*;

const ENTRY: &str = "[mcp_servers.isartor]\ncommand = \"/bin/isartor\"\nenv = { A = \"b\" }\nenabled = true\n";
const PAIR: &str = "isartor = { command = \"/bin/isartor\" }";
const ALLOWED: [Scalar; 4] = [Scalar::Text("/bin/isartor"), Scalar::Text("b"), Scalar::Bool(true), Scalar::Number(5)];

fn container() -> [String; 1] {
    ["mcp_servers".to_owned()]
}

fn slot(container: &[String]) -> Slot<'_> {
    Slot { format: Format::Toml, container, name_field: None, name: "isartor", head: "# made by isartor\n" }
}

fn connected(old: &str, new: &str) -> Result<Difference, String> {
    check_connected(Some(old), new, slot(&container()), &ALLOWED)
}

fn disconnected(old: &str, new: Option<&str>) -> Result<(), String> {
    check_disconnected(old, new, slot(&container()))
}

#[test]
fn our_entry_may_come_and_go() {
    let cases = [
        ("", ENTRY.to_owned(), true),
        ("", format!("# made by isartor\n\n{ENTRY}"), true),
        ("model = \"x\"", format!("model = \"x\"\n\n{}", ENTRY.trim_end()), true),
        ("model = 1 # c\r\n", format!("model = 1 # c\r\n\r\n{}", ENTRY.replace('\n', "\r\n")), true),
        ("[mcp_servers] # c\n", format!("[mcp_servers] # c\n\n{ENTRY}"), false),
        (
            "[mcp_servers.a]\nx = 1\n# c\n\n# d\n[b]\n",
            format!("[mcp_servers.a]\nx = 1\n# c\n\n{ENTRY}\n# d\n[b]\n"),
            false,
        ),
        ("mcp_servers.a.b = 1\n", format!("mcp_servers.a.b = 1\n{ENTRY}"), false),
        ("mcp_servers.a.b = 1\n", "mcp_servers.a.b = 1\nmcp_servers.isartor.command = \"b\"\n".to_owned(), false),
        ("[mcp_servers]\na = {}\n", format!("[mcp_servers]\na = {{}}\n{PAIR}\n"), false),
        ("mcp_servers = {}\n", format!("mcp_servers = {{{PAIR}}}\n"), false),
        ("mcp_servers = { # c\n}\n", format!("mcp_servers = {{ # c\n {PAIR} }}\n"), false),
        ("mcp_servers = {a = 1}\n", format!("mcp_servers = {{a = 1, {PAIR}}}\n"), false),
        ("mcp_servers = {\n a = 1 # c\n}\n", format!("mcp_servers = {{\n a = 1, # c\n {PAIR},\n}}\n"), false),
        ("[a]\n", format!("{ENTRY}[a]\n\n[mcp_servers.isartor.tools]\nx = true\n"), true),
    ];
    for (old, new, created_container) in cases {
        let difference = Difference { entry_existed: false, created_container };
        assert_eq!(connected(old, &new), Ok(difference), "{old}\n-> {new}");
        assert_eq!(disconnected(&new, Some(old)), Ok(()), "{new}\n-> {old}");
    }
    for (old, new) in [
        (ENTRY, None),
        ("# made by isartor\n[mcp_servers.isartor]\n", None),
        ("[mcp_servers]\nisartor.a = 1\n", Some("[mcp_servers]\n")),
    ] {
        assert_eq!(disconnected(old, new), Ok(()), "{old}");
    }
}

#[test]
fn our_entry_may_change_and_keep_what_it_said() {
    let old = "[mcp_servers.isartor]\ncommand = 'old'\nstartup = 7.5\nonce = 1979-05-27\n[z]\n";
    let new = "[mcp_servers.isartor]\ncommand = \"/bin/isartor\"\nstartup = 7.5\nonce = 1979-05-27\ntimeout = 5\n[z]\n";
    assert_eq!(connected(old, new), Ok(Difference { entry_existed: true, created_container: false }));
    for (said, words) in [
        ("other = 7.6", "says 7.6"),
        ("timeout = 6", "says 6"),
        ("x = false", "says false"),
        ("x = [\"evil\"]", "says \"evil\""),
    ] {
        let message = connected(old, &new.replace("timeout = 5", said)).expect_err(said);
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn nothing_else_may_change() {
    let other = "something else than our entry differs";
    let space = "white space far from our entry differs";
    let base = "model = \"a  b\" # c\n\n[mcp_servers.a]\ncommand = \"x\"\n\n[b]\nc = [1, 2]\n";
    let with = |text: &str| format!("{text}\n{ENTRY}");
    let cases = [
        (with(&base.replace("\"x\"", "\"y\"")), other),
        (with(&base.replace("command = \"x\"\n", "")), other),
        (with(&base.replace("[mcp_servers.a]\ncommand = \"x\"\n\n", "")), other),
        (with(&base.replace(" # c", "")), other),
        (with(&base.replace("# c", "# d")), other),
        (with(&base.replace("[b]", "[mcp_servers.b]")), other),
        (with(&base.replace("[1, 2]", "[1, 2, 3]")), other),
        (with(&base.replace('\n', "\r\n")), space),
        (with(&base.replace("a  b", "a b")), other),
        (with(&base.replace("# c\n\n", "# c\n")), space),
        (with(&base.replace("[1, 2]", "[1,2]")), other),
        (format!("evil = 1\n{}", with(base)), other),
        (format!("{}[evil]\n", with(base)), other),
        (format!("\u{feff}{}", with(base)), other),
        (with(&with(base)), "it does not parse"),
        (format!("{base}{ENTRY}b.x = 1\n[c]\nx = 5\n"), other),
        (base.replace("# c\n\n", "# c "), other),
        (base.to_owned(), "the entry is not there"),
    ];
    for (new, words) in cases {
        let message = connected(base, &new).expect_err(&new);
        assert!(message.contains(words), "{new}\n{message:?} does not say {words:?}");
    }
    assert!(connected("mcp_servers = 5", &format!("mcp_servers = 5\n{ENTRY}")).is_err());
    assert!(connected("mcp_servers = [{}]\n", ENTRY).is_err());
}

#[test]
fn what_a_comment_would_swallow_is_noticed() {
    let old = format!("# c\n{ENTRY}[b]\nx = 1\n");
    assert_eq!(disconnected(&old, Some("# c\n[b]\nx = 1\n")), Ok(()));
    assert!(disconnected(&old, Some("# c [b]\nx = 1\n")).is_err());
    assert!(disconnected(&old, Some("# c\n[b]\nx = 2\n")).is_err());
    assert!(disconnected(&old, None).is_err());
    assert!(disconnected(&old, Some(&old)).is_err());
}
