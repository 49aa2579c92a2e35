//! Which gateway runs in a home: a lock that only one process can hold, and what its holder says of itself.
//! Never signals a process: a number that a file gives is shown, and nothing else.

mod launch;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::settings::Home;
use crate::system::{Private, lock_for};

pub(crate) use launch::launch;
pub use launch::{LaunchError, start_detached};

/// How often a held lock is looked at again; a probe holds a shared lock for microseconds.
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// Attempts to take a lock that only probes hold.
const ATTEMPTS_AGAINST_PROBES: u32 = 100;

/// What the running gateway says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceInfo {
    pub pid: u32,
    /// `http://localhost:PORT`
    pub url: String,
    pub version: String,
    /// Seconds since 1970.
    pub started: u64,
}

/// What the lock of a home says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    Absent,
    /// Somebody holds the lock and has not announced itself yet.
    Starting,
    Running(InstanceInfo),
}

#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    #[error("cannot use the lock {}", path.display())]
    Lock { path: PathBuf, source: io::Error },
    #[error("isartor {} already runs for {} at {} (process {})", .info.version, home.display(), .info.url, .info.pid)]
    AlreadyRunning { home: PathBuf, info: InstanceInfo },
    #[error("another isartor is starting for {}", home.display())]
    AlreadyStarting { home: PathBuf },
}

/// The gateway of `home`, if its process holds the lock and has announced itself. Changes nothing.
pub fn running(home: &Home) -> Result<Option<InstanceInfo>, InstanceError> {
    Ok(match presence(home)? {
        Presence::Running(info) => Some(info),
        Presence::Absent | Presence::Starting => None,
    })
}

/// What the lock of `home` says. Probes share the lock, so they never hinder one another.
pub fn presence(home: &Home) -> Result<Presence, InstanceError> {
    let path = home.lock_file();
    look(&path).map_err(|source| InstanceError::Lock { path, source })
}

fn look(path: &Path) -> io::Result<Presence> {
    let file = match File::open(lock_for(path)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Presence::Absent),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(Presence::Absent),
        Err(TryLockError::WouldBlock) => Ok(announced(&fs::read(path)?)),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// A holder that has not written its whole announcement is still starting.
fn announced(text: &[u8]) -> Presence {
    serde_json::from_slice(text).map_or(Presence::Starting, Presence::Running)
}

/// What the lock says once nobody is starting any more, or after `patience`.
pub fn wait_until_announced(home: &Home, patience: Duration) -> Result<Presence, InstanceError> {
    let deadline = Instant::now() + patience;
    let mut found = presence(home)?;
    while found == Presence::Starting && Instant::now() < deadline {
        thread::sleep(POLL_INTERVAL);
        found = presence(home)?;
    }
    Ok(found)
}

/// Whether the gateway of `home` let go of the lock within `patience`.
pub fn wait_until_gone(home: &Home, patience: Duration) -> Result<bool, InstanceError> {
    let deadline = Instant::now() + patience;
    while presence(home)? != Presence::Absent {
        if Instant::now() >= deadline {
            return Ok(false);
        }
        thread::sleep(POLL_INTERVAL);
    }
    Ok(true)
}

/// The right to be the gateway of a home, until it is dropped or the process ends in whatever way.
#[derive(Debug)]
pub struct Lock {
    _held: File,
    /// What its holder says, for all to read.
    text: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock at once or says who holds it. The home must exist.
    pub fn acquire(home: &Home) -> Result<Self, InstanceError> {
        let path = home.lock_file();
        let failed = |source| InstanceError::Lock { path: home.lock_file(), source };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).private();
        let held = options.open(lock_for(&path)).map_err(failed)?;
        for _ in 0..ATTEMPTS_AGAINST_PROBES {
            match held.try_lock() {
                Ok(()) => {
                    let text = options.open(&path).map_err(failed)?;
                    text.set_len(0).map_err(failed)?;
                    return Ok(Self { _held: held, text, path });
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            match presence(home)? {
                Presence::Absent => thread::sleep(POLL_INTERVAL),
                Presence::Starting => break,
                Presence::Running(info) => {
                    return Err(InstanceError::AlreadyRunning { home: home.root().into(), info });
                }
            }
        }
        Err(InstanceError::AlreadyStarting { home: home.root().into() })
    }

    /// Tells others who holds the lock: from now on the gateway counts as running.
    pub fn announce(&self, info: &InstanceInfo) -> Result<(), InstanceError> {
        let text = serde_json::to_vec(info).expect("strings and numbers always serialise");
        let written = (&self.text).write_all(&text);
        written.map_err(|source| InstanceError::Lock { path: self.path.clone(), source })
    }
}
