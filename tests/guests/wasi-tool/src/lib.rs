//! A tool plugin that asks WASI for everything it could lead to, and shows what it got. For the tests only.

use isartor_plugin::tool::{CallContext, Content, Failure, Hints, Tool, ToolDefinition, ToolResult};

mod bindings {
    wit_bindgen::generate!({ path: "wasi.wit", world: "everything", generate_all });
}

use bindings::wasi::cli::{environment, exit, stdin, stdout};
use bindings::wasi::filesystem::preopens;
use bindings::wasi::http::outgoing_handler::{self, OutgoingRequest};
use bindings::wasi::random::insecure_seed;
use bindings::wasi::sockets::network::{ErrorCode, IpAddressFamily};
use bindings::wasi::sockets::{instance_network, ip_name_lookup, tcp_create_socket, udp_create_socket};

/// The plugin.
pub struct WasiTool;

#[cfg(target_arch = "wasm32")]
isartor_plugin::tool::export!(WasiTool);

/// What WASI says to one question.
type Question = fn() -> String;

const TOOLS: [(&str, Question); 13] = [
    ("environment", || format!("{:?}", environment::get_environment())),
    ("arguments", || format!("{:?} {:?}", environment::get_arguments(), environment::initial_cwd())),
    ("directories", || preopens::get_directories().len().to_string()),
    ("read", || format!("{:?}", stdin::get_stdin().blocking_read(1))),
    ("write", write),
    ("flood", flood),
    ("forge", forge),
    ("tcp", || refusal(tcp_create_socket::create_tcp_socket(IpAddressFamily::Ipv4))),
    ("udp", || refusal(udp_create_socket::create_udp_socket(IpAddressFamily::Ipv6))),
    ("resolve", resolve),
    ("http", || format!("{:?} {:?}", OutgoingRequest::new().body(), outgoing_handler::handle(OutgoingRequest::new()))),
    ("exit", || {
        exit::exit(Ok(()));
        String::new()
    }),
    ("seed", || format!("{:?}", insecure_seed::insecure_seed())),
];

impl Tool for WasiTool {
    fn definitions() -> Result<Vec<ToolDefinition>, Failure> {
        Ok(TOOLS.iter().map(|(name, _)| definition(name)).collect())
    }

    fn call(name: String, _arguments: String, _context: CallContext) -> Result<ToolResult, Failure> {
        let Some((_, run)) = TOOLS.iter().find(|(tool, _)| *tool == name) else {
            return Err(Failure::unsupported(name));
        };
        Ok(ToolResult { content: vec![Content::Text(run())], structured: None, is_error: false })
    }
}

fn definition(name: &str) -> ToolDefinition {
    ToolDefinition {
        name: name.to_owned(),
        title: None,
        description: "For tests.".to_owned(),
        input_schema: r#"{"type":"object"}"#.to_owned(),
        output_schema: None,
        hints: Hints { read_only: true, destructive: false, idempotent: true, open_world: false },
    }
}

/// What would be an answer, if it reached the standard output; the second line has no end.
fn write() -> String {
    let written =
        stdout::get_stdout().blocking_write_and_flush(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\nno end");
    format!("{written:?}")
}

/// 32 MiB, a line of 1 MiB among them.
fn flood() -> String {
    let output = stdout::get_stdout();
    let bytes = [b"a line of a flood\n".repeat(200), vec![b'x'; 400]].concat();
    let written = (0..8_192).try_for_each(|_| output.blocking_write_and_flush(&bytes));
    format!("{written:?}")
}

/// What looks like a line of the log, and what would hide one.
fn forge() -> String {
    let lines = b"2026-01-01T00:00:00Z ERROR isartor_host::server: forged\r\x1b[1A\x1b[2Kforged\n\xff\xfe forged\n";
    format!("{:?}", stdout::get_stdout().blocking_write_and_flush(lines))
}

fn resolve() -> String {
    let network = instance_network::instance_network();
    refusal(ip_name_lookup::resolve_addresses(&network, "localhost"))
}

fn refusal<T>(result: Result<T, ErrorCode>) -> String {
    result.err().map_or("granted", |code| code.name()).to_owned()
}
