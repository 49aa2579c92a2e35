//! Where clients are that have several files: editions side by side, homes that moved, a file with comments and one
//! without, and paths that the environment sets. A table over the manifests that are shipped.

use isartor_host::connect::locate::{LocateError, Surroundings, locate};
use isartor_host::plugin::manifest::Manifest;
use isartor_host::plugin::manifest::client_file::{Os, Scope};

use super::{Tree, paths};

macro_rules! manifest {
    ($client:literal) => {
        include_str!(concat!("../../../plugins/", $client, "/plugin.toml"))
    };
}

const AMP: &str = manifest!("amp");
const ANTIGRAVITY: &str = manifest!("antigravity");
const AUGMENT: &str = manifest!("augment");
const LM_STUDIO: &str = manifest!("lm-studio");
const OPENCLAW: &str = manifest!("openclaw");
const OPENCODE: &str = manifest!("opencode");
const WARP: &str = manifest!("warp");
const WINDSURF: &str = manifest!("windsurf");
const ZED: &str = manifest!("zed");

/// A client on a machine, and where its files are: id and path of each, what competes, whether the client is there.
struct Case {
    manifest: &'static str,
    os: Os,
    scope: Scope,
    variables: &'static [(&'static str, &'static str)],
    tree: &'static [&'static str],
    targets: &'static [(&'static str, &'static str)],
    competing: &'static [&'static str],
    is_installed: bool,
}

const fn linux(manifest: &'static str) -> Case {
    Case {
        manifest,
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
    linux(WINDSURF).at(&[("cascade-first", CASCADE)]),
    linux(WINDSURF).on(&["/home/a/.codeium/windsurf/logs"]).at(&[("cascade", CASCADE)]).installed(),
    linux(WINDSURF).on(&["/home/a/.codeium/config.json"]).at(&[("cascade-first", CASCADE)]),
    linux(WINDSURF).on(&["/home/a/.config/devin/state"]).at(&[("devin", DEVIN)]).installed(),
    linux(WINDSURF)
        .on(&[CASCADE, DEVIN_CLI])
        .at(&[("cascade", CASCADE), ("devin", DEVIN), ("devin-cli", DEVIN_CLI)])
        .installed(),
    linux(WINDSURF)
        .windows()
        .on(&["C:\\U\\a\\Roaming\\devin\\config.json", "C:\\U\\a\\.config\\devin"])
        .at(&[
            ("devin-windows", "C:\\U\\a\\Roaming\\devin\\mcp_config.json"),
            ("devin-cli-windows", "C:\\U\\a\\Roaming\\devin\\config.json"),
        ])
        .installed(),
    linux(WINDSURF).project().at(&[("devin-project", "/src/shop/.devin/config.json")]),
    linux(WINDSURF).project().on(&["/src/shop/.devin/mcp_config.json"]).at(&[
        ("devin-project-desktop", "/src/shop/.devin/mcp_config.json"),
        ("devin-project", "/src/shop/.devin/config.json"),
    ]),
    linux(ZED).at(&[("linux-first", "/home/a/.config/zed/settings.json")]),
    linux(ZED).on(&["/home/a/.config/zed"]).at(&[("linux", "/home/a/.config/zed/settings.json")]).installed(),
    linux(ZED)
        .with(&[("XDG_CONFIG_HOME", "/x")])
        .on(&["/x/zed/themes", "/home/a/.config/zed"])
        .at(&[("linux", "/x/zed/settings.json")])
        .installed(),
    linux(ZED)
        .on(&["/home/a/.var/app/dev.zed.Zed/config/zed/settings.json"])
        .at(&[("flatpak", "/home/a/.var/app/dev.zed.Zed/config/zed/settings.json")])
        .installed(),
    linux(ZED)
        .with(&[("FLATPAK_XDG_CONFIG_HOME", "/f")])
        .on(&["/f/zed/settings.json", "/home/a/.config/zed/settings.json"])
        .at(&[("linux", "/home/a/.config/zed/settings.json"), ("flatpak", "/f/zed/settings.json")])
        .installed(),
    linux(ZED)
        .macos()
        .with(&[("XDG_CONFIG_HOME", "/x")])
        .on(&["/Applications/Zed.app"])
        .at(&[("macos", "/home/a/.config/zed/settings.json")])
        .installed(),
    linux(ZED).windows().at(&[("windows", "C:\\U\\a\\Roaming\\Zed\\settings.json")]),
    linux(ZED).project().at(&[("project", "/src/shop/.zed/settings.json")]),
    linux(OPENCODE).at(&[("json", "/home/a/.config/opencode/opencode.json")]),
    linux(OPENCODE)
        .on(&["/home/a/.config/opencode/opencode.jsonc"])
        .at(&[("jsonc", "/home/a/.config/opencode/opencode.jsonc")])
        .installed(),
    linux(OPENCODE)
        .on(&["/home/a/.config/opencode/opencode.jsonc", "/home/a/.config/opencode/opencode.json"])
        .at(&[("jsonc", "/home/a/.config/opencode/opencode.jsonc")])
        .beside(&["/home/a/.config/opencode/opencode.json"])
        .installed(),
    linux(OPENCODE)
        .with(&[("XDG_CONFIG_HOME", "/x"), ("PATH", "/opt/bin:/usr/bin")])
        .on(&["/usr/bin/opencode"])
        .at(&[("json", "/x/opencode/opencode.json")])
        .installed(),
    linux(OPENCODE).windows().at(&[("json", "C:\\U\\a\\.config\\opencode\\opencode.json")]),
    linux(OPENCODE).project().on(&["/src/shop/opencode.jsonc"]).at(&[("project-jsonc", "/src/shop/opencode.jsonc")]),
    linux(OPENCODE).project().at(&[("project-json", "/src/shop/opencode.json")]),
    linux(LM_STUDIO).at(&[("first", "/home/a/.lmstudio/mcp.json")]),
    linux(LM_STUDIO).on(&["/home/a/.lmstudio/models"]).at(&[("home", "/home/a/.lmstudio/mcp.json")]).installed(),
    linux(LM_STUDIO)
        .on(&["/home/a/.cache/lm-studio/models"])
        .at(&[("older-home", "/home/a/.cache/lm-studio/mcp.json")])
        .installed(),
    linux(LM_STUDIO)
        .on(&["/home/a/.cache/lm-studio/mcp.json", "/home/a/.lmstudio/models"])
        .at(&[("older-home-with-file", "/home/a/.cache/lm-studio/mcp.json")])
        .installed(),
    linux(LM_STUDIO)
        .on(&["/home/a/.cache/lm-studio/mcp.json", "/home/a/.lmstudio/mcp.json"])
        .at(&[("home-with-file", "/home/a/.lmstudio/mcp.json")])
        .beside(&["/home/a/.cache/lm-studio/mcp.json"])
        .installed(),
    linux(WARP).at(&[("user", "/home/a/.warp/.mcp.json")]),
    linux(WARP)
        .windows()
        .on(&["C:\\U\\a\\Local\\warp\\Warp\\data"])
        .at(&[("user", "C:\\U\\a\\.warp\\.mcp.json")])
        .installed(),
    linux(WARP).project().at(&[("project", "/src/shop/.warp/.mcp.json")]),
    linux(ANTIGRAVITY).at(&[("user", NEW_ANTIGRAVITY)]),
    linux(ANTIGRAVITY).on(&["/home/a/.gemini/settings.json"]).at(&[("user", NEW_ANTIGRAVITY)]),
    linux(ANTIGRAVITY)
        .on(&[OLDER_ANTIGRAVITY])
        .at(&[("user", NEW_ANTIGRAVITY), ("older", OLDER_ANTIGRAVITY)])
        .installed(),
    linux(ANTIGRAVITY)
        .on(&[OLDER_ANTIGRAVITY, "/home/a/.gemini/config/.migrated"])
        .at(&[("user", NEW_ANTIGRAVITY)])
        .installed(),
    linux(ANTIGRAVITY).project().at(&[("project", "/src/shop/.agents/mcp_config.json")]),
    linux(AMP).at(&[("json", "/home/a/.config/amp/settings.json")]),
    linux(AMP).with(&[("XDG_CONFIG_HOME", "/x")]).at(&[("json", "/home/a/.config/amp/settings.json")]),
    linux(AMP)
        .on(&["/home/a/.config/amp/settings.json", "/home/a/.config/amp/settings.jsonc"])
        .at(&[("jsonc", "/home/a/.config/amp/settings.jsonc")])
        .beside(&["/home/a/.config/amp/settings.json"])
        .installed(),
    linux(AMP).windows().at(&[("json", "C:\\U\\a\\.config\\amp\\settings.json")]),
    linux(AMP)
        .project()
        .on(&["/src/shop/.amp/settings.jsonc"])
        .at(&[("project-jsonc", "/src/shop/.amp/settings.jsonc")]),
    linux(AUGMENT).on(&["/home/a/.augment"]).at(&[("user", "/home/a/.augment/settings.json")]).installed(),
    linux(AUGMENT).project().at(&[("project", "/src/shop/.augment/settings.json")]),
    linux(OPENCLAW).at(&[("user", "/home/a/.openclaw/openclaw.json")]),
    linux(OPENCLAW)
        .with(&[("OPENCLAW_HOME", "/srv/claw")])
        .on(&["/srv/claw/.openclaw/agents"])
        .at(&[("user", "/srv/claw/.openclaw/openclaw.json")])
        .installed(),
    linux(OPENCLAW)
        .with(&[("OPENCLAW_HOME", "/srv/claw"), ("OPENCLAW_STATE_DIR", "/var/claw")])
        .on(&["/home/a/.openclaw/openclaw.json"])
        .at(&[("user", "/var/claw/openclaw.json")]),
    linux(OPENCLAW)
        .with(&[("OPENCLAW_STATE_DIR", "/var/claw"), ("OPENCLAW_CONFIG_PATH", "/etc/claw.json5")])
        .on(&["/var/claw/openclaw.json"])
        .at(&[("user", "/etc/claw.json5")])
        .installed(),
    linux(OPENCLAW).windows().at(&[("user", "C:\\U\\a\\.openclaw\\openclaw.json")]),
];

#[test]
fn each_client_has_its_places() {
    for case in CASES {
        let manifest = Manifest::parse(case.manifest).unwrap_or_else(|error| panic!("{error}: {}", case.manifest));
        let variable = |wanted: &str| {
            let found = case.variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        };
        let windows = case.os == Os::Windows;
        let around = Surroundings {
            os: case.os,
            home_dir: Some(if windows { "C:\\U\\a" } else { "/home/a" }),
            project_dir: Some("/src/shop"),
            variable: &variable,
            directories: &Tree(case.tree),
        };
        let about = format!("{} on {}, {:?} with {:?}", manifest.id, case.os, case.tree, case.variables);
        let found = locate(&manifest.files, case.scope, &around).unwrap_or_else(|error| panic!("{about}: {error}"));
        let targets = found.targets.iter().map(|place| (place.file.id.as_str(), place.path.as_str()));
        assert_eq!(targets.collect::<Vec<_>>(), case.targets, "{about}");
        assert_eq!(paths(&found.competing), case.competing, "{about}");
        assert_eq!(found.is_installed, case.is_installed, "{about}");
    }
}

#[test]
fn a_client_without_projects_says_so() {
    for text in [LM_STUDIO, OPENCLAW] {
        let files = Manifest::parse(text).expect("it is shipped").files;
        let around = Surroundings {
            os: Os::Linux,
            home_dir: Some("/home/a"),
            project_dir: Some("/src/shop"),
            variable: &|_| None,
            directories: &Tree(&[]),
        };
        assert_eq!(locate(&files, Scope::Project, &around), Err(LocateError::NoProjectScope));
    }
}
