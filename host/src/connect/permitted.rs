//! Which files a third-party connector may edit: those that the user accepted, inside the user's home, and never one
//! that some program runs or trusts. Decides; touches nothing but to follow links.

use std::io;
use std::path::{Path, PathBuf};

use crate::plugin::manifest::client_file::{ClientFile, Root, Template};

/// Folders and files below the home or a project's directory that run programs, hold keys or decide what is run.
const NEVER: [&[&str]; 40] = [
    &[".ssh"],
    &[".gnupg"],
    &[".aws"],
    &[".kube"],
    &[".docker"],
    &[".netrc"],
    &[".npmrc"],
    &[".cargo"],
    &[".gitconfig"],
    // In a project: hooks run, and so does what a shell reads there.
    &[".git"],
    &[".envrc"],
    &[".husky"],
    &[".config", "git"],
    &[".bashrc"],
    &[".bash_profile"],
    &[".bash_login"],
    &[".bash_logout"],
    &[".profile"],
    &[".zshrc"],
    &[".zshenv"],
    &[".zprofile"],
    &[".zlogin"],
    &[".zlogout"],
    &[".kshrc"],
    &[".cshrc"],
    &[".tcshrc"],
    &[".login"],
    &[".config", "fish"],
    &[".xinitrc"],
    &[".xprofile"],
    &[".xsession"],
    &[".pam_environment"],
    &[".config", "autostart"],
    &[".config", "systemd"],
    &[".config", "environment.d"],
    &[".local", "bin"],
    &[".local", "share", "applications"],
    &["library", "launchagents"],
    &["library", "launchdaemons"],
    &["appdata", "roaming", "microsoft", "windows", "start menu"],
];

/// Why a connector may not edit a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    #[error("you did not accept that it edits this file")]
    NotAccepted,
    #[error("it is outside your home directory")]
    OutsideHome,
    #[error("it is isartor's own")]
    OurOwn,
    #[error("programs are run or keys are kept there")]
    Sensitive,
}

/// Looks at what a manifest asks for; a variable in a path is only known when the file is edited.
pub fn check_template(file: &ClientFile) -> Result<(), Forbidden> {
    match below_home(&file.path) {
        Some(parts) => check_names(&parts),
        None => Ok(()),
    }
}

/// The parts below the home or a project's directory, where the template says that it is there.
fn below_home(template: &Template) -> Option<Vec<String>> {
    match &template.root {
        Root::Home | Root::Project => Some(template.parts.clone()),
        Root::Variable { otherwise: Some(otherwise), .. } => {
            Some([below_home(otherwise)?, template.parts.clone()].concat())
        }
        Root::Variable { otherwise: None, .. } | Root::FileSystem => None,
    }
}

/// Checks where `path` really leads, which must be inside `home_dir` and outside `state_dir`.
pub(super) fn check_path(path: &Path, home_dir: Option<&Path>, state_dir: &Path) -> io::Result<Result<(), Forbidden>> {
    let real = really(path)?;
    if real.starts_with(really(state_dir)?) {
        return Ok(Err(Forbidden::OurOwn));
    }
    let Some(home_dir) = home_dir else { return Ok(Err(Forbidden::OutsideHome)) };
    let Ok(below) = real.strip_prefix(really(home_dir)?) else { return Ok(Err(Forbidden::OutsideHome)) };
    let names: Vec<String> = below.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    Ok(check_names(&names))
}

fn check_names(below_home: &[String]) -> Result<(), Forbidden> {
    let names: Vec<String> = below_home.iter().map(|name| name.to_lowercase()).collect();
    let is_inside =
        |never: &&[&str]| names.len() >= never.len() && names.iter().zip(*never).all(|(name, part)| name == part);
    match NEVER.iter().any(is_inside) {
        true => Err(Forbidden::Sensitive),
        false => Ok(()),
    }
}

/// The path with every link followed, as far as it exists.
fn really(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Ok(real) => Ok(real),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match (path.parent(), path.file_name()) {
            // A link that leads nowhere yet would be followed when the file is written.
            _ if path.is_symlink() => really(&path.read_link()?),
            (Some(parent), Some(name)) => Ok(really(parent)?.join(name)),
            (None, _) | (_, None) => Ok(path.to_owned()),
        },
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_places_inside_the_home_are_permitted() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let at = |name: &str| home.path().join(name);
        std::fs::create_dir_all(at(".isartor")).expect("it can be made");
        std::fs::create_dir_all(at(".ssh")).expect("it can be made");
        std::os::unix::fs::symlink(at(".ssh"), at("innocent")).expect("it can be made");
        std::os::unix::fs::symlink(at(".bashrc"), at("settings.json")).expect("it can be made");
        let cases = [
            (at(".config/client/mcp.json"), Ok(())),
            (at(".bashrc.d/x"), Ok(())),
            (at(".git/hooks/pre-commit"), Err(Forbidden::Sensitive)),
            (at(".ssh/authorized_keys"), Err(Forbidden::Sensitive)),
            (at("innocent/config"), Err(Forbidden::Sensitive)),
            (at("settings.json"), Err(Forbidden::Sensitive)),
            (at(".bashrc"), Err(Forbidden::Sensitive)),
            (at(".config/Autostart/x.desktop"), Err(Forbidden::Sensitive)),
            (at(".isartor/isartor-plugins.lock"), Err(Forbidden::OurOwn)),
            (PathBuf::from("/etc/passwd"), Err(Forbidden::OutsideHome)),
        ];
        for (path, expected) in cases {
            let found = check_path(&path, Some(home.path()), &at(".isartor")).expect("links can be followed");
            assert_eq!(found, expected, "{}", path.display());
        }
    }
}
