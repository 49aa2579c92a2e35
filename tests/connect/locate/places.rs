//! The one file of a client that nothing is known of, by system, scope and environment.

use isartor_host::connect::locate::LocateError;
use isartor_host::plugin::manifest::client_file::Os::{self, Linux, Macos, Windows};
use isartor_host::plugin::manifest::client_file::Scope::{self, Project, User};

use super::{Machine, manifest};

/// The client, the system, the scope, a variable that is set, and the path.
type Place = (&'static str, Os, Scope, Option<(&'static str, &'static str)>, &'static str);

const PLACES: &[Place] = &[
    ("amazon-q", Linux, User, None, "/home/a/.aws/amazonq/mcp.json"),
    ("amazon-q", Macos, User, None, "/Users/a/.aws/amazonq/mcp.json"),
    ("amazon-q", Windows, User, None, r"C:\Users\a\.aws\amazonq\mcp.json"),
    ("amazon-q", Linux, Project, None, "/src/p/.amazonq/mcp.json"),
    ("amazon-q", Windows, Project, None, r"C:\p\.amazonq\mcp.json"),
    ("claude-code", Linux, User, None, "/home/a/.claude.json"),
    ("claude-code", Macos, User, None, "/Users/a/.claude.json"),
    ("claude-code", Windows, User, None, r"C:\Users\a\.claude.json"),
    ("claude-code", Linux, User, Some(("CLAUDE_CONFIG_DIR", "/srv/claude")), "/srv/claude/.claude.json"),
    ("claude-code", Windows, User, Some(("CLAUDE_CONFIG_DIR", r"D:\claude")), r"D:\claude\.claude.json"),
    ("claude-code", Linux, User, Some(("CLAUDE_CONFIG_DIR", "relative")), "/home/a/.claude.json"),
    ("claude-code", Linux, Project, None, "/src/p/.mcp.json"),
    ("claude-code", Windows, Project, None, r"C:\p\.mcp.json"),
    ("cline", Linux, User, None, "/home/a/.cline/data/settings/cline_mcp_settings.json"),
    ("cline", Macos, User, None, "/Users/a/.cline/data/settings/cline_mcp_settings.json"),
    ("cline", Windows, User, None, r"C:\Users\a\.cline\data\settings\cline_mcp_settings.json"),
    ("cline", Linux, User, Some(("CLINE_DIR", "/srv/cline")), "/srv/cline/data/settings/cline_mcp_settings.json"),
    ("cline", Macos, User, Some(("CLINE_MCP_SETTINGS_PATH", "/srv/mcp.json")), "/srv/mcp.json"),
    ("cline", Windows, User, Some(("CLINE_MCP_SETTINGS_PATH", r"D:\mcp.json")), r"D:\mcp.json"),
    ("codex", Linux, User, None, "/home/a/.codex/config.toml"),
    ("codex", Macos, User, None, "/Users/a/.codex/config.toml"),
    ("codex", Windows, User, None, r"C:\Users\a\.codex\config.toml"),
    ("codex", Linux, User, Some(("CODEX_HOME", "/srv/codex")), "/srv/codex/config.toml"),
    ("codex", Linux, Project, None, "/src/p/.codex/config.toml"),
    ("codex", Windows, Project, None, r"C:\p\.codex\config.toml"),
    ("continue", Linux, User, None, "/home/a/.continue/config.yaml"),
    ("continue", Macos, User, None, "/Users/a/.continue/config.yaml"),
    ("continue", Windows, User, None, r"C:\Users\a\.continue\config.yaml"),
    ("continue", Linux, User, Some(("CONTINUE_GLOBAL_DIR", "/srv/continue")), "/srv/continue/config.yaml"),
    ("continue", Linux, Project, None, "/src/p/.continue/mcpServers/isartor.yaml"),
    ("continue", Windows, Project, None, r"C:\p\.continue\mcpServers\isartor.yaml"),
    ("copilot-cli", Linux, User, None, "/home/a/.copilot/mcp-config.json"),
    ("copilot-cli", Macos, User, None, "/Users/a/.copilot/mcp-config.json"),
    ("copilot-cli", Windows, User, None, r"C:\Users\a\.copilot\mcp-config.json"),
    ("copilot-cli", Linux, User, Some(("COPILOT_HOME", "/srv/copilot")), "/srv/copilot/mcp-config.json"),
    ("copilot-cli", Linux, Project, None, "/src/p/.github/mcp.json"),
    ("copilot-cli", Windows, Project, None, r"C:\p\.github\mcp.json"),
    ("cursor", Linux, User, None, "/home/a/.cursor/mcp.json"),
    ("cursor", Macos, User, None, "/Users/a/.cursor/mcp.json"),
    ("cursor", Windows, User, None, r"C:\Users\a\.cursor\mcp.json"),
    ("cursor", Linux, Project, None, "/src/p/.cursor/mcp.json"),
    ("cursor", Windows, Project, None, r"C:\p\.cursor\mcp.json"),
    ("gemini-cli", Linux, User, None, "/home/a/.gemini/settings.json"),
    ("gemini-cli", Macos, User, None, "/Users/a/.gemini/settings.json"),
    ("gemini-cli", Windows, User, None, r"C:\Users\a\.gemini\settings.json"),
    ("gemini-cli", Linux, User, Some(("GEMINI_CLI_HOME", "/srv/g")), "/srv/g/.gemini/settings.json"),
    ("gemini-cli", Linux, Project, None, "/src/p/.gemini/settings.json"),
    ("gemini-cli", Windows, Project, None, r"C:\p\.gemini\settings.json"),
    ("goose", Linux, User, None, "/home/a/.config/goose/config.yaml"),
    ("goose", Linux, User, Some(("XDG_CONFIG_HOME", "/srv/config")), "/srv/config/goose/config.yaml"),
    ("goose", Macos, User, None, "/Users/a/.config/goose/config.yaml"),
    ("goose", Windows, User, None, r"C:\Users\a\AppData\Roaming\Block\goose\config\config.yaml"),
    ("junie", Linux, User, None, "/home/a/.junie/mcp/mcp.json"),
    ("junie", Macos, User, None, "/Users/a/.junie/mcp/mcp.json"),
    ("junie", Windows, User, None, r"C:\Users\a\.junie\mcp\mcp.json"),
    ("junie", Linux, Project, None, "/src/p/.junie/mcp/mcp.json"),
    ("junie", Windows, Project, None, r"C:\p\.junie\mcp\mcp.json"),
    ("kiro", Linux, User, None, "/home/a/.kiro/settings/mcp.json"),
    ("kiro", Macos, User, None, "/Users/a/.kiro/settings/mcp.json"),
    ("kiro", Windows, User, None, r"C:\Users\a\.kiro\settings\mcp.json"),
    ("kiro", Linux, Project, None, "/src/p/.kiro/settings/mcp.json"),
    ("kiro", Windows, Project, None, r"C:\p\.kiro\settings\mcp.json"),
    ("qwen-code", Linux, User, None, "/home/a/.qwen/settings.json"),
    ("qwen-code", Macos, User, None, "/Users/a/.qwen/settings.json"),
    ("qwen-code", Windows, User, None, r"C:\Users\a\.qwen\settings.json"),
    ("qwen-code", Macos, User, Some(("QWEN_HOME", "/srv/qwen")), "/srv/qwen/settings.json"),
    ("qwen-code", Linux, Project, None, "/src/p/.qwen/settings.json"),
    ("qwen-code", Windows, Project, None, r"C:\p\.qwen\settings.json"),
    (
        "roo-code",
        Linux,
        User,
        None,
        "/home/a/.config/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
    ),
    (
        "roo-code",
        Linux,
        User,
        Some(("XDG_CONFIG_HOME", "/srv/config")),
        "/srv/config/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
    ),
    (
        "roo-code",
        Macos,
        User,
        None,
        "/Users/a/Library/Application Support/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
    ),
    (
        "roo-code",
        Windows,
        User,
        None,
        r"C:\Users\a\AppData\Roaming\Code\User\globalStorage\rooveterinaryinc.roo-cline\settings\mcp_settings.json",
    ),
    ("roo-code", Linux, Project, None, "/src/p/.roo/mcp.json"),
    ("visual-studio", Windows, User, None, r"C:\Users\a\.mcp.json"),
    ("visual-studio", Windows, Project, None, r"C:\p\.vs\mcp.json"),
    ("vscode", Linux, User, None, "/home/a/.config/Code/User/mcp.json"),
    ("vscode", Linux, User, Some(("XDG_CONFIG_HOME", "/srv/config")), "/srv/config/Code/User/mcp.json"),
    ("vscode", Macos, User, None, "/Users/a/Library/Application Support/Code/User/mcp.json"),
    ("vscode", Windows, User, None, r"C:\Users\a\AppData\Roaming\Code\User\mcp.json"),
    ("vscode", Linux, Project, None, "/src/p/.vscode/mcp.json"),
    ("vscode", Windows, Project, None, r"C:\p\.vscode\mcp.json"),
];

#[test]
fn each_client_has_its_place() {
    for (client, os, scope, variable, path) in PLACES {
        let manifest = manifest(client);
        let (home, project) = match os {
            Linux => ("/home/a", "/src/p"),
            Macos => ("/Users/a", "/src/p"),
            Windows => (r"C:\Users\a", r"C:\p"),
        };
        let appdata = ("APPDATA", r"C:\Users\a\AppData\Roaming");
        let variables = [Some(appdata).filter(|_| *os == Windows), *variable];
        let variables: Vec<_> = variables.into_iter().flatten().collect();
        let machine = Machine { os: *os, home: Some(home), project: Some(project), variables: &variables, tree: &[] };
        let located = machine.locate(&manifest.files, *scope).unwrap_or_else(|error| panic!("{client}, {os}: {error}"));
        let paths: Vec<&str> = located.targets.iter().map(|place| place.path.as_str()).collect();
        assert_eq!(paths, [*path], "{client}, {os}, {variable:?}");
        assert!(located.competing.is_empty() && !located.is_installed, "{client}, {os}: there is nothing");
    }
}

#[test]
fn a_scope_that_a_client_does_not_have_is_an_error() {
    let cases = [
        ("cline", Linux, Project, LocateError::NoProjectScope),
        ("goose", Linux, Project, LocateError::NoProjectScope),
        ("visual-studio", Linux, User, LocateError::NoUserScope),
    ];
    for (client, os, scope, error) in cases {
        let machine = Machine { os, home: Some("/home/a"), project: Some("/src/p"), variables: &[], tree: &[] };
        assert_eq!(machine.locate(&manifest(client).files, scope), Err(error), "{client}");
    }
}
