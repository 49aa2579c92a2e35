//! Every form that a file can have, for every client and both transports: the client's own longest case rewritten, and
//! files that nobody should touch. Through the component and the host's proof, without the disk.

#![expect(clippy::unwrap_used, reason = "where a test's setting cannot be made, the test has failed")]

use std::path::Path;

use isartor_host::client_config::{Format, Scalar, Slot, check_connected, check_disconnected};
use isartor_host::plugin::connector::{HttpServer, Os, Scope, ServerEntry, StdioServer, Target, Transport};
use isartor_host::plugin::manifest::client_file::{self, Constant, Servers};
use isartor_host::plugin::{Connector, Lock, Places, PluginError, Plugins};

use super::cases::Case;
use super::parsed::Layout;

const NAME: &str = "isartor";
const COMMAND: &str = "/usr/local/bin/isartor";
const URL: &str = "http://localhost:8080";
const DEPTH: usize = 60;

/// `state_dir` is an `ISARTOR_HOME` in which the connector has been compiled.
pub(super) fn every_form_of_a_file(id: &str, cases: &[Case], layout: &Layout, state_dir: &Path) {
    let program = Path::new(env!("CARGO_BIN_EXE_isartor"));
    let places = Places { plugins_dir: Path::new("/nowhere"), state_dir: Some(state_dir), program };
    let connector = Plugins::open(places, &Lock::default()).unwrap().connector(id).unwrap();
    let longest = longest(cases, layout);
    let mut written = 0;
    for entry in [over_stdio(), over_http()] {
        let client = Client { id, connector: &connector, entry };
        if client.is_refused() {
            continue;
        }
        written += 1;
        for (form, before) in forms(&layout.format, &longest) {
            client.comes_and_goes(form, before.as_deref());
        }
        for (form, before) in broken(layout, &longest) {
            client.leaves_alone(form, &before);
        }
    }
    assert!(written > 0, "{id} can be connected");
}

/// The text with the most servers.
fn longest(cases: &[Case], layout: &Layout) -> String {
    let texts = cases.iter().filter(|case| case.file("error").is_none()).filter_map(|case| case.file("before"));
    let texts = texts.filter_map(|bytes| String::from_utf8(bytes).ok());
    let count = |text: &String| layout.document(text).map_or(0, |document| layout.entries(&document).len());
    let longest = texts.filter(|text| !text.contains(NAME)).max_by_key(count).unwrap();
    longest.trim_start_matches('\u{feff}').replace("\r\n", "\n")
}

/// Forms of a good file; none is no file.
fn forms(format: &str, text: &str) -> Vec<(&'static str, Option<String>)> {
    let comment = if is_json(format) { "// mine" } else { "# mine" };
    let mut forms = vec![
        ("absent", None),
        ("empty", Some(String::new())),
        ("blank", Some("\n  \n".to_owned())),
        ("as it is", Some(text.to_owned())),
        ("CRLF", Some(text.replace('\n', "\r\n"))),
        ("BOM", Some(format!("\u{feff}{text}"))),
        ("BOM and CRLF", Some(format!("\u{feff}{}", text.replace('\n', "\r\n")))),
        ("no newline at the end", Some(text.trim_end().to_owned())),
        ("comments", Some(format!("{comment}\n{text}{comment}, too\n"))),
        ("deep nesting", Some(nested(format, text))),
    ];
    if is_json(format) {
        forms.push(("tabs", Some(text.replace("  ", "\t"))));
    }
    forms
}

fn nested(format: &str, text: &str) -> String {
    let (open, close) = ("{\"a\": ".repeat(DEPTH), "}".repeat(DEPTH));
    match format {
        "toml" => format!("deep = {}1{close}\n{text}", "{ a = ".repeat(DEPTH)),
        "yaml" => format!("deep: {open}1{close}\n{text}"),
        _ => text.replacen('{', &format!("{{\n  \"deep\": {open}1{close},"), 1),
    }
}

/// Files that no connector may touch.
fn broken(layout: &Layout, text: &str) -> Vec<(&'static str, String)> {
    let (twice, wrong) = match layout.format.as_str() {
        "toml" => ("[NAMES.x]\ncommand = \"a\"\n[NAMES.x]\ncommand = \"b\"\n", "NAMES = \"none\"\n"),
        "yaml" => ("NAMES: {}\nNAMES: {}\n", "NAMES: none\n"),
        _ => ("{\"NAMES\": {}, \"NAMES\": {}}", "{\"NAMES\": \"none\"}"),
    };
    let key = |text: &str| text.replace("NAMES", layout.root());
    let half = match layout.format.as_str() {
        "toml" => format!("{text}\n[unfinished"),
        "yaml" => format!("{text}\n\"unfinished: {{"),
        _ => text.trim_end().trim_end_matches('}').to_owned(),
    };
    vec![("a key twice", key(twice)), ("another type", key(wrong)), ("unparsable", half)]
}

fn is_json(format: &str) -> bool {
    format.starts_with("json")
}

fn over_stdio() -> ServerEntry {
    let env = vec![("ISARTOR_GATEWAY_URL".into(), URL.into())];
    let server = StdioServer { command: COMMAND.into(), args: vec!["mcp".into()], env };
    ServerEntry { name: NAME.into(), transport: Transport::Stdio(server), key_variable: None }
}

fn over_http() -> ServerEntry {
    let headers = vec![("X-API-Key".into(), "k-1".into())];
    let server = HttpServer { url: format!("{URL}/mcp"), headers };
    ServerEntry { name: NAME.into(), transport: Transport::Http(server), key_variable: None }
}

/// A client, and what is to be written for it.
struct Client<'a> {
    id: &'a str,
    connector: &'a Connector,
    entry: ServerEntry,
}

impl Client<'_> {
    /// Whether the client does not know the transport.
    fn is_refused(&self) -> bool {
        matches!(self.connector.connect(None, &self.target(), &self.entry), Err(PluginError::Reported { .. }))
    }

    /// The entry comes once, nothing else changes, and without it the file is what it was.
    fn comes_and_goes(&self, form: &str, before: Option<&str>) {
        let about = format!("{}: {form}", self.id);
        let (target, slot) = (self.target(), self.slot());
        let connect = |text: Option<&str>| self.connector.connect(text, &target, &self.entry).unwrap();
        let names = |text: &str| -> Vec<String> {
            self.connector.servers(text, &target).unwrap().into_iter().map(|entry| entry.name).collect()
        };
        let after = connect(before);
        assert_eq!(connect(Some(&after)), after, "{about}, twice");
        let difference = check_connected(before, &after, slot, &self.allowed());
        let difference = difference.unwrap_or_else(|error| panic!("{about}: {error}\n{after}"));
        let mut expected = before.map_or_else(Vec::new, names);
        let mut found = names(&after);
        expected.push(NAME.to_owned());
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{about}");
        let without = self.connector.disconnect(&after, &target, NAME, difference.created_container).unwrap();
        check_disconnected(&after, without.as_deref(), slot).unwrap_or_else(|error| panic!("{about}: {error}"));
        let left = before.filter(|before| !before.trim().is_empty());
        assert_eq!(without.as_deref(), left, "{about}, without it");
    }

    /// Neither connecting nor disconnecting makes anything of it.
    fn leaves_alone(&self, form: &str, before: &str) {
        let (target, about) = (self.target(), format!("{}: {form}\n{before}", self.id));
        let is_refused = |result: Result<(), PluginError>| match result {
            Err(PluginError::Reported { line_column, .. }) => assert!(line_column.is_some(), "{about}: no position"),
            other => panic!("{about}: {other:?}"),
        };
        is_refused(self.connector.connect(Some(before), &target, &self.entry).map(drop));
        is_refused(self.connector.disconnect(before, &target, NAME, true).map(drop));
        is_refused(self.connector.servers(before, &target).map(drop));
    }

    fn servers(&self) -> &Servers {
        self.connector.manifest().servers.as_ref().unwrap()
    }

    fn target(&self) -> Target {
        let file = self.connector.manifest().files[0].id.clone();
        Target { file, scope: Scope::User, os: Os::Linux, project_root: None }
    }

    fn slot(&self) -> Slot<'_> {
        let servers = self.servers();
        let format = match servers.format {
            client_file::Format::Json => Format::Json,
            client_file::Format::Json5 => Format::Json5,
            client_file::Format::Toml => Format::Toml,
            client_file::Format::Yaml => Format::Yaml,
        };
        let name_field = servers.name_field.as_deref();
        Slot { format, container: &servers.container, name_field, name: NAME, head: &servers.head }
    }

    fn allowed(&self) -> Vec<Scalar<'_>> {
        let constants = self.servers().constants.iter().map(|constant| match constant {
            Constant::Text(text) => Scalar::Text(text),
            Constant::Bool(value) => Scalar::Bool(*value),
            Constant::Number(number) => Scalar::Number(*number),
        });
        let ours = [NAME, COMMAND, "mcp", URL, "http://localhost:8080/mcp", "k-1"].map(Scalar::Text);
        ours.into_iter().chain(constants).collect()
    }
}
