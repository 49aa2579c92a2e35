//! Connectors that edit more than our entry, or files that are none of their business: nothing is written.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::case::Case;
use super::package::Package;
use super::stage::Stage;
use crate::support::{Home, text};

const PATH: &str = ".config/client/mcp.json";

/// A configuration as somebody wrote it, with a place for what the connector is to do.
const CONFIG: &str = "{\n  // mine\n  \"theme\": \"dark\",\n  \"behaviour\": \"BEHAVIOUR\",\n  \"mcpServers\": {\n    \
                      \"theirs\": { \"command\": \"/bin/theirs\" }\n  }\n}\n";

const ELSEWHERE: &str = "something else than our entry differs";
const SPACE: &str = "white space far from our entry differs";
const UNASKED: &str = "which nobody asked for";

/// Behaviours of the guest in `connect`, and what the user is told.
const CONNECTING: [(&str, &str); 25] = [
    ("loop-in-connect", "failed in connect: it took longer than"),
    ("bomb-in-connect", "failed in connect: it wanted more memory than"),
    ("panic-in-connect", "failed in connect: it panicked"),
    ("loop-in-servers", "failed in servers: it took longer than"),
    ("million-servers", "failed in servers: it handed over more data than allowed"),
    ("edits-another-entry", ELSEWHERE),
    ("removes-another-entry", ELSEWHERE),
    ("removes-a-key", ELSEWHERE),
    ("changes-a-key", ELSEWHERE),
    ("adds-a-key", ELSEWHERE),
    ("removes-a-comment", ELSEWHERE),
    ("adds-a-byte-order-mark", ELSEWHERE),
    ("changes-line-endings", SPACE),
    ("indents-anew", SPACE),
    ("ten-megabytes-of-space", SPACE),
    ("runs-another-command", UNASKED),
    ("adds-an-argument", UNASKED),
    ("adds-a-variable", UNASKED),
    ("ten-megabytes-of-entry", UNASKED),
    ("writes-no-json", "it does not parse"),
    ("writes-a-list", "it is not an object"),
    ("writes-nothing", ELSEWHERE),
    ("writes-no-entry", "the entry is not there"),
    ("says-it-twice", "is there twice"),
    ("hundred-megabytes", "failed in connect: it handed over more data than allowed"),
];

/// The same in `disconnect`.
const DISCONNECTING: [(&str, &str); 6] = [
    ("loop-in-disconnect", "failed in disconnect: it took longer than"),
    ("keeps-the-entry", "refused"),
    ("does-nothing", "the entry is still there"),
    ("takes-everything", ELSEWHERE),
    ("removes-the-file", ELSEWHERE),
    ("takes-another-entry", ELSEWHERE),
];

/// Files that no connector may edit, and when that is said.
const FILES: [(&str, &str, &str); 8] = [
    ("wants-ssh", "~/.ssh/config", "programs are run or keys are kept there"),
    ("wants-bashrc", "~/.bashrc", "programs are run or keys are kept there"),
    ("wants-autostart", "~/.config/autostart/evil.desktop", "programs are run or keys are kept there"),
    ("wants-systemd", "~/.config/systemd/user/evil.service", "programs are run or keys are kept there"),
    ("wants-our-settings", "~/.isartor/isartor.toml", "it is isartor's own"),
    ("wants-our-lock", "~/.isartor/isartor-plugins.lock", "it is isartor's own"),
    ("wants-passwords", "/etc/passwd", "it is outside your home directory"),
    ("wants-to-climb", "~/.config/../.ssh/config", ""),
];

pub(super) fn cases() -> Vec<Case> {
    let connecting = CONNECTING.iter().map(|&(name, says)| Case::new(name, &[says], connecting));
    let disconnecting = DISCONNECTING.iter().map(|&(name, says)| Case::new(name, &[says], disconnecting));
    let files = FILES
        .iter()
        .map(|&(name, path, says)| Case::new(name, &[says], move |_, id| vec![told(&editing(id, path, |_| ()))]));
    connecting.chain(disconnecting).chain(files).chain(links()).collect()
}

/// What only shows when a link is followed, or when nobody was asked.
fn links() -> Vec<Case> {
    vec![
        Case::new("link-to-keys", &["programs are run or keys are kept there"], |_, id| {
            let home = editing(id, &format!("~/{PATH}"), |home| {
                for folder in [".ssh", ".config"] {
                    fs::create_dir_all(home.join(folder)).expect("it can be made");
                }
                symlink(home.join(".ssh"), home.join(".config/client")).expect("it can be made");
            });
            vec![told(&home)]
        }),
        Case::new("link-to-what-is-not-there", &["programs are run or keys are kept there"], |_, id| {
            let home = editing(id, &format!("~/{PATH}"), |home| {
                fs::create_dir_all(home.join(".config/client")).expect("it can be made");
                symlink(home.join(".bashrc"), home.join(PATH)).expect("it can be made");
            });
            vec![told(&home)]
        }),
        Case::new("file-nobody-accepted", &["you did not accept that it edits this file"], |_, id| {
            let home = Home::new();
            home.install(&written(&home, &package(id, &format!("~/{PATH}"))), &[]);
            vec![unchanged(&home, &["connect", id])]
        }),
        Case::new("refuses-with-colours", &[], |_, id| {
            let home = configured(id, id);
            let said = unchanged(&home, &["connect", id]);
            assert!(said.contains("nothing to see") && !said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
            Vec::new()
        }),
    ]
}

fn connecting(_: &Stage<'_>, id: &str) -> Vec<String> {
    let home = configured(id, id);
    let dry = unchanged(&home, &["connect", id, "--dry-run"]);
    vec![dry, unchanged(&home, &["connect", id])]
}

/// Connects well; the user changes something, so that the connector is asked how to take the entry out again.
fn disconnecting(_: &Stage<'_>, id: &str) -> Vec<String> {
    let home = configured(id, "none");
    let output = home.run(&["connect", id]);
    assert!(output.status.success(), "{}", text(&output));
    let path = home.user().join(PATH);
    let connected = fs::read_to_string(&path).expect("it is there");
    fs::write(path, connected.replace("none", id)).expect("it can be written");
    vec![unchanged(&home, &["connect", id, "--disconnect"])]
}

/// A home with the connector, allowed to edit a configuration that tells it what to do.
fn configured(id: &str, behaviour: &str) -> Home {
    let home = Home::new();
    home.install(&written(&home, &package(id, &format!("~/{PATH}"))), &["--accept-file", "config"]);
    let path = home.user().join(PATH);
    fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
    fs::write(path, CONFIG.replace("BEHAVIOUR", behaviour)).expect("it can be written");
    home
}

/// A home with a connector that wants to edit `path`, if it can be installed.
fn editing(id: &str, path: &str, prepare: impl FnOnce(&Path)) -> (Home, String, String) {
    let home = Home::new();
    prepare(home.user());
    let folder = written(&home, &package(id, path));
    let install = ["plugin", "install", folder.to_str().expect("UTF-8"), "--yes", "--accept-file", "config"];
    let installed = home.run(&install);
    let said = match installed.status.success() {
        true => unchanged(&home, &["connect", id]),
        false => text(&installed),
    };
    (home, id.to_owned(), said)
}

fn told((home, id, said): &(Home, String, String)) -> String {
    assert!(!home.user().join(".ssh/config").exists() && !home.user().join(".bashrc").exists(), "{id} wrote it");
    said.clone()
}

fn package(id: &str, path: &str) -> Package {
    let file = format!(
        "[servers]\nformat = \"json\"\ncontainer = [\"mcpServers\"]\n\n\
         [[file]]\nid = \"config\"\nscope = \"user\"\npath = '{path}'\n"
    );
    Package::guest("hostile-connector", id, "connector", &file)
}

fn written(home: &Home, package: &Package) -> std::path::PathBuf {
    let folder = home.user().join("packages").join(&package.id);
    package.write(&folder);
    folder
}

/// Runs what must fail and write nothing; what it says.
fn unchanged(home: &Home, arguments: &[&str]) -> String {
    let path = home.user().join(PATH);
    let before = fs::read(&path).ok();
    let output = home.run(arguments);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(fs::read(&path).ok(), before, "nothing was written");
    String::from_utf8(output.stderr).expect("UTF-8")
}
