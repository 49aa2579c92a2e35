//! `[servers]`: how a client writes its servers, the same in all of its files.

use serde::Deserialize;

/// Stands for a variable's name in `key_reference`.
const NAME: &str = "NAME";

/// How the client's configuration holds its servers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Table")]
pub struct Servers {
    pub format: Format,
    /// The keys from the root to what holds the servers.
    pub container: Vec<String>,
    /// The servers are a list of maps, of which this field is the name.
    pub name_field: Option<String>,
    /// What the connector may write besides what it is given.
    pub constants: Vec<Constant>,
    /// How a value refers to an environment variable, with `NAME` for the variable. None: it cannot.
    key_reference: Option<String>,
    /// What a new file begins with.
    pub head: String,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JSON; comments and trailing commas that are there already are kept.
    Json,
    Json5,
    Toml,
    Yaml,
}

/// A value that every entry of the client has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "a constant is a text, a boolean or a whole number")]
pub enum Constant {
    Text(String),
    Bool(bool),
    Number(i64),
}

impl Servers {
    /// A reference to the environment variable `name`; none where the client knows no such thing.
    pub fn reference_to(&self, name: &str) -> Option<String> {
        self.key_reference.as_ref().map(|reference| reference.replace(NAME, name))
    }

    /// The variable that `value` refers to; none when it is no reference. Where a reference is a bare name, the value
    /// of a variable or a header never is one.
    pub fn referred<'v>(&self, value: &'v str) -> Option<&'v str> {
        let (before, after) = self.key_reference.as_deref()?.split_once(NAME)?;
        let name = value.strip_prefix(before)?.strip_suffix(after)?;
        let is_bare_name = before.is_empty() && after.is_empty();
        (!name.is_empty() && !is_bare_name).then_some(name)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    format: Format,
    container: Vec<String>,
    name_field: Option<String>,
    #[serde(default)]
    constants: Vec<Constant>,
    key_reference: Option<String>,
    #[serde(default)]
    head: String,
}

impl TryFrom<Table> for Servers {
    type Error = String;

    fn try_from(table: Table) -> Result<Self, String> {
        let Table { format, container, name_field, constants, key_reference, head } = table;
        if container.is_empty() || container.iter().chain(&name_field).any(String::is_empty) {
            return Err("the container of the servers, its keys and its name_field must not be empty".to_owned());
        }
        if key_reference.as_ref().is_some_and(|reference| reference.matches(NAME).count() != 1) {
            return Err("key_reference must have NAME in it once".to_owned());
        }
        Ok(Self { format, container, name_field, constants, key_reference, head })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "format = \"yaml\"\ncontainer = [\"mcpServers\"]\nconstants = [\"stdio\", true, 300]\n\
                        key_reference = \"${env:NAME}\"\n";

    #[test]
    fn a_good_table_parses() {
        let servers: Servers = toml::from_str(GOOD).expect("it is good");
        assert_eq!(servers.reference_to("MY_KEY").as_deref(), Some("${env:MY_KEY}"));
        assert_eq!((servers.referred("${env:MY_KEY}"), servers.referred("k")), (Some("MY_KEY"), None));
        assert_eq!(servers.constants[1..], [Constant::Bool(true), Constant::Number(300)]);
    }

    #[test]
    fn each_wrong_table_says_what_is_wrong() {
        let cases = [
            (GOOD.replace("[\"mcpServers\"]", "[]"), "must not be empty"),
            (GOOD.replace("\"mcpServers\"", "\"\""), "must not be empty"),
            (GOOD.replace("yaml", "ini"), "unknown variant `ini`"),
            (GOOD.replace("NAME", "VARIABLE"), "must have NAME in it once"),
            (GOOD.replace("300", "3.5"), "a constant is a text"),
            (format!("{GOOD}indent = 2\n"), "unknown field `indent`"),
        ];
        for (text, words) in cases {
            let message = toml::from_str::<Servers>(&text).expect_err(words).to_string();
            assert!(message.contains(words), "{message:?} does not say {words:?}");
        }
    }
}
