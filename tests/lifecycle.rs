//! The life of a third-party plugin as a user lives it: looked at, accepted, granted, changed, updated, removed.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::support::{Gateway, Home, text};

const ECHO: &str = "hostile-tool__echo";

#[test]
fn what_is_installed_is_shown_first_and_a_no_changes_nothing() {
    let home = Home::new();
    let folder = home.guest("hostile-tool");
    let output = answering(&home, &["plugin", "install", path(&folder)], "n\n");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    for words in ["hostile-tool 0.1.0, a tool by", "sha256:", "imports   none", "asks for  nothing", "tool      echo:"]
    {
        assert!(text(&output).contains(words), "{} does not say {words:?}", text(&output));
    }
    assert!(text(&output).contains("nothing was changed"), "{}", text(&output));
    assert!(!home.state().join("plugins").exists() && !home.state().join("isartor-plugins.lock").exists());
    let output = answering(&home, &["plugin", "install", path(&folder)], "");
    assert_eq!(output.status.code(), Some(1), "no answer is a no: {}", text(&output));
    let output = answering(&home, &["plugin", "install", path(&folder)], "y\n");
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(listed(&home, "hostile-tool")["origin"], json!("plugins dir"));
}

#[test]
fn a_folder_that_nobody_accepted_does_not_run() {
    let home = Home::new();
    let folder = home.guest("hostile-tool");
    let place = home.state().join("plugins/hostile-tool");
    fs::create_dir_all(&place).expect("it can be made");
    for file in ["plugin.toml", "plugin.wasm"] {
        fs::copy(folder.join(file), place.join(file)).expect("it can be copied");
    }
    let gateway = home.up();
    assert!(!has_tool(&gateway, ECHO));
    let left_out = left_out(&home, "hostile-tool");
    assert_eq!(left_out["standing"], json!("suspended"), "{left_out}");
    assert!(left_out["hint"].as_str().is_some_and(|hint| hint.contains("isartor plugin install ")), "{left_out}");
    home.install(&place, &[]);
    assert!(has_tool(&gateway, ECHO), "the running gateway took it over");
}

#[test]
fn a_running_gateway_follows_every_command() {
    let home = Home::new();
    let gateway = home.up();
    assert!(!has_tool(&gateway, ECHO));
    home.install_guest("hostile-tool");
    assert!(has_tool(&gateway, ECHO), "installed");
    for (command, is_there) in [("disable", false), ("enable", true), ("remove", false)] {
        let output = home.run(&["plugin", command, "hostile-tool"]);
        assert!(output.status.success(), "{}", text(&output));
        assert!(text(&output).contains("the running gateway has taken it over"), "{}", text(&output));
        assert_eq!(has_tool(&gateway, ECHO), is_there, "{command}");
    }
    assert!(!home.state().join("plugins/hostile-tool").exists());
    let again = home.run(&["plugin", "remove", "hostile-tool"]);
    assert!(text(&again).contains("hostile-tool is not installed"), "{}", text(&again));
}

#[test]
fn swapped_files_suspend_a_plugin_until_the_difference_is_accepted() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let gateway = home.up();
    let installed = home.state().join("plugins/hostile-tool");
    let manifest = fs::read_to_string(installed.join("plugin.toml")).expect("it can be read");
    let changed = manifest.replace("version = \"0.1.0\"", "version = \"0.1.1\"");
    assert_ne!(changed, manifest);
    home.guest_as("hostile-tool", ".isartor/plugins/hostile-tool", &changed);
    drop(gateway);
    let gateway = home.up();
    assert!(!has_tool(&gateway, ECHO));
    let left_out = left_out(&home, "hostile-tool");
    assert_eq!(left_out["standing"], json!("suspended"), "{left_out}");
    assert!(left_out["reason"].as_str().is_some_and(|reason| reason.contains("its files have changed")), "{left_out}");
    let output = answering(&home, &["plugin", "update", "hostile-tool"], "n\n");
    assert!(text(&output).contains("- 0.1.0") && text(&output).contains("+ 0.1.1"), "{}", text(&output));
    assert!(!has_tool(&gateway, ECHO), "it was not accepted");
    let output = answering(&home, &["plugin", "update", "hostile-tool"], "y\n");
    assert!(output.status.success(), "{}", text(&output));
    assert!(has_tool(&gateway, ECHO), "it was accepted");
}

#[test]
fn an_update_shows_what_changed_and_goes_back_only_when_told() {
    let home = Home::new();
    let old = home.guest("hostile-tool");
    let manifest = fs::read_to_string(old.join("plugin.toml")).expect("it can be read");
    let asking = "\n[[capability]]\nname = \"log\"\nreason = \"to say what it does\"\n";
    let new = manifest.replace("version = \"0.1.0\"", "version = \"0.2.0\"") + asking;
    let new = home.guest_as("hostile-tool", "newer", &new);
    home.install(&old, &[]);
    let output = home.run(&["plugin", "update", "hostile-tool"]);
    assert!(text(&output).contains("is what you accepted already"), "{}", text(&output));
    let output = home.run(&["plugin", "update", "hostile-tool", "--source", path(&new), "--yes"]);
    assert!(output.status.success(), "{}", text(&output));
    for words in
        ["- 0.1.0", "+ 0.2.0", "+ log: write lines to isartor's log (because: to say what it does)", "not granted: log"]
    {
        assert!(text(&output).contains(words), "{} does not say {words:?}", text(&output));
    }
    let output = home.run(&["plugin", "update", "hostile-tool", "--source", path(&old), "--yes"]);
    assert!(text(&output).contains("hostile-tool 0.1.0 is older than 0.2.0"), "{}", text(&output));
    let output = home.run(&["plugin", "update", "hostile-tool", "--source", path(&old), "--yes", "--allow-downgrade"]);
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(listed(&home, "hostile-tool")["version"], json!("0.1.0"));
}

#[test]
fn a_manifest_that_changes_alone_takes_effect_too() {
    let home = Home::new();
    let folder = home.guest("hostile-tool");
    let component = fs::read(folder.join("plugin.wasm")).expect("it can be read");
    fs::write(folder.join("plugin.wasm"), without_manifest(&component)).expect("it can be written");
    home.install(&folder, &[]);
    let gateway = home.up();
    let manifest = fs::read_to_string(folder.join("plugin.toml")).expect("it can be read");
    fs::write(folder.join("plugin.toml"), manifest.replace("version = \"0.1.0\"", "version = \"0.2.0\""))
        .expect("it can be");
    let output = home.run(&["plugin", "update", "hostile-tool", "--yes"]);
    assert!(text(&output).contains("+ 0.2.0"), "{}", text(&output));
    gateway.mcp("tools/call", &json!({ "name": ECHO, "arguments": {} }));
    let log = fs::read_to_string(home.state().join("run/isartor.log")).expect("there is a log");
    let receipt = log.lines().rfind(|line| line.contains("tool=\"echo\"")).expect("there is a receipt");
    assert!(receipt.contains("version=\"0.2.0\""), "{receipt}");
}

#[test]
fn grants_are_asked_for_given_and_taken_back() {
    let home = Home::new();
    let manifest = fs::read_to_string(home.guest("hostile-tool").join("plugin.toml")).expect("it can be read");
    let asking =
        "\n[[capability]]\nname = \"log\"\nreason = \"x\"\n\n[[capability]]\nname = \"clock\"\nreason = \"y\"\n";
    let folder = home.guest_as("hostile-tool", "asking", &(manifest + asking));
    home.install(&folder, &["--grant", "log"]);
    assert_eq!(granted(&home), ["log"]);
    let output = home.run(&["plugin", "grant", "hostile-tool", "clock"]);
    assert!(text(&output).contains("hostile-tool may now read the time"), "{}", text(&output));
    assert_eq!(granted(&home), ["log", "clock"]);
    home.run(&["plugin", "revoke", "hostile-tool", "log"]);
    assert_eq!(granted(&home), ["clock"]);
    for (arguments, words) in [
        (["plugin", "grant", "hostile-tool", "http"], "does not ask for the capability http"),
        (["plugin", "grant", "hostile-tool", "files"], "there is no such capability"),
        (["plugin", "grant", "nobody", "log"], "there is no plugin called nobody"),
    ] {
        let output = home.run(&arguments);
        assert!(!output.status.success() && text(&output).contains(words), "{}", text(&output));
    }
}

#[test]
fn a_signed_plugin_is_verified_and_its_key_is_pinned() {
    let home = Home::new();
    let manifest = fs::read_to_string(home.guest("hostile-tool").join("plugin.toml")).expect("it can be read");
    let (key, other) = (minisign_pair(), minisign_pair());
    let named = |pair: &minisign::KeyPair, version: &str| {
        let key = pair.pk.to_base64();
        format!("publisher_key = \"{key}\"\n{}", manifest.replace("0.1.0\"\nkind", &format!("{version}\"\nkind")))
    };
    let unsigned = home.guest_as("hostile-tool", "unsigned", &named(&key, "0.1.0"));
    let output = home.run(&["plugin", "install", path(&unsigned), "--yes"]);
    assert!(text(&output).contains("there is no .minisig file"), "{}", text(&output));
    sign(&unsigned, &other);
    let output = home.run(&["plugin", "install", path(&unsigned), "--yes"]);
    assert!(text(&output).contains("the signature does not fit the component"), "{}", text(&output));
    sign(&unsigned, &key);
    let output = home.run(&["plugin", "install", path(&unsigned), "--yes"]);
    assert!(output.status.success() && text(&output).contains("by the key "), "{}", text(&output));
    let foreign = home.guest_as("hostile-tool", "foreign", &named(&other, "0.2.0"));
    sign(&foreign, &other);
    for update in [foreign, home.guest_as("hostile-tool", "plain", &manifest)] {
        let output = home.run(&["plugin", "install", path(&update), "--yes", "--allow-downgrade"]);
        assert!(text(&output).contains("is not signed by the publisher"), "{}", text(&output));
    }
}

#[test]
fn a_packed_file_and_an_address_are_sources_too() {
    let home = Home::new();
    let packed = home.guest("hostile-tool").join("plugin.wasm");
    home.install(&packed, &[]);
    home.run(&["plugin", "remove", "hostile-tool"]);
    let bytes = fs::read(&packed).expect("it can be read");
    let url = served(vec![("/hostile.wasm", bytes)]);
    let output = home.run(&["plugin", "install", &format!("{url}/hostile.wasm"), "--yes"]);
    assert!(output.status.success(), "{}", text(&output));
    let lock = fs::read_to_string(home.state().join("isartor-plugins.lock")).expect("there is a lock");
    assert!(lock.contains(&format!("source = \"{url}/hostile.wasm\"")), "{lock}");
    let output = home.run(&["plugin", "install", &format!("{url}/nothing.wasm"), "--yes"]);
    assert!(text(&output).contains("there is nothing at this address"), "{}", text(&output));
}

#[test]
fn a_damaged_lock_accepts_nothing_and_stops_nothing() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let lock = home.state().join("isartor-plugins.lock");
    let good = fs::read_to_string(&lock).expect("there is a lock");
    fs::write(&lock, "format = 1\n[[plugin]]\n").expect("it can be written");
    let gateway = home.up();
    assert!(!has_tool(&gateway, ECHO));
    let failed = gateway.get("/health").1["plugins"]["failed"].to_string();
    assert!(failed.contains("isartor-plugins.lock"), "{failed}");
    let output = home.run(&["plugin", "list"]);
    assert!(
        text(&output).contains("hint: correct ") && text(&output).contains("isartor-plugins.lock"),
        "{}",
        text(&output)
    );
    fs::write(&lock, good).expect("it can be written");
    home.run(&["plugin", "disable", "hostile-tool"]);
    home.run(&["plugin", "enable", "hostile-tool"]);
    assert!(has_tool(&gateway, ECHO));
}

#[test]
fn an_installation_that_is_killed_leaves_what_was_or_what_will_be() {
    let home = Home::new();
    let old = home.guest("hostile-tool");
    let manifest = fs::read_to_string(old.join("plugin.toml")).expect("it can be read");
    let new = home.guest_as("hostile-tool", "newer", &manifest.replace("version = \"0.1.0\"", "version = \"0.2.0\""));
    home.install(&old, &[]);
    let mut killed = 0;
    for milliseconds in 0..40 {
        let mut child = home.command(&["plugin", "install", path(&new), "--yes"]).stdout(Stdio::null()).spawn();
        let child = child.as_mut().expect("isartor runs");
        // Each round ends it a little later, so that the ends fall on every step.
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        child.kill().expect("it is our child");
        killed += usize::from(!child.wait().expect("it is our child").success());
        let list = list(&home);
        let whole = list["plugins"].as_array().expect("a list").iter().any(|plugin| plugin["name"] == "hostile-tool");
        assert!(whole || named(&list["left_out"], "hostile-tool")["standing"] == "suspended", "{list}");
        home.install(&old, &["--allow-downgrade"]);
        assert_eq!(listed(&home, "hostile-tool")["version"], json!("0.1.0"));
    }
    assert!(killed > 0, "some did not get to their end");
}

#[test]
fn doctor_says_who_is_ill_and_what_helps() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let output = home.run(&["plugin", "doctor"]);
    assert!(output.status.success() && text(&output).contains("ok: "), "{}", text(&output));
    fs::remove_file(home.state().join("plugins/hostile-tool/plugin.wasm")).expect("it is there");
    let output = home.run(&["plugin", "doctor", "hostile-tool"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("hint: ") && text(&output).contains("1 plugin does not work"), "{}", text(&output));
}

#[test]
fn doctor_says_which_plugin_the_running_gateway_has_suspended() {
    let home = Home::new();
    home.install_guest("hostile-tool");
    let gateway = home.up();
    for _ in 0..5 {
        gateway.mcp("tools/call", &json!({ "name": "hostile-tool__panic", "arguments": {} }));
    }
    let refused = gateway.mcp("tools/call", &json!({ "name": ECHO, "arguments": {} })).to_string();
    assert!(refused.contains("hostile-tool") && refused.contains("suspended"), "{refused}");
    let output = home.run(&["plugin", "doctor", "hostile-tool"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    for words in ["5 faults", "suspended: it kept failing; it is tried again in ", "hint: 'isartor logs'"] {
        assert!(text(&output).contains(words), "{} does not say {words:?}", text(&output));
    }
}

#[test]
fn a_bundled_plugin_can_be_switched_off_and_not_replaced() {
    let home = Home::new();
    let manifest = fs::read_to_string(home.guest("hostile-tool").join("plugin.toml")).expect("it can be read");
    let bundled = home.run(&["plugin", "list", "--json"]);
    let bundled: Value = serde_json::from_slice(&bundled.stdout).expect("JSON");
    let tool = bundled["plugins"].as_array().expect("a list").iter().find(|plugin| plugin["kind"] == "tool");
    let name = tool.expect("there is a bundled tool")["name"].as_str().expect("a name");
    let impostor =
        home.guest_as("hostile-tool", "impostor", &manifest.replace("\"hostile-tool\"", &format!("{name:?}")));
    let output = home.run(&["plugin", "install", path(&impostor), "--yes"]);
    assert!(!output.status.success() && text(&output).contains("is there twice"), "{}", text(&output));
    let gateway = home.up();
    let prefix = format!("{name}__");
    assert!(tools(&gateway).contains(&prefix));
    home.run(&["plugin", "disable", name]);
    assert!(!tools(&gateway).contains(&prefix), "{}", tools(&gateway));
    home.run(&["plugin", "enable", name]);
    assert!(tools(&gateway).contains(&prefix));
}

fn answering(home: &Home, arguments: &[&str], answers: &str) -> Output {
    let mut command = home.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("isartor runs");
    child.stdin.take().expect("it is piped").write_all(answers.as_bytes()).expect("it reads or has ended");
    child.wait_with_output().expect("it ends")
}

fn path(folder: &Path) -> &str {
    folder.to_str().expect("UTF-8")
}

fn list(home: &Home) -> Value {
    let output = home.run(&["plugin", "list", "--json"]);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)))
}

fn listed(home: &Home, name: &str) -> Value {
    named(&list(home)["plugins"], name)
}

fn left_out(home: &Home, name: &str) -> Value {
    named(&list(home)["left_out"], name)
}

fn named(list: &Value, name: &str) -> Value {
    let found = list.as_array().expect("a list").iter().find(|plugin| plugin["name"] == name);
    found.unwrap_or_else(|| panic!("{name} is not in {list}")).clone()
}

fn granted(home: &Home) -> Vec<String> {
    let output = home.run(&["plugin", "inspect", "hostile-tool", "--json"]);
    let inspected: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    let grants = inspected["grants"].as_array().expect("a list").iter();
    let names = grants.filter_map(Value::as_str).filter(|grant| !grant.contains("WASI"));
    names.map(str::to_owned).collect()
}

fn tools(gateway: &Gateway<'_>) -> String {
    gateway.mcp("tools/list", &json!({}))["tools"].to_string()
}

fn has_tool(gateway: &Gateway<'_>, name: &str) -> bool {
    tools(gateway).contains(&format!("\"{name}\""))
}

/// The component as it was before its manifest was put in as the last section: an id, two bytes of size, one of the
/// name's length, the name.
fn without_manifest(component: &[u8]) -> &[u8] {
    let name = b"isartor:manifest";
    let at = component.windows(name.len()).rposition(|window| window == name).expect("it carries a manifest");
    &component[..at - 4]
}

fn minisign_pair() -> minisign::KeyPair {
    minisign::KeyPair::generate_unencrypted_keypair().expect("a key")
}

fn sign(folder: &Path, pair: &minisign::KeyPair) {
    let component = fs::File::open(folder.join("plugin.wasm")).expect("it is there");
    let signature = minisign::sign(None, &pair.sk, component, None, None).expect("it can be signed");
    fs::write(folder.join("plugin.wasm.minisig"), signature.into_string()).expect("it can be written");
}

/// A server on loopback that knows these paths and answers 404 to all others. It ends with the test's process.
fn served(files: Vec<(&'static str, Vec<u8>)>) -> String {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut head = vec![0; 4096];
            let count = std::io::Read::read(&mut stream, &mut head).expect("a request");
            let head = String::from_utf8_lossy(&head[..count]).into_owned();
            let asked = head.split(' ').nth(1).unwrap_or_default();
            let found = files.iter().find(|(path, _)| *path == asked);
            let (status, body) = found.map_or(("404 Not Found", &[][..]), |(_, bytes)| ("200 OK", bytes));
            let length = body.len();
            write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n")
                .expect("it reads");
            stream.write_all(body).expect("it reads");
        }
    });
    url
}
