//! What the file, the variables and the flags make of each other.

use std::fs;

use tempfile::TempDir;

use super::*;

struct Case {
    home: TempDir,
    environment: Environment,
}

impl Case {
    fn new(toml: &str, variables: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        if !toml.is_empty() {
            fs::write(home.path().join("isartor.toml"), toml).unwrap();
        }
        let mut environment = Environment::empty().with("ISARTOR_HOME", home.path().to_str().unwrap());
        environment.cache_dir = Some("/cache".into());
        for (name, value) in variables {
            environment = environment.with(name, value);
        }
        Self { home, environment }
    }

    fn load(&self) -> Result<Settings, SettingsError> {
        Settings::load(&self.environment, &Flags::default())
    }

    fn error(&self) -> String {
        self.load().unwrap_err().to_string().replace(self.home.path().to_str().unwrap(), "HOME")
    }
}

#[test]
fn nothing_said_is_the_defaults() {
    let settings = Case::new("", &[]).load().unwrap();
    assert_eq!((settings.host.to_string().as_str(), settings.port), ("127.0.0.1", 8080));
    assert_eq!(settings.gateway_api_key, None);
    assert_eq!(settings.server.max_body_bytes, 2 * 1024 * 1024);
    assert_eq!(settings.server.shutdown_grace, Duration::from_secs(5));
    assert_eq!(settings.embedding.dir, PathBuf::from("/cache/isartor"));
    assert_eq!(settings.embedding.source, ModelSource::Auto);
    assert_eq!(settings.connect.backups_kept, DEFAULT_BACKUPS_KEPT);
    assert_eq!(settings.log, "info");
}

#[test]
fn a_flag_beats_a_variable_beats_the_file() {
    let toml = "port = 1\ngateway_api_key = 'file'\n[embedding]\nenabled = false\nsource = 'pip'\n";
    let variables = [
        ("ISARTOR__PORT", "2"),
        ("ISARTOR__GATEWAY_API_KEY", "12345"),
        ("ISARTOR__EMBEDDING__SOURCE", "/models"),
        ("ISARTOR__POLICY__SETTINGS__THRESHOLD", "0.9"),
        ("ISARTOR__LOG", ""),
    ];
    let case = Case::new(toml, &variables);
    let settings = case.load().unwrap();
    assert_eq!(settings.port, 2);
    assert_eq!(settings.gateway_api_key.as_deref(), Some("12345"), "a key may look like a number");
    assert!(!settings.embedding.enabled, "a variable of one table leaves the rest of it alone");
    assert_eq!(settings.embedding.source, ModelSource::Path("/models".into()));
    assert_eq!(settings.policy.settings, [("threshold".to_owned(), "0.9".to_owned())]);
    assert_eq!(settings.log, "info", "an empty variable is not set");
    let flags = Flags { host: Some("::1".parse().unwrap()), port: Some(0), external_url: None };
    let settings = Settings::load(&case.environment, &flags).unwrap();
    assert_eq!((settings.host.to_string().as_str(), settings.port), ("::1", 0));
}

#[test]
fn what_is_wrong_in_the_file_is_named() {
    let cases = [
        ("colour = 1\n", "line 1, column 1: unknown key colour"),
        (
            "[plugin.weather]\nplaces = [1]\n",
            "line 2, column 10: plugin.weather.places = [1]: places must be a string, a number or a boolean",
        ),
        ("[plugin]\nweather = 1\n", "line 2, column 11: plugin.weather: expected a table, found integer `1`"),
        ("[server]\nmax_bodies = 1\n", "line 2, column 1: unknown key server.max_bodies"),
        ("[colours]\n", "line 1, column 2: unknown key colours"),
        ("port = 'x'\n", "column 8: port: expected a whole number from 0 to 65535, found string \"x\""),
        ("port = 70000\n", "found integer `70000`"),
        ("port = 1\nport = 2\n", "duplicate key"),
        ("port 1\n", "line 1, column 6: "),
        ("external_url = 'isartor.example'\n", "line 1, column 16: external_url = isartor.example: "),
        ("external_url = 'ftp://isartor.example'\n", "it must be an http or https URL"),
        ("external_url = 'https://me@isartor.example'\n", "it must not have a user"),
        ("[server]\ntrusted_proxies = ['nobody']\n", "server.trusted_proxies = nobody: it must be an address"),
        ("[server]\nmax_json_depth = 101\n", "it must be between 4 and 100"),
        (
            "[server]\nmax_total_body_bytes = 9\nmax_body_bytes = 10\n",
            "line 2, column 24: server.max_total_body_bytes = 9: one body may have 10",
        ),
        ("[server]\nmax_total_body_bytes = 2097151\n", "one body may have 2097152, as server.max_body_bytes says"),
        ("[server]\nallowed_hosts = ['*']\n", "server.allowed_hosts = *: it must be a name like"),
        ("[server]\nallowed_hosts = ['a.example', '*.b.example']\n", "server.allowed_hosts = *.b.example"),
        ("[server]\nallowed_hosts = ['http://a.example']\n", "server.allowed_hosts = http://a.example"),
        ("[server]\nallowed_hosts = ['']\n", "server.allowed_hosts = :"),
        ("[server]\nallowed_origins = ['*']\n", "server.allowed_origins = *: it must be an origin like"),
        ("[server]\nallowed_origins = ['null']\n", "server.allowed_origins = null"),
        ("[server]\nallowed_origins = ['https://*.a.example']\n", "server.allowed_origins = https://*.a.example"),
        ("[server]\nallowed_origins = ['a.example']\n", "server.allowed_origins = a.example"),
        ("[server]\nallowed_origins = ['https://a.example/path']\n", "server.allowed_origins = https://a.example/path"),
        ("[server]\nallowed_origins = ['file:///a']\n", "server.allowed_origins = file:///a"),
        ("gateway_api_key = ''\n", "gateway_api_key = (not shown): it must be visible ASCII"),
        ("gateway_api_key = 'se cret'\n", "line 1, column 19: gateway_api_key = (not shown)"),
        (
            "[server]\nmax_connections = 0\n",
            "line 2, column 19: server.max_connections = 0: it must be between 1 and 65536",
        ),
        ("[server]\nshutdown_grace_seconds = 3601\n", "it must be between 0 and 3600"),
        ("[cache]\ndefault_ttl_seconds = 0\n", "cache.default_ttl_seconds = 0: it must be"),
        ("[cache]\nnearest = 'far'\n", "cache.nearest: expected one of `auto`, `scan`, `hora`, found `far`"),
        ("[policy]\nsettings = { a = [1] }\n", "a must be a string, a number or a boolean"),
    ];
    for (toml, expected) in cases {
        let error = Case::new(toml, &[]).error();
        assert!(error.contains(expected), "{toml:?}: {error}");
    }
    assert!(Case::new("colour = 1\n", &[]).error().starts_with("cannot use HOME/isartor.toml: "));
}

#[test]
fn all_that_is_wrong_is_named_and_no_secret() {
    let toml = "prot = 1\ngateway_api_key = 0x5ec7e7\n[servr]\nmax_connections = 1\nmax_sessions = 1\n\
                [server]\nmax_json_depth = 1\n[plugin.weather]\napi_token = ['s3cret']\nunfinished = 's3cret\n";
    let variables = [("ISARTOR__SERVER__MAX_BODDY_BYTES", "1"), ("ISARTOR__CACHE__EXPLORE", "2.5")];
    let SettingsError::Unusable { problems } = Case::new(toml, &variables).load().unwrap_err() else { panic!() };
    let said: Vec<String> = problems
        .iter()
        .map(|problem| {
            problem
                .to_string()
                .split_once("isartor.toml: ")
                .map_or_else(|| problem.to_string(), |(_, said)| said.to_owned())
        })
        .collect();
    let expected = [
        "line 1, column 1: unknown key prot; did you mean port?",
        "line 2, column 19: gateway_api_key: expected a string",
        "line 3, column 2: unknown key servr; did you mean server?",
        "line 7, column 18: server.max_json_depth = 1: it must be between 4 and 100",
        "line 9, column 13: plugin.weather.api_token = (not shown): api_token must be a string, a number or a boolean",
        "line 10, column 21: invalid literal string",
        "the environment variable ISARTOR__CACHE__EXPLORE: cache.explore = 2.5: it must be between 0 and 0.5",
        "the environment variable ISARTOR__SERVER__MAX_BODDY_BYTES: unknown key server.max_boddy_bytes; did you mean \
         ISARTOR__SERVER__MAX_BODY_BYTES?",
    ];
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    for (said, expected) in said.iter().zip(expected) {
        assert!(said.starts_with(expected), "{said} is not {expected}");
    }
    let error = Case::new(toml, &variables).error();
    assert!(error.ends_with("; did you mean port? (and 7 more)"), "{error}");
}

#[test]
fn a_list_in_a_variable_is_its_parts_between_commas() {
    let variables = [("ISARTOR__SERVER__ALLOWED_HOSTS", "a.example, b.example:8080")];
    let settings = Case::new("", &variables).load().unwrap();
    assert_eq!(settings.server.allowed_hosts, ["a.example", "b.example:8080"]);
}

#[test]
fn a_proxy_is_an_address_or_a_network() {
    let toml = "[server]\ntrusted_proxies = ['127.0.0.1', '10.0.0.0/8', '::1']\n";
    let found = Case::new(toml, &[]).load().unwrap().server.trusted_proxies;
    assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]);
}

#[test]
fn an_origin_is_as_browsers_send_it() {
    let toml = "[server]\nallowed_origins = ['HTTPS://Claude.ai:443/', 'http://[::1]:6274']\n";
    let settings = Case::new(toml, &[]).load().unwrap();
    assert_eq!(settings.server.allowed_origins, ["https://claude.ai", "http://[::1]:6274"]);
}

#[test]
fn beyond_this_machine_wants_keys_a_name_and_tls() {
    let named = "external_url = 'http://isartor.example'\n";
    let cases = [
        ("127.0.0.1", "", false, ""),
        ("::1", "", false, ""),
        ("0.0.0.0", "", false, "nobody would need a key"),
        ("::", "external_url = 'https://isartor.example'\n", false, "nobody would need a key"),
        ("192.168.1.1", "", true, "by which name"),
        ("192.168.1.1", named, true, "unencrypted"),
        ("192.168.1.1", "[server]\nallowed_hosts = ['isartor.example']\n", true, "unencrypted"),
        ("0.0.0.0", "[server]\nallow_plain_http = true\n", true, "by which name"),
        ("0.0.0.0", "external_url = 'https://isartor.example'\n", true, ""),
        ("0.0.0.0", "external_url = 'http://isartor.example'\n[server]\nallow_plain_http = true\n", true, ""),
    ];
    for (host, toml, has_authentication, expected) in cases {
        let settings = Case::new(&format!("host = '{host}'\n{toml}"), &[]).load().unwrap();
        let said = settings.check_reach(has_authentication).err().map_or(String::new(), |error| error.to_string());
        let is_as_expected = if expected.is_empty() { said.is_empty() } else { said.contains(expected) };
        assert!(is_as_expected, "{host} {toml:?}: {said}");
    }
}

#[test]
fn what_is_wrong_in_a_variable_is_named() {
    let cases = [
        ("ISARTOR__COLOUR", "1", "unknown key colour"),
        ("ISARTOR__SERVER__COLOUR", "1", "unknown key server.colour"),
        ("ISARTOR__SERVER", "1", "server: expected a table, found integer `1`"),
        ("ISARTOR__PORT", "70000", "port: expected a whole number from 0 to 65535, found integer `70000`"),
        ("ISARTOR__PORT", "http", "found string \"http\""),
        ("ISARTOR__EMBEDDING__ENABLED", "yes", "embedding.enabled: expected true or false, found string \"yes\""),
    ];
    for (name, value, expected) in cases {
        let error = Case::new("", &[(name, value)]).error();
        assert!(error.starts_with(&format!("cannot use the environment variable {name}: ")), "{error}");
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let case = Case::new("", &[]);
    fs::create_dir(case.home.path().join("isartor.toml")).unwrap();
    assert_eq!(case.error(), "cannot read HOME/isartor.toml");
    let case = Case::new("", &[]);
    fs::write(case.home.path().join("isartor.toml"), b"log = '\xff'\n").unwrap();
    assert_eq!(case.error(), "cannot read HOME/isartor.toml");
}

#[test]
fn a_long_home_has_short_sockets() {
    let environment = Environment::empty();
    let home = |path: &str| Home::locate(&environment.clone().with("ISARTOR_HOME", path)).unwrap();
    assert_eq!(home("/h").control_socket(), PathBuf::from("/h/run/control.sock"));
    let long = format!("/{}", "x".repeat(120));
    let socket = home(&long).control_socket();
    assert!(socket.as_os_str().len() <= 100 && socket.starts_with("/tmp"), "{}", socket.display());
    assert_eq!(socket, home(&long).control_socket());
    assert_ne!(socket, home(&format!("{long}y")).control_socket());
}
