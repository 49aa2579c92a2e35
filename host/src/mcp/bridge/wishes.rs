//! What the client asked of its session, and every later session has to be asked again. Pure; bounded.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::answers;
use super::message;

/// The most resources that are watched again after the gateway was away.
const MAX_RESOURCES: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Wishes {
    log_level: Option<Value>,
    resources: BTreeSet<String>,
}

impl Wishes {
    pub(super) fn note(&mut self, method: &str, line: &[u8]) {
        let params = message::params(line);
        match method {
            "logging/setLevel" => self.log_level = Some(params),
            "resources/subscribe" | "resources/unsubscribe" => {
                let Some(uri) = params["uri"].as_str() else { return };
                if method == "resources/unsubscribe" {
                    self.resources.remove(uri);
                } else if self.resources.len() < MAX_RESOURCES {
                    self.resources.insert(uri.to_owned());
                }
            }
            _ => {}
        }
    }

    /// The requests that ask for all of it.
    pub(super) fn requests(&self) -> Vec<u8> {
        let log_level = self.log_level.iter().map(|params| answers::wish("logging/setLevel", params));
        let resources = self.resources.iter().map(|uri| answers::wish("resources/subscribe", &json!({"uri": uri})));
        log_level.chain(resources).flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_counts() {
        let mut wishes = Wishes::default();
        assert!(wishes.requests().is_empty());
        for (method, params) in [
            ("logging/setLevel", json!({"level": "debug"})),
            ("resources/subscribe", json!({"uri": "isartor://a"})),
            ("resources/subscribe", json!({"uri": "isartor://b"})),
            ("resources/subscribe", json!({"uri": "isartor://b"})),
            ("resources/unsubscribe", json!({"uri": "isartor://a"})),
            ("logging/setLevel", json!({"level": "error"})),
            ("tools/call", json!({"uri": "isartor://c"})),
            ("resources/subscribe", json!(7)),
        ] {
            wishes.note(method, json!({"method": method, "params": params}).to_string().as_bytes());
        }
        let requests = String::from_utf8(wishes.requests()).unwrap();
        let requests: Vec<Value> = requests.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(requests.len(), 2);
        assert_eq!(
            (&requests[0]["method"], &requests[0]["params"]["level"]),
            (&json!("logging/setLevel"), &json!("error"))
        );
        assert_eq!(requests[1]["params"]["uri"], json!("isartor://b"));
    }
}
