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
        ("colour = 1\n", "unknown field `colour`"),
        ("[plugin.weather]\nplaces = [1]\n", "places must be a string, a number or a boolean"),
        ("[plugin]\nweather = 1\n", "expected a map"),
        ("[server]\nmax_bodies = 1\n", "unknown field `max_bodies`"),
        ("[colours]\n", "unknown field `colours`"),
        ("port = 'x'\n", "invalid type: string \"x\", expected u16"),
        ("port = 70000\n", "invalid value: integer `70000`, expected u16"),
        ("port = 1\nport = 2\n", "duplicate key"),
        ("port 1\n", "TOML parse error at line 1, column 6"),
        ("external_url = 'isartor.example'\n", "cannot use external_url = isartor.example"),
        ("external_url = 'ftp://isartor.example'\n", "it must be an http or https URL"),
        ("external_url = 'https://me@isartor.example'\n", "it must not have a user"),
        ("[server]\ntrusted_proxies = ['nobody']\n", "trusted_proxies"),
        ("[server]\nmax_json_depth = 101\n", "it must be between 4 and 100"),
        ("gateway_api_key = ''\n", "cannot use gateway_api_key = (not shown)"),
        ("gateway_api_key = 'se cret'\n", "cannot use gateway_api_key = (not shown)"),
        ("[server]\nmax_connections = 0\n", "cannot use server.max_connections = 0: it must be between 1 and 65536"),
        ("[server]\nshutdown_grace_seconds = 3601\n", "it must be between 0 and 3600"),
        ("[cache]\ndefault_ttl_seconds = 0\n", "cannot use cache.default_ttl_seconds = 0"),
        ("[cache]\nnearest = 'far'\n", "unknown variant `far`"),
        ("[policy]\nsettings = { a = [1] }\n", "a must be a string, a number or a boolean"),
    ];
    for (toml, expected) in cases {
        let error = Case::new(toml, &[]).error();
        assert!(error.contains(expected), "{toml:?}: {error}");
    }
    assert!(Case::new("colour = 1\n", &[]).error().starts_with("cannot use HOME/isartor.toml: "));
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
        ("ISARTOR__COLOUR", "1", "unknown field `colour`"),
        ("ISARTOR__SERVER__COLOUR", "1", "unknown field `colour`"),
        ("ISARTOR__SERVER", "1", "invalid type: integer `1`"),
        ("ISARTOR__PORT", "70000", "invalid value: integer `70000`, expected u16"),
        ("ISARTOR__PORT", "http", "invalid type: string \"http\", expected u16"),
        ("ISARTOR__EMBEDDING__ENABLED", "yes", "invalid type: string \"yes\", expected a boolean"),
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
