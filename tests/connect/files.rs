//! The engine that changes files, where a test must come between its plan and its deed.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use isartor_host::client_config::{Change, ClientConfigError, ClientConfigs, Difference, Key, Place, Record};

/// What somebody does to the file meanwhile.
type Meanwhile<'a> = (&'a str, &'a dyn Fn(&Path));

struct Setting {
    dir: tempfile::TempDir,
    configs: ClientConfigs,
}

impl Setting {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        Self { configs: ClientConfigs::new(&state, &state.join("backups")), dir }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("config.json")
    }

    fn key(&self) -> Key {
        Key { client: "client".into(), path: self.path(), name: "isartor".into() }
    }

    /// The plan of writing `after` to the file as it is now.
    fn plan(&self, after: &str, earlier: Option<&Record>) -> Change {
        let place = Place { path: self.path(), base: self.dir.path().to_owned() };
        let before = self.configs.read(&place).unwrap();
        let difference = Difference { entry_existed: false, created_container: false };
        Change::connecting(self.key(), before, after.to_owned(), earlier, &difference)
    }

    fn apply(&self, change: Change) -> Result<Option<PathBuf>, ClientConfigError> {
        let lock = self.configs.lock()?;
        let now = UNIX_EPOCH + Duration::from_secs(1_795_172_645);
        self.configs.apply(&lock, change, now).map(|applied| applied.backup)
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path()).unwrap().map(Result::unwrap);
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "state");
        names.sort();
        names
    }
}

#[test]
fn a_file_that_changed_after_it_was_planned_from_is_left_alone() {
    let changes: [Meanwhile; 4] = [
        ("written", &|path| fs::write(path, "theirs").unwrap()),
        ("removed", &|path| fs::remove_file(path).unwrap()),
        ("replaced by a link", &|path| {
            let other = path.with_file_name("other.json");
            fs::rename(path, &other).unwrap();
            std::os::unix::fs::symlink(other, path).unwrap();
        }),
        ("made read-only", &|path| {
            let mut permissions = path.metadata().unwrap().permissions();
            permissions.set_readonly(true);
            fs::set_permissions(path, permissions).unwrap();
        }),
    ];
    for (what, change) in changes {
        let setting = Setting::new();
        fs::write(setting.path(), "before").unwrap();
        let planned = setting.plan("after", None);
        change(&setting.path());
        let (text, files) = (fs::read(setting.path()).ok(), setting.files());
        let error = setting.apply(planned).expect_err(what);
        assert!(matches!(error, ClientConfigError::Changed { .. }), "{what}: {error}");
        assert!(error.to_string().contains("nothing was written"), "{error}");
        assert_eq!((fs::read(setting.path()).ok(), setting.files()), (text, files), "{what}");
    }
}

#[test]
fn a_file_that_appeared_after_the_plan_is_left_alone() {
    let setting = Setting::new();
    let planned = setting.plan("after", None);
    fs::write(setting.path(), "theirs").unwrap();
    assert!(matches!(setting.apply(planned), Err(ClientConfigError::Changed { .. })));
    assert_eq!(fs::read_to_string(setting.path()).unwrap(), "theirs");
}

#[test]
fn two_backups_of_one_second_have_two_names() {
    let setting = Setting::new();
    fs::write(setting.path(), "one").unwrap();
    let first = setting.apply(setting.plan("two", None)).unwrap().unwrap();
    let second = setting.apply(setting.plan("three", None)).unwrap().unwrap();
    assert!(first.ends_with("config.json.isartor-backup-20261120T110405Z"), "{}", first.display());
    assert_eq!(second, PathBuf::from(format!("{}-2", first.display())));
    assert_eq!((fs::read_to_string(first).unwrap(), fs::read_to_string(second).unwrap()), ("one".into(), "two".into()));
    assert_eq!(setting.files().len(), 3, "nothing temporary is left: {:?}", setting.files());
}

#[test]
fn a_record_survives_and_names_the_original() {
    let setting = Setting::new();
    fs::write(setting.path(), "one").unwrap();
    let backup = setting.apply(setting.plan("two", None)).unwrap();
    let record = setting.configs.record(&setting.key()).unwrap().expect("it was remembered");
    assert_eq!(record.backup(), backup.as_deref());
    let again = setting.apply(setting.plan("three", Some(&record))).unwrap();
    assert_eq!(again, backup, "the first backup is still the original");
    assert_eq!(setting.files().len(), 2);
    let other = Key { name: "other".into(), ..setting.key() };
    assert_eq!(setting.configs.record(&other).unwrap(), None);
}
