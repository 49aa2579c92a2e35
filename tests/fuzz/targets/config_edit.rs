//! A configuration of any text is edited or refused: what comes out parses, differs in our entry alone by the host's own
//! check, and is what it was once the entry is taken out again.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
mod edit {
    use isartor_host::client_config::{self, Scalar, Slot, check_connected, check_disconnected};
    use isartor_plugin::config_text::{Client, Format, HTTP, Json, Json5, Role, STDIO, Shape, Toml, Yaml};
    use isartor_plugin::connector::{HttpServer, ServerEntry, StdioServer, Transport};

    const TYPED: Shape = &[("type", Role::Text("http")), ("url", Role::Url), ("headers", Role::Headers)];
    const NESTED: Shape = &[("command.path", Role::Command), ("command.args", Role::Args), ("command.env", Role::Env)];

    const NAME: &str = "isartor";
    const PROGRAM: &str = "/bin/isartor";
    const ARGUMENT: &str = "mcp";
    const VARIABLE: &str = "ISARTOR_GATEWAY_URL";
    const URL: &str = "http://localhost:8080";
    const HEADER: &str = "X-API-Key";

    /// The first byte says what is tried, the rest is the text.
    pub(super) fn run(input: &[u8]) {
        let Some((choice, text)) = input.split_first() else { return };
        let Ok(text) = std::str::from_utf8(text) else { return };
        let entry = entry(choice & 0x80 != 0);
        match choice & 0x7f {
            0 => try_out::<Json>(&["mcpServers"], client_config::Format::Json, text, &entry),
            1 => try_out::<Json5>(&["mcp", "servers"], client_config::Format::Json5, text, &entry),
            2 => try_out::<Toml>(&["mcp_servers"], client_config::Format::Toml, text, &entry),
            3 => try_out::<Yaml>(&["extensions"], client_config::Format::Yaml, text, &entry),
            _ => {}
        }
    }

    fn entry(over_http: bool) -> ServerEntry {
        let transport = match over_http {
            true => Transport::Http(HttpServer { url: URL.into(), headers: vec![(HEADER.into(), "k".into())] }),
            false => Transport::Stdio(StdioServer {
                command: PROGRAM.into(),
                args: vec![ARGUMENT.into()],
                env: vec![(VARIABLE.into(), URL.into())],
            }),
        };
        ServerEntry { name: NAME.into(), transport, key_variable: None }
    }

    fn ink(text: &str) -> String {
        text.chars().filter(|character| !character.is_whitespace()).collect()
    }

    type Keys = &'static [&'static str];

    fn try_out<F: Format>(keys: Keys, format: client_config::Format, before: &str, entry: &ServerEntry) {
        let client = Client::<F>::new(keys).stdio(STDIO).http(HTTP).older(&[TYPED, NESTED]);
        let container: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let slot = Slot { format, container: &container, name_field: None, name: NAME, head: "" };
        let allowed = [PROGRAM, ARGUMENT, VARIABLE, URL, HEADER, "k"].map(Scalar::Text);
        // Only its failure to panic is asked of a text that is refused.
        let Ok(after) = client.connect(Some(before), entry) else { return drop(client.disconnect(before, NAME, true)) };
        let listed = client.servers(&after).unwrap_or_else(|failure| panic!("what was written parses: {failure:?}"));
        assert!(listed.iter().any(|found| found.name == NAME), "the entry is there: {after}");
        assert_eq!(client.connect(Some(&after), entry).as_deref(), Ok(after.as_str()), "it is written once");
        // The host refuses what its own parser cannot follow; then nothing is written.
        let Ok(difference) = check_connected(Some(before), &after, slot, &allowed) else { return };
        let restored = match client.disconnect(&after, NAME, difference.created_container) {
            Ok(restored) => restored,
            // What others wrote into an entry, such as an anchor, may be a reason to leave it to them.
            Err(_) if difference.entry_existed => return,
            Err(failure) => panic!("what isartor alone wrote can be taken out: {failure:?}"),
        };
        // But for layout where the entry was, and for an empty container that a comment keeps.
        let is_what_it_was = restored.as_deref().is_some_and(|restored| ink(restored) == ink(before));
        if !difference.entry_existed && !is_what_it_was {
            check_disconnected(before, restored.as_deref(), slot).expect("undo is the identity");
        }
        check_disconnected(&after, restored.as_deref(), slot).expect("the host agrees");
    }
}

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| edit::run(input));

#[cfg(not(fuzzing))]
fn main() {}
