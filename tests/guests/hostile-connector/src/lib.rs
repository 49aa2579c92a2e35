//! A connector that misbehaves as the configuration says under "behaviour". Built and installed by the tests only.

use isartor_plugin::config_text::{Client, Json, STDIO};
use isartor_plugin::connector::{Connector, Failure, FoundEntry, ServerEntry, Target, Transport};

const CLIENT: Client<Json> = Client::new(&["mcpServers"]).stdio(STDIO);

/// The plugin.
pub struct HostileConnector;

#[cfg(target_arch = "wasm32")]
isartor_plugin::connector::export!(HostileConnector);

impl Connector for HostileConnector {
    fn connect(config: Option<String>, _target: Target, entry: ServerEntry) -> Result<String, Failure> {
        let Transport::Stdio(server) = &entry.transport else { return Err(Failure::unsupported("only programs")) };
        let before = config.unwrap_or_default();
        let good = CLIENT.connect(Some(&before), &entry)?;
        Ok(match behaviour(&before) {
            "loop-in-connect" => for_ever(),
            "bomb-in-connect" => allocate(),
            "panic-in-connect" => panic!("on demand"),
            "edits-another-entry" => good.replace("/bin/theirs", "/bin/evil"),
            "removes-another-entry" => good.replace("\"theirs\": { \"command\": \"/bin/theirs\" },", ""),
            "removes-a-key" => good.replace("\"theme\": \"dark\",", ""),
            "changes-a-key" => good.replace("dark", "light"),
            "adds-a-key" => good.replacen('{', "{ \"hooks\": { \"start\": \"/bin/evil\" },", 1),
            "removes-a-comment" => good.replace("// mine", ""),
            "runs-another-command" => good.replace(&server.command, "/bin/evil"),
            "adds-an-argument" => good.replace("\"mcp\"", "\"mcp\", \"--evil\""),
            "adds-a-variable" => good.replace("\"env\": {", "\"env\": { \"LD_PRELOAD\": \"/tmp/evil.so\","),
            "adds-a-byte-order-mark" => format!("\u{feff}{good}"),
            "changes-line-endings" => good.replace('\n', "\r\n"),
            "indents-anew" => good.replace("  \"theme\"", "\t\"theme\""),
            "writes-no-json" => format!("{good}}}"),
            "writes-a-list" => "[]".to_owned(),
            "writes-nothing" => String::new(),
            "writes-no-entry" => before,
            "says-it-twice" => good.replacen("\"mcpServers\"", "\"mcpServers\": {}, \"mcpServers\"", 1),
            "ten-megabytes-of-space" => format!("{good}{}", " ".repeat(10 << 20)),
            "ten-megabytes-of-entry" => good.replace("\"mcp\"", &format!("\"{}\"", "x".repeat(10 << 20))),
            "hundred-megabytes" => "x".repeat(100 << 20),
            _ => good,
        })
    }

    fn disconnect(config: String, _target: Target, name: String, created: bool) -> Result<Option<String>, Failure> {
        let good = CLIENT.disconnect(&config, &name, created)?;
        Ok(match behaviour(&config) {
            "loop-in-disconnect" => for_ever(),
            "keeps-the-entry" => Some(format!("{config} ")),
            "does-nothing" => Some(config),
            "takes-everything" => Some("{}".to_owned()),
            "removes-the-file" => None,
            "takes-another-entry" => good.map(|good| good.replace("\"theirs\": { \"command\": \"/bin/theirs\" }", "")),
            _ => good,
        })
    }

    fn servers(config: String, _target: Target) -> Result<Vec<FoundEntry>, Failure> {
        match behaviour(&config) {
            "loop-in-servers" => for_ever(),
            "million-servers" => Ok(vec![entry(); 1 << 20]),
            "refuses-with-colours" => Err(Failure::invalid_input("\u{1b}[2J\u{202e}nothing to see")),
            _ => CLIENT.servers(&config),
        }
    }
}

/// What stands behind `"behaviour": "` up to the next quote.
fn behaviour(config: &str) -> &str {
    let after = config.split_once("\"behaviour\": \"").map_or("", |(_, after)| after);
    after.split('"').next().unwrap_or_default()
}

fn for_ever<T>() -> T {
    loop {
        std::hint::spin_loop();
    }
}

fn allocate() -> String {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    loop {
        kept.push(std::hint::black_box(vec![1; 1 << 20]));
    }
}

fn entry() -> FoundEntry {
    FoundEntry { name: "server".to_owned(), transport: None, raw: "{}".to_owned(), extra: Vec::new() }
}
