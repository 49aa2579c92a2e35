//! What is kept of a file in isartor's home, for how long, and how it comes back.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use std::fs;
use std::path::PathBuf;

use isartor_host::client_config::{Action, Backup, ClientConfigError, ClientConfigs, Place, Snapshot};
use serde_json::{Value, json};

use super::machine::{self, Machine, failure, success};

const OTHER: &str = "{\"mcpServers\": {\"other\": {\"command\": \"x\"}}}\n";
const CLIENT: &str = "claude-desktop";

/// The record of changes of a machine, as the program itself reads it.
struct Kept {
    machine: Machine,
    configs: ClientConfigs,
}

impl Kept {
    fn new(config: &str) -> Self {
        let machine = Machine::with(config);
        let state = machine.home().join(".isartor");
        Self { configs: ClientConfigs::new(&state, &state.join("backups")), machine }
    }

    fn connect(&self, key: &str) {
        success(self.machine.connect(&["--gateway-url", "http://127.0.0.1:9", "--gateway-api-key", key]));
    }

    fn journal(&self) -> PathBuf {
        self.machine.home().join(".isartor/backups/journal.json")
    }

    fn journal_text(&self) -> String {
        fs::read_to_string(self.journal()).unwrap()
    }

    /// Newest first.
    fn backups(&self) -> Vec<Backup> {
        self.configs.backups(Some(CLIENT)).unwrap()
    }

    fn copies(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.journal().parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "backup")).collect()
    }

    fn now(&self) -> Snapshot {
        self.configs.read(&Place { path: self.machine.config(), base: self.machine.home() }).unwrap()
    }

    fn restore(&self, backup: &Backup, ours: &[&str]) {
        let ours: Vec<String> = ours.iter().map(ToString::to_string).collect();
        let change = self.configs.restoring(backup, self.now(), &ours).unwrap().expect("the file is another one");
        let lock = self.configs.lock().unwrap();
        self.configs.apply(&lock, change, backup.time()).unwrap();
    }
}

#[test]
fn every_change_is_kept_with_what_was_there_and_no_secret() {
    let kept = Kept::new(OTHER);
    kept.connect("secret-1");
    let connected = kept.machine.text();
    success(kept.machine.disconnect(&[]));
    let backups = kept.backups();
    let [disconnect, connect] = backups.as_slice() else { panic!("two changes, not {backups:?}") };
    assert_eq!((&connect.action, &disconnect.action), (&Action::Connect, &Action::Disconnect));
    assert_eq!((connect.key.path.clone(), connect.key.name.as_str()), (kept.machine.config(), "isartor"));
    assert_eq!(connect.before.as_ref().unwrap().size_bytes, OTHER.len() as u64);
    assert_eq!(connect.sha256_after.as_deref(), disconnect.sha256_before());
    assert_eq!(connect.sha256_before(), disconnect.sha256_after.as_deref());
    assert_eq!(kept.configs.backup_text(connect).unwrap().as_deref(), Some(OTHER));
    assert_eq!(kept.configs.backup_text(disconnect).unwrap(), Some(connected));
    assert!(connect.id.ends_with("Z-claude-desktop") && connect.id < disconnect.id, "{backups:?}");
    assert!(!kept.journal_text().contains("secret-1"));
    for copy in kept.copies() {
        assert_eq!(machine::mode(&copy), 0o600);
    }
    assert!(kept.configs.backups(Some("another")).unwrap().is_empty());
}

#[test]
fn the_oldest_go_but_never_the_one_that_an_undo_needs() {
    let kept = Kept::new(OTHER);
    kept.machine.write_settings("[connect]\nbackups_kept = 2\n");
    for key in ["k-1", "k-2", "k-3", "k-4", "k-5"] {
        kept.connect(key);
    }
    let backups = kept.backups();
    assert_eq!((backups.len(), kept.copies().len()), (3, 3), "the last two, and the original: {backups:?}");
    assert_eq!(kept.configs.backup_text(&backups[2]).unwrap().as_deref(), Some(OTHER));
    fs::remove_file(&kept.machine.backups()[0]).unwrap();
    fs::write(kept.machine.config().with_file_name("witness"), "").unwrap();
    success(kept.machine.disconnect(&[]));
    assert_eq!(kept.machine.text(), OTHER);
    assert_eq!(kept.machine.names_beside(), ["claude_desktop_config.json", "witness"], "the copy at home was enough");
    assert_eq!((kept.backups().len(), kept.copies().len()), (2, 2));
    kept.machine.write_settings("[connect]\nbackups_kept = 0\n");
    failure(&kept.machine.connect(&[]), "line 2, column 16: connect.backups_kept = 0: it must be between 1 and 10000");
}

#[test]
fn a_restored_file_is_what_it_was_and_is_itself_kept() {
    let kept = Kept::new(OTHER);
    kept.machine.set_mode(0o644);
    kept.connect("k-1");
    let connected = kept.machine.text();
    assert_eq!(machine::mode(&kept.machine.config()), 0o600);
    let connect = kept.backups()[0].clone();
    assert!(!kept.configs.is_edited_since(&connect, &kept.now()).unwrap());
    fs::write(kept.machine.config(), connected.replace("\"x\"", "\"y\"")).unwrap();
    assert!(kept.configs.is_edited_since(&connect, &kept.now()).unwrap(), "restoring loses the y");

    kept.restore(&connect, &[]);
    assert_eq!((kept.machine.text().as_str(), machine::mode(&kept.machine.config())), (OTHER, 0o644));
    let restore = kept.backups()[0].clone();
    assert_eq!(restore.action, Action::Restore(connect.id.clone()));
    assert!(kept.configs.recorded_names(CLIENT, &kept.now()).unwrap().is_empty(), "nothing of ours is in it");
    assert!(success(kept.machine.disconnect(&[])).contains("is not connected"));
    assert!(kept.configs.restoring(&connect, kept.now(), &[]).unwrap().is_none(), "it is that already");

    kept.restore(&restore, &["isartor"]);
    assert_eq!(kept.machine.text(), connected.replace("\"x\"", "\"y\""), "a restore is restored");
    assert_eq!(kept.configs.recorded_names(CLIENT, &kept.now()).unwrap(), ["isartor"]);
    assert!(kept.configs.is_edited_since(&connect, &kept.now()).unwrap(), "the y came after the connect");
    assert!(!kept.configs.is_edited_since(&restore, &kept.now()).unwrap());
    success(kept.machine.disconnect(&[]));
    assert_eq!(kept.machine.text(), OTHER.replace('x', "y"));
}

#[test]
fn a_file_that_was_not_there_is_restored_to_that() {
    let kept = Kept::new("");
    fs::remove_file(kept.machine.config()).unwrap();
    kept.connect("k-1");
    let connect = kept.backups()[0].clone();
    assert!(!connect.existed() && kept.copies().is_empty());
    kept.restore(&connect, &[]);
    assert!(!kept.machine.config().exists());
}

#[test]
fn a_backup_that_was_changed_or_is_unknown_restores_nothing() {
    let kept = Kept::new(OTHER);
    kept.connect("k-1");
    let connect = kept.backups()[0].clone();
    fs::write(&kept.copies()[0], "{}").unwrap();
    let error = kept.configs.restoring(&connect, kept.now(), &[]).unwrap_err();
    assert!(matches!(error, ClientConfigError::BadBackup { .. }), "{error}");
    let error = kept.configs.backup("20000101T000000Z-nobody").unwrap_err();
    assert_eq!(error.to_string(), "there is no backup 20000101T000000Z-nobody");
}

#[test]
fn an_old_backup_never_brings_back_what_others_have_changed() {
    let kept = Kept::new(OTHER);
    kept.connect("k-1");
    let theirs = "{\"mcpServers\": {\"new\": {\"command\": \"z\"}}}\n";
    fs::write(kept.machine.config(), theirs).unwrap();
    success(kept.machine.disconnect(&[]));
    assert_eq!(kept.machine.text(), theirs);
    kept.connect("k-2");
    success(kept.machine.disconnect(&[]));
    assert_eq!(kept.machine.text(), theirs);
}

#[test]
fn the_first_releases_record_of_changes_is_read_and_written_anew() {
    let kept = Kept::new(OTHER);
    success(kept.machine.connect(&["--gateway-url", "http://127.0.0.1:9"]));
    let journal: Value = serde_json::from_str(&kept.journal_text()).unwrap();
    let (key, record) = (&journal["records"][0]["key"], &journal["records"][0]["record"]);
    let original = &record["original"]["file"];
    let old = json!({ "version": 1, "records": [{ "key": key, "record": {
        "written_sha256": record["written_sha256"],
        "original": { "file": { "sha256": original["sha256"], "backup": original["beside"] } },
        "created_container": false, "created_file": false, "created_directories": [],
    }}]});
    fs::write(kept.journal(), old.to_string()).unwrap();
    success(kept.machine.disconnect(&[]));
    assert_eq!((kept.machine.text().as_str(), kept.machine.backups().len()), (OTHER, 0), "exactly, from the copy");
    let journal: Value = serde_json::from_str(&kept.journal_text()).unwrap();
    assert_eq!((&journal["version"], &journal["records"]), (&json!(2), &json!([])));
    fs::write(kept.journal(), "{\"version\": 3}").unwrap();
    failure(&kept.machine.connect(&[]), "it has the unknown version 3");
}
