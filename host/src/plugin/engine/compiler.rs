//! From WebAssembly to machine code. What others wrote is compiled in a process of its own, since a compiler that is
//! given hostile input may take any time and memory; the rest here. Never keeps what it made.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::limits::Limits;
use crate::plugin::error::printable;
use crate::system;

/// What the command line calls the half that runs in the other process.
const COMMAND: [&str; 2] = ["plugin", "compile-component"];

/// More machine code than any component of the allowed size becomes.
const CODE_MAX_BYTES: u64 = 1 << 30;

/// Why there is no machine code.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    #[error("it is not usable: {0}")]
    Unusable(String),
    #[error("it takes longer than {seconds} s to compile")]
    Deadline { seconds: u64 },
    #[error("it takes more than {max_bytes} bytes of memory to compile")]
    Memory { max_bytes: u64 },
    #[error("it was tried before: {0}")]
    Remembered(String),
    #[error("the process that compiles it cannot be run")]
    Process(#[from] io::Error),
    #[error(transparent)]
    Engine(#[from] wasmtime::Error),
}

impl CompileError {
    /// Whether another attempt would end in the same way.
    fn is_final(&self) -> bool {
        match self {
            Self::Unusable(_) | Self::Deadline { .. } | Self::Memory { .. } => true,
            Self::Remembered(_) | Self::Process(_) | Self::Engine(_) => false,
        }
    }
}

/// Compiles what others wrote, one component at a time: each takes all cores anyway.
pub(super) struct Compiler {
    program: PathBuf,
    failures: Mutex<HashMap<String, String>>,
}

impl Compiler {
    /// `program` is this program.
    pub(super) fn new(program: &Path) -> Self {
        Self { program: program.to_owned(), failures: Mutex::default() }
    }

    /// The machine code of a component. What failed once is not tried again while this process lives.
    pub(super) fn compile(&self, bytes: &[u8], digest: &str, limits: &Limits) -> Result<Vec<u8>, CompileError> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reason) = failures.get(digest) {
            return Err(CompileError::Remembered(reason.clone()));
        }
        let compiled = self.compile_elsewhere(bytes, limits);
        if let Err(error) = &compiled
            && error.is_final()
        {
            failures.insert(digest.to_owned(), error.to_string());
        }
        compiled
    }

    fn compile_elsewhere(&self, bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, CompileError> {
        let (memory, seconds) = (limits.compile_memory_max_bytes, limits.compile_deadline.as_secs().max(1));
        let mut command = Command::new(&self.program);
        command.args(COMMAND).arg(memory.to_string()).arg(seconds.to_string()).env_clear();
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let spoken = converse(&mut child, bytes, limits.compile_deadline);
        let status = child.wait()?;
        let Some(Spoken { code, complaint }) = spoken else { return Err(CompileError::Deadline { seconds }) };
        match status.success() {
            true => Ok(code?),
            false => Err(failure(status, &complaint, memory)),
        }
    }
}

struct Spoken {
    code: io::Result<Vec<u8>>,
    complaint: String,
}

/// Hands over the component and takes what comes back. None when that took too long, and the child was killed.
fn converse(child: &mut Child, bytes: &[u8], deadline: Duration) -> Option<Spoken> {
    let mut input = child.stdin.take().expect("its input was piped");
    let output = child.stdout.take().expect("its output was piped");
    let errors = child.stderr.take().expect("its errors were piped");
    let (done, finished) = mpsc::channel();
    thread::scope(|scope| {
        // A child that reads no more has its reasons, which it says or which show in how it ends.
        scope.spawn(move || drop(input.write_all(bytes)));
        let complaint = scope.spawn(move || read(errors, 64 << 10));
        let code = scope.spawn(move || {
            let code = read(output, CODE_MAX_BYTES);
            drop(done);
            code
        });
        let is_late = finished.recv_timeout(deadline) == Err::<(), _>(RecvTimeoutError::Timeout);
        if is_late && let Err(error) = child.kill() {
            tracing::error!(%error, "cannot end the process that compiles a plugin");
        }
        let code = code.join().expect("reading does not panic");
        let complaint =
            complaint.join().expect("reading does not panic").unwrap_or_else(|error| error.to_string().into());
        (!is_late).then(|| Spoken { code, complaint: String::from_utf8_lossy(&complaint).into_owned() })
    })
}

fn read(source: impl Read, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(max_bytes).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn failure(status: ExitStatus, complaint: &str, memory_max_bytes: u64) -> CompileError {
    if system::was_killed(status) && complaint.contains("memory allocation") {
        return CompileError::Memory { max_bytes: memory_max_bytes };
    }
    let causes =
        complaint.lines().map(|line| line.trim().trim_start_matches("error: ").trim_start_matches("caused by: "));
    let causes: Vec<&str> = causes.filter(|line| !line.is_empty()).collect();
    match causes.is_empty() {
        true => CompileError::Unusable(format!("the compiler ended with {status}")),
        false => CompileError::Unusable(printable(&causes.join(": "))),
    }
}

/// The other half: limits itself, reads a component, writes its machine code.
pub(super) fn serve(
    engine: impl FnOnce() -> wasmtime::Result<wasmtime::Engine>,
    memory_max_bytes: u64,
    seconds: u64,
    input: impl Read,
    mut output: impl Write,
) -> Result<(), CompileError> {
    limit_this_process(memory_max_bytes, seconds)?;
    let bytes = read(input, Limits::COMPONENT_MAX_BYTES + 1)?;
    let code = engine()?.precompile_component(&bytes)?;
    output.write_all(&code)?;
    Ok(output.flush()?)
}

/// Should the gateway die, nobody is left to end this process; so it has an end by itself, whatever it waits for.
fn limit_this_process(memory_max_bytes: u64, seconds: u64) -> io::Result<()> {
    thread::Builder::new().spawn(move || {
        thread::sleep(Duration::from_secs(seconds.saturating_add(1)));
        process::abort();
    })?;
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    system::limit_this_process(memory_max_bytes, seconds.saturating_mul(cores))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::Kind;

    fn tried_twice(program: &str, limits: &Limits) -> [CompileError; 2] {
        let compiler = Compiler::new(Path::new(program));
        [(); 2].map(|()| compiler.compile(b"component", "digest", limits).unwrap_err())
    }

    #[test]
    fn what_would_fail_again_is_not_tried_again() {
        let limits = Limits::of(Kind::Tool);
        let [first, second] = tried_twice("/bin/cat", &limits);
        assert!(matches!(first, CompileError::Unusable(_)), "{first}");
        assert_eq!(second.to_string(), format!("it was tried before: {first}"));
        let [first, second] = tried_twice("/no/such/program", &limits);
        assert!(matches!((&first, &second), (CompileError::Process(_), CompileError::Process(_))), "{first}, {second}");
    }

    #[test]
    fn a_compiler_that_does_not_end_is_ended() {
        let limits = Limits { compile_deadline: Duration::from_millis(1), ..Limits::of(Kind::Tool) };
        let [first, second] = tried_twice("/usr/bin/yes", &limits);
        assert!(matches!(first, CompileError::Deadline { .. }), "{first}");
        assert!(matches!(second, CompileError::Remembered(_)), "{second}");
    }
}
