//! What a connector's manifest says of its client: `[servers]`, how the client writes its servers, and the `[[file]]`
//! tables, where its files are. Says where to look; never looks.

mod servers;
mod sign;
mod template;

use std::fmt::{self, Display};

use serde::Deserialize;

pub use servers::{Constant, Format, Servers};
pub use sign::Sign;
pub use template::{Root, Template};

/// One configuration file of a client. Of several for the same system, scope and variant the first whose `requires`
/// is there is the one that the client reads; each variant has one of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Table")]
pub struct ClientFile {
    /// What the connector is told the file is.
    pub id: String,
    /// The systems on which the client has it.
    pub systems: Vec<Os>,
    pub scope: Scope,
    /// Which of the client's editions has it, where several may be installed at once.
    pub variant: Option<String>,
    pub path: Template,
    /// `path` or a part of it that must exist for the file to be the one in use.
    pub requires: Option<Template>,
    /// What must not exist for the file to be in use: the sign that the client left it behind.
    pub unless: Option<Template>,
    /// The file is used only where no other of its scope is.
    pub is_fallback: bool,
    /// Any of these is there where the client is installed.
    pub detect: Vec<Sign>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Os {
    Macos,
    Linux,
    Windows,
}

impl Os {
    const ALL: [Self; 3] = [Self::Macos, Self::Linux, Self::Windows];

    /// The one that this program was built for.
    pub fn of_this_system() -> Self {
        match std::env::consts::OS {
            "macos" => Self::Macos,
            "windows" => Self::Windows,
            _ => Self::Linux,
        }
    }

    /// What stands between the parts of a path.
    pub fn separator(self) -> char {
        match self {
            Self::Macos | Self::Linux => '/',
            Self::Windows => '\\',
        }
    }
}

impl Display for Os {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Macos => "macOS",
            Self::Linux => "Linux",
            Self::Windows => "Windows",
        })
    }
}

/// Whose configuration a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The user's, for everything.
    User,
    /// A project's, below its directory.
    Project,
}

impl Scope {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Project => "project",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    id: String,
    #[serde(default)]
    os: Systems,
    scope: Scope,
    variant: Option<String>,
    path: String,
    requires: Option<String>,
    unless: Option<String>,
    #[serde(default)]
    fallback: bool,
    #[serde(default)]
    detect: Vec<String>,
}

/// One system, several, or all where none is named.
#[derive(Default, Deserialize)]
#[serde(untagged, expecting = "os is \"macos\", \"linux\" or \"windows\", or a list of these")]
enum Systems {
    #[default]
    All,
    One(Os),
    Some(Vec<Os>),
}

impl From<Systems> for Vec<Os> {
    fn from(systems: Systems) -> Self {
        match systems {
            Systems::All => Os::ALL.to_vec(),
            Systems::One(os) => vec![os],
            Systems::Some(systems) => systems,
        }
    }
}

impl TryFrom<Table> for ClientFile {
    type Error = String;

    fn try_from(table: Table) -> Result<Self, String> {
        let in_file = |message: String| format!("file {:?}: {message}", table.id);
        if table.id.is_empty() || table.variant.as_ref().is_some_and(String::is_empty) {
            return Err(in_file("its id and its variant must not be empty".to_owned()));
        }
        let path = Template::parse(&table.path).map_err(in_file)?;
        check_path(&path, table.scope).map_err(in_file)?;
        let optional = |text: &Option<String>| text.as_deref().map(Template::parse).transpose();
        let requires = optional(&table.requires).map_err(in_file)?;
        let unless = optional(&table.unless).map_err(in_file)?;
        if !requires.as_ref().is_none_or(|requires| path.is_in(requires)) {
            return Err(in_file("its path is not in what it requires".to_owned()));
        }
        let detect = table.detect.iter().map(|sign| Sign::parse(sign)).collect::<Result<_, _>>().map_err(in_file)?;
        let systems: Vec<Os> = table.os.into();
        let Table { id, scope, variant, fallback: is_fallback, .. } = table;
        Ok(Self { id, systems, scope, variant, path, requires, unless, is_fallback, detect })
    }
}

fn check_path(path: &Template, scope: Scope) -> Result<(), String> {
    if !ends_in_a_name(path) {
        return Err("the last part of its path must be a name without *".to_owned());
    }
    match (scope, path.root == Root::Project) {
        (Scope::Project, true) | (Scope::User, false) => Ok(()),
        (Scope::Project, false) => Err("the path of a project's file must start with ./".to_owned()),
        (Scope::User, true) => Err("a path that starts with ./ is a project's".to_owned()),
    }
}

/// Whether a path can be a file's: a variable's value can be.
fn ends_in_a_name(path: &Template) -> bool {
    match (path.parts.last(), &path.root) {
        (Some(name), _) => !name.contains('*'),
        (None, Root::Variable { otherwise, .. }) => otherwise.as_deref().is_none_or(ends_in_a_name),
        (None, Root::Home | Root::Project | Root::FileSystem) => false,
    }
}

/// What must hold for all files of one connector together.
pub fn check(files: &[ClientFile]) -> Result<(), String> {
    match files.iter().enumerate().find(|(index, file)| files[..*index].iter().any(|other| other.id == file.id)) {
        Some((_, twice)) => Err(format!("the file {:?} is there twice", twice.id)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "id = \"linux\"\nos = \"linux\"\nscope = \"user\"\npath = \"~/.config/X/*/x.json\"\n";

    #[test]
    fn a_good_table_parses() {
        let text = format!(
            "{GOOD}requires = \"~/.config/X\"\ndetect = [\"${{XDG_CONFIG_HOME:-~/.config}}/X\", \"/opt/x\", \"xx\"]\n"
        );
        let file: ClientFile = toml::from_str(&text).unwrap();
        assert_eq!((file.systems.as_slice(), file.scope), (&[Os::Linux][..], Scope::User));
        assert_eq!(file.detect[2], Sign::Program("xx".to_owned()));
        assert!(check(std::slice::from_ref(&file)).is_ok());
        assert!(check(&[file.clone(), file]).unwrap_err().contains("is there twice"));
        let everywhere: ClientFile =
            toml::from_str("id = \"p\"\nscope = \"project\"\npath = \"./.x/mcp.json\"\n").unwrap();
        assert_eq!((everywhere.systems.len(), everywhere.path.to_string().as_str()), (3, "./.x/mcp.json"));
        let variable: ClientFile =
            toml::from_str("id = \"v\"\nscope = \"user\"\npath = \"${X_FILE}\"\nrequires = \"${X_FILE}\"\n").unwrap();
        assert!(variable.path.parts.is_empty());
        let nested = "path = \"${A:-${B:-~/.x}/x.json}\"\nunless = \"~/.x/moved\"\n";
        let nested: ClientFile = toml::from_str(&format!("id = \"n\"\nscope = \"user\"\n{nested}")).unwrap();
        assert_eq!(nested.unless.unwrap().parts, [".x", "moved"]);
        let Root::Variable { otherwise: Some(inner), .. } = nested.path.root else { panic!("it is a variable") };
        assert!(matches!(inner.root, Root::Variable { .. }) && inner.parts == ["x.json"]);
    }

    #[test]
    fn each_wrong_table_says_what_is_wrong() {
        let cases = [
            (GOOD.replace("~/.config", ".config"), "must start with"),
            (GOOD.replace("~/.config", "~/../x"), "has the part \"..\""),
            (GOOD.replace("~/.config", "~//x"), "has the part \"\""),
            (GOOD.replace("X/*/", "X/*/*/"), "more than one *"),
            (GOOD.replace("*/x.json", "x*.json"), "the last part of its path"),
            (GOOD.replace("~/.config/X/*/x.json", "~"), "the last part of its path"),
            (GOOD.replace("~/", "${XDG-x}/"), "is not a variable's name"),
            (GOOD.replace("~/", "${XDG/"), "has no closing"),
            (GOOD.replace("~/", "${A:-${B:-~}/"), "has no closing"),
            (GOOD.replace("~/.config/X/*/x.json", "${A:-~}"), "the last part of its path"),
            (format!("{GOOD}unless = \"x\"\n"), "must start with"),
            (GOOD.replace("~/", "${XDG:-x}/"), "must start with"),
            (GOOD.replace("~/", "./"), "is a project's"),
            (GOOD.replace("linux\"\nscope", "plan9\"\nscope"), "os is \"macos\", \"linux\" or \"windows\""),
            (GOOD.replace("\"user\"", "\"project\""), "must start with ./"),
            (GOOD.replace("\"user\"", "\"global\""), "unknown variant `global`"),
            (format!("{GOOD}requires = \"~/.local\"\n"), "not in what it requires"),
            (format!("{GOOD}detect = [\"a b/c\"]\n"), "must start with"),
            (format!("{GOOD}variant = \"\"\n"), "must not be empty"),
            (format!("{GOOD}wins = true\n"), "unknown field `wins`"),
        ];
        for (text, words) in cases {
            let message = toml::from_str::<ClientFile>(&text).unwrap_err().to_string();
            assert!(message.contains(words), "{message:?} does not say {words:?}");
        }
    }
}
