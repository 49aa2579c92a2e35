//! What a key opens: the routes and tools of its scopes, and the answers of its namespace.

use isartor_host::chat::Permission;
use isartor_host::server::{Need, ROUTES};
use serde_json::{Value, json};

use super::{Made, ask, audited, create, lookup, store};
use crate::support::{Gateway, Home};

#[test]
fn each_route_asks_for_the_scope_of_its_entry() {
    let home = Home::new();
    let made = Permission::ALL.map(|scope| (scope, create(&home, scope.as_str(), &["--scope", scope.as_str()])));
    let gateway = home.up();
    let mut refused = 0;
    for route in ROUTES {
        let (method, path) = (route.method.as_str(), route.path.replace("{entry}", "1"));
        let open = ask(&gateway.url, method, &path, &[], &Value::Null).status != 401;
        assert_eq!(open, route.needs == Need::Nothing, "{method} {path} without a key");
        let Need::Permission(needed) = route.needs else { continue };
        for (scope, Made { key, .. }) in &made {
            let bearer = format!("Bearer {key}");
            let answer = ask(&gateway.url, method, &path, &[("authorization", &bearer)], &Value::Null);
            let shown = format!("{method} {path} with {}: {answer:?}", scope.as_str());
            assert_ne!(answer.status, 401, "{shown}");
            assert_eq!(answer.status == 403, needed != *scope, "{shown}");
            if answer.status == 403 {
                let challenge = format!(
                    "\r\nwww-authenticate: Bearer realm=\"isartor\", error=\"insufficient_scope\", scope=\"{}\"\r\n",
                    needed.as_str()
                );
                assert!(answer.head.contains(&challenge) && answer.code() == "insufficient_scope", "{shown}");
                refused += 1;
            }
        }
    }
    assert!(refused >= 24, "{refused}");
    drop(gateway);
    let told = audited(&home, &["auth_failed"]);
    let of_reader = |event: &&Value| event["reason"] == "not_permitted" && event["key"] == "read";
    assert!(told.iter().any(|event| of_reader(&event)), "{told:?}");
}

#[test]
fn there_is_no_route_beside_the_table() {
    let home = Home::new();
    let gateway = home.up();
    let more = ["/", "/health/", "/metrics/", "/api", "/api/v1/cache", "/mcp/x", "/sse/", "/.well-known/x", "/debug"];
    let paths = ROUTES.iter().map(|route| route.path.replace("{entry}", "1")).chain(more.map(str::to_owned));
    for path in paths {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"] {
            let in_table = |route: &&isartor_host::server::Route| {
                route.method.as_str() == method && route.path.replace("{entry}", "1") == path
            };
            if ROUTES.iter().any(|route| in_table(&route)) {
                continue;
            }
            let body = if ["GET", "DELETE", "TRACE"].contains(&method) { Value::Null } else { json!({}) };
            let json_type: &[(&str, &str)] =
                if ["PUT", "PATCH"].contains(&method) { &[("content-type", "application/json")] } else { &[] };
            let answer = ask(&gateway.url, method, &path, json_type, &body);
            assert!([404, 405].contains(&answer.status), "{method} {path}: {answer:?}");
        }
    }
}

#[test]
fn the_key_of_the_settings_administers_nothing() {
    let home = Home::new();
    home.write_settings("gateway_api_key = \"in-every-client\"\n");
    let admin = create(&home, "admin", &["--scope", "admin"]);
    let gateway = home.up();
    for (method, path) in [("GET", "/metrics"), ("GET", "/api/v1/cache/stats"), ("POST", "/api/v1/cache/compact")] {
        let body = if method == "POST" { json!({}) } else { Value::Null };
        let asked = |key: &str| ask(&gateway.url, method, path, &[("x-api-key", key)], &body);
        assert_eq!(asked("in-every-client").status, 403, "{path}");
        assert_eq!(asked(&admin.key).status, 200, "{path}");
    }
    store(&gateway.url, "in-every-client", "q", "a");
    assert_eq!(lookup(&gateway.url, "in-every-client", "q").json()["hit"], json!(true));
    assert_eq!(lookup(&gateway.url, &admin.key, "q").status, 403, "no scope implies another");
}

#[test]
fn what_one_namespace_holds_no_other_sees() {
    let home = Home::new();
    home.write_settings("gateway_api_key = \"in-every-client\"\n");
    let one = create(&home, "one", &[]).key;
    let other = create(&home, "other", &[]).key;
    let friend = create(&home, "friend", &["--namespace", "one"]).key;
    let family = create(&home, "family", &["--namespace", "local"]).key;
    let gateway = home.up();
    let url = &gateway.url;
    let all = [&one, &other, &friend, &family, &"in-every-client".to_owned()];
    store(url, &one, "How high is the Zugspitze?", "of one");
    store(url, "in-every-client", "How deep is Lake Constance?", "of the user");
    let answers = |prompt: &str| all.map(|key| lookup(url, key, prompt).json()["response"].clone());
    assert_eq!(
        answers("How high is the Zugspitze?"),
        [json!("of one"), Value::Null, json!("of one"), Value::Null, Value::Null]
    );
    let (null, user) = (Value::Null, json!("of the user"));
    assert_eq!(answers("How deep is Lake Constance?"), [null.clone(), null.clone(), null, user.clone(), user]);
    let get = |key: &str, path: &str| ask(url, "GET", path, &[("x-api-key", key)], &Value::Null);
    let entry = get(&one, "/api/v1/cache/entries").json()["entries"][0].clone();
    assert_eq!(json!([entry["prompt"], entry["key"]]), json!(["How high is the Zugspitze?", "one"]));
    let path = format!("/api/v1/cache/entries/{}", entry["entry"].as_str().expect("an entry"));
    for (key, sees) in [(&one, true), (&other, false), (&friend, true), (&family, false)] {
        assert_eq!(get(key, &path).status == 200, sees, "{key}");
        assert_eq!(get(key, "/api/v1/cache/export").body.windows(6).any(|bytes| bytes == b"of one"), sees, "{key}");
    }
    assert_eq!(ask(url, "DELETE", &path, &[("x-api-key", &other)], &Value::Null).status, 404);
    let cleared = ask(url, "POST", "/api/v1/cache/clear", &[("x-api-key", &other)], &json!({}));
    assert_eq!(cleared.json(), json!({ "deleted": 0 }));
    assert_eq!(lookup(url, &one, "How high is the Zugspitze?").json()["response"], json!("of one"));
    let tool = json!({ "name": "isartor_chat", "arguments": { "prompt": "How high is the Zugspitze?" } });
    let hit = |key: &str| mcp(&gateway, key, "tools/call", &tool)["result"]["structuredContent"]["hit"].clone();
    assert_eq!([hit(&friend), hit(&other)], [json!(true), json!(false)]);
}

#[test]
fn tools_are_listed_for_whoever_may_call_them() {
    let home = Home::new();
    let keys = [("reader", "read"), ("writer", "write"), ("both", "read,write"), ("admin", "admin")]
        .map(|(name, scope)| create(&home, name, &["--scope", scope]).key);
    let gateway = home.up();
    let [reader, writer, both, admin] = keys.each_ref().map(|key| {
        let tools = mcp(&gateway, key, "tools/list", &json!({}))["result"]["tools"].clone();
        let tools = tools.as_array().expect("a list").iter();
        tools
            .map(|tool| (tool["name"].to_string(), tool["annotations"]["readOnlyHint"] == json!(true)))
            .collect::<Vec<_>>()
    });
    assert!(both.iter().any(|(name, reads)| *reads && name.contains("__")), "a plugin's tool is among them: {both:?}");
    let (reading, writing): (Vec<_>, Vec<_>) = both.iter().cloned().partition(|(_, reads)| *reads);
    assert_eq!((reader, writer, admin), (reading, writing, Vec::new()));
    assert!(both.len() >= 4 && both.contains(&("\"isartor_cache_store\"".to_owned(), false)), "{both:?}");
    let [reader, writer, ..] = &keys;
    let stored = json!({ "name": "isartor_cache_store", "arguments": { "prompt": "q", "response": "a" } });
    let error = mcp(&gateway, reader, "tools/call", &stored)["error"].clone();
    assert_eq!(error["code"], json!(-32602), "{error}");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("lacks the scope write")), "{error}");
    assert_eq!(mcp(&gateway, writer, "tools/call", &stored)["result"]["structuredContent"]["stored"], json!(true));
    let asked = json!({ "name": "isartor_chat", "arguments": { "prompt": "q" } });
    assert!(mcp(&gateway, writer, "tools/call", &asked)["error"]["message"].is_string());
}

/// One request of the stateless MCP of 2026-07-28; the whole answer.
fn mcp(gateway: &Gateway<'_>, key: &str, method: &str, params: &Value) -> Value {
    let mut params = params.clone();
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { "name": "tests", "version": "1" },
    });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let mut headers = vec![("x-api-key", key), ("mcp-protocol-version", "2026-07-28"), ("mcp-method", method)];
    headers.extend(params["name"].as_str().map(|name| ("mcp-name", name)));
    let answer = ask(&gateway.url, "POST", "/mcp", &headers, &body);
    serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
}
