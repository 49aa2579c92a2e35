//! One connection to the gateway: its socket, as a pipe of lines, or HTTP. Never interprets what it carries.

use std::io::{self, Write};
use std::net::Shutdown;
use std::path::Path;
use std::thread;

use super::http_link::HttpLink;
use super::lines::{Line, Lines};
use super::relay::Answers;
use super::unavailable::Unavailable;
use crate::system::{self, BlockingLocalStream};

pub(super) enum Link {
    Socket(SocketLink),
    Http(HttpLink),
}

impl Link {
    pub(super) fn send(&mut self, line: &[u8]) -> io::Result<()> {
        match self {
            Self::Socket(link) => link.0.write_all(line),
            Self::Http(link) => link.send(line),
        }
    }

    /// Says goodbye where that is customary.
    pub(super) fn close(self) {
        match self {
            Self::Socket(link) => drop(link),
            Self::Http(link) => link.close(),
        }
    }
}

/// Our half of the connection; a thread reads the other one.
pub(super) struct SocketLink(BlockingLocalStream);

impl SocketLink {
    pub(super) fn connect(path: &Path, answers: Answers) -> io::Result<Self> {
        let stream = system::connect(path)?;
        let reader = Lines::new(stream.try_clone()?);
        thread::Builder::new().name("gateway".into()).spawn(move || read(reader, &answers))?;
        Ok(Self(stream))
    }
}

impl Drop for SocketLink {
    /// Wakes the reading thread; a socket that is already shut needs no waking.
    fn drop(&mut self) {
        drop(self.0.shutdown(Shutdown::Both));
    }
}

fn read(mut lines: Lines<BlockingLocalStream>, answers: &Answers) {
    let reason = loop {
        match lines.next() {
            Ok(Line::Text(line)) => answers.line(line),
            Ok(Line::End) => break Unavailable::Lost,
            // Whose answer it was cannot be known, and nobody may wait for it in vain.
            Ok(Line::TooLong) => break Unavailable::Failed { reason: "it sent a message that is too long".into() },
            Err(error) => break Unavailable::Failed { reason: format!("the connection broke: {error}") },
        }
    };
    answers.lost(&reason);
}
