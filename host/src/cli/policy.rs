//! `isartor policy eval`: reads the pairs, joins the policy and the embedder, and shows what came of it.

mod html;
mod json;
mod print;
mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};

use super::output::{Hinted, line};
use super::progress::ProgressPrinter;
use super::{model as model_command, plugin};
use crate::evaluate::{Judge, Pair, pairs};
use crate::plugin::Policy;
use crate::settings::Settings;
use report::Report;

const PAIR_FORMAT: &str =
    r#"each line is an object such as {"a": "stored question", "b": "asked question", "hit": true, "kind": "number"}"#;

#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Try a policy on labelled pairs: how much of what it serves is right, and how much it leaves out.
    Eval(EvalArgs),
}

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    /// Pairs, an object a line: {"a": stored, "b": asked, "hit": true|false, "kind"?: class}.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    choice: PolicyChoice,
    /// Print JSON, with every pair that was wrongly served or missed.
    #[arg(long)]
    json: bool,
    /// Also write a page with the curve drawn.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Which policy is tried, and how it is set.
#[derive(Debug, Args)]
pub(super) struct PolicyChoice {
    /// The policy; left out: the one that the gateway uses.
    #[arg(long, value_name = "NAME")]
    policy: Option<String>,
    /// A setting of the policy's, over those in isartor.toml; may be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
}

pub(super) fn run(settings: &Settings, command: &PolicyCommand) -> anyhow::Result<ExitCode> {
    match command {
        PolicyCommand::Eval(args) => eval(settings, args),
    }
}

fn eval(settings: &Settings, args: &EvalArgs) -> anyhow::Result<ExitCode> {
    let pairs = read_all(&args.files)?;
    let chosen = args.choice.load(settings)?;
    let printer = ProgressPrinter::beside_a_report();
    let embedder = model_command::embedder(settings, &printer)?;
    let judge = Judge { embedder: &embedder, policy: &chosen.policy, threads: settings.embedding.sessions };
    let judged = judge.judge(&pairs, &|done, total| printer.count("reading the texts", done, total))?;
    drop(printer);
    let report = Report::new(&args.files, &chosen, embedder.id(), &pairs, &judged);
    if let Some(path) = &args.html {
        fs::write(path, html::page(&report)).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if args.json {
        line(serde_json::to_string_pretty(&json::report(&report))?)?;
    } else {
        print::report(&report)?;
        if let Some(path) = &args.html {
            line(format!("\nthe page is {}", path.display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A policy, and what it was told.
pub(super) struct Chosen {
    pub(super) policy: Policy,
    pub(super) settings: Vec<(String, String)>,
}

impl PolicyChoice {
    /// What isartor.toml says of the gateway's policy is said to no other.
    pub(super) fn load(&self, settings: &Settings) -> anyhow::Result<Chosen> {
        let plugins = plugin::open_here(settings)?;
        let configured = settings.policy.name.as_deref();
        let id = |name| plugins.policy_plugin(name).map(|plugin| plugin.manifest().id.clone()).map_err(plugin::hinted);
        let name = id(self.policy.as_deref().or(configured))?;
        let mut told = match self.policy.is_none() || id(configured).is_ok_and(|id| id == name) {
            true => settings.policy.settings.clone(),
            false => Vec::new(),
        };
        told.retain(|(key, _)| self.set.iter().all(|(set, _)| set != key));
        told.extend(self.set.iter().cloned());
        let policy = plugins.policy(Some(&name), &told).map_err(plugin::hinted)?;
        Ok(Chosen { policy, settings: told })
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        Some(_) | None => Err("it is written KEY=VALUE".to_owned()),
    }
}

fn read_all(files: &[PathBuf]) -> anyhow::Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for file in files {
        pairs.extend(read(file)?);
    }
    if pairs.is_empty() {
        let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        return Err(Hinted::new(format!("there is no pair in {}", names.join(", ")), PAIR_FORMAT).into());
    }
    Ok(pairs)
}

fn read(file: &Path) -> anyhow::Result<Vec<Pair>> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file).map_err(|source| {
        anyhow::Error::new(source).context(Hinted::new(format!("cannot read {name}"), "name a file of labelled pairs"))
    })?;
    pairs::parse(&name, &text).map_err(|error| Hinted::new(error.to_string(), PAIR_FORMAT).into())
}
