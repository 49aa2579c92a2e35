//! What was put into a home, and is taken out again when the value is dropped.

use std::fs;
use std::path::PathBuf;
use std::thread;

use crate::support::{Home, text};

/// An installed plugin; removed when the value is dropped.
pub(super) struct Installed<'a> {
    pub(super) home: &'a Home,
    pub(super) id: String,
}

impl Installed<'_> {
    /// Switches the plugin off, does something, and switches it on again.
    pub(super) fn while_off(&self, act: impl FnOnce()) {
        self.run("disable");
        act();
        self.run("enable");
    }

    fn run(&self, command: &str) {
        let output = self.home.run(&["plugin", command, &self.id]);
        assert!(output.status.success() || thread::panicking(), "{}", text(&output));
    }
}

impl Drop for Installed<'_> {
    fn drop(&mut self) {
        self.run("remove");
    }
}

/// Files and a lock that says that somebody accepted them; as it was when the value is dropped.
pub(super) struct Planted {
    pub(super) folder: PathBuf,
    pub(super) lock: PathBuf,
    pub(super) before: String,
}

impl Planted {
    pub(super) fn write_lock(&self, text: &str) {
        let beside = self.lock.with_extension("new");
        fs::write(&beside, text).and_then(|()| fs::rename(&beside, &self.lock)).expect("it can be written");
    }
}

impl Drop for Planted {
    fn drop(&mut self) {
        self.write_lock(&self.before);
        fs::remove_dir_all(&self.folder).expect("it can be removed");
    }
}
