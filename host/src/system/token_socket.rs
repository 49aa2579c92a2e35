//! How programs of one user meet where a Unix socket cannot be asked who its peer is: a port of the loopback interface,
//! and a file of that user's alone with its number and a token. Whoever cannot read the file says nothing here.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream as BlockingStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;

const TOKEN_BYTES: usize = 32;
/// How long a token may take to arrive: it is sent before anything else.
const PATIENCE: Duration = Duration::from_secs(2);
/// So many connections may owe their token at a time.
const MAX_UNKNOWN: usize = 64;
/// Why nobody hears from the loop that accepts any more.
const FAILED: &str = "the loop that accepts connections has ended";

type Token = [u8; TOKEN_BYTES];

/// A listening port; the file that leads to it goes with it.
#[derive(Debug)]
pub struct LocalListener {
    known: Mutex<mpsc::Receiver<io::Result<TcpStream>>>,
    accepting: JoinHandle<()>,
    path: PathBuf,
}

impl LocalListener {
    /// Listens on a free port and says at `path` which it is. Never to be called without holding the lock of its home,
    /// nor outside of a runtime.
    pub fn bind(path: PathBuf) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let token = new_token()?;
        crate::system::write_whole(&path, &introduction(listener.local_addr()?.port(), &token))?;
        let (sender, known) = mpsc::channel(1);
        let accepting = tokio::spawn(accept(listener, token, sender));
        Ok(Self { known: Mutex::new(known), accepting, path })
    }

    /// The next connection that brought the token.
    pub async fn accept(&self) -> io::Result<TcpStream> {
        let next = self.known.lock().await.recv().await;
        next.unwrap_or_else(|| Err(io::Error::other(FAILED)))
    }
}

impl Drop for LocalListener {
    fn drop(&mut self) {
        self.accepting.abort();
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(%error, path = %self.path.display(), "cannot remove a socket; the next start replaces it");
        }
    }
}

/// Who owes a token holds up nobody else.
async fn accept(listener: TcpListener, token: Token, known: mpsc::Sender<io::Result<TcpStream>>) {
    let unknown = Arc::new(Semaphore::new(MAX_UNKNOWN));
    loop {
        let slot = Arc::clone(&unknown).acquire_owned().await.expect("nobody closes it");
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => match known.send(Err(error)).await {
                Ok(()) => continue,
                Err(_) => return,
            },
        };
        let known = known.clone();
        tokio::spawn(async move {
            match timeout(PATIENCE, welcome(stream, &token)).await {
                // The listener is gone, and so is whoever would have served it.
                Ok(Ok(stream)) => drop(known.send(Ok(stream)).await),
                Ok(Err(error)) => tracing::debug!(%error, "a connection without the token was closed"),
                Err(_) => tracing::debug!("a connection without the token was closed"),
            }
            drop(slot);
        });
    }
}

/// Takes the token and gives the proof that we know it too.
async fn welcome(mut stream: TcpStream, token: &Token) -> io::Result<TcpStream> {
    stream.set_nodelay(true)?;
    let mut given = [0; TOKEN_BYTES];
    stream.read_exact(&mut given).await?;
    if given[..].ct_eq(&token[..]).into() {
        stream.write_all(&proof(token)).await?;
        return Ok(stream);
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, "the token is wrong"))
}

/// Connects to the gateway whose port and token are at `path`. What answers there without knowing the token, such as
/// another program on the port of a gateway that was killed, gets no further.
pub(crate) fn connect(path: &Path) -> io::Result<BlockingStream> {
    let (port, token) = introduced(&fs::read(path)?)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = BlockingStream::connect_timeout(&address, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(&token)?;
    let mut given = [0; TOKEN_BYTES];
    stream.read_exact(&mut given)?;
    stream.set_read_timeout(None)?;
    match given == proof(&token) {
        true => Ok(stream),
        false => Err(io::Error::new(io::ErrorKind::PermissionDenied, "another program listens on the gateway's port")),
    }
}

fn new_token() -> io::Result<Token> {
    let mut token = [0; TOKEN_BYTES];
    getrandom::fill(&mut token).map_err(io::Error::other)?;
    Ok(token)
}

fn proof(token: &Token) -> Token {
    Sha256::new().chain_update(b"isartor local socket").chain_update(token).finalize().into()
}

/// The port, a line end, the token.
fn introduction(port: u16, token: &Token) -> Vec<u8> {
    [format!("{port}\n").as_bytes(), token].concat()
}

fn introduced(bytes: &[u8]) -> io::Result<(u16, Token)> {
    let parsed = || {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let port = std::str::from_utf8(&bytes[..end]).ok()?.parse().ok()?;
        Some((port, bytes[end + 1..].try_into().ok()?))
    };
    parsed().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it does not say where the gateway listens"))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn listener() -> (tempfile::TempDir, PathBuf, LocalListener) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("mcp.sock");
        let listener = LocalListener::bind(path.clone()).unwrap();
        (home, path, listener)
    }

    #[tokio::test]
    async fn whoever_reads_the_file_is_let_in() {
        let (_home, path, listener) = listener().await;
        let connected = tokio::task::spawn_blocking(move || {
            let mut stream = connect(&path).unwrap();
            stream.write_all(b"hello").unwrap();
        });
        let mut stream = listener.accept().await.unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).await.unwrap();
        assert_eq!(said, "hello");
        connected.await.unwrap();
    }

    #[tokio::test]
    async fn others_are_not_and_hold_nobody_up() {
        let (_home, path, listener) = listener().await;
        let (port, _) = introduced(&fs::read(&path).unwrap()).unwrap();
        let address = (Ipv4Addr::LOCALHOST, port);
        let _silent = TcpStream::connect(address).await.unwrap();
        let mut wrong = TcpStream::connect(address).await.unwrap();
        wrong.write_all(&[7; TOKEN_BYTES]).await.unwrap();
        let mut heard = Vec::new();
        wrong.read_to_end(&mut heard).await.unwrap();
        assert!(heard.is_empty());
        let connected = tokio::task::spawn_blocking(move || connect(&path).map(drop));
        listener.accept().await.unwrap();
        connected.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn another_program_on_the_port_is_found_out() {
        let impostor = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("mcp.sock");
        fs::write(&path, introduction(impostor.local_addr().unwrap().port(), &[1; TOKEN_BYTES])).unwrap();
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = impostor.accept().unwrap();
            stream.write_all(&[0; TOKEN_BYTES]).unwrap();
        });
        assert_eq!(connect(&path).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        answering.join().unwrap();
    }

    #[tokio::test]
    async fn the_file_goes_with_the_listener() {
        let (_home, path, listener) = listener().await;
        drop(listener);
        assert_eq!(connect(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn what_is_no_introduction_is_refused() {
        for bytes in [
            &b""[..],
            b"80",
            b"80\n",
            b"x\n01234567890123456789012345678901",
            b"99999\n01234567890123456789012345678901",
        ] {
            assert!(introduced(bytes).is_err(), "{bytes:?}");
        }
    }
}
