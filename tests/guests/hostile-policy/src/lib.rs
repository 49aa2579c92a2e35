//! A policy that misbehaves as its setting says. Built and installed by the tests only.

use std::sync::Mutex;

use isartor_plugin::policy::{Candidate, Failure, Policy, Question, ServeReason, Served, Verdict};

/// The plugin.
pub struct HostilePolicy;

#[cfg(target_arch = "wasm32")]
isartor_plugin::policy::export!(HostilePolicy);

static BEHAVIOUR: Mutex<String> = Mutex::new(String::new());

impl Policy for HostilePolicy {
    fn configure(settings: Vec<(String, String)>) -> Result<(), Failure> {
        for (key, value) in settings {
            match key.as_str() {
                "behaviour" => value.clone_into(&mut BEHAVIOUR.lock().expect("one thread")),
                _ => return Err(Failure::invalid_input(format!("there is no setting called {key}"))),
            }
        }
        match BEHAVIOUR.lock().expect("one thread").as_str() {
            "loop-in-configure" => for_ever(),
            "panic-in-configure" => panic!("on demand"),
            _ => Ok(()),
        }
    }

    fn describe(_text: String) -> Vec<u8> {
        match BEHAVIOUR.lock().expect("one thread").as_str() {
            "loop-in-describe" => for_ever(),
            "panic-in-describe" => panic!("on demand"),
            "too-many-features" => vec![1; 4_097],
            "flood-of-features" => vec![1; 8 << 20],
            _ => vec![1],
        }
    }

    fn decide(_question: Question, candidates: Vec<Candidate>) -> Verdict {
        let behaviour = BEHAVIOUR.lock().expect("one thread").clone();
        let index = match behaviour.as_str() {
            "loop" => for_ever(),
            "recurse" => recurse(1),
            "allocate" => u32::try_from(std::hint::black_box(vec![1_u8; 1 << 30]).len()).expect("it fits"),
            "panic" => panic!("on demand"),
            "out-of-range" => u32::try_from(candidates.len()).expect("there are five at most"),
            "huge-index" => u32::MAX,
            _ => 0,
        };
        let confidence = match behaviour.as_str() {
            "not-a-number" => f32::NAN,
            "infinite" => f32::INFINITY,
            "too-sure" => 1.5,
            _ => 1.0,
        };
        Verdict::Serve(Served { index, confidence, reason: ServeReason::Similar })
    }
}

fn for_ever<T>() -> T {
    loop {
        std::hint::spin_loop();
    }
}

#[expect(unconditional_recursion, reason = "using up the stack is the point")]
fn recurse(depth: u32) -> u32 {
    std::hint::black_box(recurse(std::hint::black_box(depth + 1))) + 1
}
