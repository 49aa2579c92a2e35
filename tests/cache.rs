//! What is done to the cache from outside, through HTTP, MCP and the command line: looking, counting, deleting, moving,
//! complaining; and what the cache never takes or gives, whatever a policy says.

mod entries;
mod feedback;
mod figures;
mod gates;
mod transfer;

use std::process::Output;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Gateway, Home, block_on, text};

const STATS: &str = "/api/v1/cache/stats";
const ENTRIES: &str = "/api/v1/cache/entries";

impl Home {
    /// `isartor cache ...`, which must succeed; what it printed.
    fn cache(&self, arguments: &[&str]) -> String {
        let output = self.cache_output(arguments);
        assert!(output.status.success(), "isartor cache {arguments:?}: {}", text(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// The same, which must fail; what it said.
    fn cache_refuses(&self, arguments: &[&str]) -> String {
        let output = self.cache_output(arguments);
        assert!(!output.status.success(), "isartor cache {arguments:?}: {}", text(&output));
        String::from_utf8(output.stderr).expect("UTF-8")
    }

    fn cache_output(&self, arguments: &[&str]) -> Output {
        self.run(&[&["cache"], arguments].concat())
    }
}

impl Gateway<'_> {
    fn delete(&self, path: &str) -> (u16, Value) {
        block_on(async {
            let request = reqwest::Client::new().request(Method::DELETE, format!("{}{path}", self.url));
            let response = request.send().await.expect("the gateway answers");
            (response.status().as_u16(), response.json().await.expect("the answer is JSON"))
        })
    }

    /// Stores with further fields; the entry.
    fn store_with(&self, prompt: &str, more: Value) -> String {
        let mut body = json!({ "prompt": prompt, "response": format!("the answer to {prompt}") });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let (status, answer) = self.post("/api/v1/cache/store", &body);
        assert_eq!(status, 200, "{answer}");
        answer["entry"].as_str().expect("an entry is a string").to_owned()
    }

    /// The questions of a list, in their order.
    fn questions(&self, query: &str) -> Vec<String> {
        let (status, listed) = self.get(&format!("{ENTRIES}?{query}"));
        assert_eq!(status, 200, "{listed}");
        let entries = listed["entries"].as_array().expect("a list").iter();
        entries.map(|entry| entry["prompt"].as_str().expect("a text").to_owned()).collect()
    }

    /// A tool's result.
    fn tool(&self, name: &str, arguments: Value) -> Value {
        self.mcp("tools/call", &json!({ "name": name, "arguments": arguments }))
    }
}

/// Status and code of a refusal.
fn refusal(answer: (u16, Value)) -> (u16, String) {
    let (status, body) = answer;
    (status, body["error"]["code"].as_str().unwrap_or_else(|| panic!("no error: {body}")).to_owned())
}
