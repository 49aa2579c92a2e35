//! The machine's clock jumps, by a year and back: what is stored neither expires at once nor stays for ever. The jump is
//! made by a library between isartor and the system's clock, which adds what a file says.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::json;

use super::must_be;
use crate::support::{Home, text};

const LIBRARY: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, time);
    const char *name = getenv("TEST_CLOCK_STEP");
    if (clock == CLOCK_REALTIME && name) {
        FILE *file = fopen(name, "r");
        long step = 0;
        if (file) {
            if (fscanf(file, "%ld", &step) == 1) time->tv_sec += step;
            fclose(file);
        }
    }
    return result;
}
"#;

const YEAR_SECONDS: i64 = 365 * 24 * 3600;

/// A home whose clock can be set.
pub(crate) struct Machine {
    pub(crate) home: Home,
    step: PathBuf,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let home = Home::new();
        let (source, library) = (home.user().join("clock.c"), home.user().join("clock.so"));
        fs::write(&source, LIBRARY).expect("it can be written");
        let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl").output();
        let built = built.expect("a C compiler is there: rustc links with it");
        assert!(built.status.success(), "{}", text(&built));
        let step = home.user().join("step");
        let home = home.and("LD_PRELOAD", library.to_str().expect("UTF-8"));
        let home = home.and("TEST_CLOCK_STEP", step.to_str().expect("UTF-8"));
        let machine = Self { home, step };
        machine.set(0);
        machine
    }

    pub(crate) fn set(&self, step_seconds: i64) {
        fs::write(&self.step, step_seconds.to_string()).expect("it can be written");
    }
}

#[test]
fn a_clock_that_jumps_expires_nothing() {
    let machine = Machine::new();
    let gateway = machine.home.up();
    let store = json!({ "prompt": "for an hour", "response": "yes", "ttl_seconds": 3600 });
    assert_eq!(gateway.post("/api/v1/cache/store", &store).0, 200);
    for step in [YEAR_SECONDS, -YEAR_SECONDS, 0] {
        machine.set(step);
        must_be(&gateway, "for an hour", "yes");
    }
    drop(gateway);
    for step in [YEAR_SECONDS, -YEAR_SECONDS, 0] {
        machine.set(step);
        let gateway = machine.home.up();
        must_be(&gateway, "for an hour", "yes");
        assert!(gateway.lookup("for an hour")["age_seconds"].as_u64().expect("a number") < 600);
    }
}

#[test]
fn a_clock_that_jumps_keeps_nothing_for_ever() {
    let machine = Machine::new();
    let gateway = machine.home.up();
    let store = json!({ "prompt": "for two seconds", "response": "yes", "ttl_seconds": 2 });
    assert_eq!(gateway.post("/api/v1/cache/store", &store).0, 200);
    let stored = SystemTime::now();
    must_be(&gateway, "for two seconds", "yes");
    machine.set(-YEAR_SECONDS);
    while stored.elapsed().expect("this process has the real clock") < Duration::from_millis(2_100) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(gateway.lookup("for two seconds")["hit"], json!(false), "two seconds are over whatever the clock says");
}
