//! What is refused, each with its reason, and nothing changed; and what a file's mode becomes. As an unprivileged user
//! where modes bind, as root where root is the danger.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output};

use super::machine::{self, Machine, failure, success, text};

const OTHER: &str = "{\"mcpServers\": {\"other\": {\"command\": \"x\"}}}\n";
const CONNECT: &[&str] = &["connect", "claude-desktop", "--gateway-url", "http://127.0.0.1:9"];
const STRANGER: u32 = 12_345;

/// What is given to another user, and the words of the refusal.
type GivenAway<'a> = (&'a dyn Fn(&Machine), &'a str);

/// What is done to the configuration first, and the words of the refusal.
type Refused<'a> = (&'a dyn Fn(&Path), &'a str, &'a str);

#[test]
fn a_user_is_told_why_a_file_stays_as_it_is() {
    let mode = |mode| move |path: &Path| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    let cases: [Refused; 8] = [
        (&mode(0o400), "it is read-only", "hint: run 'chmod u+w"),
        (&mode(0o444), "it is read-only", "hint: run 'chmod u+w"),
        (&mode(0o000), "cannot read", "hint: make"),
        (&hard_link, "it has 2 names (hard links)", "hint: make"),
        (&|path| remake(path, make_pipe), "it is a pipe, not a regular file", "hint: look at"),
        (&|path| remake(path, |path| fs::create_dir(path).unwrap()), "it is a directory", "hint: look at"),
        (&|path| remake(path, |path| drop(UnixListener::bind(path).unwrap())), "it is a socket", "hint: look at"),
        (&|path| remake(path, |path| symlink("/dev/null", path).unwrap()), "it is a device", "hint: look at"),
    ];
    for (arrange, words, hint) in cases {
        let machine = Machine::with(OTHER);
        machine.give_to_nobody();
        arrange(&machine.config());
        let names = machine.names_beside();
        let output = machine.run_as_nobody(CONNECT);
        failure(&output, words);
        failure(&output, hint);
        failure(&output, "claude_desktop_config.json");
        assert_eq!(machine.names_beside(), names, "{words}");
        let metadata = fs::symlink_metadata(machine.config()).unwrap();
        if metadata.is_file() {
            assert_eq!(machine.text(), OTHER, "{words}");
        }
    }
}

#[test]
fn nobody_is_bound_by_modes_of_directories() {
    let machine = Machine::with(OTHER);
    machine.give_to_nobody();
    let directory = machine.config().parent().unwrap().to_owned();
    fs::set_permissions(&directory, Permissions::from_mode(0o500)).unwrap();
    let output = machine.run_as_nobody(CONNECT);
    failure(&output, &format!("cannot write {}; nothing was changed", machine.config().display()));
    failure(&output, &format!("{} may not be written to: Permission denied", directory.display()));
    assert_eq!((machine.text().as_str(), machine.backups().len()), (OTHER, 0));
    fs::remove_file(machine.config()).unwrap();
    failure(&machine.run_as_nobody(CONNECT), "may not be written to");
    assert!(!machine.config().exists());
}

#[test]
fn root_changes_nothing_that_is_not_roots() {
    if !rustix::process::geteuid().is_root() {
        return assert!(Machine::new().home().is_dir(), "only root can give a file away");
    }
    let cases: [GivenAway; 4] = [
        (&|machine| chown(machine.config(), Some(STRANGER), Some(STRANGER)).unwrap(), "it belongs to another user"),
        (&|machine| chown(machine.home(), Some(STRANGER), None).unwrap(), "as root: "),
        (&|machine| chown(machine.config().parent().unwrap(), Some(STRANGER), None).unwrap(), "as root: "),
        (&Machine::give_to_nobody, "belongs to another user"),
    ];
    for (give_away, words) in cases {
        let machine = Machine::with(OTHER);
        give_away(&machine);
        let output = machine.run(CONNECT);
        failure(&output, words);
        failure(&output, "hint: run the command as the user who owns it");
        assert_eq!((machine.text().as_str(), machine.backups().len()), (OTHER, 0));
    }
}

#[test]
fn another_users_file_stays_theirs() {
    if !rustix::process::geteuid().is_root() {
        return assert!(Machine::new().home().is_dir(), "only root can give a file away");
    }
    let machine = Machine::with(OTHER);
    machine.give_to_nobody();
    chown(machine.config(), Some(STRANGER), Some(STRANGER)).unwrap();
    machine.set_mode(0o666);
    failure(&machine.run_as_nobody(CONNECT), "it belongs to another user");
    assert_eq!(machine.text(), OTHER);
}

#[test]
fn a_file_that_cannot_change_is_refused() {
    let machine = Machine::with(OTHER);
    let marked = Command::new("chattr").arg("+i").arg(machine.config()).output();
    if !marked.is_ok_and(|output| output.status.success()) {
        return assert_eq!(machine.text(), OTHER, "this system cannot mark files as immutable");
    }
    let output = machine.run(CONNECT);
    let unmarked = Command::new("chattr").arg("-i").arg(machine.config()).status().unwrap();
    assert!(unmarked.success());
    failure(&output, "it is marked as immutable or append-only");
    assert_eq!((machine.text().as_str(), machine.backups().len()), (OTHER, 0));
}

#[test]
fn a_mode_stays_unless_a_key_would_be_read_by_others() {
    // Mode, with a key or without, and the mode while connected.
    let cases = [
        (0o600, false, 0o600),
        (0o640, false, 0o640),
        (0o644, false, 0o644),
        (0o600, true, 0o600),
        (0o640, true, 0o600),
        (0o644, true, 0o600),
        (0o666, true, 0o600),
    ];
    for (before, with_key, connected) in cases {
        for is_edited in [false, true] {
            let machine = Machine::with(OTHER);
            machine.set_mode(before);
            let key: &[&str] = if with_key { &["--gateway-api-key", "k-1"] } else { &[] };
            let said = success(machine.run(&[CONNECT, key].concat()));
            assert_eq!(machine::mode(&machine.config()), connected, "{before:o} {with_key}");
            let line = format!("(mode {connected:03o}, it was {before:03o})");
            assert_eq!(said.contains(&line), before != connected, "{said}");
            if is_edited {
                fs::write(machine.config(), machine.text().replace("\"x\"", "\"y\"")).unwrap();
            }
            success(machine.disconnect(&[]));
            assert_eq!(machine::mode(&machine.config()), before, "{before:o} {with_key} edited: {is_edited}");
            assert_eq!(machine.text(), if is_edited { OTHER.replace('x', "y") } else { OTHER.to_owned() });
        }
    }
}

#[test]
fn a_mode_that_the_user_chose_since_stays() {
    let machine = Machine::with(OTHER);
    machine.set_mode(0o644);
    success(machine.run(&[CONNECT, &["--gateway-api-key", "k-1"]].concat()));
    machine.set_mode(0o640);
    success(machine.disconnect(&[]));
    assert_eq!(machine::mode(&machine.config()), 0o640);
}

/// Run in a mount namespace of its own, so that the small disk is nobody else's and goes by itself.
const ON_A_SMALL_DISK: &str = r#"
    mount -t tmpfs -o size=64k,nr_inodes=40,mode=0755 tmpfs "$DIRECTORY" || exit 77
    cp "$RESULTS/original" "$CONFIG"
    number=0
    while eval "$FILL" 2> "$RESULTS/full"; do number=$((number + 1)); done
    rm -f "$DIRECTORY/filler-$number"
    for left in $LEFT; do rm "$DIRECTORY/filler-$left"; done
    ls -A "$DIRECTORY" > "$RESULTS/names-before"
    "$ISARTOR" connect claude-desktop 2> "$RESULTS/said"
    echo $? > "$RESULTS/code"
    cp "$CONFIG" "$RESULTS/config"
    ls -A "$DIRECTORY" > "$RESULTS/names-after"
    rm "$DIRECTORY"/filler-*
    exec "$ISARTOR" connect claude-desktop
"#;

#[test]
fn a_full_disk_changes_nothing() {
    let (bytes, files) =
        (r#"head -c 4096 /dev/zero > "$DIRECTORY/filler-$number""#, r#"touch "$DIRECTORY/filler-$number""#);
    for (fill, left) in [(bytes, ""), (bytes, "0"), (files, ""), (files, "0")] {
        let machine = Machine::new();
        machine.make_directory();
        let results = machine.home().join("results");
        fs::create_dir(&results).unwrap();
        fs::write(results.join("original"), OTHER).unwrap();
        let output = on_a_small_disk(&machine, &results, &[("FILL", fill), ("LEFT", left)]);
        if output.status.code() == Some(77) || text(&output).contains("unshare failed") {
            println!("no small disk can be mounted here: nothing about full disks was tested");
            return;
        }
        let result = |name: &str| fs::read_to_string(results.join(name)).unwrap();
        let said = result("said");
        assert_eq!((result("code").as_str(), result("config").as_str()), ("1\n", OTHER), "{fill} {left}: {said}");
        assert_eq!(result("names-before"), result("names-after"), "{fill} {left}");
        assert!(said.contains("claude_desktop_config.json") && said.contains("hint: "), "{said}");
        assert!(said.contains("bytes free") || said.contains("No space left on device"), "{said}");
        success(output);
    }
}

fn on_a_small_disk(machine: &Machine, results: &Path, variables: &[(&str, &str)]) -> Output {
    let mut command = machine.command(Path::new("unshare"));
    command.arg(if rustix::process::geteuid().is_root() { "-m" } else { "-rm" });
    command.args(["sh", "-c", ON_A_SMALL_DISK]).envs(variables.iter().copied());
    command.env("ISARTOR", env!("CARGO_BIN_EXE_isartor")).env("RESULTS", results).env("CONFIG", machine.config());
    command.env("DIRECTORY", machine.config().parent().unwrap()).output().expect("unshare is part of util-linux")
}

fn remake(path: &Path, make: impl Fn(&Path)) {
    fs::remove_file(path).unwrap();
    make(path);
}

fn hard_link(path: &Path) {
    fs::hard_link(path, path.with_file_name("other-name.json")).unwrap();
}

fn make_pipe(path: &Path) {
    let status = Command::new("mkfifo").arg(path).status().expect("mkfifo is there");
    assert!(status.success(), "mkfifo: {status}");
}
