//! A plugin.toml of any text is a manifest whose parts are what they claim, or an error that says something.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
mod manifest {
    use isartor_host::plugin::Manifest;
    use isartor_host::plugin::manifest::check_id;

    pub(super) fn run(input: &[u8]) {
        let Ok(text) = std::str::from_utf8(input) else { return };
        match Manifest::parse(text) {
            Ok(manifest) => {
                check_id(&manifest.id).expect("an id that was let in is one");
                assert_eq!(Manifest::parse(text).as_ref(), Ok(&manifest), "it says the same twice");
            }
            Err(message) => assert!(!message.trim().is_empty(), "an error says something"),
        }
    }
}

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| manifest::run(input));

#[cfg(not(fuzzing))]
fn main() {}
