//! Where isartor keeps its state: the names of everything under `ISARTOR_HOME`, and its creation with mode 0700.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Environment, SettingsError};
use crate::system::{self, private_dir};

/// Where the sockets of a home with a longer path are.
const SHORT_SOCKETS_PARENT: &str = "/tmp";

/// The state directory (`ISARTOR_HOME`, by default `~/.isartor`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
    is_default: bool,
    short_sockets: Option<PathBuf>,
}

impl Home {
    /// Decides where the home is; touches nothing.
    pub(super) fn locate(environment: &Environment) -> Result<Self, SettingsError> {
        let default = environment.home_dir.as_ref().map(|home| home.join(".isartor"));
        let root = match environment.var("ISARTOR_HOME") {
            Some(path) => {
                std::path::absolute(path).map_err(|source| SettingsError::Read { path: path.into(), source })?
            }
            None => default.clone().ok_or(SettingsError::NoHome)?,
        };
        let is_default = default.as_deref() == Some(root.as_path());
        let longest = root.join("run/control.sock").as_os_str().len();
        let is_too_long = system::LOCAL_PATH_MAX_BYTES.is_some_and(|most| longest > most);
        let short_sockets = is_too_long.then(|| short_socket_dir(&root));
        Ok(Self { root, is_default, short_sockets })
    }

    /// Creates the home and its `run` directory, both 0700, and refuses a home that belongs to somebody else.
    pub fn create(&self) -> io::Result<()> {
        private_dir(&self.root)?;
        private_dir(&self.run_dir())
    }

    /// Creates the directory of the sockets where that is not `run`. For the gateway alone, which holds the lock.
    pub fn create_socket_dir(&self) -> io::Result<()> {
        self.short_sockets.as_deref().map_or(Ok(()), private_dir_among_strangers)
    }

    /// Removes it again; what else may lie in it stays, and it with that.
    pub fn remove_socket_dir(&self) -> io::Result<()> {
        self.short_sockets.as_deref().map_or(Ok(()), fs::remove_dir)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether this is `~/.isartor`, which nobody has to be told about.
    pub fn is_default(&self) -> bool {
        self.is_default
    }

    pub fn config_file(&self) -> PathBuf {
        self.root.join("isartor.toml")
    }

    pub fn database(&self) -> PathBuf {
        self.root.join("cache.redb")
    }

    /// What the steady clock showed last.
    pub fn clock_file(&self) -> PathBuf {
        self.root.join("clock.json")
    }

    /// What the cache was good for.
    pub fn statistics_file(&self) -> PathBuf {
        self.root.join("statistics.json")
    }

    /// The MCP sessions that outlive a restart.
    pub fn sessions_file(&self) -> PathBuf {
        self.root.join("sessions.json")
    }

    /// What plugins keep, by themselves.
    pub fn plugin_store(&self) -> PathBuf {
        self.root.join("plugin-store.redb")
    }

    /// What users set for plugins, and plugins never see.
    pub fn secrets_file(&self) -> PathBuf {
        self.root.join("secrets.toml")
    }

    /// Who may ask the gateway over HTTP; of a key no more than its hash.
    pub fn keys_file(&self) -> PathBuf {
        self.root.join("keys.json")
    }

    /// When each key was used last.
    pub fn key_uses_file(&self) -> PathBuf {
        self.root.join("key-uses.json")
    }

    /// What happened to keys, plugins and files; those before it end in a number.
    pub fn audit_file(&self) -> PathBuf {
        self.root.join("audit.jsonl")
    }

    pub fn plugins_dir(&self) -> PathBuf {
        self.root.join("plugins")
    }

    /// Which third-party plugins the user accepted, and what each may do.
    pub fn plugins_lock(&self) -> PathBuf {
        self.root.join("isartor-plugins.lock")
    }

    pub fn backups_dir(&self) -> PathBuf {
        self.root.join("backups")
    }

    pub fn run_dir(&self) -> PathBuf {
        self.root.join("run")
    }

    /// Held with an exclusive lock by the running gateway; its text says which URL and process that is.
    pub fn lock_file(&self) -> PathBuf {
        self.run_dir().join("lock")
    }

    pub fn log_file(&self) -> PathBuf {
        self.run_dir().join("isartor.log")
    }

    /// Exists from `isartor stop` until the next `isartor up`: nothing starts the gateway by itself meanwhile.
    pub fn stopped_marker(&self) -> PathBuf {
        self.run_dir().join("stopped")
    }

    /// Where `stop` and `status` speak to the running gateway.
    pub fn control_socket(&self) -> PathBuf {
        self.socket_dir().join("control.sock")
    }

    /// Where `isartor mcp` speaks MCP to the running gateway, one JSON-RPC message a line.
    pub fn mcp_socket(&self) -> PathBuf {
        self.socket_dir().join("mcp.sock")
    }

    fn socket_dir(&self) -> PathBuf {
        self.short_sockets.clone().unwrap_or_else(|| self.run_dir())
    }
}

/// The same short directory for the same home, so that client and gateway meet. It depends on nothing else: AI
/// clients start `isartor mcp` with hardly any environment variable.
fn short_socket_dir(root: &Path) -> PathBuf {
    let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Path::new(SHORT_SOCKETS_PARENT).join(format!("isartor-{hex}"))
}

/// In a directory where everybody may create names, one that leads elsewhere was put there by somebody else.
fn private_dir_among_strangers(dir: &Path) -> io::Result<()> {
    private_dir(dir)?;
    if fs::symlink_metadata(dir)?.is_symlink() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the directory is a symbolic link"));
    }
    Ok(())
}
