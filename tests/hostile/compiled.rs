//! Compiled code that is not ours, or not any more: it is never run; the component is compiled again.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::json;

use super::case::Case;
use super::core::Core;
use super::package::Package;
use super::stage::Stage;
use crate::support::Home;

const FORGED: &str = "its MAC is wrong";

type Spoil = fn(&Stage<'_>, &Path);

const KEPT: [(&str, Spoil, &str); 9] = [
    ("code-with-one-bit-flipped", flip, FORGED),
    ("code-cut-short", |_, file| cut(file, 2), FORGED),
    ("code-of-nothing", |_, file| cut(file, usize::MAX), FORGED),
    ("code-without-its-mac", without_mac, FORGED),
    ("code-of-another-plugin", of_another_plugin, FORGED),
    ("code-of-another-home", of_another_home, FORGED),
    ("code-behind-a-link", behind_a_link, "cannot use compiled code"),
    ("code-that-is-a-pipe", pipe, "cannot use compiled code"),
    ("code-that-is-a-folder", folder, "cannot use compiled code"),
];

pub(super) fn cases() -> Vec<Case> {
    let kept = KEPT.iter().map(|&(name, spoil, says)| {
        Case::new(name, &[says], move |stage, id| {
            let package = package(id);
            let installed = stage.install(&package, &[]);
            let before = stage.log().len();
            installed.while_off(|| spoil(stage, &code(&stage.home.state(), &package)));
            assert_eq!(stage.call(id, &json!({}))["isError"], json!(false), "it was compiled again");
            let log = stage.log()[before..].to_owned();
            log.lines().filter(|line| line.contains("compiling again")).map(str::to_owned).collect()
        })
    });
    kept.chain([Case::new("code-that-others-may-write", &[], |stage, id| {
        let installed = stage.install(&package(id), &[]);
        let dir = stage.home.state().join("compiled");
        installed.while_off(|| fs::set_permissions(&dir, Permissions::from_mode(0o777)).expect("it is ours"));
        assert_eq!(stage.call(id, &json!({}))["isError"], json!(false));
        // Code is believed for its MAC alone; whoever starts next takes the right to write away again.
        stage.home.run(&["plugin", "doctor"]);
        let mode = fs::metadata(&dir).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "only its owner may");
        Vec::new()
    })])
    .collect()
}

/// Code that nobody else has: the description makes it differ.
fn package(id: &str) -> Package {
    Core { description: id.as_bytes().to_vec(), ..Core::default() }.package(id)
}

/// Where a home keeps the code of a package.
fn code(state: &Path, package: &Package) -> PathBuf {
    let digest = package.component_digest();
    let entries = fs::read_dir(state.join("compiled")).expect("compiled code is kept");
    let mut paths = entries.map(|entry| entry.expect("it can be read").path());
    let is_it = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&digest));
    paths.find(is_it).expect("the code of the package is kept")
}

fn flip(_: &Stage<'_>, file: &Path) {
    let mut bytes = fs::read(file).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(file, bytes).expect("it can be written");
}

fn cut(file: &Path, parts: usize) {
    let bytes = fs::read(file).expect("it is there");
    fs::write(file, &bytes[..bytes.len() / parts]).expect("it can be written");
}

fn without_mac(_: &Stage<'_>, file: &Path) {
    let bytes = fs::read(file).expect("it is there");
    fs::write(file, &bytes[..bytes.len() - 32]).expect("it can be written");
}

/// Authentic, and under a name that is not its own.
fn of_another_plugin(stage: &Stage<'_>, file: &Path) {
    let other = package("somebody-else");
    let _installed = stage.install(&other, &[]);
    fs::copy(code(&stage.home.state(), &other), file).expect("it can be copied");
}

/// The same component, compiled by an installation with another key.
fn of_another_home(_: &Stage<'_>, file: &Path) {
    let home = Home::new();
    let name = file.file_name().expect("it has a name");
    let package = package("code-of-another-home");
    let folder = home.user().join("package");
    package.write(&folder);
    home.install(&folder, &[]);
    // The home is made when something is installed; code is kept from then on.
    home.run(&["plugin", "doctor"]);
    fs::copy(home.state().join("compiled").join(name), file).expect("it can be copied");
}

fn behind_a_link(_: &Stage<'_>, file: &Path) {
    let elsewhere = file.with_extension("elsewhere");
    fs::rename(file, &elsewhere).expect("it can be moved");
    symlink(&elsewhere, file).expect("it can be made");
}

fn pipe(_: &Stage<'_>, file: &Path) {
    fs::remove_file(file).expect("it is there");
    mknodat(CWD, file, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("it can be made");
}

fn folder(_: &Stage<'_>, file: &Path) {
    fs::remove_file(file).and_then(|()| fs::create_dir(file)).expect("it can be made");
}
