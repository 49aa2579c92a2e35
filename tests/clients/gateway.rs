//! What the gateway says to the key decides what `connect` writes, and how.

use std::os::unix::fs::PermissionsExt;
use std::{fs, path::Path};

use serde_json::json;

use super::{CURSOR, failure, read, status, success, write};
use crate::support::Home;

fn mode(path: &Path) -> u32 {
    path.metadata().expect("it is there").permissions().mode() & 0o777
}

#[test]
fn a_key_that_the_gateway_refuses_is_not_written() {
    let home = Home::new();
    home.write_settings("gateway_api_key = \"right\"\n");
    let path = write(&home, CURSOR, "{}");
    let gateway = home.up();
    let error = failure(&home.run(&["connect", "cursor", "--gateway-api-key", "wrong"]));
    assert!(error.contains(&format!("the gateway at {} refuses the key", gateway.url)), "{error}");
    assert!(error.contains("hint: nothing was written; ") && error.contains("--force") && !error.contains("wrong"));
    assert_eq!(read(&path), "{}");

    let forced = success(&home.run(&["connect", "cursor", "--gateway-api-key", "wrong", "--force"]));
    assert!(forced.contains("warning: the gateway at ") && forced.contains("refuses the key"), "{forced}");
    assert_eq!(status(&home, "cursor")["key"], json!("refused"));

    let said = success(&home.run(&["connect", "cursor"]));
    assert!(!said.contains("warning"), "{said}");
    let found = status(&home, "cursor");
    assert_eq!((&found["key"], &found["gateway_reachable"]), (&json!("valid"), &json!(true)));
    assert_eq!(found["gateway_url"], json!(gateway.url));

    let stranger = Home::new().and("ISARTOR_GATEWAY_URL", "http://unused");
    write(&stranger, CURSOR, "{}");
    let error = failure(&stranger.run(&["connect", "cursor", "--gateway-url", &gateway.url]));
    assert!(error.contains("wants a key") && error.contains("--key-env"), "{error}");
}

#[test]
fn a_variable_is_named_instead_of_the_key_where_the_client_can_look_it_up() {
    let home = Home::new();
    home.write_settings("gateway_api_key = \"right\"\n");
    let path = write(&home, CURSOR, "{}");
    let gateway = home.up();
    let said = success(&home.run(&["connect", "cursor", "--key-env", "MY_KEY"]));
    assert!(said.contains("note: MY_KEY is not set here; the gateway at "), "{said}");
    assert!(read(&path).contains("\"ISARTOR__GATEWAY_API_KEY\": \"${env:MY_KEY}\"") && !read(&path).contains("right"));
    assert_eq!(status(&home, "cursor")["key"], json!("unknown"));
    let home_with_key =
        home.command(&["connect", "status", "--json"]).env("MY_KEY", "right").output().expect("it runs");
    assert!(success(&home_with_key).contains("\"key\": \"valid\""));
    let refused = home.command(&["connect", "cursor", "--key-env", "MY_KEY"]).env("MY_KEY", "wrong").output();
    assert!(failure(&refused.expect("it runs")).contains("refuses the key"));

    success(&home.run(&["connect", "cursor", "--transport", "http", "--key-env", "MY_KEY"]));
    let text = read(&path);
    assert!(text.contains(&format!("\"url\": \"{}/mcp\"", gateway.url)), "{text}");
    assert!(text.contains("\"X-API-Key\": \"${env:MY_KEY}\"") && !text.contains("command"), "{text}");

    for (arguments, words) in [
        (&["claude-desktop", "--key-env", "K"][..], "Claude Desktop cannot look a key up in an environment variable"),
        (&["cursor", "--key-env", "A B"], "cannot use \"A B\" as an environment variable"),
        (&["claude-desktop", "--transport", "http"], "its configuration holds programs only, and no URLs"),
    ] {
        let error = failure(&home.run(&[&["connect"], arguments].concat()));
        assert!(error.contains(words) && error.contains("hint: "), "{error:?} does not say {words:?}");
    }
}

#[test]
fn a_key_in_a_file_that_others_can_read_makes_it_private_until_it_goes() {
    let home = Home::new();
    let path = write(&home, CURSOR, "{}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it is ours");
    success(&home.run(&["connect", "cursor"]));
    assert_eq!(mode(&path), 0o644, "there is no key in it");
    let said = success(&home.run(&["connect", "cursor", "--gateway-api-key", "k-1"]));
    assert_eq!(mode(&path), 0o600);
    assert!(said.contains("made it readable by you only (mode 600, it was 644): it holds the gateway's key"), "{said}");
    assert!(!said.contains("k-1"), "{said}");
    success(&home.run(&["connect", "cursor", "--disconnect"]));
    assert_eq!((read(&path).as_str(), mode(&path)), ("{}", 0o644));
}

#[test]
fn a_configuration_to_paste_is_printed_and_nothing_is_written() {
    let home = Home::new();
    let path = write(&home, CURSOR, "not even JSON");
    let error = failure(&home.run(&["connect", "cursor"]));
    assert!(error.contains("paste what --show-config prints"), "{error}");
    let said = success(&home.run(&["connect", "cursor", "--show-config", "--gateway-api-key", "k-1"]));
    assert!(said.contains("\"mcpServers\": {") && said.contains(path.to_str().expect("UTF-8")), "{said}");
    assert!(said.contains("note: put the gateway's key where ******** is") && !said.contains("k-1"), "{said}");
    assert_eq!(read(&path), "not even JSON");
    assert!(!home.state().exists());
}
