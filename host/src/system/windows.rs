//! Windows.

mod files;
mod processes;

pub(crate) use files::*;
pub use processes::Descriptor;
pub(crate) use processes::*;

pub use super::token_socket::LocalListener;
pub(crate) use super::token_socket::connect;
pub(crate) use std::net::TcpStream as BlockingLocalStream;
pub(crate) use tokio::net::TcpStream as LocalStream;
pub(crate) use tokio::net::tcp::{OwnedReadHalf as LocalReadHalf, OwnedWriteHalf as LocalWriteHalf};

/// A file of any name leads to the port.
pub(crate) const LOCAL_PATH_MAX_BYTES: Option<usize> = None;
