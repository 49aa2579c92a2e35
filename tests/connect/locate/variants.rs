//! Clients that may be there several times, and the signs by which each is recognised.

use isartor_host::plugin::manifest::client_file::Os::{self, Linux, Macos, Windows};
use isartor_host::plugin::manifest::client_file::Scope;

use super::{Machine, manifest, own, paths};

struct Case {
    client: &'static str,
    os: Os,
    tree: &'static [&'static str],
    /// Id and path of each target.
    targets: &'static [(&'static str, &'static str)],
}

const STABLE: (&str, &str) = ("linux-stable", "/home/a/.config/Code/User/mcp.json");

const CASES: &[Case] = &[
    Case { client: "vscode", os: Linux, tree: &["/home/a/.config/Code/User"], targets: &[STABLE] },
    Case {
        client: "vscode",
        os: Linux,
        tree: &[
            "/home/a/.config/Code/User/settings.json",
            "/home/a/.config/Code - Insiders/User/mcp.json",
            "/home/a/.config/VSCodium/User",
            "/home/a/.vscode-server/data/User",
            "/home/a/.var/app/com.visualstudio.code/config/Code/User",
        ],
        targets: &[
            STABLE,
            ("linux-insiders", "/home/a/.config/Code - Insiders/User/mcp.json"),
            ("linux-vscodium", "/home/a/.config/VSCodium/User/mcp.json"),
            ("server", "/home/a/.vscode-server/data/User/mcp.json"),
            ("flatpak", "/home/a/.var/app/com.visualstudio.code/config/Code/User/mcp.json"),
        ],
    },
    Case {
        client: "vscode",
        os: Macos,
        tree: &["/home/a/Library/Application Support/Code - Insiders/User"],
        targets: &[("macos-insiders", "/home/a/Library/Application Support/Code - Insiders/User/mcp.json")],
    },
    Case {
        client: "vscode",
        os: Windows,
        tree: &[r"C:\a\Roaming\Code\User\mcp.json", r"C:\a\Roaming\VSCodium\User"],
        targets: &[
            ("windows-stable", r"C:\a\Roaming\Code\User\mcp.json"),
            ("windows-vscodium", r"C:\a\Roaming\VSCodium\User\mcp.json"),
        ],
    },
    Case {
        client: "cline",
        os: Linux,
        tree: &[
            "/home/a/.config/Code/User/globalStorage/saoudrizwan.claude-dev/settings",
            "/home/a/.config/Cursor/User/globalStorage/saoudrizwan.claude-dev",
            "/home/a/.config/Windsurf/User/globalStorage/another.extension",
            "/home/a/.cline",
        ],
        targets: &[
            (
                "linux-vscode",
                "/home/a/.config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
            ),
            (
                "linux-cursor",
                "/home/a/.config/Cursor/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
            ),
            ("command-line", "/home/a/.cline/data/settings/cline_mcp_settings.json"),
        ],
    },
    Case {
        client: "cline",
        os: Windows,
        tree: &[r"C:\a\Roaming\Code - Insiders\User\globalStorage\saoudrizwan.claude-dev"],
        targets: &[(
            "windows-vscode-insiders",
            r"C:\a\Roaming\Code - Insiders\User\globalStorage\saoudrizwan.claude-dev\settings\cline_mcp_settings.json",
        )],
    },
    Case {
        client: "roo-code",
        os: Linux,
        tree: &[
            "/home/a/.vscode-server/data/User/globalStorage/rooveterinaryinc.roo-cline/settings",
            "/home/a/.config/VSCodium/User/globalStorage/rooveterinaryinc.roo-cline",
        ],
        targets: &[
            (
                "linux-vscodium",
                "/home/a/.config/VSCodium/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
            ),
            (
                "server",
                "/home/a/.vscode-server/data/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
            ),
        ],
    },
];

#[test]
fn every_edition_that_is_there_is_written() {
    for Case { client, os, tree, targets } in CASES {
        let manifest = manifest(client);
        let located = machine(*os, tree).locate(&manifest.files, Scope::User).expect(client);
        let found = located.targets.iter().map(|place| (place.file.id.as_str(), place.path.as_str()));
        assert_eq!(found.collect::<Vec<_>>(), *targets, "{client}");
        assert_eq!((paths(&located.competing), located.is_installed), (own(&[]), true), "{client}");
    }
}

/// What is there and says that the client is, or is not.
const SIGNS: &[(&str, Os, &str, bool)] = &[
    ("amazon-q", Linux, "/home/a/.aws/amazonq", true),
    ("amazon-q", Linux, "/home/a/.aws/config", false),
    ("claude-code", Linux, "/home/a/.claude.json", true),
    ("claude-code", Macos, "/home/a/.claude/settings.json", true),
    ("claude-code", Linux, "/bin/claude", true),
    ("claude-code", Windows, r"C:\bin\claude.cmd", true),
    ("cline", Linux, "/bin/cline", true),
    ("codex", Linux, "/home/a/.codex/auth.json", true),
    ("codex", Windows, r"C:\bin\codex.exe", true),
    ("continue", Linux, "/home/a/.continue/config.json", true),
    ("copilot-cli", Linux, "/bin/copilot", true),
    ("copilot-cli", Linux, "/home/a/.config/github-copilot", false),
    ("cursor", Macos, "/Applications/Cursor.app", true),
    ("cursor", Windows, r"C:\a\Roaming\Cursor", true),
    ("cursor", Linux, "/bin/cursor-agent", true),
    ("gemini-cli", Linux, "/home/a/.gemini/settings.json", true),
    ("gemini-cli", Linux, "/home/a/.gemini/antigravity/mcp_config.json", false),
    ("goose", Linux, "/home/a/.config/goose", true),
    ("goose", Macos, "/Applications/Goose.app", true),
    ("goose", Windows, r"C:\a\Roaming\Block\goose", true),
    ("junie", Linux, "/home/a/.junie", true),
    ("kiro", Linux, "/bin/kiro-cli", true),
    ("qwen-code", Linux, "/home/a/.qwen/settings.json", true),
    ("roo-code", Linux, "/home/a/.config/Code/User/globalStorage/saoudrizwan.claude-dev", false),
    ("visual-studio", Windows, r"C:\Program Files\Microsoft Visual Studio\2022", true),
    ("vscode", Linux, "/bin/codium", true),
    ("vscode", Macos, "/Applications/Visual Studio Code.app", true),
    ("vscode", Macos, "/bin/cursor", false),
];

#[test]
fn a_client_is_recognised_by_what_it_leaves() {
    for (client, os, path, is_sign) in SIGNS {
        let files = manifest(client).files;
        let located = machine(*os, std::slice::from_ref(path)).locate(&files, Scope::User).expect(client);
        assert_eq!(located.is_installed, *is_sign, "{client}: {path}");
    }
}

#[test]
fn a_variable_that_moves_a_file_leaves_the_usual_one_alone() {
    let cases = [
        (
            "goose",
            ("GOOSE_PATH_ROOT", "/srv/goose"),
            "/home/a/.config/goose/config.yaml",
            "/srv/goose/config/config.yaml",
        ),
        ("codex", ("CODEX_HOME", "/srv/codex"), "/home/a/.codex/config.toml", "/srv/codex/config.toml"),
    ];
    for (client, variable, usual, moved) in cases {
        let files = manifest(client).files;
        let (variables, tree) = ([variable], [usual, variable.1]);
        let machine = Machine { os: Linux, home: Some("/home/a"), project: None, variables: &variables, tree: &tree };
        let located = machine.locate(&files, Scope::User).expect(client);
        assert_eq!((located.targets[0].path.as_str(), paths(&located.competing)), (moved, own(&[])), "{client}");
    }
}

fn machine<'a>(os: Os, tree: &'a [&'a str]) -> Machine<'a> {
    match os {
        Linux | Macos => Machine { os, home: Some("/home/a"), project: None, variables: &[("PATH", "/bin")], tree },
        Windows => {
            const VARIABLES: &[(&str, &str)] =
                &[("APPDATA", r"C:\a\Roaming"), ("ProgramFiles", r"C:\Program Files"), ("PATH", r"C:\bin")];
            Machine { os, home: Some(r"C:\a"), project: None, variables: VARIABLES, tree }
        }
    }
}
