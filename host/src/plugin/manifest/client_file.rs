//! The `[[file]]` tables of a connector's manifest: which files a client reads, where they are, and what is in them.
//! Says where to look; never looks.

mod template;

use std::fmt::{self, Display};

use serde::Deserialize;

pub use template::{Root, Template};

/// One configuration file of a client on one operating system. Of several for the same system and scope the first
/// whose `requires` is there is the one that the client reads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Table")]
pub struct ClientFile {
    /// What the connector is told the file is.
    pub id: String,
    pub os: Os,
    pub scope: Scope,
    pub format: Format,
    /// The keys from the root to the object that holds the servers.
    pub container: Vec<String>,
    pub path: Template,
    /// A part of `path` that must exist for the file to be the one in use.
    pub requires: Option<Template>,
    /// Any of these exists where the client is installed.
    pub detect: Vec<Template>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Os {
    Macos,
    Linux,
    Windows,
}

impl Os {
    /// The one that this program was built for.
    pub fn of_this_system() -> Self {
        match std::env::consts::OS {
            "macos" => Self::Macos,
            "windows" => Self::Windows,
            _ => Self::Linux,
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
    User,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JSON; comments and trailing commas that are there already are kept.
    Json,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    id: String,
    os: Os,
    scope: Scope,
    format: Format,
    container: Vec<String>,
    path: String,
    requires: Option<String>,
    #[serde(default)]
    detect: Vec<String>,
}

impl TryFrom<Table> for ClientFile {
    type Error = String;

    fn try_from(table: Table) -> Result<Self, String> {
        let parse = |text: &String| Template::parse(text, table.os);
        let in_file = |message: String| format!("file {:?}: {message}", table.id);
        if table.id.is_empty() || table.container.is_empty() || table.container.iter().any(String::is_empty) {
            return Err(in_file("its id, its container and the container's keys must not be empty".to_owned()));
        }
        let path = parse(&table.path).map_err(in_file)?;
        if path.parts.last().is_none_or(|name| name.contains('*')) {
            return Err(in_file("the last part of its path must be a name without *".to_owned()));
        }
        let requires = table.requires.as_ref().map(parse).transpose().map_err(in_file)?;
        if !requires.as_ref().is_none_or(|requires| path.is_below(requires)) {
            return Err(in_file("its path is not below what it requires".to_owned()));
        }
        let detect = table.detect.iter().map(parse).collect::<Result<_, _>>().map_err(in_file)?;
        let Table { id, os, scope, format, container, .. } = table;
        Ok(Self { id, os, scope, format, container, path, requires, detect })
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

    const GOOD: &str = "id = \"linux\"\nos = \"linux\"\nscope = \"user\"\nformat = \"json\"\n\
                        container = [\"mcpServers\"]\npath = \"~/.config/X/*/x.json\"\n";

    #[test]
    fn a_good_table_parses() {
        let text =
            format!("{GOOD}requires = \"~/.config/X\"\ndetect = [\"${{XDG_CONFIG_HOME:-~/.config}}/X\", \"/opt/x\"]\n");
        let file: ClientFile = toml::from_str(&text).unwrap();
        assert_eq!((file.os, file.container.as_slice()), (Os::Linux, &["mcpServers".to_owned()][..]));
        assert!(check(std::slice::from_ref(&file)).is_ok());
        assert!(check(&[file.clone(), file]).unwrap_err().contains("is there twice"));
    }

    #[test]
    fn each_wrong_table_says_what_is_wrong() {
        let cases = [
            (GOOD.replace("~/.config", ".config"), "must start with"),
            (GOOD.replace("~/.config", "~/../x"), "has the part \"..\""),
            (GOOD.replace("~/.config", "~//x"), "has the part \"\""),
            (GOOD.replace("X/*/", "X/*/*/"), "more than one *"),
            (GOOD.replace("*/x.json", "x*.json"), "the last part of its path"),
            (GOOD.replace("~/", "${XDG-x}/"), "is not a variable's name"),
            (GOOD.replace("~/", "${XDG/"), "has no closing"),
            (GOOD.replace("~/", "${XDG:-x}/"), "must start with"),
            (GOOD.replace("[\"mcpServers\"]", "[]"), "must not be empty"),
            (GOOD.replace("linux\"\nscope", "plan9\"\nscope"), "unknown variant `plan9`"),
            (GOOD.replace("\"user\"", "\"project\""), "unknown variant `project`"),
            (GOOD.replace("\"json\"", "\"toml\""), "unknown variant `toml`"),
            (format!("{GOOD}requires = \"~/.local\"\n"), "not below what it requires"),
            (format!("{GOOD}wins = true\n"), "unknown field `wins`"),
        ];
        for (text, words) in cases {
            let message = toml::from_str::<ClientFile>(&text).unwrap_err().to_string();
            assert!(message.contains(words), "{message:?} does not say {words:?}");
        }
    }
}
