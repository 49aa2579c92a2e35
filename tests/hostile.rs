//! The battery: hostile plugins and artefacts against one gateway. Each run takes a selection by a seed that it prints;
//! `ISARTOR_HOSTILE=all cargo test -p isartor --test main hostile -- --nocapture` runs every case.

mod artefacts;
mod capable;
mod case;
mod compiled;
mod components;
mod connectors;
mod core;
mod definitions;
mod guests;
mod innocent;
mod offers;
mod package;
mod placed;
mod policies;
mod stage;
mod stdio;
mod tools;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::support::Home;
use case::{Case, Measured};
use stage::Stage;

/// How many cases a run without further wishes takes.
const SELECTION: usize = 40;
const POLICIES: usize = 3;

#[test]
fn the_gateway_and_everybody_else_stand() {
    let home = Home::new();
    let gateway = home.up();
    let stage = Stage::new(&home, &gateway, &tools::well_behaved("well-behaved"));
    stand(&stage, chosen(cases(), SELECTION));
    let lines = stage.finish();
    assert!(lines > 0, "the bridge said something");
}

#[test]
fn a_policy_can_do_no_more_than_miss() {
    for case in chosen(policies::cases(), POLICIES) {
        let home = policies::home(&case.name);
        let gateway = home.up();
        let stage = Stage::new(&home, &gateway, &tools::well_behaved("well-behaved"));
        stand(&stage, vec![case]);
        stage.finish();
    }
}

fn cases() -> Vec<Case> {
    let groups = [
        tools::cases(),
        artefacts::cases(),
        definitions::cases(),
        components::cases(),
        connectors::cases(),
        guests::cases(),
        compiled::cases(),
        capable::cases(),
        offers::cases(),
    ];
    groups.into_iter().flatten().collect()
}

#[expect(clippy::print_stdout, reason = "whoever runs the battery wants the figures")]
fn stand(stage: &Stage<'_>, cases: Vec<Case>) {
    let begin = Instant::now();
    let count = cases.len();
    let mut fallen = Vec::new();
    for case in cases {
        match catch_unwind(AssertUnwindSafe(|| case.stand(stage))) {
            Ok(measured) => report(&case.name, &measured),
            Err(panic) => fallen.push(format!("{}: {}", case.name, words(&*panic))),
        }
    }
    println!("{count} hostile plugins and artefacts in {:.1} s", begin.elapsed().as_secs_f64());
    assert!(fallen.is_empty(), "{} of {count} did harm:\n{}", fallen.len(), fallen.join("\n"));
}

#[expect(clippy::print_stdout, reason = "whoever runs the battery wants the figures")]
fn report(name: &str, measured: &Measured) {
    let Measured { took, usual, beside, more_memory_kib } = measured;
    let milliseconds = |time: &std::time::Duration| time.as_secs_f64() * 1_000.0;
    println!(
        "{name:<32} {:>8.0} ms; an innocent call took {:>5.1} ms, usually {:>5.1} ms; {more_memory_kib:>6} KiB more",
        milliseconds(took),
        milliseconds(beside),
        milliseconds(usual)
    );
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

#[expect(clippy::print_stdout, reason = "with the seed the same cases can be run again")]
/// All of them, those whose names are given, or as many as a seed selects.
fn chosen(mut cases: Vec<Case>, selection: usize) -> Vec<Case> {
    match variable("ISARTOR_HOSTILE").as_deref() {
        Some("all") => cases,
        Some(names) => {
            cases.retain(|case| names.split(',').any(|name| name == case.name));
            cases
        }
        None => {
            let seed = variable("ISARTOR_HOSTILE_SEED").unwrap_or_else(of_this_moment);
            println!("ISARTOR_HOSTILE_SEED={seed} selects {selection} of {}", cases.len());
            cases.sort_by_cached_key(|case| Sha256::digest(format!("{seed} {}", case.name)));
            cases.truncate(selection);
            cases
        }
    }
}

fn of_this_moment() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    since.as_nanos().to_string()
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the battery says by a variable how much of it")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
