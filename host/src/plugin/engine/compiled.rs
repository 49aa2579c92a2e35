//! Compiled code on disk. Only the host writes it; a MAC under a per-install key is verified before a byte of it
//! is used, since loading foreign compiled code is running it.

use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::system::open_regular;

const KEY_BYTES: usize = 32;
const MAC_BYTES: usize = 32;

/// The directory of compiled code and the key that authenticates it.
pub(super) struct CompiledCode {
    dir: PathBuf,
    compatibility: String,
    /// Read once it is needed.
    key: OnceLock<[u8; KEY_BYTES]>,
}

impl CompiledCode {
    pub(super) fn new(state_dir: &Path, engine: &Engine) -> Self {
        let mut hasher = Sha256Hasher(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        env!("CARGO_PKG_VERSION").hash(&mut hasher);
        let digest = hasher.0.finalize();
        let compatibility = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { dir: state_dir.join("compiled"), compatibility, key: OnceLock::new() }
    }

    /// The component, when its code is there and authentic. Anything else is compiled again and replaced.
    pub(super) fn load(&self, engine: &Engine, plugin: &str, digest: &str) -> Option<Component> {
        match self.read(digest) {
            Ok(code) => match deserialize_own(engine, &code?) {
                Ok(component) => Some(component),
                Err(error) => {
                    tracing::warn!(plugin, digest, error = %error, "compiled code does not fit, compiling again");
                    None
                }
            },
            Err(error) => {
                tracing::warn!(plugin, digest, error = %error, "cannot use compiled code, compiling again");
                None
            }
        }
    }

    /// Writes the code beside its MAC. Failing to is worth a line in the log, not an error: it is a cache.
    pub(super) fn keep(&self, digest: &str, code: &[u8]) {
        if let Err(error) = self.write(digest, code) {
            tracing::warn!(digest, error = %error, "cannot keep compiled code");
        }
    }

    /// None when it was never written; an error when it is not ours.
    fn read(&self, digest: &str) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = match open_regular(&self.file(digest)) {
            Ok(mut file) => {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes)?;
                bytes
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let forged = || io::Error::new(io::ErrorKind::InvalidData, "its MAC is wrong");
        let code_bytes = bytes.len().checked_sub(MAC_BYTES).ok_or_else(forged)?;
        let tag = bytes.split_off(code_bytes);
        self.mac(digest, &bytes)?.verify_slice(&tag).map_err(|_| forged())?;
        Ok(Some(bytes))
    }

    fn write(&self, digest: &str, code: &[u8]) -> io::Result<()> {
        crate::system::private_dir(&self.dir)?;
        let tag = self.mac(digest, code)?.finalize().into_bytes();
        let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
        file.write_all(code)?;
        file.write_all(&tag)?;
        file.persist(self.file(digest)).map_err(|error| error.error)?;
        Ok(())
    }

    fn file(&self, digest: &str) -> PathBuf {
        self.dir.join(format!("{digest}-{}.cwasm", self.compatibility))
    }

    fn mac(&self, digest: &str, code: &[u8]) -> io::Result<Hmac<Sha256>> {
        let key = match self.key.get() {
            Some(key) => *key,
            None => {
                let read = self.read_key()?;
                *self.key.get_or_init(|| read)
            }
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
        mac.update(digest.as_bytes());
        mac.update(self.compatibility.as_bytes());
        mac.update(code);
        Ok(mac)
    }

    /// Read, or made on first use: created whole under another name, then linked, so that two processes agree.
    fn read_key(&self) -> io::Result<[u8; KEY_BYTES]> {
        crate::system::private_dir(&self.dir)?;
        let path = self.dir.join("key");
        if !path.try_exists()? {
            let mut key = [0; KEY_BYTES];
            getrandom::fill(&mut key).map_err(io::Error::other)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
            file.write_all(&key)?;
            match file.persist_noclobber(&path) {
                Ok(_) => {}
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error.error),
            }
        }
        let mut key = [0; KEY_BYTES];
        open_regular(&path)?.read_exact(&mut key)?;
        Ok(key)
    }
}

/// Loads code that this program, here or in the process it compiles in, has just made and nobody else has touched.
#[expect(unsafe_code, reason = "loading compiled code is unsafe by nature")]
pub(super) fn deserialize_own(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the callers pass what `Engine::precompile_component` of this very program gave: straight from it, over a
    // pipe from a child that runs this program, or from a file whose HMAC under this installation's private key was
    // verified, written for this engine's compatibility hash.
    unsafe { Component::deserialize(engine, code) }
}

/// Lets the engine's `Hash` feed SHA-256, whose value does not change between builds of the standard library.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        let (first, _) = digest.split_first_chunk::<8>().expect("SHA-256 has 32 bytes");
        u64::from_be_bytes(*first)
    }
}
