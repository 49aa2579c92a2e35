//! The tools as a host calls them: a name and a JSON text in, a result or a failure out.

use isartor_plugin::tool::{CallContext, Content, Failure, Position, Tool, ToolResult};
use serde_json::{Value, json};

use crate::TextTools;
use crate::arguments::MAX_TEXT_BYTES;

fn call(name: &str, arguments: &str) -> Result<ToolResult, Failure> {
    let context = CallContext { principal: "anybody".to_owned(), deadline_milliseconds: 1000 };
    TextTools::call(name.to_owned(), arguments.to_owned(), context)
}

fn structured(name: &str, arguments: &Value) -> Value {
    let result = call(name, &arguments.to_string()).unwrap();
    let structured = result.structured.unwrap();
    assert_eq!(result.content, vec![Content::Text(structured.clone())]);
    assert!(!result.is_error);
    serde_json::from_str(&structured).unwrap()
}

fn message(name: &str, arguments: &str) -> String {
    call(name, arguments).unwrap_err().message
}

#[test]
fn digests_follow_their_published_vectors() {
    for (arguments, digest, bytes) in [
        (json!({"text": "abc"}), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3),
        (json!({"text": ""}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0),
        (json!({"text": "abc", "encoding": "base64"}), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", 3),
        (
            json!({"text": "abc", "algorithm": "sha512"}),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            3,
        ),
    ] {
        let result = structured("digest", &arguments);
        assert_eq!((&result["digest"], &result["bytes"]), (&json!(digest), &json!(bytes)));
    }
}

#[test]
fn statistics_are_counted() {
    for (text, bytes, characters, words, lines, sentences, tokens) in [
        ("", 0, 0, 0, 0, 0, 0),
        ("Hello, world.", 13, 13, 2, 1, 1, 4),
        ("a\nb\n", 4, 4, 2, 2, 1, 1),
        ("naïve — café\r\n", 18, 14, 2, 1, 1, 5),
    ] {
        let expected = json!({
            "bytes": bytes, "characters": characters, "words": words, "lines": lines,
            "sentences": sentences, "estimated_tokens": tokens,
        });
        assert_eq!(structured("statistics", &json!({"text": text})), expected, "{text:?}");
    }
}

/// The examples of RFC 6901, section 5.
const EXAMPLE: &str = r#"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#;

#[test]
fn pointers_follow_the_examples_of_the_standard() {
    for (pointer, value) in [
        ("/foo", json!(["bar", "baz"])),
        ("/foo/0", json!("bar")),
        ("/", json!(0)),
        ("/a~1b", json!(1)),
        ("/c%d", json!(2)),
        ("/e^f", json!(3)),
        ("/g|h", json!(4)),
        ("/i\\j", json!(5)),
        ("/k\"l", json!(6)),
        ("/ ", json!(7)),
        ("/m~0n", json!(8)),
    ] {
        assert_eq!(structured("json-pointer", &json!({"json": EXAMPLE, "pointer": pointer}))["value"], value);
    }
    let whole: Value = serde_json::from_str(EXAMPLE).unwrap();
    assert_eq!(structured("json-pointer", &json!({"json": EXAMPLE, "pointer": ""}))["value"], whole);
}

#[test]
fn numbers_keep_their_digits() {
    let arguments = json!({"json": r#"{"id": 12345678901234567890123}"#, "pointer": "/id"});
    let result = call("json-pointer", &arguments.to_string()).unwrap();
    assert_eq!(result.structured.unwrap(), r#"{"type":"number","value":12345678901234567890123}"#);
}

#[test]
fn what_is_wrong_with_a_pointer_is_said() {
    for (json, pointer, expected) in [
        (EXAMPLE, "foo", "argument 'pointer' must be empty or begin with '/'"),
        (EXAMPLE, "/m~n", "argument 'pointer' has a '~' that is not followed by 0 or 1"),
        (EXAMPLE, "/foo/2/x", "nothing is at '/foo/2/x': '/foo' is an array of 2 without the index '2'"),
        (EXAMPLE, "/foo/00", "nothing is at '/foo/00': '/foo' is an array of 2 without the index '00'"),
        (EXAMPLE, "/foo/-", "nothing is at '/foo/-': '/foo' is an array of 2 without the index '-'"),
        (EXAMPLE, "/foo/", "nothing is at '/foo/': '/foo' is an array of 2 without the index ''"),
        (EXAMPLE, "/fo", "nothing is at '/fo': '' is an object without the key 'fo'"),
        (EXAMPLE, "/a~1b/c", "nothing is at '/a~1b/c': '/a~1b' is a number"),
        ("[1e999]", "/0", "the value at '/0' cannot be returned: number out of range at line 1 column 5"),
    ] {
        assert_eq!(message("json-pointer", &json!({"json": json, "pointer": pointer}).to_string()), expected);
    }
}

#[test]
fn broken_json_has_a_place_in_characters() {
    let arguments = json!({"json": "{\n  \"näme\": x}", "pointer": ""});
    let failure = call("json-pointer", &arguments.to_string()).unwrap_err();
    assert_eq!(failure.message, "argument 'json' is not JSON: expected value at line 2, column 11");
    assert_eq!(failure.position, Some(Position { line: 2, column: 11 }));
    assert!(message("json-pointer", r#"{"json":"","pointer":""}"#).starts_with("argument 'json' is not JSON: EOF"));
}

#[test]
fn wrong_arguments_are_named() {
    for (name, arguments, expected) in [
        ("digest", "[]", "the arguments must be an object, not an array"),
        ("digest", "{}", "argument 'text' is missing"),
        ("digest", r#"{"text":5}"#, "argument 'text' must be a string, not a number"),
        ("digest", r#"{"text":"","algorithm":"md5"}"#, "argument 'algorithm' must be one of sha256, sha512, not 'md5'"),
        ("digest", r#"{"text":"","encoding":null}"#, "argument 'encoding' must be one of hex, base64, not null"),
        ("digest", r#"{"text":"","salt":"x"}"#, "unknown argument 'salt': the arguments are text, algorithm, encoding"),
        ("statistics", r#"{"text":{}}"#, "argument 'text' must be a string, not an object"),
        ("json-pointer", r#"{"json":"{}"}"#, "argument 'pointer' is missing"),
        ("lint", "{}", "no tool is named 'lint'"),
    ] {
        assert_eq!(message(name, arguments), expected);
    }
    assert!(message("digest", "{").starts_with("the arguments are not JSON: EOF"));
}

#[test]
fn a_text_has_a_longest_length() {
    let longest = "a".repeat(MAX_TEXT_BYTES);
    assert_eq!(structured("statistics", &json!({"text": longest}))["bytes"], json!(MAX_TEXT_BYTES));
    let longer = json!({"text": longest + "a"}).to_string();
    assert_eq!(message("digest", &longer), "argument 'text' has 1048577 bytes; at most 1048576 are read");
}

#[test]
fn definitions_are_exact() {
    for tool in TextTools::definitions().unwrap() {
        assert!(tool.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)), "{}", tool.name);
        assert!(tool.hints.read_only && tool.hints.idempotent && !tool.hints.open_world && !tool.hints.destructive);
        for schema in [&tool.input_schema, tool.output_schema.as_ref().unwrap()] {
            let schema: Value = serde_json::from_str(schema).unwrap();
            assert_eq!((&schema["type"], &schema["additionalProperties"]), (&json!("object"), &json!(false)));
            for name in schema["required"].as_array().unwrap() {
                assert!(schema["properties"][name.as_str().unwrap()].is_object(), "{}: {name}", tool.name);
            }
        }
    }
}

/// What a tool returns has the members that its output schema requires, and no others.
#[test]
fn results_match_their_schemas() {
    for (name, arguments) in [
        ("digest", json!({"text": "a"})),
        ("statistics", json!({"text": "a"})),
        ("json-pointer", json!({"json": "[null]", "pointer": "/0"})),
    ] {
        let definitions = TextTools::definitions().unwrap();
        let definition = definitions.iter().find(|tool| tool.name == name).unwrap();
        let schema: Value = serde_json::from_str(definition.output_schema.as_ref().unwrap()).unwrap();
        let result = structured(name, &arguments);
        let mut members: Vec<&String> = result.as_object().unwrap().keys().collect();
        let mut properties: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        members.sort();
        properties.sort();
        assert_eq!(members, properties, "{name}");
    }
}
