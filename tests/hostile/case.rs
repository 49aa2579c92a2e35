//! One hostile plugin or artefact, and the five things that must hold whatever it does.

use std::time::{Duration, Instant};

use super::stage::Stage;

/// How often an attack may be tried again because somebody else was slower meanwhile, which a busy machine can cause.
const ATTEMPTS: usize = 8;

/// How many times slower than usual an innocent call may be.
const SLOWER_MAX: f64 = 2.0;

type Attack = Box<dyn Fn(&Stage<'_>, &str) -> Vec<String> + Send + Sync>;

pub(super) struct Case {
    /// Also the id of the plugin.
    pub(super) name: String,
    /// The cause, in each sentence that the user is told.
    says: Vec<String>,
    attack: Attack,
}

/// What was measured.
pub(super) struct Measured {
    pub(super) took: Duration,
    pub(super) usual: Duration,
    pub(super) beside: Duration,
    pub(super) more_memory_kib: u64,
}

impl Case {
    /// `attack` gets the plugin's id and returns what the user is told; nothing where the host takes it in its stride.
    pub(super) fn new(
        name: &str,
        says: &[&str],
        attack: impl Fn(&Stage<'_>, &str) -> Vec<String> + Send + Sync + 'static,
    ) -> Self {
        let says = says.iter().map(|words| (*words).to_owned()).collect();
        Self { name: name.to_owned(), says, attack: Box::new(attack) }
    }

    pub(super) fn stand(&self, stage: &Stage<'_>) -> Measured {
        for attempt in 1.. {
            let before = stage.innocent.usual();
            let begin = Instant::now();
            let (told, beside) = stage.innocent.beside(|| (self.attack)(stage, &self.name));
            let took = begin.elapsed();
            self.check_told(&told);
            stage.assert_up();
            let more_memory_kib = stage.settled_memory_kib().unwrap_or_else(|problem| panic!("{problem}"));
            // What other programs did to the machine meanwhile shows before or after.
            let usual = before.max(stage.innocent.usual());
            if beside.as_secs_f64() <= usual.as_secs_f64() * SLOWER_MAX {
                return Measured { took, usual, beside, more_memory_kib };
            }
            assert!(attempt < ATTEMPTS, "an innocent call took {beside:?} beside it, and {usual:?} without");
        }
        unreachable!("the last attempt ends in one way or the other")
    }

    fn check_told(&self, told: &[String]) {
        for sentence in told {
            for words in self.says.iter().chain([&self.name]) {
                assert!(sentence.contains(words), "{sentence:?} does not say {words:?}");
            }
        }
    }
}
