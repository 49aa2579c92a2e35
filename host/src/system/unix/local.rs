//! How programs of one user meet: a Unix socket with mode 0600 in a directory with mode 0700, whose peer is asked who it
//! is.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use tokio::net::UnixListener;

pub(crate) use std::os::unix::net::UnixStream as BlockingLocalStream;
pub(crate) use tokio::net::UnixStream as LocalStream;
pub(crate) use tokio::net::unix::{OwnedReadHalf as LocalReadHalf, OwnedWriteHalf as LocalWriteHalf};

/// Longest path that every supported system accepts for a Unix socket.
pub(crate) const LOCAL_PATH_MAX_BYTES: Option<usize> = Some(100);

/// A listening socket; its file goes with it.
#[derive(Debug)]
pub struct LocalListener {
    listener: UnixListener,
    path: PathBuf,
}

impl LocalListener {
    /// Listens on `path`. A socket that a dead gateway left there is replaced, anything else is not. Never to be called
    /// without holding the lock of its home.
    pub fn bind(path: PathBuf) -> io::Result<Self> {
        remove_stale(&path)?;
        let listener = UnixListener::bind(&path)?;
        super::set_mode(&path, 0o600)?;
        Ok(Self { listener, path })
    }

    /// The next connection of this user. An error for one of another.
    pub async fn accept(&self) -> io::Result<LocalStream> {
        let (stream, _) = self.listener.accept().await?;
        if stream.peer_cred()?.uid() != geteuid().as_raw() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the peer is another user"));
        }
        Ok(stream)
    }
}

impl Drop for LocalListener {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(%error, path = %self.path.display(), "cannot remove a socket; the next start replaces it");
        }
    }
}

fn remove_stale(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => fs::remove_file(path),
        Ok(_) => Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file that is not a socket")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Connects to the gateway that listens on `path`; nobody but this user gets to answer for it.
pub(crate) fn connect(path: &Path) -> io::Result<BlockingLocalStream> {
    if fs::symlink_metadata(path)?.uid() != geteuid().as_raw() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the socket belongs to another user"));
    }
    let stream = BlockingLocalStream::connect(path)?;
    check_peer(&stream)?;
    Ok(stream)
}

/// A name can change hands between a look at it and the connection; who accepted that cannot.
#[cfg(target_os = "linux")]
fn check_peer(stream: &BlockingLocalStream) -> io::Result<()> {
    if rustix::net::sockopt::socket_peercred(stream)?.uid == geteuid() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, "another user listens on the socket"))
}

/// Elsewhere the owner of the socket, in a directory of ours, has to do.
#[cfg(not(target_os = "linux"))]
fn check_peer(_: &BlockingLocalStream) -> io::Result<()> {
    Ok(())
}
