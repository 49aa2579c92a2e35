//! isartor's own directory: who may look into it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::finding::{Finding, Repair};
use crate::settings::Home;
use crate::system;

const NAME: &str = "home";

pub(super) fn examine(home: &Home) -> anyhow::Result<Vec<Finding>> {
    let root = home.root();
    if !root.exists() {
        return Ok(vec![Finding::well(NAME, format!("{} is not there yet", root.display()))]);
    }
    let metadata = fs::metadata(root).with_context(|| format!("cannot look at {}", root.display()))?;
    if !system::is_own(&metadata) {
        let found = Finding::ill(NAME, format!("{} belongs to another user", root.display()));
        return Ok(vec![found.hint("set ISARTOR_HOME to a directory of your own")]);
    }
    let mut findings = Vec::new();
    for (path, wanted) in private(home) {
        let Some(mode) = open_mode(&path)? else { continue };
        let what = format!("{} can be looked into by others (mode {mode:03o})", path.display());
        let hint = format!("chmod {wanted:o} {}", path.display());
        findings.push(Finding::ill(NAME, what).hint(hint).repair(Repair::MakePrivate { path, mode: wanted }));
    }
    if findings.is_empty() {
        findings.push(Finding::well(NAME, root.display().to_string()));
    }
    Ok(findings)
}

/// What only the user may look into, with the mode that it should have.
fn private(home: &Home) -> Vec<(PathBuf, u32)> {
    let directories = [home.root().to_owned(), home.run_dir(), home.backups_dir(), home.plugins_dir()];
    let files = [
        home.config_file(),
        home.database(),
        home.plugin_store(),
        home.secrets_file(),
        home.keys_file(),
        home.audit_file(),
    ];
    let directories = directories.into_iter().map(|path| (path, 0o700));
    directories.chain(files.into_iter().map(|path| (path, 0o600))).collect()
}

/// Its permission bits, if others may look into it.
fn open_mode(path: &Path) -> anyhow::Result<Option<u32>> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(system::is_open_to_others(&metadata).then(|| system::mode(&metadata) & 0o777)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot look at {}", path.display())),
    }
}

pub(super) fn make_private(path: &Path, mode: u32) -> anyhow::Result<()> {
    system::set_mode(path, mode).with_context(|| format!("cannot change the mode of {}", path.display()))
}
