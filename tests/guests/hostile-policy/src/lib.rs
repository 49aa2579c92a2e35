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
        Ok(())
    }

    fn describe(_text: String) -> Vec<u8> {
        vec![1]
    }

    fn decide(_question: Question, candidates: Vec<Candidate>) -> Verdict {
        let behaviour = BEHAVIOUR.lock().expect("one thread").clone();
        let index = match behaviour.as_str() {
            "loop" => loop {
                std::hint::spin_loop();
            },
            "allocate" => u32::try_from(std::hint::black_box(vec![1_u8; 1 << 30]).len()).expect("it fits"),
            "panic" => panic!("on demand"),
            "out-of-range" => u32::try_from(candidates.len()).expect("there are five at most"),
            _ => 0,
        };
        let confidence = if behaviour == "not-a-number" { f32::NAN } else { 1.0 };
        Verdict::Serve(Served { index, confidence, reason: ServeReason::Similar })
    }
}
