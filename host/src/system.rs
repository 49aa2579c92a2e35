//! What operating systems do in different ways: private files, names that change places, processes, and how two programs
//! of one user meet. The one home of such calls; decides nothing.

mod own;
#[cfg(any(windows, test))]
#[cfg_attr(not(windows), expect(unreachable_pub, reason = "used on Windows, tested everywhere"))]
mod token_socket;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as this;
#[cfg(windows)]
use windows as this;

pub(crate) use own::{lock_within, private_dir, sync_parent, write_whole};
pub(crate) use this::{
    BlockingLocalStream, EndSignals, Identity, KEEPS_MAPPED_FILES, LOCAL_PATH_MAX_BYTES, LocalReadHalf, LocalStream,
    LocalWriteHalf, Owner, Parent, connect, detach, exchange, free_bytes, give_to, has_hung_up, identity,
    is_closed_to_changes, is_open_to_others, is_own, is_root, kind_of, leave_terminal, limit_this_process,
    lock_directory, lock_for, may_change, mode, move_to_free_name, open_regular, owner, set_mode, since_boot,
    standard_error_for_children, standard_output, sync_directory, wait_until, was_killed,
};
pub use this::{Descriptor, LocalListener};

/// What is made for its owner alone: files with mode 0600 and directories with 0700 where there are modes, and elsewhere
/// what the directory around says.
pub(crate) trait Private {
    fn private(&mut self) -> &mut Self;
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Readiness {
    ToRead,
    ToWrite,
}

/// How a process is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndSignal {
    Terminate,
    /// The terminal is gone, or the user logs off.
    HangUp,
}
