//! What the cache keeps when the machine does not play along: kills under load, a full disk, a damaged file, a clock
//! that jumps.

pub(crate) mod clock;
mod full_disk;
mod killed;

use std::fs;

use redb::ReadableDatabase;
use serde_json::{Value, json};

use crate::support::{Gateway, Home, text};

const META: redb::TableDefinition<'_, &str, u64> = redb::TableDefinition::new("meta");

/// A look-up over HTTP of what was stored there, which must be a hit.
fn must_be(gateway: &Gateway<'_>, prompt: &str, response: &str) {
    let answer = gateway.lookup(prompt);
    assert_eq!(answer["response"], response, "{answer}");
}

fn health(gateway: &Gateway<'_>) -> Value {
    gateway.get("/health").1
}

#[test]
fn a_damaged_file_is_set_aside_and_the_gateway_starts() {
    let home = Home::new();
    fs::create_dir_all(home.state()).expect("the home can be made");
    let database = home.state().join("cache.redb");
    let damaged = b"this was a cache once".repeat(1_000);
    fs::write(&database, &damaged).expect("it can be written");
    let gateway = home.up();
    let aside = health(&gateway)["cache"]["set_aside"].as_str().expect("health names the file").to_owned();
    assert!(aside.starts_with(&format!("{}.damaged-", database.display())), "{aside}");
    assert_eq!(fs::read(&aside).expect("it is there"), damaged, "nothing of it is lost");
    gateway.store("a question", "an answer");
    must_be(&gateway, "a question", "an answer");
    let status = home.run(&["status"]);
    assert!(text(&status).contains(&aside), "{}", text(&status));
    drop(gateway);
    let gateway = home.up();
    must_be(&gateway, "a question", "an answer");
    assert_eq!(health(&gateway)["cache"]["set_aside"], Value::Null, "the new file is sound");
}

#[test]
fn a_database_of_a_newer_isartor_is_left_alone() {
    let home = Home::new();
    drop(home.up());
    let database = home.state().join("cache.redb");
    let open = || redb::Database::open(&database).expect("it opens");
    let transaction = open().begin_write().expect("it can be changed");
    transaction.open_table(META).expect("there is such a table").insert("format", 99).expect("it can be changed");
    transaction.commit().expect("it can be changed");
    let output = home.run(&["up", "--detach", "--port", "0"]);
    assert!(!output.status.success(), "{}", text(&output));
    assert!(text(&output).contains("format 99") && text(&output).contains("hint: update isartor"), "{}", text(&output));
    let transaction = open().begin_read().expect("it can be read");
    let format = transaction.open_table(META).expect("it is there").get("format").expect("it can be read");
    assert_eq!(format.expect("it is there").value(), 99, "the file is neither moved nor changed");
}

#[test]
fn what_is_used_stays_when_room_is_made() {
    let home = Home::new().and("ISARTOR__CACHE__MAX_ENTRIES", "20");
    let gateway = home.up();
    for number in 0..60 {
        let entry = gateway.store(&format!("riddle {number}"), "answer");
        assert!(!entry.is_empty(), "a full cache takes everything");
    }
    assert_eq!(health(&gateway)["entries"], json!(60), "nobody is removed in the first minute");
}
