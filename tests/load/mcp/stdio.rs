//! Over stdio: from spawn to the answer of `initialize`, and one call after the other.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{PROMPT, Result, echo, initialize_message, initialized_message, median};

const CALLS_A_ROUND: usize = 1000;

pub(crate) fn compare_start(
    rounds: usize,
    isartor: &dyn Fn() -> Result<Command>,
    echo: &dyn Fn() -> Result<Command>,
) -> Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        theirs.push(start(echo()?)?);
        ours.push(start(isartor()?)?);
    }
    let line = |name: &str, starts: &[(Duration, f64)]| {
        let time = median(starts.iter().map(|start| milliseconds(start.0)).collect());
        let memory = median(starts.iter().map(|start| start.1).collect());
        println!("{name:<28} {time:>8.2} ms {memory:>7.1} MiB");
    };
    println!("spawn to initialize answered, resident after it (median of {rounds})");
    line("  rmcp stdio echo", &theirs);
    line("  isartor mcp", &ours);
    Ok(())
}

fn start(command: Command) -> Result<(Duration, f64)> {
    let began = Instant::now();
    let server = Server::spawn(command)?;
    let took = began.elapsed();
    Ok((took, server.resident_mebibytes()?))
}

pub(crate) fn compare_calls(
    rounds: usize,
    isartor: &dyn Fn() -> Result<Command>,
    echo: &dyn Fn() -> Result<Command>,
) -> Result<()> {
    let (mut bridge, mut bare) = (Server::spawn(isartor()?)?, Server::spawn(echo()?)?);
    println!("tools/call over stdio (p50 of {CALLS_A_ROUND}, median of {rounds} rounds)");
    let chat = Call { name: "isartor_chat", arguments: json!({ "prompt": PROMPT }), expected: "\"layer\":\"exact\"" };
    let digest = Call { name: echo::PLUGIN_TOOL, arguments: json!({ "text": PROMPT }), expected: echo::DIGEST };
    for (title, call) in [("exact hit", chat), ("tool plugin", digest)] {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            theirs.push(bare.median_call(&call)?);
            ours.push(bridge.median_call(&call)?);
        }
        let (ours, theirs) = (median(ours), median(theirs));
        println!("  rmcp stdio echo           {theirs:>9.1} us");
        println!("  isartor mcp, {title:<12} {ours:>9.1} us   {:.2} x", ours / theirs);
    }
    Ok(())
}

/// One tool, called the same way again and again.
struct Call {
    name: &'static str,
    arguments: Value,
    /// A part of every right answer.
    expected: &'static str,
}

impl Call {
    fn message(&self, id: usize) -> String {
        let params = json!({ "name": self.name, "arguments": self.arguments });
        json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }).to_string()
    }
}

struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    line: String,
}

impl Server {
    /// Spawned, and `initialize` answered.
    fn spawn(mut command: Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let input = child.stdin.take().ok_or("a pipe was asked for")?;
        let output = BufReader::new(child.stdout.take().ok_or("a pipe was asked for")?);
        let mut server = Self { child, input, output, line: String::new() };
        server.exchange(&initialize_message())?;
        writeln!(server.input, "{}", initialized_message())?;
        Ok(server)
    }

    fn exchange(&mut self, message: &str) -> Result<()> {
        self.input.write_all(format!("{message}\n").as_bytes())?;
        self.line.clear();
        self.output.read_line(&mut self.line)?;
        if self.line.contains("\"error\"") || self.line.is_empty() {
            return Err(format!("no result: {}", self.line).into());
        }
        Ok(())
    }

    fn median_call(&mut self, call: &Call) -> Result<f64> {
        let mut figures = Vec::with_capacity(CALLS_A_ROUND);
        for id in 1..=CALLS_A_ROUND {
            let message = call.message(id);
            let began = Instant::now();
            self.exchange(&message)?;
            figures.push(1000.0 * milliseconds(began.elapsed()));
            if !self.line.contains(call.expected) {
                return Err(format!("not what {} answers: {}", call.name, self.line).into());
            }
        }
        Ok(median(figures))
    }

    fn resident_mebibytes(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kibibytes: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kibibytes / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().expect("it is our child");
        self.child.wait().expect("it is our child");
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
