//! What the user was shown of each accepted plugin, kept to compare a later version with. Believed only as far as the
//! lock's hashes confirm it.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::InstallError;
use crate::plugin::lock::Locked;
use crate::plugin::shown::Shown;
use crate::settings::Home;

fn path(home: &Home, id: &str) -> PathBuf {
    home.plugins_dir().join(".accepted").join(format!("{id}.json"))
}

/// None when nothing was kept, or something else than what the lock confirms.
pub(super) fn read(home: &Home, locked: &Locked) -> Result<Option<Shown>, InstallError> {
    let path = path(home, &locked.id);
    let failed = |source| InstallError::Kept { plugin: locked.id.clone(), path: path.clone(), source };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let shown: Shown = serde_json::from_str(&text).map_err(|error| failed(error.into()))?;
    Ok((shown.pins() == locked.pins()).then_some(shown))
}

pub(super) fn write(home: &Home, locked: &Locked, shown: &Shown) -> Result<(), InstallError> {
    let path = path(home, &locked.id);
    let failed = |source| InstallError::Kept { plugin: locked.id.clone(), path: path.clone(), source };
    let directory = path.parent().expect("the path was just joined");
    crate::system::private_dir(&home.plugins_dir()).map_err(failed)?;
    crate::system::private_dir(directory).map_err(failed)?;
    let text = serde_json::to_vec_pretty(shown).map_err(|error| failed(error.into()))?;
    crate::system::write_whole(&path, &text).map_err(failed)
}

pub(super) fn remove(home: &Home, id: &str) -> Result<(), InstallError> {
    let path = path(home, id);
    match fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(InstallError::Kept { plugin: id.to_owned(), path, source })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
