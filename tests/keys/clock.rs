//! When keys end, with a machine whose clock can be set: setting it back makes no key live longer.

use super::{create, keys, made, opens, states};
use crate::durability::clock::Machine;

const DAY_SECONDS: i64 = 24 * 3600;

#[test]
fn a_key_ends_when_it_was_to_end() {
    let machine = Machine::new();
    let home = &machine.home;
    let ending = create(home, "ending", &["--expires", "90d"]).key;
    let lasting = create(home, "lasting", &[]).key;
    let gateway = home.up();
    let opening = || [opens(&gateway.url, &ending), opens(&gateway.url, &lasting)];
    let half = DAY_SECONDS / 2;
    for (halves, open) in [(0, true), (179, true), (181, false), (0, true), (-1, true), (-2 * 365, false)] {
        machine.set(halves * half);
        assert_eq!(opening(), [open, true], "after {halves} half days");
    }
    machine.set(91 * DAY_SECONDS);
    assert_eq!(states(home), ["expired", "active"]);
    assert!(keys(home, &["list"]).contains("expired"));
    drop(gateway);
    let gateway = home.up();
    assert_eq!([opens(&gateway.url, &ending), opens(&gateway.url, &lasting)], [false, true]);
    assert!(super::refused(home, &["rotate", "ending"]).contains("not active"));
}

#[test]
fn a_grace_ends_though_the_clock_is_set_back() {
    let machine = Machine::new();
    let home = &machine.home;
    let old = create(home, "a", &[]).key;
    let gateway = home.up();
    made(home, &["rotate", "a", "--grace", "2s"]);
    let begun = std::time::Instant::now();
    machine.set(-DAY_SECONDS / 2);
    while opens(&gateway.url, &old) {
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "it ends without the calendar");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
