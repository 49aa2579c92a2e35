//! Prompts and resources that run for ever, take everything, are no texts, or take the names of others: each is left
//! out, or fails, by itself.

use serde_json::{Value, json};

use super::case::Case;
use super::package::{Package, encoded};
use super::stage::Stage;
use crate::support::{Home, guest_module};

const GUEST: &str = "hostile-offer";
const OFFERS: &str = "offers = [\"tools\", \"prompts\", \"resources\"]\n";
const NO_TEXT: &[u8] = b"these bytes are no text";

const DEADLINE: &str = "it took longer than";
const MEMORY: &str = "it wanted more memory than";
const DATA: &str = "it handed over more data than allowed";
const INVALID: &str = "what it handed over is no value of the agreed type";
const PANIC: &str = "it panicked";
const UNUSABLE: &str = "returned a result that is not usable";
const TAKEN: &str = "has this name";

/// What definitions do for which the whole plugin is refused, and what is said.
const REFUSED: [(&str, &str); 11] = [
    ("prompts:loop", DEADLINE),
    ("prompts:trap", PANIC),
    ("prompts:bomb", MEMORY),
    ("prompts:flood", DATA),
    ("prompts:crowd", "210 prompts, more than the 128 allowed"),
    ("prompts:no-text", INVALID),
    ("resources:loop", DEADLINE),
    ("resources:trap", PANIC),
    ("resources:crowd", "208 resources, more than the 128 allowed"),
    ("resources:templates", "201 templates, more than the 128 allowed"),
    ("resources:no-text", INVALID),
];

/// What definitions do for which some of them are left out: what is said of each, and of how many it is.
const LEFT_OUT: [(&str, &str, usize); 10] = [
    ("prompts:names", "its name is not [a-zA-Z0-9_-], 1 to 64 characters", 7),
    ("prompts:clash", TAKEN, 2),
    ("prompts:arguments", "it has 33 arguments, more than 32", 1),
    ("prompts:labels", "characters", 4),
    ("resources:ours", "the scheme of its URI is not the plugin's id", 4),
    ("resources:schemes", "the scheme of its URI is not the plugin's id", 3),
    ("resources:uris", "its URI is none, or longer than 2048 bytes", 5),
    ("resources:clash", "another", 2),
    ("resources:media-types", "as a media type", 3),
    ("resources:labels", "characters", 4),
];

/// What each prompt does when it is asked for, and what the client is told.
const ASKED: [(&str, &str); 8] = [
    ("loop", DEADLINE),
    ("trap", PANIC),
    ("bomb", MEMORY),
    ("flood", DATA),
    ("crowd", DATA),
    ("no-text", INVALID),
    ("media-type", UNUSABLE),
    ("reference", UNUSABLE),
];

/// The same when the values of its argument are wanted.
const COMPLETED: [(&str, &str); 7] = [
    ("loop", DEADLINE),
    ("trap", PANIC),
    ("bomb", MEMORY),
    ("flood", DATA),
    ("crowd", UNUSABLE),
    ("no-text", INVALID),
    ("reference", UNUSABLE),
];

/// The same for resources that are read.
const READ: [(&str, &str); 6] = [
    ("loop", DEADLINE),
    ("trap", PANIC),
    ("bomb", MEMORY),
    ("flood", DATA),
    ("no-text", INVALID),
    ("media-type", UNUSABLE),
];

pub(super) fn cases() -> Vec<Case> {
    let refused = REFUSED
        .iter()
        .map(|&(wish, says)| Case::new(&named(wish), &[says], move |stage, id| stage.refused(&package(id, wish))));
    let left_out = LEFT_OUT.iter().map(|&(wish, says, count)| {
        Case::new(&named(wish), &[says], move |stage, id| some_left_out(stage, id, wish, count))
    });
    let get = |id: &str, name: &str| ("prompts/get", json!({ "name": format!("{id}__{name}") }));
    let complete = |id: &str, name: &str| {
        let reference = json!({ "type": "ref/prompt", "name": format!("{id}__{name}") });
        ("completion/complete", json!({ "ref": reference, "argument": { "name": "value", "value": "" } }))
    };
    let read = |id: &str, name: &str| ("resources/read", json!({ "uri": format!("{id}://of/{name}") }));
    let asked = ASKED.iter().map(move |&(name, says)| failing("prompt", name, says, get));
    let completed = COMPLETED.iter().map(move |&(name, says)| failing("completion", name, says, complete));
    let read = READ.iter().map(move |&(name, says)| failing("resource", name, says, read));
    refused.chain(left_out).chain(asked).chain(completed).chain(read).chain(hidden()).collect()
}

/// A case is called as its plugin is.
fn named(wish: &str) -> String {
    format!("offer-{}", wish.replace(':', "-"))
}

/// The guest with this id, whose definitions do as they are wished to.
fn package(id: &str, wish: &str) -> Package {
    let mut module = guest_module(GUEST);
    let place = "wish:hostile-offer nothing".len();
    let begin = position(&module, b"wish:hostile-offer nothing ");
    let room = module[begin + place..].iter().take_while(|byte| **byte == b' ').count() + place;
    let wish = format!("{:room$}", format!("wish:{id} {wish}"));
    assert_eq!(wish.len(), room, "the guest has room for {wish}");
    module[begin..begin + room].copy_from_slice(wish.as_bytes());
    let begin = position(&module, NO_TEXT);
    module[begin..begin + NO_TEXT.len()].fill(0xff);
    let package = Package::new(id, "tool", encoded(&module));
    Package { manifest: format!("{}{OFFERS}", package.manifest), ..package }
}

fn position(module: &[u8], text: &[u8]) -> usize {
    let mut found = module.windows(text.len()).enumerate().filter(|(_, window)| *window == text);
    let (Some((at, _)), None) = (found.next(), found.next()) else { panic!("the guest has the text once") };
    at
}

/// What is well stays, what is not is complained of and not listed.
fn some_left_out(stage: &Stage<'_>, id: &str, wish: &str, count: usize) -> Vec<String> {
    let _installed = stage.install(&package(id, wish), &[]);
    is_well(stage, id);
    let listed = |method: &str, list: &str, key: &str, begins: &str| {
        let answer = stage.ask(method, &json!({}));
        let names = answer["result"][list].as_array().expect("a list").iter().map(|one| one[key].as_str());
        names.filter(|name| name.is_some_and(|name| name.starts_with(begins))).count()
    };
    let prompts = listed("prompts/list", "prompts", "name", &format!("{id}__"));
    let resources = listed("resources/list", "resources", "uri", &format!("{id}://"));
    let templates = listed("resources/templates/list", "resourceTemplates", "uriTemplate", &format!("{id}://"));
    assert_eq!((prompts, resources, templates), (10, 8, 1), "what is well, and nothing else");
    let complaints = stage.complaints(id);
    assert_eq!(complaints.len(), count, "{complaints:?}");
    complaints
}

fn is_well(stage: &Stage<'_>, id: &str) {
    let got = stage.ask("prompts/get", &json!({ "name": format!("{id}__well") }));
    assert_eq!(got["result"]["messages"][0]["content"]["text"], json!("Is all well?"), "{got}");
    let read = stage.ask("resources/read", &json!({ "uri": format!("{id}://well") }));
    assert_eq!(read["result"]["contents"][0]["text"], json!("All is well."), "{read}");
    assert_eq!(stage.call(id, &json!({}))["isError"], json!(false));
}

/// Asks for what `ask` makes of the plugin's id and the name, which fails, and nothing else of the plugin does.
fn failing(
    kind: &str,
    name: &'static str,
    says: &str,
    ask: impl Fn(&str, &str) -> (&'static str, Value) + Copy + Send + Sync + 'static,
) -> Case {
    Case::new(&format!("{kind}-{name}"), &[says], move |stage, id| {
        let _installed = stage.install(&package(id, "nothing"), &[]);
        let (method, params) = ask(id, name);
        let answer = stage.ask(method, &params);
        let said = answer["error"]["message"].as_str().unwrap_or_else(|| panic!("{answer:.1000}")).to_owned();
        is_well(stage, id);
        vec![said]
    })
}

/// What hides from who reads it is taken out wherever a person or a model reads.
fn hidden() -> Vec<Case> {
    let is_clean = |text: &str| text.contains("visible") && !text.chars().any(|c| c.is_control() || c > '\u{7f}');
    let clean = move |value: &Value| {
        let text = value.as_str().unwrap_or_else(|| panic!("no text: {value}"));
        assert!(is_clean(text), "{text:?}");
    };
    vec![
        Case::new("prompt-that-hides", &[], move |stage, id| {
            let _installed = stage.install(&package(id, "prompts:hidden"), &[]);
            let listed = stage.ask("prompts/list", &json!({}))["result"]["prompts"].clone();
            let name = json!(format!("{id}__hidden"));
            let prompt = listed.as_array().expect("a list").iter().find(|prompt| prompt["name"] == name);
            let prompt = prompt.expect("it is listed");
            let argument = &prompt["arguments"][0];
            [&prompt["title"], &prompt["description"], &argument["title"], &argument["description"]]
                .into_iter()
                .for_each(clean);
            let got = stage.ask("prompts/get", &json!({ "name": format!("{id}__escapes") }));
            clean(&got["result"]["messages"][0]["content"]["text"]);
            let reference = json!({ "type": "ref/prompt", "name": format!("{id}__escapes") });
            let argument = json!({ "name": "value", "value": "" });
            let values = stage.ask("completion/complete", &json!({ "ref": reference, "argument": argument }));
            assert_eq!(values["result"]["completion"]["values"], json!(["visible"]), "{values}");
            Vec::new()
        }),
        Case::new("resource-that-hides", &[], move |stage, id| {
            let _installed = stage.install(&package(id, "resources:hidden"), &[]);
            let listed = stage.ask("resources/list", &json!({}))["result"]["resources"].clone();
            let uri = json!(format!("{id}://hidden"));
            let resource = listed.as_array().expect("a list").iter().find(|resource| resource["uri"] == uri);
            let resource = resource.expect("it is listed");
            [&resource["name"], &resource["title"], &resource["description"]].into_iter().for_each(clean);
            let read = stage.ask("resources/read", &json!({ "uri": format!("{id}://escapes") }));
            clean(&read["result"]["contents"][0]["text"]);
            Vec::new()
        }),
    ]
}

/// A plugin that the user freed of its prefix may have any name but those that are taken, and any scheme but ours.
#[test]
fn a_plugin_that_is_free_of_its_prefix_takes_no_name_of_ours() {
    let home = Home::new();
    home.write_settings("[tools]\ntransparent = \"free\"\n");
    let gateway = home.up();
    let list = |method: &str, kind: &str| gateway.mcp(method, &json!({}))[kind].as_array().expect("a list").clone();
    let lists = || {
        let templates = list("resources/templates/list", "resourceTemplates");
        [list("prompts/list", "prompts"), list("resources/list", "resources"), templates]
    };
    let before = lists();
    for (wish, says, count) in [("prompts:ours", TAKEN, 2), ("resources:ours", "isartor's own scheme", 4)] {
        let folder = home.user().join("free");
        package("free", wish).write(&folder);
        home.install(&folder, &[]);
        home.await_plugins();
        let after = lists();
        for (before, after) in before.iter().zip(&after) {
            assert!(after.starts_with(before) && after.len() > before.len(), "ours stay: {before:?} {after:?}");
        }
        let told = gateway.get("/health").1["plugins"]["failed"].as_array().expect("a list").clone();
        assert_eq!(told.len(), count, "{wish}: {told:?}");
        assert!(told.iter().all(|told| told["reason"].as_str().is_some_and(|why| why.contains(says))), "{told:?}");
        assert!(home.run(&["plugin", "remove", "free"]).status.success());
    }
}
