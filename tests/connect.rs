//! `isartor connect`: every case of every connector, and what a case cannot say: modes, links, backups, keys, refusals.

mod cases;
mod contention;
mod files;
mod forms;
mod kept;
mod killed;
mod locate;
mod machine;
mod parsed;
mod refused;
mod schemas;
mod servers;
mod snippets;

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use machine::{Machine, failure, success};

const OTHER: &str = "{\n  \"mcpServers\": {\n    \"other\": {\n      \"command\": \"x\"\n    }\n  }\n}\n";

#[test]
fn the_file_is_backed_up_beside_itself_and_restored_to_the_byte() {
    let machine = Machine::with(OTHER);
    machine.set_mode(0o644);
    let output = success(machine.connect(&[]));
    let backups = machine.backups();
    let [backup] = backups.as_slice() else { panic!("one backup, not {backups:?}") };
    assert_eq!(fs::read_to_string(backup).unwrap(), OTHER);
    assert_eq!(machine::mode(backup), 0o600);
    assert!(output.contains(&format!("backup: {}", backup.display())), "{output}");
    assert!(output.contains("next: quit Claude Desktop from the menu bar or the tray"), "{output}");
    assert_eq!(machine::mode(&machine.config()), 0o644);

    success(machine.connect(&["--gateway-api-key", "k-2"]));
    assert_eq!(machine.backups(), backups, "what we wrote ourselves needs no backup");
    assert!(machine.text().contains("k-2"));

    success(machine.disconnect(&[]));
    assert_eq!(machine.text(), OTHER);
    assert_eq!(machine::mode(&machine.config()), 0o644);
    assert!(machine.backups().is_empty(), "the backup is back in its place");
    assert_eq!(machine.names_beside(), ["claude_desktop_config.json"]);
}

#[test]
fn a_file_and_directories_that_we_made_go_again() {
    let machine = Machine::new();
    success(machine.connect(&[]));
    assert_eq!(machine::mode(&machine.config()), 0o600);
    assert!(machine.backups().is_empty(), "there was nothing to back up");
    let journal = machine.home().join(".isartor/backups/journal.json");
    assert_eq!(machine::mode(&journal), 0o600);
    assert_eq!(machine::mode(journal.parent().unwrap()), 0o700);
    let output = success(machine.disconnect(&[]));
    assert!(output.contains("removed "), "{output}");
    assert_eq!(machine.names_at_home(), [".isartor"], "the home is as it was");
}

#[test]
fn a_changed_backup_never_brings_anything_back() {
    let machine = Machine::with(OTHER);
    success(machine.connect(&[]));
    fs::write(&machine.backups()[0], "{\"evil\": true}").unwrap();
    success(machine.disconnect(&[]));
    assert_eq!(machine.text(), OTHER, "the surgical way needs no backup");
}

#[test]
fn symbolic_links_stay_and_their_target_is_replaced() {
    let machine = Machine::new();
    let target = machine.home().join("dotfiles/claude.json");
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    fs::write(&target, OTHER).unwrap();
    fs::set_permissions(&target, Permissions::from_mode(0o640)).unwrap();
    machine.make_directory();
    let middle = machine.config().with_file_name("middle.json");
    symlink(&target, &middle).unwrap();
    symlink("middle.json", machine.config()).unwrap();
    success(machine.connect(&[]));
    assert!(machine.config().is_symlink() && middle.is_symlink());
    assert!(fs::read_to_string(&target).unwrap().contains("\"isartor\""));
    assert_eq!(machine::mode(&target), 0o640);
    success(machine.disconnect(&[]));
    assert_eq!((fs::read_to_string(&target).unwrap().as_str(), machine.config().is_symlink()), (OTHER, true));
}

#[test]
fn a_dry_run_shows_and_writes_nothing() {
    for (machine, old_name) in [(Machine::with(OTHER), "claude_desktop_config.json"), (Machine::new(), "(no file)")] {
        let before = machine.everything();
        let output = success(machine.connect(&["--dry-run"]));
        assert!(output.contains(&format!("--- {}", if old_name == "(no file)" { old_name } else { "/" })), "{output}");
        assert!(output.contains("+    \"isartor\": {") && output.contains(old_name), "{output}");
        assert!(output.contains("nothing was written"), "{output}");
        assert!(!output.contains('\u{1b}'), "no colours where there is no terminal");
        assert_eq!(machine.everything(), before);
    }
}

#[test]
fn disconnecting_what_is_not_connected_says_so() {
    for machine in [Machine::new(), Machine::with(OTHER), Machine::with("{}")] {
        let before = machine.everything();
        let output = success(machine.disconnect(&[]));
        assert!(output.contains("Claude Desktop is not connected"), "{output}");
        assert_eq!(machine.everything(), before);
    }
}

#[test]
fn the_key_comes_from_a_flag_the_environment_or_the_settings_and_is_never_shown() {
    let key = |machine: &Machine| machine.variable("ISARTOR__GATEWAY_API_KEY");
    let machine = Machine::new();
    success(machine.connect(&[]));
    assert_eq!(key(&machine), None);
    machine.write_settings("gateway_api_key = \"from-file\"\n");
    let mut shown = success(machine.connect(&[]));
    assert_eq!(key(&machine).as_deref(), Some("from-file"));
    let machine = machine.and("ISARTOR__GATEWAY_API_KEY", "from-environment");
    shown += &success(machine.connect(&[]));
    assert_eq!(key(&machine).as_deref(), Some("from-environment"));
    shown += &success(machine.connect(&["--gateway-api-key", "from-flag"]));
    assert_eq!(key(&machine).as_deref(), Some("from-flag"));
    assert!(shown.contains("\"ISARTOR__GATEWAY_API_KEY\": \"********\"") && !shown.contains("from-"), "{shown}");
    success(machine.disconnect(&[]));
    assert!(!machine.config().exists());
}

#[test]
fn the_home_is_named_only_when_it_is_not_the_default() {
    let machine = Machine::new();
    success(machine.connect(&[]));
    assert_eq!(machine.variable("ISARTOR_HOME"), None);
    let elsewhere = machine.home().join("elsewhere").to_str().unwrap().to_owned();
    let machine = machine.and("ISARTOR_HOME", &elsewhere);
    success(machine.connect(&[]));
    assert_eq!(machine.variable("ISARTOR_HOME"), Some(elsewhere));
}

#[test]
fn the_gateway_is_the_given_the_running_or_the_configured_one() {
    let machine = Machine::new();
    let url = || machine.variable("ISARTOR_GATEWAY_URL");
    success(machine.connect(&[]));
    assert_eq!(url().as_deref(), Some("http://localhost:8080"));
    machine.write_settings("port = 9191\n");
    success(machine.connect(&[]));
    assert_eq!(url().as_deref(), Some("http://localhost:9191"));
    let run = machine.home().join(".isartor/run");
    let instance = r#"{"pid": 1, "url": "http://localhost:4711", "version": "0.1.0", "started": 1}"#;
    fs::write(run.join("lock"), instance).unwrap();
    success(machine.connect(&[]));
    assert_eq!(url().as_deref(), Some("http://localhost:9191"), "nobody holds the lock");
    let lock = fs::File::options().write(true).open(run.join("lock")).unwrap();
    lock.lock().unwrap();
    success(machine.connect(&[]));
    assert_eq!(url().as_deref(), Some("http://localhost:4711"));
    success(machine.connect(&["--gateway-url", "https://gate.example"]));
    assert_eq!(url().as_deref(), Some("https://gate.example"));
}

#[test]
fn bad_arguments_are_refused_by_name() {
    let machine = Machine::with(OTHER);
    let cases: &[(&[&str], &str)] = &[
        (&["--gateway-url", "localhost:8080"], "cannot use the gateway URL \"localhost:8080\""),
        (&["--gateway-url", "ftp://x"], "must start with http:// or https://"),
        (&["--name", ""], "cannot use the name \"\": it is empty"),
        (&["--name", "", "--disconnect"], "cannot use the name \"\": it is empty"),
        (&["--name", "a\nb"], "control character"),
        (&["--gateway-api-key", ""], "cannot use the gateway's key: it is empty"),
    ];
    for (arguments, words) in cases {
        failure(&machine.connect(arguments), words);
    }
    failure(&machine.run(&["connect", "clod-desktop"]), "there is no connector called clod-desktop");
    failure(&machine.run(&["connect", "clod-desktop"]), "hint: available connectors: ");
    assert_eq!(machine.text(), OTHER);
    assert!(machine.backups().is_empty());
}

#[test]
fn what_is_no_file_of_ours_to_change_is_refused() {
    let machine = Machine::with("x");
    let config = machine.config();
    let remake = |make: &dyn Fn()| {
        fs::remove_file(&config).or_else(|_| fs::remove_dir(&config)).unwrap();
        make();
    };
    let protected = machine.home().join(".ssh/config");
    fs::create_dir(protected.parent().unwrap()).unwrap();
    fs::write(&protected, "{}").unwrap();
    let own = machine.home().join(".isartor/isartor.toml");
    machine.write_settings("");
    let cases: [(&dyn Fn(), &str); 8] = [
        (&|| fs::create_dir(&config).unwrap(), "it is a directory, not a regular file"),
        (&|| make_pipe(&config), "it is a pipe, not a regular file"),
        (&|| symlink(&config, &config).unwrap(), "too many symbolic links"),
        (&|| symlink(&protected, &config).unwrap(), "files are run or trusted by others"),
        (&|| symlink(&own, &config).unwrap(), "inside isartor's own directory"),
        (&|| symlink("/nowhere/at/all.json", &config).unwrap(), "/nowhere is not there"),
        (&|| fs::write(&config, b"{}\xff").unwrap(), "it is not UTF-8 (byte 2)"),
        (&|| fs::write(&config, " ".repeat((16 << 20) + 1)).unwrap(), "larger than the 16777216 bytes"),
    ];
    for (make, words) in cases {
        remake(make);
        failure(&machine.connect(&[]), words);
        failure(&machine.connect(&[]), "claude_desktop_config.json");
    }
    remake(&|| fs::write(&config, OTHER).unwrap());
    machine.set_mode(0o444);
    failure(&machine.connect(&[]), "it is read-only");
    assert_eq!((machine.text().as_str(), fs::read_to_string(&protected).unwrap().as_str()), (OTHER, "{}"));
}

#[test]
fn a_directory_that_may_not_be_written_is_refused_with_the_reason() {
    let machine = Machine::with(OTHER);
    let directory = machine.config().parent().unwrap().to_owned();
    machine.give_to_nobody();
    fs::set_permissions(&directory, Permissions::from_mode(0o555)).unwrap();
    let output = machine.run_as_nobody(&["connect", "claude-desktop"]);
    fs::set_permissions(&directory, Permissions::from_mode(0o755)).unwrap();
    failure(&output, &format!("cannot write {}; nothing was changed", machine.config().display()));
    failure(&output, "Permission denied");
    failure(&output, "hint: check that you may write to");
    assert_eq!(machine.text(), OTHER);
    assert_eq!(machine.names_beside(), ["claude_desktop_config.json"]);
}

#[test]
fn leftovers_of_a_killed_run_are_swept_and_no_backup_is_overwritten() {
    let machine = Machine::with(OTHER);
    let beside = |name: &str| machine.config().with_file_name(name);
    let leftover = beside(".claude_desktop_config.json.abc.isartor-tmp");
    fs::write(&leftover, "half").unwrap();
    fs::write(beside("claude_desktop_config.json.isartor-backup-20200101T000000Z"), "old").unwrap();
    success(machine.connect(&[]));
    assert!(!leftover.exists());
    assert_eq!(machine.backups().len(), 2);
    success(machine.disconnect(&[]));
    assert_eq!(fs::read_to_string(&machine.backups()[0]).unwrap(), "old");
}

#[test]
fn a_broken_record_of_changes_is_named_and_stops_everything() {
    let machine = Machine::with(OTHER);
    let backups = machine.home().join(".isartor/backups");
    fs::create_dir_all(&backups).unwrap();
    fs::write(backups.join("journal.json"), "{").unwrap();
    failure(&machine.connect(&[]), "journal.json");
    assert_eq!(machine.text(), OTHER);
    assert!(machine.backups().is_empty());
}

fn make_pipe(path: &Path) {
    let status = Command::new("mkfifo").arg(path).status().expect("mkfifo is there");
    assert!(status.success(), "mkfifo: {status}");
}
