//! Users, parents, children, limits, signals and descriptors.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Resource, Rlimit, geteuid, getppid, nice, setrlimit, setsid};
use rustix::time::{ClockId, clock_gettime};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::system::{EndSignal, Readiness};

/// So much lower is the priority of a process that is limited.
const NICENESS: i32 = 10;

pub(crate) fn is_root() -> bool {
    geteuid().is_root()
}

/// What a process that will outlive us is started with: nothing here, it leaves the terminal by itself.
pub(crate) fn detach(_: &mut Command) {}

/// From now on the terminal's end is not ours.
pub(crate) fn leave_terminal() -> io::Result<()> {
    setsid()?;
    Ok(())
}

/// Limits the data and the processor time of this process, takes its core dumps, and lets others go first.
pub(crate) fn limit_this_process(memory_max_bytes: u64, cpu_seconds: u64) -> io::Result<()> {
    let limits = [(Resource::Data, memory_max_bytes), (Resource::Cpu, cpu_seconds), (Resource::Core, 0)];
    for (resource, most) in limits {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    nice(NICENESS)?;
    Ok(())
}

/// Whether a signal ended it, as an allocation that fails does.
pub(crate) fn was_killed(status: ExitStatus) -> bool {
    status.code().is_none()
}

/// Our standard error as the standard output of a child.
pub(crate) fn standard_error_for_children() -> io::Result<Stdio> {
    Ok(io::stderr().as_fd().try_clone_to_owned()?.into())
}

/// Our standard output without a buffer.
pub(crate) fn standard_output() -> io::Result<File> {
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

/// Since the machine was started, its sleep included where the system counts that.
pub(crate) fn since_boot() -> Duration {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let clock = ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let clock = ClockId::Monotonic;
    Duration::try_from(clock_gettime(clock)).unwrap_or_default()
}

/// The process that started this one.
#[derive(Debug)]
pub(crate) struct Parent(Option<Pid>);

impl Parent {
    pub(crate) fn of_this_process() -> Self {
        Self(getppid())
    }

    pub(crate) fn is_gone(&self) -> bool {
        getppid() != self.0
    }
}

/// What can be waited for.
pub trait Descriptor: AsFd {
    fn duplicate(&self) -> io::Result<OwnedFd> {
        self.as_fd().try_clone_to_owned()
    }
}

impl<T: AsFd> Descriptor for T {}

/// Returns when a read or a write would no longer fail for want of readiness, or earlier.
pub(crate) fn wait_until(ready: Readiness, descriptor: &impl Descriptor) -> io::Result<()> {
    let flags = match ready {
        Readiness::ToRead => PollFlags::IN,
        Readiness::ToWrite => PollFlags::OUT,
    };
    match poll(&mut [PollFd::new(descriptor, flags)], None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether nobody can write to it any more.
pub(crate) fn has_hung_up(input: &impl Descriptor) -> bool {
    let mut input = [PollFd::new(input, PollFlags::empty())];
    let at_once = Timespec::default();
    poll(&mut input, Some(&at_once)).is_ok() && input[0].revents().contains(PollFlags::HUP)
}

/// From its making on, none of these signals ends the process by itself.
#[derive(Debug)]
pub(crate) struct EndSignals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl EndSignals {
    pub(crate) fn listen() -> io::Result<Self> {
        let [interrupt, terminate, hang_up] =
            [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
        Ok(Self { interrupt: interrupt?, terminate: terminate?, hang_up: hang_up? })
    }

    pub(crate) async fn next(&mut self) -> EndSignal {
        tokio::select! {
            _ = self.interrupt.recv() => EndSignal::Terminate,
            _ = self.terminate.recv() => EndSignal::Terminate,
            _ = self.hang_up.recv() => EndSignal::HangUp,
        }
    }
}
