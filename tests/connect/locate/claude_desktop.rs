//! Where the configuration of Claude Desktop is, for every system and environment.

use isartor_host::connect::locate::LocateError;
use isartor_host::plugin::manifest::client_file::{Os, Scope};

use super::{Machine, manifest, own, paths};

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
    let manifest = manifest("claude-desktop");
    for Case { name, os, home, variables, tree, expected } in CASES {
        let machine = Machine { os: *os, home: *home, project: None, variables, tree };
        match (machine.locate(&manifest.files, Scope::User), expected) {
            (Ok(location), Found(targets, passed_over, is_installed)) => {
                let found = location.targets.iter().map(|place| (place.file.id.as_str(), &*place.path, &*place.base));
                assert_eq!(found.collect::<Vec<_>>(), *targets, "{name}");
                assert_eq!(
                    (&paths(&location.competing)[..], location.is_installed),
                    (&*own(passed_over), *is_installed),
                    "{name}"
                );
            }
            (found, NoRoot(variable)) => {
                assert_eq!(found, Err(LocateError::NoRoot { name: (*variable).to_owned() }), "{name}");
            }
            (Err(error), Found(..)) => panic!("{name}: {error}"),
        }
    }
}

#[test]
fn a_system_that_no_file_is_for_is_an_error() {
    let mut files = manifest("claude-desktop").files;
    files.retain(|file| file.systems == [Os::Macos]);
    let linux = Machine { os: Os::Linux, home: Some("/h"), project: None, variables: &[], tree: &[] };
    assert_eq!(linux.locate(&files, Scope::User), Err(LocateError::UnknownOnThisSystem(Os::Linux)));
}
