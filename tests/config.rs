//! `isartor config`: what is in force and why, everything that is wrong, and a file to begin with.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::support::{Home, text};

fn json_of(home: &Home, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = home.run(arguments);
    let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output)));
    (output.status.code(), value)
}

#[test]
fn each_setting_is_shown_with_its_origin_and_a_secret_only_as_set() {
    let home = Home::new().and("ISARTOR__CACHE__MAX_ENTRIES", "7").and("ISARTOR__LOG", "warn");
    let toml = "log = 'info'\nport = 1\n\n[server]\n  max_sessions = 9\n[plugin.weather]\ncity = 'Munich'\n\
                api_token = 'canary-token'\n";
    home.write_settings(&format!("gateway_api_key = 'canary-key'\n{toml}"));
    let file = home.state().join("isartor.toml").display().to_string();
    let (code, shown) = json_of(&home, &["config", "show", "--json", "--port", "2"]);
    assert_eq!(code, Some(0));
    let setting = |key: &str| {
        let all = shown["settings"].as_array().expect("a list");
        let found = all.iter().find(|setting| setting["key"] == key).unwrap_or_else(|| panic!("{key}: {shown}"));
        (found["value"].clone(), found["from"].clone())
    };
    let at = |line: u64| json!({ "file": { "path": file, "line": line } });
    assert_eq!(setting("port"), (json!(2), json!({ "flag": "--port" })));
    assert_eq!(setting("log"), (json!("warn"), json!({ "variable": "ISARTOR__LOG" })));
    assert_eq!(setting("cache.max_entries"), (json!(7), json!({ "variable": "ISARTOR__CACHE__MAX_ENTRIES" })));
    assert_eq!(setting("server.max_sessions"), (json!(9), at(6)));
    assert_eq!(setting("server.max_connections"), (json!(1024), json!("default")));
    assert_eq!(setting("external_url"), (Value::Null, json!("default")));
    assert_eq!(setting("gateway_api_key"), (json!("(set)"), at(1)));
    assert_eq!(setting("plugin.weather.city"), (json!("Munich"), at(8)));
    assert_eq!(setting("plugin.weather.api_token"), (json!("(set)"), at(9)));
    let plain = text(&home.run(&["config", "show"]));
    assert!(plain.contains("port = 1") && plain.contains(&format!("{file}:3")), "{plain}");
    assert!(!plain.contains("canary") && !shown.to_string().contains("canary"), "{plain}");
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let home = Home::new().and("ISARTOR__SERVER__MAX_BODDY_BYTES", "1");
    home.write_settings("prot = 1\ngateway_api_key = 17\n[cache]\nexplore = 'often'\n");
    let (code, checked) = json_of(&home, &["config", "check", "--json"]);
    let file = home.state().join("isartor.toml");
    let problem = |line: u64, column: u64, message: &str, closest: Value| json!({ "file": file, "line": line, "column": column, "message": message, "did_you_mean": closest });
    let expected = json!([
        problem(1, 1, "unknown key prot", json!("port")),
        problem(2, 19, "gateway_api_key: expected a string", Value::Null),
        problem(4, 11, "cache.explore: expected a number, found string \"often\"", Value::Null),
        {
            "variable": "ISARTOR__SERVER__MAX_BODDY_BYTES",
            "message": "unknown key server.max_boddy_bytes",
            "did_you_mean": "ISARTOR__SERVER__MAX_BODY_BYTES",
        },
    ]);
    assert_eq!((code, &checked["problems"]), (Some(1), &expected));
    let plain = text(&home.run(&["config", "check"]));
    assert!(plain.contains("line 1, column 1: unknown key prot; did you mean port?"), "{plain}");
    assert!(plain.contains("4 problems"), "{plain}");
    let refused = text(&home.run(&["status"]));
    assert!(refused.contains("line 1, column 1: unknown key prot; did you mean port? (and 3 more)"), "{refused}");
    assert!(refused.contains("hint: correct it; 'isartor config check'"), "{refused}");
}

#[test]
fn a_filter_that_is_none_is_a_problem_too() {
    let home = Home::new();
    home.write_settings("\nlog = 'isartor=loud'\n");
    let output = home.run(&["config", "check"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("isartor.toml:2: cannot use log = \"isartor=loud\""), "{}", text(&output));
}

#[test]
fn an_address_that_nothing_protects_is_a_problem_too() {
    let home = Home::new();
    home.write_settings("host = '0.0.0.0'\n");
    let output = home.run(&["config", "check"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("isartor.toml:1: cannot listen on 0.0.0.0: nobody would need a key"));
    assert!(home.run(&["keys", "create", "--name", "one"]).status.success());
    assert!(text(&home.run(&["config", "check"])).contains("cannot listen on 0.0.0.0: isartor does not know"));
}

#[test]
fn a_new_file_has_every_key_changes_nothing_and_overwrites_nothing() {
    let home = Home::new();
    let before = json_of(&home, &["config", "show", "--json"]).1["settings"].clone();
    let path = home.state().join("isartor.toml");
    let output = home.run(&["config", "init"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("wrote {}\n", path.display()), "{}", text(&output));
    assert_eq!(path.metadata().expect("it is there").permissions().mode() & 0o777, 0o600);
    assert_eq!(json_of(&home, &["config", "check", "--json"]), (Some(0), json!({ "problems": [] })));
    assert_eq!(json_of(&home, &["config", "show", "--json"]).1["settings"], before);
    let written = fs::read_to_string(&path).expect("it can be read");
    for setting in before.as_array().expect("a list") {
        let key = setting["key"].as_str().expect("a string");
        let name = key.rsplit('.').next().expect("a name");
        assert!(written.contains(&format!("\n#{name} = ")), "{key} is not in {written}");
    }
    let again = home.run(&["config", "init"]);
    assert_eq!(again.status.code(), Some(1), "{}", text(&again));
    assert!(text(&again).contains("is already there") && text(&again).contains("nothing was written"));
    assert_eq!(fs::read_to_string(&path).expect("it can be read"), written);
}

#[test]
fn the_path_is_told_whatever_is_in_the_file() {
    let home = Home::new();
    home.write_settings("this is not TOML");
    let output = home.run(&["config", "path"]);
    let path = home.state().join("isartor.toml");
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{}\n", path.display()), "{}", text(&output));
}
