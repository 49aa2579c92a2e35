//! A request's head of any shape at the guard, beside what it must be to get in.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| isartor_host::server::fuzzing::head(input));

#[cfg(not(fuzzing))]
fn main() {}
