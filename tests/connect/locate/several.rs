//! Where clients are that have several files: editions side by side, homes that moved, a file with comments and one
//! without, and paths that the environment sets. A table over the manifests that are shipped.

use isartor_host::connect::locate::LocateError;
use isartor_host::plugin::manifest::client_file::{Os, Scope};

use super::{Machine, manifest, paths};

/// A client on a machine, and where its files are: id and path of each, what competes, whether the client is there.
struct Case {
    client: &'static str,
    os: Os,
    scope: Scope,
    variables: &'static [(&'static str, &'static str)],
    tree: &'static [&'static str],
    targets: &'static [(&'static str, &'static str)],
    competing: &'static [&'static str],
    is_installed: bool,
}

const fn linux(client: &'static str) -> Case {
    Case {
        client,
        os: Os::Linux,
        scope: Scope::User,
        variables: &[],
        tree: &[],
        targets: &[],
        competing: &[],
        is_installed: false,
    }
}

impl Case {
    const fn macos(self) -> Self {
        Self { os: Os::Macos, ..self }
    }

    const fn windows(self) -> Self {
        let variables: &[(&str, &str)] = &[("APPDATA", "C:\\U\\a\\Roaming"), ("LOCALAPPDATA", "C:\\U\\a\\Local")];
        Self { os: Os::Windows, variables, ..self }
    }

    const fn project(self) -> Self {
        Self { scope: Scope::Project, ..self }
    }

    const fn with(self, variables: &'static [(&'static str, &'static str)]) -> Self {
        Self { variables, ..self }
    }

    /// What is on the disk.
    const fn on(self, tree: &'static [&'static str]) -> Self {
        Self { tree, ..self }
    }

    const fn installed(self) -> Self {
        Self { is_installed: true, ..self }
    }

    const fn at(self, targets: &'static [(&'static str, &'static str)]) -> Self {
        Self { targets, ..self }
    }

    const fn beside(self, competing: &'static [&'static str]) -> Self {
        Self { competing, ..self }
    }
}

const CASCADE: &str = "/home/a/.codeium/windsurf/mcp_config.json";
const DEVIN: &str = "/home/a/.config/devin/mcp_config.json";
const DEVIN_CLI: &str = "/home/a/.config/devin/config.json";
const OLDER_ANTIGRAVITY: &str = "/home/a/.gemini/antigravity/mcp_config.json";
const NEW_ANTIGRAVITY: &str = "/home/a/.gemini/config/mcp_config.json";

const CASES: &[Case] = &[
    linux("windsurf").at(&[("cascade-first", CASCADE)]),
    linux("windsurf").on(&["/home/a/.codeium/windsurf/logs"]).at(&[("cascade", CASCADE)]).installed(),
    linux("windsurf").on(&["/home/a/.codeium/config.json"]).at(&[("cascade-first", CASCADE)]),
    linux("windsurf").on(&["/home/a/.config/devin/state"]).at(&[("devin", DEVIN)]).installed(),
    linux("windsurf")
        .on(&[CASCADE, DEVIN_CLI])
        .at(&[("cascade", CASCADE), ("devin", DEVIN), ("devin-cli", DEVIN_CLI)])
        .installed(),
    linux("windsurf")
        .windows()
        .on(&["C:\\U\\a\\Roaming\\devin\\config.json", "C:\\U\\a\\.config\\devin"])
        .at(&[
            ("devin-windows", "C:\\U\\a\\Roaming\\devin\\mcp_config.json"),
            ("devin-cli-windows", "C:\\U\\a\\Roaming\\devin\\config.json"),
        ])
        .installed(),
    linux("windsurf").project().at(&[("devin-project", "/src/shop/.devin/config.json")]),
    linux("windsurf").project().on(&["/src/shop/.devin/mcp_config.json"]).at(&[
        ("devin-project-desktop", "/src/shop/.devin/mcp_config.json"),
        ("devin-project", "/src/shop/.devin/config.json"),
    ]),
    linux("zed").at(&[("linux-first", "/home/a/.config/zed/settings.json")]),
    linux("zed").on(&["/home/a/.config/zed"]).at(&[("linux", "/home/a/.config/zed/settings.json")]).installed(),
    linux("zed")
        .with(&[("XDG_CONFIG_HOME", "/x")])
        .on(&["/x/zed/themes", "/home/a/.config/zed"])
        .at(&[("linux", "/x/zed/settings.json")])
        .installed(),
    linux("zed")
        .on(&["/home/a/.var/app/dev.zed.Zed/config/zed/settings.json"])
        .at(&[("flatpak", "/home/a/.var/app/dev.zed.Zed/config/zed/settings.json")])
        .installed(),
    linux("zed")
        .with(&[("FLATPAK_XDG_CONFIG_HOME", "/f")])
        .on(&["/f/zed/settings.json", "/home/a/.config/zed/settings.json"])
        .at(&[("linux", "/home/a/.config/zed/settings.json"), ("flatpak", "/f/zed/settings.json")])
        .installed(),
    linux("zed")
        .macos()
        .with(&[("XDG_CONFIG_HOME", "/x")])
        .on(&["/Applications/Zed.app"])
        .at(&[("macos", "/home/a/.config/zed/settings.json")])
        .installed(),
    linux("zed").windows().at(&[("windows", "C:\\U\\a\\Roaming\\Zed\\settings.json")]),
    linux("zed").project().at(&[("project", "/src/shop/.zed/settings.json")]),
    linux("opencode").at(&[("json", "/home/a/.config/opencode/opencode.json")]),
    linux("opencode")
        .on(&["/home/a/.config/opencode/opencode.jsonc"])
        .at(&[("jsonc", "/home/a/.config/opencode/opencode.jsonc")])
        .installed(),
    linux("opencode")
        .on(&["/home/a/.config/opencode/opencode.jsonc", "/home/a/.config/opencode/opencode.json"])
        .at(&[("jsonc", "/home/a/.config/opencode/opencode.jsonc")])
        .beside(&["/home/a/.config/opencode/opencode.json"])
        .installed(),
    linux("opencode")
        .with(&[("XDG_CONFIG_HOME", "/x"), ("PATH", "/opt/bin:/usr/bin")])
        .on(&["/usr/bin/opencode"])
        .at(&[("json", "/x/opencode/opencode.json")])
        .installed(),
    linux("opencode").windows().at(&[("json", "C:\\U\\a\\.config\\opencode\\opencode.json")]),
    linux("opencode").project().on(&["/src/shop/opencode.jsonc"]).at(&[("project-jsonc", "/src/shop/opencode.jsonc")]),
    linux("opencode").project().at(&[("project-json", "/src/shop/opencode.json")]),
    linux("lm-studio").at(&[("first", "/home/a/.lmstudio/mcp.json")]),
    linux("lm-studio").on(&["/home/a/.lmstudio/models"]).at(&[("home", "/home/a/.lmstudio/mcp.json")]).installed(),
    linux("lm-studio")
        .on(&["/home/a/.cache/lm-studio/models"])
        .at(&[("older-home", "/home/a/.cache/lm-studio/mcp.json")])
        .installed(),
    linux("lm-studio")
        .on(&["/home/a/.cache/lm-studio/mcp.json", "/home/a/.lmstudio/models"])
        .at(&[("older-home-with-file", "/home/a/.cache/lm-studio/mcp.json")])
        .installed(),
    linux("lm-studio")
        .on(&["/home/a/.cache/lm-studio/mcp.json", "/home/a/.lmstudio/mcp.json"])
        .at(&[("home-with-file", "/home/a/.lmstudio/mcp.json")])
        .beside(&["/home/a/.cache/lm-studio/mcp.json"])
        .installed(),
    linux("warp").at(&[("user", "/home/a/.warp/.mcp.json")]),
    linux("warp")
        .windows()
        .on(&["C:\\U\\a\\Local\\warp\\Warp\\data"])
        .at(&[("user", "C:\\U\\a\\.warp\\.mcp.json")])
        .installed(),
    linux("warp").project().at(&[("project", "/src/shop/.warp/.mcp.json")]),
    linux("antigravity").at(&[("user", NEW_ANTIGRAVITY)]),
    linux("antigravity").on(&["/home/a/.gemini/settings.json"]).at(&[("user", NEW_ANTIGRAVITY)]),
    linux("antigravity")
        .on(&[OLDER_ANTIGRAVITY])
        .at(&[("user", NEW_ANTIGRAVITY), ("older", OLDER_ANTIGRAVITY)])
        .installed(),
    linux("antigravity")
        .on(&[OLDER_ANTIGRAVITY, "/home/a/.gemini/config/.migrated"])
        .at(&[("user", NEW_ANTIGRAVITY)])
        .installed(),
    linux("antigravity").project().at(&[("project", "/src/shop/.agents/mcp_config.json")]),
    linux("amp").at(&[("json", "/home/a/.config/amp/settings.json")]),
    linux("amp").with(&[("XDG_CONFIG_HOME", "/x")]).at(&[("json", "/home/a/.config/amp/settings.json")]),
    linux("amp")
        .on(&["/home/a/.config/amp/settings.json", "/home/a/.config/amp/settings.jsonc"])
        .at(&[("jsonc", "/home/a/.config/amp/settings.jsonc")])
        .beside(&["/home/a/.config/amp/settings.json"])
        .installed(),
    linux("amp").windows().at(&[("json", "C:\\U\\a\\.config\\amp\\settings.json")]),
    linux("amp")
        .project()
        .on(&["/src/shop/.amp/settings.jsonc"])
        .at(&[("project-jsonc", "/src/shop/.amp/settings.jsonc")]),
    linux("augment").on(&["/home/a/.augment"]).at(&[("user", "/home/a/.augment/settings.json")]).installed(),
    linux("augment").project().at(&[("project", "/src/shop/.augment/settings.json")]),
    linux("openclaw").at(&[("user", "/home/a/.openclaw/openclaw.json")]),
    linux("openclaw")
        .with(&[("OPENCLAW_HOME", "/srv/claw")])
        .on(&["/srv/claw/.openclaw/agents"])
        .at(&[("user", "/srv/claw/.openclaw/openclaw.json")])
        .installed(),
    linux("openclaw")
        .with(&[("OPENCLAW_HOME", "/srv/claw"), ("OPENCLAW_STATE_DIR", "/var/claw")])
        .on(&["/home/a/.openclaw/openclaw.json"])
        .at(&[("user", "/var/claw/openclaw.json")]),
    linux("openclaw")
        .with(&[("OPENCLAW_STATE_DIR", "/var/claw"), ("OPENCLAW_CONFIG_PATH", "/etc/claw.json5")])
        .on(&["/var/claw/openclaw.json"])
        .at(&[("user", "/etc/claw.json5")])
        .installed(),
    linux("openclaw").windows().at(&[("user", "C:\\U\\a\\.openclaw\\openclaw.json")]),
];

#[test]
fn each_client_has_its_places() {
    for case in CASES {
        let manifest = manifest(case.client);
        let home = if case.os == Os::Windows { "C:\\U\\a" } else { "/home/a" };
        let Case { os, variables, tree, .. } = *case;
        let machine = Machine { os, home: Some(home), project: Some("/src/shop"), variables, tree };
        let about = format!("{} on {os}, {tree:?} with {variables:?}", case.client);
        let found = machine.locate(&manifest.files, case.scope).unwrap_or_else(|error| panic!("{about}: {error}"));
        let targets = found.targets.iter().map(|place| (place.file.id.as_str(), place.path.as_str()));
        assert_eq!(targets.collect::<Vec<_>>(), case.targets, "{about}");
        assert_eq!(paths(&found.competing), case.competing, "{about}");
        assert_eq!(found.is_installed, case.is_installed, "{about}");
    }
}

#[test]
fn a_client_without_projects_says_so() {
    for client in ["lm-studio", "openclaw"] {
        let machine =
            Machine { os: Os::Linux, home: Some("/home/a"), project: Some("/src/shop"), variables: &[], tree: &[] };
        assert_eq!(machine.locate(&manifest(client).files, Scope::Project), Err(LocateError::NoProjectScope));
    }
}
