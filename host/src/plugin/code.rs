//! The bytes of a component: what is known of them, and where they are while nobody needs them. Never trusts that a
//! file is what it was.

use std::borrow::Cow;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::{PluginError, hexadecimal, package};

/// The component of one plugin.
pub(super) struct Code {
    digest: String,
    size_bytes: usize,
    place: Place,
}

/// Compiled code is kept elsewhere, so that these bytes are seldom needed: a file is read again then.
enum Place {
    Memory(Cow<'static, [u8]>),
    Folder(PathBuf),
}

impl Code {
    /// Built into this program, together with its digest.
    pub(super) fn bundled(bytes: &'static [u8], digest: &'static str) -> Self {
        Self { digest: digest.to_owned(), size_bytes: bytes.len(), place: Place::Memory(Cow::Borrowed(bytes)) }
    }

    pub(super) fn in_memory(bytes: Vec<u8>) -> Self {
        let digest = hexadecimal(&Sha256::digest(&bytes));
        Self { digest, size_bytes: bytes.len(), place: Place::Memory(Cow::Owned(bytes)) }
    }

    /// Read once for its digest, and not kept.
    pub(super) fn in_folder(bytes: &[u8], folder: PathBuf) -> Self {
        let digest = hexadecimal(&Sha256::digest(bytes));
        Self { digest, size_bytes: bytes.len(), place: Place::Folder(folder) }
    }

    /// SHA-256, in hexadecimal.
    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.size_bytes
    }

    /// The bytes that have this digest, or an error.
    pub(super) fn bytes(&self, plugin: &str) -> Result<Cow<'_, [u8]>, PluginError> {
        match &self.place {
            Place::Memory(bytes) => Ok(Cow::Borrowed(bytes)),
            Place::Folder(folder) => {
                let bytes = package::component(plugin, folder)?;
                match hexadecimal(&Sha256::digest(&bytes)) == self.digest {
                    true => Ok(Cow::Owned(bytes)),
                    false => Err(PluginError::Changed { plugin: plugin.to_owned() }),
                }
            }
        }
    }
}
