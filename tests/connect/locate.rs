//! Where the configuration of Claude Desktop is, for every system and environment: a table over the pure function.

mod several;

use isartor_host::connect::locate::{Directories, LocateError, Surroundings, locate};
use isartor_host::plugin::manifest::Manifest;
use isartor_host::plugin::manifest::client_file::{Os, Scope};

/// The real manifest, so that what is tested is what is shipped.
const MANIFEST: &str = include_str!("../../plugins/claude-desktop/plugin.toml");

/// Paths that are there; each implies the directories around it.
struct Tree(&'static [&'static str]);

impl Directories for Tree {
    fn names(&self, directory: &str) -> Vec<String> {
        let below = |path: &&str| path.strip_prefix(directory)?.strip_prefix(['/', '\\']).map(str::to_owned);
        let first = |rest: String| rest.split(['/', '\\']).next().unwrap_or_default().to_owned();
        let mut names: Vec<String> = self.0.iter().rev().filter_map(below).map(first).collect();
        names.dedup();
        names
    }

    fn exists(&self, path: &str) -> bool {
        let is_or_holds = |known: &&str| {
            known.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '\\']))
        };
        self.0.iter().any(is_or_holds)
    }
}

struct Case {
    name: &'static str,
    os: Os,
    home: Option<&'static str>,
    variables: &'static [(&'static str, &'static str)],
    tree: &'static [&'static str],
    expected: Expected,
}

enum Expected {
    /// File id, path and base of each target; what is passed over; whether the client is there.
    Found(&'static [(&'static str, &'static str, &'static str)], &'static [&'static str], bool),
    /// The variable that has no absolute path in it.
    NoRoot(&'static str),
}

use Expected::{Found, NoRoot};

const MAC_FILE: &str = "/Users/a/Library/Application Support/Claude/claude_desktop_config.json";
const LINUX_FILE: &str = "/home/a/.config/Claude/claude_desktop_config.json";
const WINDOWS: &[(&str, &str)] =
    &[("APPDATA", "C:\\Users\\a\\AppData\\Roaming"), ("LOCALAPPDATA", "C:\\Users\\a\\AppData\\Local")];
const APPDATA: &str = "C:\\Users\\a\\AppData";
const LEGACY_FILE: &str = "C:\\Users\\a\\AppData\\Roaming\\Claude\\claude_desktop_config.json";
const MSIX: &str = "C:\\Users\\a\\AppData\\Local\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming";
const MSIX_FILE: &str = "C:\\Users\\a\\AppData\\Local\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json";
const BETA: &str = "C:\\Users\\a\\AppData\\Local\\Packages\\Claude_beta\\LocalCache\\Roaming";
const BETA_FILE: &str =
    "C:\\Users\\a\\AppData\\Local\\Packages\\Claude_beta\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json";

const MAC: Case =
    Case { name: "macOS", os: Os::Macos, home: Some("/Users/a"), variables: &[], tree: &[], expected: NoRoot("") };
const LINUX: Case = Case { name: "Linux", os: Os::Linux, home: Some("/home/a"), ..MAC };
const WIN: Case = Case { name: "Windows", os: Os::Windows, home: None, variables: WINDOWS, ..MAC };

const CASES: &[Case] = &[
    Case { expected: Found(&[("macos", MAC_FILE, "/Users/a")], &[], false), ..MAC },
    Case {
        name: "macOS, installed",
        tree: &["/Applications/Claude.app"],
        expected: Found(&[("macos", MAC_FILE, "/Users/a")], &[], true),
        ..MAC
    },
    Case {
        name: "macOS knows no XDG",
        variables: &[("XDG_CONFIG_HOME", "/x")],
        tree: &["/Users/a/Library/Application Support/Claude"],
        expected: Found(&[("macos", MAC_FILE, "/Users/a")], &[], true),
        ..MAC
    },
    Case { name: "macOS, no home", home: None, expected: NoRoot("HOME"), ..MAC },
    Case {
        tree: &["/home/a/.config/Claude"],
        expected: Found(&[("linux", LINUX_FILE, "/home/a")], &[], true),
        ..LINUX
    },
    Case {
        name: "Linux, XDG: the directory in it counts, and only that",
        variables: &[("XDG_CONFIG_HOME", "/srv/config/")],
        tree: &["/home/a/.config/Claude"],
        expected: Found(&[("linux", "/srv/config/Claude/claude_desktop_config.json", "/srv")], &[], false),
        ..LINUX
    },
    Case {
        name: "Linux, a relative XDG path is to be ignored",
        variables: &[("XDG_CONFIG_HOME", "config")],
        expected: Found(&[("linux", LINUX_FILE, "/home/a")], &[], false),
        ..LINUX
    },
    Case {
        name: "Linux, XDG without home",
        home: None,
        variables: &[("XDG_CONFIG_HOME", "/c")],
        expected: Found(&[("linux", "/c/Claude/claude_desktop_config.json", "/")], &[], false),
        ..LINUX
    },
    Case { name: "Linux, neither", home: None, expected: NoRoot("HOME"), ..LINUX },
    Case { tree: &[APPDATA], expected: Found(&[("windows", LEGACY_FILE, APPDATA)], &[], false), ..WIN },
    Case {
        name: "Windows, legacy",
        tree: &[LEGACY_FILE],
        expected: Found(&[("windows", LEGACY_FILE, APPDATA)], &[], true),
        ..WIN
    },
    Case {
        name: "Windows, package",
        tree: &[MSIX],
        expected: Found(&[("windows-package", MSIX_FILE, APPDATA)], &[], true),
        ..WIN
    },
    Case {
        name: "Windows, a package that never ran has no directory of its own",
        tree: &["C:\\Users\\a\\AppData\\Local\\Packages\\Claude_pzs8sxrjxfjjc\\Settings"],
        expected: Found(&[("windows", LEGACY_FILE, APPDATA)], &[], true),
        ..WIN
    },
    Case {
        name: "Windows, both: the package is written and the legacy file is named",
        tree: &[LEGACY_FILE, MSIX],
        expected: Found(&[("windows-package", MSIX_FILE, APPDATA)], &[LEGACY_FILE], true),
        ..WIN
    },
    Case {
        name: "Windows, several packages: each reads its own",
        tree: &[MSIX, BETA, "C:\\Users\\a\\AppData\\Local\\Packages\\ClaudeTools_x\\LocalCache\\Roaming"],
        expected: Found(&[("windows-package", BETA_FILE, APPDATA), ("windows-package", MSIX_FILE, APPDATA)], &[], true),
        ..WIN
    },
    Case {
        name: "Windows, no LOCALAPPDATA",
        variables: &[("APPDATA", "C:\\Users\\a\\AppData\\Roaming")],
        expected: Found(&[("windows", LEGACY_FILE, APPDATA)], &[], false),
        ..WIN
    },
    Case {
        name: "Windows, no APPDATA",
        variables: &[("LOCALAPPDATA", "C:\\Users\\a\\AppData\\Local")],
        expected: NoRoot("APPDATA"),
        ..WIN
    },
    Case {
        name: "Windows, APPDATA that is not absolute",
        variables: &[("APPDATA", "Roaming")],
        expected: NoRoot("APPDATA"),
        ..WIN
    },
];

#[test]
fn each_system_has_its_place() {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    for Case { name, os, home, variables, tree, expected } in CASES {
        let variable = |wanted: &str| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        };
        let around =
            Surroundings { os: *os, home_dir: *home, variable: &variable, project_dir: None, directories: &Tree(tree) };
        match (locate(&manifest.files, Scope::User, &around), expected) {
            (Ok(location), Found(targets, passed_over, is_installed)) => {
                let found = location.targets.iter().map(|place| (place.file.id.as_str(), &*place.path, &*place.base));
                assert_eq!(found.collect::<Vec<_>>(), *targets, "{name}");
                let competing: Vec<String> = location.competing.iter().map(|place| place.path.clone()).collect();
                assert_eq!((&competing[..], location.is_installed), (&*own(passed_over), *is_installed), "{name}");
            }
            (found, NoRoot(variable)) => {
                assert_eq!(found, Err(LocateError::NoRoot { name: (*variable).to_owned() }), "{name}");
            }
            (Err(error), Found(..)) => panic!("{name}: {error}"),
        }
    }
}

fn own(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_system_that_no_file_is_for_is_an_error() {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    let mac_only: Vec<_> = manifest.files.into_iter().filter(|file| file.systems == [Os::Macos]).collect();
    let around = Surroundings {
        os: Os::Linux,
        home_dir: Some("/h"),
        project_dir: None,
        variable: &|_| None,
        directories: &Tree(&[]),
    };
    assert_eq!(locate(&mac_only, Scope::User, &around), Err(LocateError::UnknownOnThisSystem(Os::Linux)));
}
