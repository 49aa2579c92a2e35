//! `isartor plugin compile-component`: the half of compiling that the host keeps out of its own process. Not for
//! people: WebAssembly on standard input, machine code on standard output.

use std::io;
use std::process::ExitCode;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct CompileArgs {
    memory_max_bytes: u64,
    seconds: u64,
}

pub(crate) fn run(args: &CompileArgs) -> anyhow::Result<ExitCode> {
    let (input, output) = (io::stdin().lock(), io::stdout().lock());
    crate::plugin::compile_component(args.memory_max_bytes, args.seconds, input, output)?;
    Ok(ExitCode::SUCCESS)
}
