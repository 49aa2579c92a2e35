//! The inspector's command line, one process for each request.

use serde_json::{Value, json};

use super::{Order, RESPONSE, Way};
use crate::support::packages::NodePackages;
use crate::support::text;

const LAUNCHER: &str = "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js";

/// What the scripts of the other clients report.
pub(super) fn session(packages: &NodePackages, order: &Order<'_>) -> Result<Value, String> {
    let prompt = order.prompt("the inspector");
    let call = |tool: &str, arguments: &[(&str, &str)]| {
        let mut more = vec!["--method".to_owned(), "tools/call".to_owned(), "--tool-name".to_owned(), tool.to_owned()];
        more.extend(arguments.iter().flat_map(|(name, value)| ["--tool-arg".to_owned(), format!("{name}={value}")]));
        result(packages, order, &more)
    };
    let listed = result(packages, order, &["--method".to_owned(), "tools/list".to_owned(), "--strict".to_owned()])?;
    let tools = listed["tools"].as_array().expect("the tools are listed");
    let miss = call("isartor_chat", &[("prompt", &prompt)])?;
    let stored = call("isartor_cache_store", &[("prompt", &prompt), ("response", RESPONSE)])?;
    let hit = call("isartor_chat", &[("prompt", &prompt)])?;
    Ok(json!({
        "tools": tools.iter().map(|tool| &tool["name"]).collect::<Vec<_>>(),
        "miss": miss["structuredContent"], "stored": stored["structuredContent"], "hit": hit["structuredContent"],
        "text": hit["content"][0]["text"],
    }))
}

/// `--strict` fails on a schema that other clients could not take.
fn result(packages: &NodePackages, order: &Order<'_>, more: &[String]) -> Result<Value, String> {
    let mut inspector = packages.node(LAUNCHER);
    inspector.arg("--cli");
    let given = order.to_json("the inspector");
    let text_of = |value: &Value| value.as_str().expect("it is a text").to_owned();
    match order.way {
        Way::Stdio => {
            inspector.arg(text_of(&given["command"])).arg("mcp");
            for (name, value) in given["env"].as_object().expect("variables are an object") {
                inspector.arg("-e").arg(format!("{name}={}", text_of(value)));
            }
        }
        Way::Http | Way::Sse => {
            inspector.arg(text_of(&given["url"]));
        }
    }
    for (name, value) in given["headers"].as_object().expect("headers are an object") {
        inspector.arg("--header").arg(format!("{name}: {}", text_of(value)));
    }
    inspector.args(["--transport", order.way.transport(), "--protocol-era", order.mode, "--format", "json", "-q"]);
    inspector.args(more).env("HOME", order.home.user()).env("MCP_INSPECTOR_SECRET_STORE", "memory");
    let output = inspector.output().expect("the inspector starts");
    match (output.status.success(), serde_json::from_slice::<Value>(&output.stdout)) {
        (true, Ok(mut report)) => Ok(report["result"].take()),
        _ => Err(text(&output)),
    }
}
