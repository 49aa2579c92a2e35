//! Where the configuration of Claude Desktop is, for every system and environment: a table over the pure function.

use std::collections::BTreeMap;

use isartor_host::connect::locate::{Directories, LocateError, Surroundings, locate};
use isartor_host::plugin::manifest::Manifest;
use isartor_host::plugin::manifest::client_file::Os;

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
    expected: Result<Found, LocateError>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    /// File id, path and base.
    targets: Vec<(&'static str, &'static str, &'static str)>,
    passed_over: Vec<&'static str>,
    is_installed: bool,
}

const WINDOWS: &[(&str, &str)] =
    &[("APPDATA", "C:\\Users\\a\\AppData\\Roaming"), ("LOCALAPPDATA", "C:\\Users\\a\\AppData\\Local")];
const MSIX: &str = "C:\\Users\\a\\AppData\\Local\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming";
const MSIX_FILE: &str = "C:\\Users\\a\\AppData\\Local\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json";
const OTHER_MSIX: &str = "C:\\Users\\a\\AppData\\Local\\Packages\\Claude_beta\\LocalCache\\Roaming\\Claude";
const OTHER_MSIX_FILE: &str =
    "C:\\Users\\a\\AppData\\Local\\Packages\\Claude_beta\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json";
const LEGACY_FILE: &str = "C:\\Users\\a\\AppData\\Roaming\\Claude\\claude_desktop_config.json";
const LOCAL: &str = "C:\\Users\\a\\AppData";

#[expect(clippy::too_many_lines, reason = "a list")]
fn cases() -> Vec<Case> {
    let case = |name, os, home, variables, tree, expected| Case { name, os, home, variables, tree, expected };
    let one =
        |id, path, base, is_installed| Ok(Found { targets: vec![(id, path, base)], passed_over: vec![], is_installed });
    let mac_file = "/Users/a/Library/Application Support/Claude/claude_desktop_config.json";
    let linux_file = "/home/a/.config/Claude/claude_desktop_config.json";
    vec![
        case(
            "macOS, fresh",
            Os::Macos,
            Some("/Users/a"),
            &[],
            &["/Users/a"],
            one("macos", mac_file, "/Users/a", false),
        ),
        case(
            "macOS, app",
            Os::Macos,
            Some("/Users/a"),
            &[],
            &["/Applications/Claude.app"],
            one("macos", mac_file, "/Users/a", true),
        ),
        case(
            "macOS ignores XDG",
            Os::Macos,
            Some("/Users/a"),
            &[("XDG_CONFIG_HOME", "/x")],
            &["/Users/a/Library/Application Support/Claude"],
            one("macos", mac_file, "/Users/a", true),
        ),
        case(
            "Linux",
            Os::Linux,
            Some("/home/a"),
            &[],
            &["/home/a/.config/Claude"],
            one("linux", linux_file, "/home/a", true),
        ),
        case(
            "Linux, XDG",
            Os::Linux,
            Some("/home/a"),
            &[("XDG_CONFIG_HOME", "/srv/config/")],
            &["/home/a/.config/Claude"],
            one("linux", "/srv/config/Claude/claude_desktop_config.json", "/srv", false),
        ),
        case(
            "Linux, a relative XDG path is to be ignored",
            Os::Linux,
            Some("/home/a"),
            &[("XDG_CONFIG_HOME", "config")],
            &[],
            one("linux", linux_file, "/home/a", false),
        ),
        case(
            "Linux, XDG without home",
            Os::Linux,
            None,
            &[("XDG_CONFIG_HOME", "/c")],
            &[],
            one("linux", "/c/Claude/claude_desktop_config.json", "/", false),
        ),
        case("Linux, no home", Os::Linux, None, &[], &[], Err(LocateError::NoRoot { name: "HOME".into() })),
        case("Windows, legacy", Os::Windows, None, WINDOWS, &[LEGACY_FILE], one("windows", LEGACY_FILE, LOCAL, true)),
        case(
            "Windows, nothing there yet",
            Os::Windows,
            None,
            WINDOWS,
            &[LOCAL],
            one("windows", LEGACY_FILE, LOCAL, false),
        ),
        case("Windows, MSIX", Os::Windows, None, WINDOWS, &[MSIX], one("windows-package", MSIX_FILE, LOCAL, true)),
        case(
            "Windows, MSIX that never ran",
            Os::Windows,
            None,
            WINDOWS,
            &["C:\\Users\\a\\AppData\\Local\\Packages\\Claude_pzs8sxrjxfjjc\\Settings"],
            one("windows", LEGACY_FILE, LOCAL, true),
        ),
        case(
            "Windows, both: the package wins and the legacy file is named",
            Os::Windows,
            None,
            WINDOWS,
            &[LEGACY_FILE, MSIX],
            Ok(Found {
                targets: vec![("windows-package", MSIX_FILE, LOCAL)],
                passed_over: vec![LEGACY_FILE],
                is_installed: true,
            }),
        ),
        case(
            "Windows, several packages: each reads its own",
            Os::Windows,
            None,
            WINDOWS,
            &[MSIX, OTHER_MSIX, "C:\\Users\\a\\AppData\\Local\\Packages\\ClaudeTools_x\\LocalCache\\Roaming"],
            Ok(Found {
                targets: vec![("windows-package", OTHER_MSIX_FILE, LOCAL), ("windows-package", MSIX_FILE, LOCAL)],
                passed_over: vec![],
                is_installed: true,
            }),
        ),
        case(
            "Windows, no LOCALAPPDATA",
            Os::Windows,
            None,
            &WINDOWS[..1],
            &[],
            one("windows", LEGACY_FILE, LOCAL, false),
        ),
        case(
            "Windows, no APPDATA",
            Os::Windows,
            None,
            &WINDOWS[1..],
            &[],
            Err(LocateError::NoRoot { name: "APPDATA".into() }),
        ),
        case(
            "Windows, APPDATA that is not absolute",
            Os::Windows,
            None,
            &[("APPDATA", "Roaming")],
            &[],
            Err(LocateError::NoRoot { name: "APPDATA".into() }),
        ),
    ]
}

#[test]
fn each_system_has_its_place() {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    for case in cases() {
        let variables: BTreeMap<_, _> = case.variables.iter().copied().collect();
        let variable = |name: &str| variables.get(name).map(|value| (*value).to_owned());
        let around =
            Surroundings { os: case.os, home_dir: case.home, variable: &variable, directories: &Tree(case.tree) };
        let located = locate(&manifest.files, &around);
        match (&located, &case.expected) {
            (Ok(location), Ok(found)) => {
                let targets = location
                    .targets
                    .iter()
                    .map(|place| (place.file.id.as_str(), place.path.as_str(), place.base.as_str()));
                assert_eq!(targets.collect::<Vec<_>>(), found.targets, "{}", case.name);
                assert_eq!(location.passed_over, found.passed_over, "{}", case.name);
                assert_eq!(location.is_installed, found.is_installed, "{}", case.name);
            }
            (located, expected) => {
                assert_eq!(located.as_ref().err(), expected.as_ref().err(), "{}", case.name);
                assert!(located.is_err(), "{}: {located:?}", case.name);
            }
        }
    }
}

#[test]
fn a_system_that_no_file_is_for_is_an_error() {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    let mac_only: Vec<_> = manifest.files.into_iter().filter(|file| file.os == Os::Macos).collect();
    let around = Surroundings { os: Os::Linux, home_dir: Some("/h"), variable: &|_| None, directories: &Tree(&[]) };
    assert_eq!(locate(&mac_only, &around), Err(LocateError::UnknownOnThisSystem(Os::Linux)));
}
