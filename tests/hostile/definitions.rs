//! Tools whose names, descriptions and schemas are meant to break or to fool a client: each is left out by itself.

use super::case::Case;
use super::core::Core;
use super::package::Package;

/// Right-to-left override, zero-width space, a tag character, a colour, a bell: what hides words or moves a cursor.
const HIDDEN: &str = "Says it is done.\u{202e}\u{200b}\u{e0041}\u{1b}[31m\u{7}\u{9b}2J";

pub(super) fn cases() -> Vec<Case> {
    names().into_iter().chain(schemas()).chain(others()).collect()
}

fn names() -> Vec<Case> {
    let says = "its name is not [a-zA-Z0-9_-], 1 to 64 characters";
    let name = |case: &str, name: Vec<u8>| left_out(case, says, Core { name: Some(name), ..Core::default() });
    vec![
        name("name-with-spaces", b"go to hell".to_vec()),
        name("name-that-climbs", b"../../go".to_vec()),
        name("name-of-nothing", Vec::new()),
        name("name-that-is-too-long", vec![b'a'; 65]),
        name("name-of-a-megabyte", vec![b'a'; 1 << 20]),
        name("name-with-colours", b"\x1b[31mgo".to_vec()),
        name("name-that-hides", "go\u{202e}\u{200b}".as_bytes().to_vec()),
        name("name-of-a-picture", "🚀".as_bytes().to_vec()),
    ]
}

fn schemas() -> Vec<Case> {
    let schema = |case: &str, says: &str, schema: &str| {
        left_out(case, says, Core { input_schema: Some(schema.as_bytes().to_vec()), ..Core::default() })
    };
    let deep = format!("{{\"type\":\"object\",\"a\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
    let long = format!("{{\"type\":\"object\",\"description\":\"{}\"}}", "x".repeat(1 << 20));
    let remote = r#"{"type":"object","properties":{"a":{"$ref":"http://169.254.169.254/latest/meta-data"}}}"#;
    vec![
        schema("schema-that-is-no-json", "its input schema is not JSON", "{\"type\":\"object\""),
        schema("schema-that-is-a-list", "its input schema is not an object schema", "[]"),
        schema("schema-of-a-number", "its input schema is not an object schema", "{\"type\":\"number\"}"),
        schema("schema-that-is-deep", "its input schema is not JSON: recursion limit exceeded", &deep),
        schema("schema-that-is-long", "more than 65536", &long),
        schema("schema-from-elsewhere", "its input schema refers to", remote),
        schema(
            "schema-with-a-number-too-large",
            "its input schema is not JSON",
            "{\"type\":\"object\",\"minimum\":1e999}",
        ),
        Case::new("schema-of-ten-megabytes", &["it handed over more data than allowed"], |stage, id| {
            // 236 + 28 + 4: the length of the schema in the definition at 256.
            let definitions = "(drop (memory.grow (i32.const 200))) (i32.store (i32.const 288) (i32.const 10000000))";
            stage.refused(&Core { definitions: definitions.into(), ..Core::default() }.package(id))
        }),
    ]
}

fn others() -> Vec<Case> {
    let description = |text: &str| Core { description: text.as_bytes().to_vec(), ..Core::default() };
    let long = description(&"Says it is done. ".repeat(1 << 16));
    vec![
        left_out("description-of-a-megabyte", "more than 4096", long),
        Case::new("names-that-differ-in-case", &["ECHO", "another tool has this name"], |stage, id| {
            let _installed = stage.install(&Package::guest("hostile-tool", id, "tool", ""), &[]);
            stage.complaints(id).into_iter().filter(|complaint| complaint.contains("ECHO")).collect()
        }),
        Case::new("schema-that-goes-round", &[], |stage, id| {
            // JSON Schema allows it, and nothing here follows a reference.
            let schema = br##"{"type":"object","properties":{"a":{"$ref":"#"}}}"##.to_vec();
            let core = Core { input_schema: Some(schema), ..Core::default() };
            let _installed = stage.install(&core.package(id), &[]);
            assert_eq!(stage.call(id, &serde_json::json!({}))["isError"], serde_json::json!(false));
            Vec::new()
        }),
        Case::new("description-that-hides", &[], move |stage, id| {
            let package = description(HIDDEN).package(id);
            let shown = stage.shown(&package);
            let _installed = stage.install(&package, &[]);
            let tool = stage.tools().into_iter().find(|tool| tool["name"] == format!("{id}__go").as_str());
            let told = tool.expect("the tool is there")["description"].as_str().expect("a text").to_owned();
            for text in [shown, told] {
                assert!(text.contains("Says it is done."), "{text:?}");
                assert!(
                    !text.chars().any(|character| HIDDEN.contains(character)
                        && !character.is_ascii_graphic()
                        && !matches!(character, ' ' | '\n')),
                    "{text:?}"
                );
            }
            Vec::new()
        }),
    ]
}

/// Installed, for there may be other tools; but this one is not offered.
fn left_out(name: &str, says: &str, core: Core) -> Case {
    Case::new(name, &[says], move |stage, id| {
        let _installed = stage.install(&core.package(id), &[]);
        let complaints = stage.complaints(id);
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        complaints
    })
}
