//! `isartor plugin install` and `update`: fetch, examine, show, ask, accept. Nothing is kept of what was not accepted.

use std::process::ExitCode;

use tokio::runtime::Runtime;

use super::consent::{self, Earlier};
use super::{ConsentArgs, InstallArgs, UpdateArgs, installation, open_here, refused, runtime, takeover};
use crate::cli::output::{Hinted, line};
use crate::connect::permitted;
use crate::install::source::Source;
use crate::install::{Downgrade, Standing, still_accepted, still_granted};
use crate::plugin::difference::Line;
use crate::plugin::lock::Locked;
use crate::plugin::manifest::client_file::{ClientFile, Os};
use crate::plugin::{self, Examined, Kind, LeftOutPlugin, Origin, Plugins};
use crate::settings::Settings;

pub(super) fn install(settings: &Settings, args: &InstallArgs) -> anyhow::Result<ExitCode> {
    let source = Source::parse(&args.source).map_err(refused)?;
    let plugins = open_here(settings)?;
    let examined = examine(&plugins, &runtime()?, &source)?;
    offer(settings, &plugins, &examined, &source, &args.consent)
}

pub(super) fn update(settings: &Settings, args: &UpdateArgs) -> anyhow::Result<ExitCode> {
    let lock = installation(settings).lock().map_err(refused)?;
    let named: Vec<Locked> = match &args.name {
        Some(name) => vec![
            lock.find(name)
                .cloned()
                .ok_or_else(|| refused(crate::install::InstallError::NotInstalled { plugin: name.clone() }))?,
        ],
        None => lock.plugins.clone(),
    };
    if named.is_empty() {
        line("no plugin was installed, so there is nothing to update")?;
    }
    let (plugins, runtime) = (open_here(settings)?, runtime()?);
    let mut code = ExitCode::SUCCESS;
    for locked in &named {
        match update_one(settings, args, &plugins, &runtime, locked) {
            Ok(ExitCode::SUCCESS) => {}
            Ok(failure) => code = failure,
            // One that cannot be updated does not keep the others from it.
            Err(error) if named.len() > 1 => {
                crate::cli::output::report(&error);
                code = ExitCode::FAILURE;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(code)
}

fn update_one(
    settings: &Settings,
    args: &UpdateArgs,
    plugins: &Plugins,
    runtime: &Runtime,
    locked: &Locked,
) -> anyhow::Result<ExitCode> {
    let source = match &args.source {
        Some(text) => Source::parse(text).map_err(refused)?,
        None => newest(settings, plugins, locked)?,
    };
    let examined = examine(plugins, runtime, &source)?;
    if examined.manifest.id != locked.id {
        let message = format!("{} holds {}, not {}", source.as_text(), examined.manifest.id, locked.id);
        return Err(Hinted::new(message, "give the plugin's own source with --source").into());
    }
    offer(settings, plugins, &examined, &source, &args.consent)
}

/// Files that changed where they are installed are what there is to accept; otherwise what its source has now.
fn newest(settings: &Settings, plugins: &Plugins, locked: &Locked) -> anyhow::Result<Source> {
    // What was accepted and is suspended has changed.
    let is_suspended = |left_out: &LeftOutPlugin| left_out.standing == plugin::Standing::Suspended;
    let is_changed = plugins.left_out().iter().any(|one| one.name == locked.id && is_suspended(one));
    let text = match is_changed {
        true => settings.home.plugins_dir().join(&locked.id).display().to_string(),
        false => locked.source.clone(),
    };
    Ok(Source::parse(&text).map_err(refused)?)
}

fn examine(plugins: &Plugins, runtime: &Runtime, source: &Source) -> anyhow::Result<Examined> {
    let examined = runtime.block_on(async {
        let package = source.fetch().await?;
        Ok(plugins.examine(package).await?)
    });
    Ok(examined.map_err(refused)?)
}

fn offer(
    settings: &Settings,
    plugins: &Plugins,
    examined: &Examined,
    source: &Source,
    args: &ConsentArgs,
) -> anyhow::Result<ExitCode> {
    let downgrade = if args.allow_downgrade { Downgrade::Allowed } else { Downgrade::Refused };
    let installation = installation(settings);
    let standing = installation.compare(examined, downgrade).map_err(refused)?;
    let id = &examined.manifest.id;
    let (question, earlier) = match &standing {
        Standing::Same => {
            line(format!("{id} {} is what you accepted already", examined.manifest.version))?;
            return restore(settings, plugins, examined, source, args);
        }
        Standing::New => {
            show(examined, source)?;
            ("Install it?", Earlier::default())
        }
        Standing::Other { before, difference } => {
            show_difference(examined, before, difference.as_deref())?;
            ("Accept it?", earlier(examined, before))
        }
    };
    check_answers(examined, args)?;
    let Some(consent) = consent::ask(examined, question, args, &earlier)? else {
        line("nothing was changed")?;
        return Ok(ExitCode::FAILURE);
    };
    // A plugin that was changed in place still comes from where it came from.
    let source = match &standing {
        Standing::Other { before, .. } if is_installed_folder(settings, source, id) => before.source.clone(),
        Standing::New | Standing::Same | Standing::Other { .. } => source.as_text(),
    };
    installation.accept(examined, &source, &consent).map_err(refused)?;
    line(format!("installed {id} {}", examined.manifest.version))?;
    tell_waiting(examined, &consent)?;
    takeover::wait(settings)?;
    Ok(ExitCode::SUCCESS)
}

/// The files may be gone or changed while what was accepted is at hand again.
fn restore(
    settings: &Settings,
    plugins: &Plugins,
    examined: &Examined,
    source: &Source,
    args: &ConsentArgs,
) -> anyhow::Result<ExitCode> {
    let installation = installation(settings);
    let lock = installation.lock().map_err(refused)?;
    let Some(before) = lock.find(&examined.manifest.id) else { return Ok(ExitCode::SUCCESS) };
    let is_whole = plugins
        .all()
        .iter()
        .any(|plugin| plugin.manifest().id == before.id && matches!(plugin.origin(), Origin::Directory(_)));
    check_answers(examined, args)?;
    if is_whole && args.grant.is_empty() && args.accept_file.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let Earlier { mut grants, mut files } = earlier(examined, before);
    grants.extend(&args.grant);
    files.extend(args.accept_file.iter().cloned());
    let source =
        if is_installed_folder(settings, source, &before.id) { before.source.clone() } else { source.as_text() };
    installation.accept(examined, &source, &crate::install::Consent { grants, files }).map_err(refused)?;
    line(format!("installed {} {}", before.id, before.version))?;
    takeover::wait(settings)?;
    Ok(ExitCode::SUCCESS)
}

fn earlier(examined: &Examined, before: &Locked) -> Earlier {
    let manifest = &examined.manifest;
    Earlier { grants: still_granted(before, manifest), files: still_accepted(before, manifest) }
}

fn is_installed_folder(settings: &Settings, source: &Source, id: &str) -> bool {
    *source == Source::Path(settings.home.plugins_dir().join(id))
}

/// What somebody grants must be asked for: a misspelt answer is not silently a no.
fn check_answers(examined: &Examined, args: &ConsentArgs) -> anyhow::Result<()> {
    let manifest = &examined.manifest;
    let asked = |name| manifest.capabilities.iter().any(|request| request.name() == name);
    if let Some(name) = args.grant.iter().find(|name| !asked(**name)) {
        let message = format!("{} does not ask for the capability {name}", manifest.id);
        return Err(Hinted::new(message, "leave out what it does not ask for").into());
    }
    for file in &manifest.files {
        permitted::check_template(file).map_err(|reason| {
            let message = format!("{} wants to edit {}, which no connector may: {reason}", manifest.id, file.path);
            Hinted::new(message, "nothing was installed; ask its author why")
        })?;
    }
    match args.accept_file.iter().find(|id| !manifest.files.iter().any(|file| file.id == **id)) {
        Some(id) => {
            Err(Hinted::new(format!("{} names no file {id:?}", manifest.id), "give the id of one of its files").into())
        }
        None => Ok(()),
    }
}

fn show(examined: &Examined, source: &Source) -> anyhow::Result<()> {
    let (manifest, shown) = (&examined.manifest, &examined.shown);
    let publisher = manifest.publisher.as_deref().unwrap_or("an unnamed publisher");
    line(format!("{} {}, a {} by {publisher}", manifest.id, manifest.version, manifest.kind.as_str()))?;
    line(format!("  {}", printable(&manifest.description)))?;
    row("from", &source.as_text())?;
    row("digest", &format!("sha256:{}", examined.component_sha256))?;
    row("size", &format!("{} bytes", examined.package.component.len()))?;
    row("signed", &examined.signed_by.as_ref().map_or("no".to_owned(), |key| format!("by the key {key}")))?;
    row("imports", &if shown.imports.is_empty() { "none".to_owned() } else { shown.imports.join(", ") })?;
    if shown.capabilities.is_empty() {
        row("asks for", "nothing")?;
    }
    for (name, lines) in &shown.capabilities {
        for text in lines {
            row("asks for", &format!("{name}: {}", printable(text)))?;
        }
    }
    for file in &manifest.files {
        row("edits", &format!("{} ({}, {})", file.path, file.id, systems(file)))?;
    }
    if manifest.kind == Kind::Tool {
        for tool in &shown.tools {
            row("tool", &format!("{}: {}", printable(&tool.name), printable(&tool.description)))?;
        }
        for (what, offered) in [("prompt", &shown.prompts), ("resource", &shown.resources)] {
            for one in offered {
                row(what, &format!("{}: {}", printable(&one.name), printable(&one.description)))?;
            }
        }
    }
    Ok(())
}

fn show_difference(examined: &Examined, before: &Locked, difference: Option<&[Line]>) -> anyhow::Result<()> {
    let (id, version) = (&examined.manifest.id, &examined.manifest.version);
    line(format!("{id} {version} differs from {}, which you accepted", before.version))?;
    row("digest", &format!("sha256:{} was sha256:{}", examined.component_sha256, before.component_sha256))?;
    match difference {
        None => line("  it is not known any more what you were shown then; this is all of it now:")
            .map_err(anyhow::Error::from)
            .and_then(|()| show(examined, &Source::Path(before.source.clone().into()))),
        Some([]) => Ok(line("  the same capabilities, imports, tools and files; only its code differs")?),
        Some(lines) => Ok(lines.iter().try_for_each(|difference| match difference {
            Line::About(what) => line(format!("  {}", printable(what))),
            Line::Gone(text) => line(format!("    - {}", printable(text))),
            Line::New(text) => line(format!("    + {}", printable(text))),
        })?),
    }
}

fn row(label: &str, value: &str) -> anyhow::Result<()> {
    Ok(line(format!("  {label:<9} {value}"))?)
}

fn tell_waiting(examined: &Examined, consent: &crate::install::Consent) -> anyhow::Result<()> {
    let id = &examined.manifest.id;
    let asked = examined.manifest.capabilities.iter().map(|request| request.name());
    let waiting: std::collections::BTreeSet<&str> =
        asked.filter(|name| !consent.grants.contains(name)).map(|name| name.as_str()).collect();
    if !waiting.is_empty() {
        let names = waiting.into_iter().collect::<Vec<_>>();
        line(format!(
            "not granted: {}; it may not load before 'isartor plugin grant {id} {}'",
            names.join(", "),
            names.join(" ")
        ))?;
    }
    if !examined.manifest.files.is_empty() && consent.files.is_empty() {
        line("no file was accepted, so it can change none; install it again with --accept-file to allow one")?;
    }
    Ok(())
}

/// Without what could move a terminal's cursor or hide words from a person.
fn printable(text: &str) -> String {
    crate::plugin::printable(text)
}

fn systems(file: &ClientFile) -> String {
    file.systems.iter().map(Os::to_string).collect::<Vec<_>>().join(", ")
}
