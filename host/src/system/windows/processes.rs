//! Parents, children, limits, console events and handles. The calls of the system that the standard library lacks are
//! here; each takes and gives plain values.

use std::fs::File;
use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle, FromRawHandle, OwnedHandle};
use std::os::windows::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown,
};
use windows_sys::Win32::Foundation::{
    HANDLE, HANDLE_FLAG_INHERIT, INVALID_HANDLE_VALUE, SetHandleInformation, WAIT_OBJECT_0,
};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_PROCESS_MEMORY, JOB_OBJECT_LIMIT_PROCESS_TIME,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
};
use windows_sys::Win32::System::SystemInformation::GetTickCount64;
use windows_sys::Win32::System::Threading::{
    BELOW_NORMAL_PRIORITY_CLASS, CREATE_NEW_PROCESS_GROUP, DETACHED_PROCESS, GetCurrentProcess, OpenProcess,
    PROCESS_SYNCHRONIZE, SetPriorityClass, WaitForSingleObject,
};

use crate::system::{EndSignal, Readiness};

/// What a process ends with that aborts itself (`STATUS_STACK_BUFFER_OVERRUN`, `STATUS_NO_MEMORY`).
const ABORTED: [u32; 2] = [0xC000_0409, 0xC000_0017];
/// A limit of processor time is counted in these.
const TICKS_PER_SECOND: i64 = 10_000_000;

/// Nobody is who may do everything and whose files others could not use.
pub(crate) fn is_root() -> bool {
    false
}

/// What a process that will outlive us is started with: no console, and none of the handles that we were given, or
/// whoever reads our output would wait for its end.
pub(crate) fn detach(command: &mut Command) {
    command.creation_flags(DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP);
    for handle in [io::stdin().as_raw_handle(), io::stdout().as_raw_handle(), io::stderr().as_raw_handle()] {
        keep_from_children(handle);
    }
}

#[expect(unsafe_code, reason = "the standard library cannot say that children do not get a handle")]
fn keep_from_children(handle: std::os::windows::io::RawHandle) {
    // SAFETY: the call takes any value, and fails for one that is no open handle; then there is nothing to keep.
    unsafe { SetHandleInformation(handle as HANDLE, HANDLE_FLAG_INHERIT, 0) };
}

/// It was started without one.
pub(crate) fn leave_terminal() -> io::Result<()> {
    Ok(())
}

/// Limits the memory and the processor time of this process, and lets others go first.
#[expect(unsafe_code, reason = "the standard library knows no job objects")]
pub(crate) fn limit_this_process(memory_max_bytes: u64, cpu_seconds: u64) -> io::Result<()> {
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_MEMORY | JOB_OBJECT_LIMIT_PROCESS_TIME;
    limits.BasicLimitInformation.PerProcessUserTimeLimit =
        i64::try_from(cpu_seconds).unwrap_or(i64::MAX).saturating_mul(TICKS_PER_SECOND);
    limits.ProcessMemoryLimit = usize::try_from(memory_max_bytes).unwrap_or(usize::MAX);
    let size = u32::try_from(size_of_val(&limits)).expect("it has some hundred bytes");
    // SAFETY: the attributes and the name may be null; `limits` is the structure of the class that is named, lives
    // through the call, and `size` is its size. The job's handle is ours, and is kept open as long as this process:
    // nothing else would keep the job.
    let done = unsafe {
        let job = CreateJobObjectW(std::ptr::null(), std::ptr::null());
        !job.is_null()
            && SetInformationJobObject(job, JobObjectExtendedLimitInformation, (&raw const limits).cast(), size) != 0
            && AssignProcessToJobObject(job, GetCurrentProcess()) != 0
            && SetPriorityClass(GetCurrentProcess(), BELOW_NORMAL_PRIORITY_CLASS) != 0
    };
    if done { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Whether it ended itself, as it does when an allocation fails.
pub(crate) fn was_killed(status: ExitStatus) -> bool {
    status.code().is_some_and(|code| ABORTED.contains(&code.cast_unsigned()))
}

/// Our standard error as the standard output of a child.
pub(crate) fn standard_error_for_children() -> io::Result<Stdio> {
    Ok(io::stderr().as_handle().try_clone_to_owned()?.into())
}

/// Our standard output without a buffer.
pub(crate) fn standard_output() -> io::Result<File> {
    Ok(io::stdout().as_handle().try_clone_to_owned()?.into())
}

/// Since the machine was started.
#[expect(unsafe_code, reason = "the standard library does not tell")]
pub(crate) fn since_boot() -> Duration {
    // SAFETY: the call takes nothing and always succeeds.
    Duration::from_millis(unsafe { GetTickCount64() })
}

/// The process that started this one; none where it was gone before we looked.
#[derive(Debug)]
pub(crate) struct Parent(Option<OwnedHandle>);

impl Parent {
    pub(crate) fn of_this_process() -> Self {
        Self(parent_number().and_then(open))
    }

    /// Whether it has ended. Of a parent that could not be looked at, nobody knows, so that the end of input decides.
    #[expect(unsafe_code, reason = "the standard library waits for children only")]
    pub(crate) fn is_gone(&self) -> bool {
        let Some(handle) = &self.0 else { return false };
        // SAFETY: the handle is open as long as `self`, and was opened to be waited for.
        unsafe { WaitForSingleObject(handle.as_raw_handle() as HANDLE, 0) == WAIT_OBJECT_0 }
    }
}

#[expect(unsafe_code, reason = "the standard library opens no process by its number")]
fn open(process: u32) -> Option<OwnedHandle> {
    // SAFETY: the call takes any number, and gives null or a handle that is ours to close.
    unsafe {
        let handle = OpenProcess(PROCESS_SYNCHRONIZE, 0, process);
        (!handle.is_null()).then(|| OwnedHandle::from_raw_handle(handle as _))
    }
}

#[expect(unsafe_code, reason = "the standard library does not tell the parent")]
fn parent_number() -> Option<u32> {
    let mut entry = PROCESSENTRY32W {
        dwSize: u32::try_from(size_of::<PROCESSENTRY32W>()).expect("it has some hundred bytes"),
        ..Default::default()
    };
    // SAFETY: the snapshot's handle is checked, owned and closed by `snapshot`; `entry` says its size, as both calls
    // want, and lives through them.
    unsafe {
        let raw = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
        if raw == INVALID_HANDLE_VALUE {
            return None;
        }
        let snapshot = OwnedHandle::from_raw_handle(raw as _);
        let handle = snapshot.as_raw_handle() as HANDLE;
        let mut is_there = Process32FirstW(handle, &raw mut entry) != 0;
        while is_there && entry.th32ProcessID != std::process::id() {
            is_there = Process32NextW(handle, &raw mut entry) != 0;
        }
        is_there.then_some(entry.th32ParentProcessID)
    }
}

/// What blocks until it is ready, always.
pub trait Descriptor {
    fn duplicate(&self) -> io::Result<()> {
        Ok(())
    }
}

impl<T> Descriptor for T {}

/// Nothing here fails for want of readiness; should it, whoever asks tries again.
pub(crate) fn wait_until(_: Readiness, _: &impl Descriptor) -> io::Result<()> {
    std::thread::yield_now();
    Ok(())
}

/// Not asked: the end of a pipe ends the read.
pub(crate) fn has_hung_up(_: &impl Descriptor) -> bool {
    false
}

/// From its making on, none of these events ends the process by itself.
#[derive(Debug)]
pub(crate) struct EndSignals {
    interrupt: CtrlC,
    stop: CtrlBreak,
    close: CtrlClose,
    shutdown: CtrlShutdown,
}

impl EndSignals {
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: ctrl_c()?, stop: ctrl_break()?, close: ctrl_close()?, shutdown: ctrl_shutdown()? })
    }

    pub(crate) async fn next(&mut self) -> EndSignal {
        tokio::select! {
            _ = self.interrupt.recv() => EndSignal::Terminate,
            _ = self.stop.recv() => EndSignal::Terminate,
            _ = self.close.recv() => EndSignal::HangUp,
            _ = self.shutdown.recv() => EndSignal::Terminate,
        }
    }
}
