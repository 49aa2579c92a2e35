//! `keys.json`, read and replaced as a whole. A file that is not as isartor wrote it is an error, never no keys.

use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{Keys, KeysError};
use crate::system;

const FILE_MAX_BYTES: u64 = 16 << 20;

/// The keys, and what identifies the bytes of their file: changes whenever they do. Empty where there is no file.
pub fn identified(path: &Path) -> Result<(Keys, String), KeysError> {
    let Some(bytes) = bytes(path)? else { return Ok((Keys::default(), String::new())) };
    let damaged = |message| KeysError::Damaged { path: path.into(), message };
    let keys: Keys = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    keys.check().map_err(damaged)?;
    Ok((keys, Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// Changes the keys as one step that nobody sees half of, and never beside another process: the lock is on the
/// directory, since the file is replaced.
pub fn change<T>(path: &Path, change: impl FnOnce(&mut Keys) -> Result<T, KeysError>) -> Result<T, KeysError> {
    let write_error = |source| KeysError::Write { path: path.into(), source };
    let directory = path.parent().expect("the file is in the home");
    let _turn = system::lock_directory(directory).map_err(write_error)?;
    let mut keys = identified(path)?.0;
    let before = keys.clone();
    let changed = change(&mut keys)?;
    if keys != before {
        let json = serde_json::to_vec_pretty(&keys).expect("keys are strings and numbers");
        crate::system::write_whole(path, &json).map_err(write_error)?;
    }
    Ok(changed)
}

/// None when there is no file. Follows no link, and reads nothing that others may have written.
fn bytes(path: &Path) -> Result<Option<Vec<u8>>, KeysError> {
    let read_error = |source| KeysError::Read { path: path.into(), source };
    let file = match system::open_regular(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(read_error(error)),
    };
    let metadata = file.metadata().map_err(read_error)?;
    if !system::is_own(&metadata) {
        return Err(KeysError::NotOurs { path: path.into() });
    }
    if system::is_open_to_others(&metadata) {
        return Err(KeysError::NotPrivate { path: path.into() });
    }
    if metadata.len() > FILE_MAX_BYTES {
        let message = format!("it is larger than {FILE_MAX_BYTES} bytes");
        return Err(KeysError::Damaged { path: path.into(), message });
    }
    let mut bytes = Vec::new();
    file.take(FILE_MAX_BYTES).read_to_end(&mut bytes).map_err(read_error)?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::SystemTime;

    use super::*;
    use crate::chat::Permission;
    use crate::keys::{SecretKey, Wanted};

    #[test]
    fn what_is_not_as_it_was_written_is_no_key_file() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("keys.json");
        assert!(identified(&path).unwrap().0.all().is_empty());
        let wanted = Wanted { scopes: vec![Permission::Read], ..Wanted::default() };
        let secret = SecretKey::generate().unwrap();
        change(&path, |keys| keys.create(wanted, &secret, SystemTime::now())).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&secret.expose()[17..]) && identified(&path).unwrap().0.all().len() == 1);
        let id = secret.id().to_string();
        let cases = [
            (text[..text.len() - 2].to_owned(), "EOF"),
            (String::new(), "EOF"),
            (text.replace("\"format\": 1", "\"format\": 2"), "its format is 2"),
            (text.replace("\"read\"", "\"everything\""), "unknown variant"),
            (text.replace("\"read\"", ""), "without a scope"),
            (text.replace("\"revoked_at\": null", "\"revoked\": null"), "unknown field"),
            (text.replace("\"expires_at\": null,", ""), "missing field `expires_at`"),
            (text.replace(&format!("\"id\": \"{id}\""), "\"id\": \"x\""), "12 digits"),
            (text.replace("\"namespace\": \"key-", "\"namespace\": \"../"), "as a key's namespace"),
        ];
        for (damaged, says) in cases {
            assert_ne!(damaged, text, "{says}");
            fs::write(&path, &damaged).unwrap();
            let error = identified(&path).unwrap_err().to_string();
            assert!(error.contains(says), "{error} does not say {says}");
            let refused = change(&path, |keys| keys.revoke(&id, SystemTime::now()));
            assert!(refused.is_err() && fs::read_to_string(&path).unwrap() == damaged);
        }
        fs::write(&path, &text).unwrap();
        system::set_mode(&path, 0o640).unwrap();
        assert!(identified(&path).unwrap_err().to_string().contains("by other users"));
    }
}
