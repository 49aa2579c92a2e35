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

pub(crate) use own::{private_dir, write_whole};
pub(crate) use this::{
    BlockingLocalStream, EndSignal, EndSignals, Identity, KEEPS_MAPPED_FILES, LOCAL_PATH_MAX_BYTES, LocalReadHalf,
    LocalStream, LocalWriteHalf, Owner, Parent, Private, Readiness, connect, detach, exchange, free_bytes, give_to,
    has_hung_up, identity, is_closed_to_changes, is_open_to_others, is_own, is_root, kind_of, leave_terminal,
    limit_this_process, lock_directory, lock_for, may_change, mode, move_to_free_name, open_regular, owner, set_mode,
    since_boot, standard_error_for_children, standard_output, sync_directory, wait_until, was_killed,
};
pub use this::{Descriptor, LocalListener};
