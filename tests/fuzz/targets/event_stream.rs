//! Server-sent events of any bytes, in pieces of any size.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some((piece_bytes, body)) = input.split_first() {
        isartor_host::mcp::bridge::fuzzing::events(body, usize::from(*piece_bytes));
    }
});

#[cfg(not(fuzzing))]
fn main() {}
