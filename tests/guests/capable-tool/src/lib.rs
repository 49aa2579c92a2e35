//! A tool plugin that uses every capability, one tool for each operation. Built and installed by the tests only.

use std::time::Duration;

use isartor_plugin::http::Request;
use isartor_plugin::log::Level;
use isartor_plugin::tool::{CallContext, Content, Failure, Hints, Tool, ToolDefinition, ToolResult};
use isartor_plugin::{cache, client, clock, config, log, secret, store};
use serde_json::{Value, json};

/// The plugin.
pub struct CapableTool;

#[cfg(target_arch = "wasm32")]
isartor_plugin::tool::export!(CapableTool);

/// From arguments to what is shown.
type Operation = fn(&Value) -> Result<Value, Failure>;

const TOOLS: [(&str, Operation); 16] = [
    ("log", log_lines),
    ("now", |_| Ok(json!(clock::since_epoch().as_millis()))),
    ("elapsed", |_| elapsed()),
    ("read-clock", read_clock),
    ("get", |arguments| Ok(shown(store::get(text(arguments, "key")).map(lossy)))),
    ("set", |arguments| Ok(shown(store::set(text(arguments, "key"), &value(arguments))))),
    ("delete", |arguments| Ok(shown(store::delete(text(arguments, "key"))))),
    ("keys", |arguments| Ok(shown(store::keys(text(arguments, "prefix"), arguments["after"].as_str())))),
    ("look-up", look_up),
    ("remember", remember),
    ("fetch", fetch),
    ("is-set", |arguments| Ok(json!(secret::is_set(text(arguments, "key"))))),
    ("setting", |arguments| Ok(json!(config::get(text(arguments, "key"))))),
    ("settings", |_| Ok(json!(config::all()))),
    ("progress", report),
    ("notify", notify),
];

impl Tool for CapableTool {
    fn definitions() -> Result<Vec<ToolDefinition>, Failure> {
        Ok(TOOLS.iter().map(|(name, _)| definition(name)).collect())
    }

    fn call(name: String, arguments: String, _context: CallContext) -> Result<ToolResult, Failure> {
        let arguments = serde_json::from_str(&arguments).map_err(|error| Failure::invalid_input(error.to_string()))?;
        let Some((_, run)) = TOOLS.iter().find(|(tool, _)| *tool == name) else {
            return Err(Failure::unsupported(name));
        };
        let content = vec![Content::Text(run(&arguments)?.to_string())];
        Ok(ToolResult { content, structured: None, is_error: false })
    }
}

fn definition(name: &str) -> ToolDefinition {
    ToolDefinition {
        name: name.to_owned(),
        title: None,
        description: "For tests.".to_owned(),
        input_schema: r#"{"type":"object"}"#.to_owned(),
        output_schema: None,
        hints: Hints { read_only: false, destructive: false, idempotent: false, open_world: true },
    }
}

fn text<'a>(arguments: &'a Value, name: &str) -> &'a str {
    arguments[name].as_str().unwrap_or_default()
}

/// `value`, or as many bytes as `bytes` says.
fn value(arguments: &Value) -> Vec<u8> {
    match arguments["bytes"].as_u64().and_then(|bytes| usize::try_from(bytes).ok()) {
        Some(bytes) => vec![b'x'; bytes],
        None => text(arguments, "value").as_bytes().to_vec(),
    }
}

fn lossy(value: Option<Vec<u8>>) -> Option<String> {
    value.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Errors are results here: the tests read them.
fn shown<T: Into<Value>, E: std::fmt::Display>(result: Result<T, E>) -> Value {
    match result {
        Ok(value) => json!({ "ok": value.into() }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

/// Logs `message` as often as `times` says.
fn log_lines(arguments: &Value) -> Result<Value, Failure> {
    for _ in 0..arguments["times"].as_u64().unwrap_or(1) {
        log::log(Level::Warn, text(arguments, "message"));
    }
    Ok(json!("logged"))
}

/// Reports `from`, and one more as often as `times` says, with `message` each time.
fn report(arguments: &Value) -> Result<Value, Failure> {
    let from = arguments["from"].as_f64().unwrap_or(0.0);
    for step in 0..arguments["times"].as_u64().unwrap_or(1) {
        let step = u32::try_from(step).unwrap_or(u32::MAX);
        client::progress(from + f64::from(step), arguments["total"].as_f64(), arguments["message"].as_str());
    }
    Ok(json!("reported"))
}

/// Sends `message` to the client as often as `times` says, each time more important than before.
fn notify(arguments: &Value) -> Result<Value, Failure> {
    const LEVELS: [client::Level; 8] = [
        client::Level::Debug,
        client::Level::Info,
        client::Level::Notice,
        client::Level::Warning,
        client::Level::Error,
        client::Level::Critical,
        client::Level::Alert,
        client::Level::Emergency,
    ];
    let times = arguments["times"].as_u64().and_then(|times| usize::try_from(times).ok()).unwrap_or(1);
    for level in LEVELS.into_iter().cycle().take(times) {
        client::notify(level, text(arguments, "message"));
    }
    Ok(json!("sent"))
}

fn elapsed() -> Result<Value, Failure> {
    let before = clock::monotonic();
    let after = clock::monotonic();
    Ok(json!(after.checked_sub(before).is_some()))
}

/// Reads the clock as often as `times` says.
fn read_clock(arguments: &Value) -> Result<Value, Failure> {
    for _ in 0..arguments["times"].as_u64().unwrap_or(1) {
        clock::monotonic();
    }
    Ok(json!("read"))
}

fn look_up(arguments: &Value) -> Result<Value, Failure> {
    let hit = cache::lookup(text(arguments, "prompt"), arguments["model"].as_str())?;
    Ok(hit.map_or(Value::Null, |hit| json!({ "response": hit.response, "matched_prompt": hit.matched_prompt })))
}

fn remember(arguments: &Value) -> Result<Value, Failure> {
    cache::store(text(arguments, "prompt"), text(arguments, "response"), arguments["model"].as_str())?;
    Ok(json!("stored"))
}

/// Sends as many requests as `times` says; shows the last answer.
fn fetch(arguments: &Value) -> Result<Value, Failure> {
    let mut last = Value::Null;
    for _ in 0..arguments["times"].as_u64().unwrap_or(1) {
        last = match request(arguments).send() {
            Ok(response) => json!({
                "status": response.status,
                "headers": response.headers,
                "bytes": response.body.len(),
                "body": String::from_utf8_lossy(&response.body[..response.body.len().min(4_096)]),
            }),
            Err(error) => json!({ "error": error.to_string() }),
        };
    }
    Ok(last)
}

fn request(arguments: &Value) -> Request {
    let mut request = Request::new(arguments["method"].as_str().unwrap_or("GET"), text(arguments, "url"));
    if let Some(headers) = arguments["headers"].as_object() {
        for (name, value) in headers {
            request = request.header(name, value.as_str().unwrap_or_default());
        }
    }
    request.body = arguments["body"].as_str().map(|body| body.as_bytes().to_vec());
    request.timeout = arguments["timeout_milliseconds"].as_u64().map(Duration::from_millis);
    request
}
