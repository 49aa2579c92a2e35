//! `isartor pack`: isartor as an extension for a client that installs such files itself.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::clients::{Clients, Traces};
use super::output::{Hinted, line};
use crate::bundle::{self, BundleError, Contents};
use crate::connect::entry;
use crate::plugin::Manifest;
use crate::plugin::manifest::BundleFormat;
use crate::settings::{Environment, Settings};
use crate::tools::Tools;

const MEBIBYTE: u64 = 1 << 20;

#[derive(Debug, Args)]
pub(super) struct PackArgs {
    /// The client's id, such as claude-desktop.
    client: String,
    /// Where to write the bundle. [default: isartor.mcpb]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it is there.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(settings: &Settings, environment: &Environment, args: &PackArgs) -> anyhow::Result<ExitCode> {
    let clients = Clients::open(settings, environment, Traces::None)?;
    clients.check_known(&args.client)?;
    let manifests = clients.manifests();
    let Some((manifest, format)) = manifests.iter().find_map(|manifest| {
        let bundle = manifest.bundle.as_ref().filter(|_| manifest.id == args.client)?;
        Some((*manifest, bundle.format))
    }) else {
        return Err(takes_none(&args.client, &manifests).into());
    };
    let gateway_url = entry::local_gateway_url(settings.host, settings.port)
        .map_err(|error| Hinted::new(error.to_string(), error.hint()))?;
    let tools: Vec<(String, String)> =
        Tools::native().into_iter().map(|tool| (tool.name, tool.title.unwrap_or_default())).collect();
    let contents = Contents { program: &environment.program, gateway_url: &gateway_url, tools: &tools };
    let path = args.output.clone().unwrap_or_else(|| default_output(format));
    let bytes = bundle::write(&path, contents, args.force).map_err(hinted)?;
    tell(&path, bytes, manifest)?;
    Ok(ExitCode::SUCCESS)
}

fn default_output(format: BundleFormat) -> PathBuf {
    Path::new("isartor").with_extension(match format {
        BundleFormat::Mcpb => "mcpb",
    })
}

fn tell(path: &Path, bytes: u64, manifest: &Manifest) -> std::io::Result<()> {
    line(format!("packed {} ({} MiB)", path.display(), bytes.div_ceil(MEBIBYTE)))?;
    match manifest.bundle.as_ref().and_then(|bundle| bundle.next.as_deref()) {
        Some(next) => line(format!("next: {next}")),
        None => Ok(()),
    }
}

fn takes_none(client: &str, manifests: &[&Manifest]) -> Hinted {
    let able = manifests.iter().filter(|manifest| manifest.bundle.is_some()).map(|manifest| manifest.id.as_str());
    let able: Vec<&str> = able.collect();
    let hint = format!("'isartor connect {client}' edits its configuration; bundles are for {}", able.join(", "));
    Hinted::new(format!("{client} takes no bundles"), hint)
}

fn hinted(error: BundleError) -> anyhow::Error {
    match error {
        BundleError::Exists { .. } => {
            Hinted::new(error.to_string(), "nothing was written; give another --output, or --force to replace it")
                .into()
        }
        BundleError::Read { .. } | BundleError::Write { .. } | BundleError::Pack { .. } => error.into(),
    }
}
