//! A line of stdio or a body of HTTP that may be a JSON-RPC message, and the bodies of the HTTP API.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    isartor_host::mcp::bridge::fuzzing::message(input);
    isartor_host::mcp::fuzzing::posted(input);
    isartor_host::server::fuzzing::body(input);
});

#[cfg(not(fuzzing))]
fn main() {}
