//! A path with a beginning that differs from user to user and at most one `*`. Parsed once; expanded elsewhere.

use std::fmt::{self, Display};

/// What may stand between the names of a path, whatever the system.
const SEPARATORS: [char; 2] = ['/', '\\'];

/// `~/.config/x.json`, `${XDG_CONFIG_HOME:-~/.config}/x.json`, `${X_FILE:-${X_HOME:-~/.x}/x.json}`, `%APPDATA%\X_*\x.json`, `/opt/x.json`, `./.x/y.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub root: Root,
    /// The names below the root. None is empty, `.` or `..`; at most one has a `*` in it.
    pub parts: Vec<String>,
    spelled: String,
}

/// Where a path begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// `~`
    Home,
    /// `.`
    Project,
    /// `${NAME}`, `${NAME:-OTHERWISE}` or `%NAME%`
    Variable { name: String, otherwise: Option<Box<Template>> },
    /// `/`
    FileSystem,
}

impl Template {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (root, rest) = split_root(text)?;
        let parts = match rest.strip_prefix(SEPARATORS) {
            Some(rest) => rest.split(SEPARATORS).map(str::to_owned).collect(),
            None if rest.is_empty() => Vec::new(),
            None => return Err(format!("the path {text:?} must start with ~, ./, a variable or /")),
        };
        let template = Self { root, parts, spelled: text.to_owned() };
        template.check()?;
        Ok(template)
    }

    /// Whether everything this matches is inside what `other` matches, or the same.
    pub(super) fn is_in(&self, other: &Self) -> bool {
        self.root == other.root && self.parts.starts_with(&other.parts)
    }

    fn check(&self) -> Result<(), String> {
        let text = &self.spelled;
        let odd = |part: &&String| matches!(part.as_str(), "" | "." | "..") || part.chars().any(char::is_control);
        if let Some(part) = self.parts.iter().find(odd) {
            return Err(format!("the path {text:?} has the part {part:?}"));
        }
        if text.matches('*').count() > 1 {
            return Err(format!("the path {text:?} has more than one *"));
        }
        Ok(())
    }
}

/// As plugin.toml spells it.
impl Display for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.spelled)
    }
}

/// The root and what follows it, with its separator.
fn split_root(text: &str) -> Result<(Root, &str), String> {
    if let Some(rest) = text.strip_prefix('~') {
        return Ok((Root::Home, rest));
    }
    if let Some(rest) = text.strip_prefix('.').filter(|rest| rest.starts_with(SEPARATORS)) {
        return Ok((Root::Project, rest));
    }
    if let Some(rest) = text.strip_prefix("${") {
        let (inside, rest) = split_closing(rest).ok_or_else(|| format!("the path {text:?} has no closing }}"))?;
        let (name, otherwise) = match inside.split_once(":-") {
            Some((name, otherwise)) => (name, Some(Box::new(Template::parse(otherwise)?))),
            None => (inside, None),
        };
        return Ok((Root::Variable { name: variable(name)?, otherwise }, rest));
    }
    if let Some(rest) = text.strip_prefix('%') {
        let (name, rest) = rest.split_once('%').ok_or_else(|| format!("the path {text:?} has no closing %"))?;
        return Ok((Root::Variable { name: variable(name)?, otherwise: None }, rest));
    }
    Ok((Root::FileSystem, text))
}

/// What is before the brace that closes one open already, and what is after it.
fn split_closing(text: &str) -> Option<(&str, &str)> {
    let mut open = 1;
    let (at, _) = text.match_indices(['{', '}']).find(|(_, brace)| {
        open = if *brace == "{" { open + 1 } else { open - 1 };
        open == 0
    })?;
    Some((&text[..at], &text[at + 1..]))
}

fn variable(name: &str) -> Result<String, String> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || character == '_';
    if name.is_empty() || !name.chars().all(allowed) {
        return Err(format!("{name:?} is not a variable's name"));
    }
    Ok(name.to_owned())
}
