//! A new isartor.toml: every key with its default and what it means, all of it commented out. The values are those of
//! the settings, and a test holds the keys against the ones that are read.

use toml::Value;

use super::Settings;
use super::listing::values;

const HEAD: &str = "\
# The settings of isartor: every key with its default. Remove the '#' in front of a key to change it.
# A variable such as ISARTOR__SERVER__MAX_BODY_BYTES wins over this file, and a flag over both.
# 'isartor config check' says what is wrong with them, 'isartor config show' what is in force and why.
";

/// What stands in for a default where there is none.
#[derive(Debug, Clone, Copy)]
enum Else {
    /// Every such key has a default.
    Nothing,
    /// A value as TOML writes it.
    Example(&'static str),
    /// A table with keys of somebody else: its name, one key, and its value.
    Table(&'static str, &'static str, &'static str),
}
use Else::{Example, Nothing, Table};

/// Every key, what it means, and what is shown where it has no default.
const KEYS: &[(&str, &str, Else)] = &[
    ("host", "Address to listen on. Any but a loopback address wants keys, a name, and TLS in front.", Nothing),
    ("port", "Port to listen on; 0 takes a free one.", Nothing),
    (
        "external_url",
        "The URL at which clients reach the gateway when a proxy stands in front of it.",
        Example("\"https://isartor.example\""),
    ),
    (
        "gateway_api_key",
        "A key that clients must present: visible ASCII characters, no spaces. Keys for one client each are made with\n\
         'isartor keys create'.",
        Example("\"a-long-random-text-of-your-own\""),
    ),
    ("log", "What is logged: a level, or a filter such as 'warn,isartor_host=debug'.", Nothing),
    ("log_prompts", "Whether the log may hold what is asked and stored.", Nothing),
    ("server.allowed_hosts", "Host headers that are let in beside our own names: 'name' or 'name:port'.", Nothing),
    ("server.allowed_origins", "Origins whose pages may use the gateway, such as 'https://claude.ai'.", Nothing),
    ("server.trusted_proxies", "Addresses or networks of proxies whose X-Forwarded-* headers are believed.", Nothing),
    ("server.allow_plain_http", "Serve other machines although nothing encrypts what goes over the network.", Nothing),
    ("server.max_requests_in_flight", "Requests that are worked on at once; one more is sent away.", Nothing),
    ("server.max_json_depth", "How deep the JSON of a body may be nested.", Nothing),
    ("server.requests_per_second_per_key", "Requests a second of one key; left out, there is no limit.", Example("50")),
    ("server.requests_per_second_per_address", "Requests a second from one address that is not this machine.", Nothing),
    ("server.max_sessions", "MCP sessions over HTTP, in all.", Nothing),
    ("server.max_sessions_per_principal", "MCP sessions over HTTP of one key or user.", Nothing),
    ("server.session_idle_seconds", "How long a session lives that nobody uses.", Nothing),
    ("server.max_body_bytes", "The largest body of a request.", Nothing),
    (
        "server.max_total_body_bytes",
        "Of all bodies at once; one more is sent away. What is shorter than 64 KiB does not count.",
        Nothing,
    ),
    ("server.max_connections", "Connections at once.", Nothing),
    (
        "server.max_connections_per_address",
        "Connections at once of one address that is neither this machine nor a trusted proxy; one more is closed.",
        Nothing,
    ),
    ("server.head_timeout_seconds", "How long the head of a request may take.", Nothing),
    ("server.body_timeout_seconds", "How long the body of a request may take.", Nothing),
    ("server.shutdown_grace_seconds", "How long requests in flight may take once the gateway is stopped.", Nothing),
    (
        "cache.nearest",
        "How the nearest questions are found: 'auto' takes what measured fastest; 'scan'; 'hora'.",
        Nothing,
    ),
    (
        "cache.default_ttl_seconds",
        "How long an entry lives that comes without a time; left out, for ever.",
        Example("604800"),
    ),
    ("cache.page_cache_mebibytes", "Memory of the store's own page cache.", Nothing),
    ("cache.max_entries", "The most entries that are held; others go to make room.", Nothing),
    ("cache.max_mebibytes", "The most of prompts and answers that is held.", Nothing),
    (
        "cache.explore",
        "The share of would-be hits that are answered as misses, to compare what is stored next.",
        Nothing,
    ),
    ("embedding.enabled", "Whether rephrased prompts are recognised. Without it nothing is ever downloaded.", Nothing),
    ("embedding.dir", "Where the model and its runtime are kept.", Nothing),
    ("embedding.precision", "The format of the model's weights: 'int8' or 'fp32'.", Nothing),
    ("embedding.source", "Where the model comes from: 'auto', 'hub', 'pip' or a directory.", Nothing),
    ("embedding.sessions", "How many prompts are embedded side by side.", Nothing),
    ("policy.name", "The policy plugin; left out, the one that is the default.", Example("\"some-policy\"")),
    ("policy.shadow", "A policy that decides beside it and serves nothing.", Example("\"another-policy\"")),
    ("policy.settings", "What the policy is told.", Table("policy.settings", "threshold", "0.9")),
    (
        "policy.shadow_settings",
        "What the policy beside it is told.",
        Table("policy.shadow_settings", "threshold", "0.8"),
    ),
    ("connect.backups_kept", "How many earlier states of each client's file are kept.", Nothing),
    (
        "tools.transparent",
        "A tool plugin whose tools, prompts and resources keep their own names.",
        Example("\"some-tool\""),
    ),
    ("audit.max_mebibytes", "When the audit log grows beyond this, another file begins.", Nothing),
    ("audit.files_kept", "How many of the full ones are kept.", Nothing),
    ("plugin", "What a plugin is told, under its name.", Table("plugin.some-plugin", "place", "\"Munich\"")),
];

pub(super) fn text(defaults: &Settings) -> String {
    let values = values(defaults);
    let (mut text, mut table) = (HEAD.to_owned(), "");
    for &(key, about, or_else) in KEYS {
        let (parent, name) = key.rsplit_once('.').unwrap_or(("", key));
        if parent != table && !matches!(or_else, Table(..)) {
            text += &format!("\n[{parent}]\n");
            table = parent;
        }
        text += "\n";
        about.lines().for_each(|line| text += &format!("# {line}\n"));
        let default = values.iter().find(|(other, _)| other == key).and_then(|(_, value)| value.as_ref());
        text += &match (default, or_else) {
            (Some(default), _) => format!("#{name} = {}\n", written(default)),
            (None, Example(example)) => format!("#{name} = {example}\n"),
            (None, Table(table, key, value)) => format!("#[{table}]\n#{key} = {value}\n"),
            (None, Nothing) => format!("#{name} =\n"),
        };
    }
    text
}

fn written(value: &Value) -> String {
    value.to_string()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::settings::known::Known;
    use crate::settings::{Environment, Flags};

    struct Stage {
        home: tempfile::TempDir,
        environment: Environment,
    }

    impl Stage {
        fn new() -> Self {
            let home = tempfile::tempdir().unwrap();
            let mut environment = Environment::empty().with("ISARTOR_HOME", home.path().to_str().unwrap());
            environment.cache_dir = Some("/cache".into());
            Self { home, environment }
        }

        fn load(&self, text: &str) -> Settings {
            fs::write(self.home.path().join("isartor.toml"), text).unwrap();
            Settings::load(&self.environment, &Flags::default()).unwrap_or_else(|error| panic!("{error}: {text}"))
        }

        fn template(&self) -> String {
            Settings::template(&self.environment).unwrap()
        }
    }

    fn is_key(line: &str) -> bool {
        line.starts_with('#') && !line.starts_with("# ")
    }

    #[test]
    fn no_key_is_forgotten_and_none_is_made_up() {
        let mut told: Vec<&str> = KEYS.iter().map(|(key, ..)| *key).collect();
        told.sort_unstable();
        let mut known = Known::keys().all().to_vec();
        known.sort_unstable();
        assert_eq!(told, known);
    }

    #[test]
    fn as_it_is_it_changes_nothing() {
        let stage = Stage::new();
        let template = stage.template();
        assert_eq!(values(&stage.load(&template)), values(&stage.load("")), "{template}");
    }

    #[test]
    fn each_key_can_be_uncommented_alone_and_all_together() {
        let stage = Stage::new();
        let template = stage.template();
        let uncommented = |is_chosen: &dyn Fn(usize) -> bool| {
            let lines = template.lines().enumerate();
            let lines = lines.map(|(number, line)| if is_key(line) && is_chosen(number) { &line[1..] } else { line });
            lines.map(|line| format!("{line}\n")).collect::<String>()
        };
        stage.load(&uncommented(&|_| true));
        let defaults = values(&stage.load(""));
        let numbers = template.lines().enumerate().filter(|(_, line)| is_key(line) && !line.starts_with("#["));
        for (number, line) in numbers {
            let is_inside = template.lines().nth(number - 1).is_some_and(|before| before.starts_with("#["));
            // What a shadow policy is told needs one.
            let is_shadow = |other: usize| template.lines().nth(other).is_some_and(|line| line.starts_with("#shadow"));
            let text =
                uncommented(&|other| other == number || (is_inside && (other + 1 == number || is_shadow(other))));
            let settings = values(&stage.load(&text));
            let key = line[1..].split(' ').next().unwrap();
            let has_default = !is_inside
                && defaults.iter().any(|(name, value)| value.is_some() && name.rsplit('.').next() == Some(key));
            assert_eq!(settings == defaults, has_default, "{text}");
        }
    }
}
