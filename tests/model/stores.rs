//! Stores that come faster than they can be embedded: each is found word for word as soon as it is answered, the last
//! ones by their meaning too, and none is forgotten, whatever becomes of the gateway.

use std::thread;

use serde_json::json;

use crate::support::{Gateway, Home};

const CLIENTS: usize = 16;
const STORES_EACH: usize = 12;
/// Questions apart from each other.
const PLACES: [&str; CLIENTS] = [
    "Norway", "Egypt", "Peru", "Japan", "Kenya", "Canada", "Poland", "Chile", "India", "Cuba", "Greece", "Nepal",
    "Ghana", "Iceland", "Fiji", "Oman",
];
const THINGS: [&str; STORES_EACH] = [
    "a letter",
    "a bicycle",
    "a piano",
    "some flowers",
    "a passport",
    "fresh fish",
    "a parrot",
    "medicine",
    "a tent",
    "old books",
    "a kite",
    "wine",
];

fn prompt(client: usize, store: usize) -> String {
    format!("How do I send {} to {}?", THINGS[store], PLACES[client])
}

/// The same question with other capitals, which only the semantic tier takes for the same.
fn rewording(client: usize, store: usize) -> String {
    prompt(client, store).to_lowercase()
}

fn store_all(gateway: &Gateway<'_>) {
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            scope.spawn(move || {
                for store in 0..STORES_EACH {
                    gateway.store(&prompt(client, store), "By ship.");
                    assert_eq!(gateway.lookup(&prompt(client, store))["layer"], json!("exact"), "{client} {store}");
                }
            });
        }
    });
}

fn await_no_lag(gateway: &Gateway<'_>) {
    for _ in 0..1_200 {
        if gateway.get("/health").1["semantic_lag"] == json!(0) {
            return;
        }
        thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("the semantic tier never catches up: {}", gateway.get("/health").1);
}

#[test]
fn what_is_stored_in_a_rush_is_found_at_once_and_by_its_meaning_soon_even_over_a_kill() {
    let home = Home::with_model();
    let gateway = home.up();
    gateway.await_semantic("active");
    store_all(&gateway);
    gateway.kill();
    let gateway = home.up();
    assert_eq!(gateway.get("/health").1["entries"], json!(CLIENTS * STORES_EACH), "none is lost");
    gateway.await_semantic("active");
    await_no_lag(&gateway);
    for client in 0..CLIENTS {
        for store in 0..STORES_EACH {
            let answer = gateway.lookup(&rewording(client, store));
            assert_eq!(answer["layer"], json!("semantic"), "{client} {store}: {answer}");
            assert_eq!(answer["matched_prompt"], json!(prompt(client, store)));
        }
    }
}

#[test]
fn a_look_up_waits_for_what_was_stored_just_before() {
    let home = Home::with_model();
    let gateway = home.up();
    gateway.await_semantic("active");
    for round in 0..STORES_EACH {
        // More than there are sessions, and so few that patience does not end even on a busy machine.
        thread::scope(|scope| {
            for client in 0..4 {
                let gateway = &gateway;
                scope.spawn(move || gateway.store(&prompt(client, round), "By ship."));
            }
        });
        let answer = gateway.lookup(&rewording(round % 4, round));
        assert_eq!(answer["layer"], json!("semantic"), "{round}: {answer}");
    }
}
