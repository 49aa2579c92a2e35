//! A request's head of any shape at the guard, beside what it must be to get in.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
thread_local! {
    static DOORS: isartor_host::server::fuzzing::Doors = Default::default();
}

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| DOORS.with(|doors| doors.knock(input)));

#[cfg(not(fuzzing))]
fn main() {}
