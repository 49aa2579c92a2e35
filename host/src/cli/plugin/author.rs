//! `isartor plugin new|build|check|pack|dev`: what an author types, and what is said about it.

mod dev;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};

use crate::author::{self, AuthorError, Checked, Difference, EngineRoom, Language, Project, Wanted};
use crate::cli::output::{Hinted, line};
use crate::plugin::manifest::capability::CapabilityRequest;
use crate::plugin::{Kind, printable};
use crate::settings::Settings;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum AuthorCommand {
    /// Begin a plugin of your own, from a template.
    New(NewArgs),
    /// Build plugin.wasm from a plugin's source.
    Build(DirArgs),
    /// Load a built plugin as the gateway would, and run its cases. Exits 1 when one differs.
    Check {
        /// The plugin's folder, or a packed file.
        #[arg(default_value = ".")]
        path: PathBuf,
    },
    /// Check a plugin, and make one file of it to give away.
    Pack {
        #[command(flatten)]
        dir: DirArgs,
        /// The file to write. [default: NAME-VERSION.wasm in the folder]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Build, check and install a plugin whenever its source changes; a running gateway takes it at once.
    Dev(DirArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DirArgs {
    /// The plugin's folder.
    #[arg(default_value = ".")]
    dir: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct NewArgs {
    /// What the plugin is called: [a-z][a-z0-9-]*.
    name: String,
    #[arg(long)]
    kind: KindArg,
    #[arg(long)]
    lang: LanguageArg,
    /// The folder to make. [default: NAME]
    #[arg(long)]
    dir: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KindArg {
    Connector,
    Policy,
    Tool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LanguageArg {
    Rust,
    Js,
    Python,
}

pub(super) fn run(settings: &Settings, command: AuthorCommand) -> anyhow::Result<ExitCode> {
    match command {
        AuthorCommand::New(args) => new(&args),
        AuthorCommand::Build(args) => build(&args.dir),
        AuthorCommand::Check { path } => check(settings, &path),
        AuthorCommand::Pack { dir, output } => pack(settings, &dir.dir, output.as_deref()),
        AuthorCommand::Dev(args) => dev::run(settings, &args.dir),
    }
}

fn new(args: &NewArgs) -> anyhow::Result<ExitCode> {
    let kind = match args.kind {
        KindArg::Connector => Kind::Connector,
        KindArg::Policy => Kind::Policy,
        KindArg::Tool => Kind::Tool,
    };
    let language = match args.lang {
        LanguageArg::Rust => Language::Rust,
        LanguageArg::Js => Language::JavaScript,
        LanguageArg::Python => Language::Python,
    };
    let dir = args.dir.clone().unwrap_or_else(|| PathBuf::from(&args.name));
    let written = author::create(&Wanted { name: &args.name, kind, language, dir: &dir }).map_err(hinted)?;
    for path in written {
        line(format!("wrote {}", dir.join(path).display()))?;
    }
    let dir = dir.display();
    line(format!("next: isartor plugin build {dir}, then isartor plugin check {dir}; {dir}/README.md says more"))?;
    Ok(ExitCode::SUCCESS)
}

fn build(dir: &Path) -> anyhow::Result<ExitCode> {
    let project = Project::open(dir).map_err(hinted)?;
    let built = author::build(&project, &mut progress).map_err(hinted)?;
    line(format!("built {} ({})", built.path.display(), size(built.size_bytes)))?;
    Ok(ExitCode::SUCCESS)
}

fn check(settings: &Settings, path: &Path) -> anyhow::Result<ExitCode> {
    let checked = author::check(path, engine_room(settings)).map_err(hinted)?;
    tell(&checked)?;
    checked.passed().map_err(hinted)?;
    line("ok")?;
    Ok(ExitCode::SUCCESS)
}

fn pack(settings: &Settings, dir: &Path, output: Option<&Path>) -> anyhow::Result<ExitCode> {
    let packed = author::pack(dir, output, engine_room(settings)).map_err(hinted)?;
    tell(&packed.checked)?;
    line(format!("packed {}", packed.path.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// Compiled code is kept for the gateway where there is a home already.
fn engine_room(settings: &Settings) -> EngineRoom<'_> {
    let state_dir = Some(settings.home.root()).filter(|root| root.is_dir());
    EngineRoom { state_dir, program: &settings.program }
}

fn progress(step: &str) {
    match line(format!("{step} ...")) {
        // Nobody reads the lines any more; the build goes on.
        Ok(()) | Err(_) => {}
    }
}

/// What was proved, and what came out otherwise.
fn tell(checked: &Checked) -> io::Result<()> {
    let manifest = &checked.manifest;
    line(format!("{} {}, a {}", manifest.id, manifest.version, manifest.kind.as_str()))?;
    row("size", &size(checked.size_bytes))?;
    row("imports", &if checked.imports.is_empty() { "none".to_owned() } else { checked.imports.join(", ") })?;
    if manifest.capabilities.is_empty() {
        row("asks for", "nothing")?;
    }
    for request in &manifest.capabilities {
        let name = CapabilityRequest::name(request);
        row("asks for", &format!("{name}: {}", printable(&request.allows())))?;
    }
    for offer in &checked.offers {
        row("offers", &printable(offer))?;
    }
    let (passed, differ) = (checked.cases_passed, checked.differences.len());
    row("cases", &if differ == 0 { format!("{passed} passed") } else { format!("{passed} passed, {differ} differ") })?;
    for note in &checked.notes {
        row("note", note)?;
    }
    checked.differences.iter().try_for_each(show)
}

fn row(label: &str, value: &str) -> io::Result<()> {
    line(format!("  {label:<9} {value}"))
}

fn show(difference: &Difference) -> io::Result<()> {
    line(format!("--- {} expects", difference.case))?;
    line("+++ the plugin gives")?;
    let colours = io::stdout().is_terminal();
    crate::cli::connect::diff::hunks(&difference.expected, &difference.found, colours).into_iter().try_for_each(line)
}

fn size(bytes: usize) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

fn hinted(error: AuthorError) -> Hinted {
    Hinted::new(error.chain(), error.hint())
}
