//! `isartor cache ...`: what the cache holds and what it was good for. Speaks to the running gateway; where none runs,
//! opens the cache itself.

mod connection;
mod entries;
mod figures;
mod replay;
mod selection;
mod transfer;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::output::line;
use crate::audit::AuditFile;
use crate::settings::Settings;
use connection::Connection;
use selection::SelectionArgs;

#[derive(Debug, Subcommand)]
pub(super) enum CacheCommand {
    #[command(flatten)]
    Kept(KeptCommand),
    /// Ask a list of questions one after the other, in a cache of their own, and say what was answered from it.
    Replay(replay::ReplayArgs),
}

/// What is done to the cache of this home.
#[derive(Debug, Subcommand)]
pub(super) enum KeptCommand {
    /// Show hits, misses and their reasons, and what they saved.
    Stats {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List entries, oldest first.
    List {
        #[command(flatten)]
        selection: SelectionArgs,
        /// Only entries after this one.
        #[arg(long, value_name = "ENTRY")]
        after: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=1000))]
        limit: u64,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show one entry with its answer.
    Get {
        /// Its number, as `list` and every hit show it.
        entry: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Delete one entry, or all that are selected.
    Delete {
        /// Its number.
        #[arg(conflicts_with = "SelectionArgs")]
        entry: Option<String>,
        #[command(flatten)]
        selection: SelectionArgs,
        #[command(flatten)]
        sure: Sure,
    },
    /// Delete every entry.
    Clear {
        #[command(flatten)]
        sure: Sure,
    },
    /// Write every selected entry as a line of JSON, to a new file or to standard output.
    Export {
        file: Option<PathBuf>,
        #[command(flatten)]
        selection: SelectionArgs,
    },
    /// Read entries that were exported, from a file or from standard input; what is stored for the same question is
    /// replaced.
    Import { file: Option<PathBuf> },
    /// Give the space of deleted entries back to the disk.
    Compact,
    /// Say that an answer was wrong, or right, for the question that got it.
    Feedback(FeedbackArgs),
}

#[derive(Debug, Args)]
pub(super) struct Sure {
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Args)]
pub(super) struct FeedbackArgs {
    /// The entry of the hit.
    entry: String,
    /// The question that got it, word for word.
    #[arg(long)]
    question: String,
    #[command(flatten)]
    verdict: Verdict,
    /// The namespace in which it was asked.
    #[arg(long)]
    namespace: Option<String>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Verdict {
    /// It did not answer the question: it is not served for it again.
    #[arg(long)]
    wrong: bool,
    /// It did.
    #[arg(long)]
    right: bool,
}

pub(super) fn run(settings: &Settings, command: CacheCommand) -> anyhow::Result<ExitCode> {
    match command {
        CacheCommand::Replay(args) => replay::run(settings, &args),
        CacheCommand::Kept(command) => {
            carry_out(&Connection::open(settings)?, &AuditFile::of(settings), command)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn carry_out(cache: &Connection, audit: &AuditFile, command: KeptCommand) -> anyhow::Result<()> {
    match command {
        KeptCommand::Stats { json } => figures::stats(cache, json),
        KeptCommand::List { selection, after, limit, json } => entries::list(cache, &selection, after, limit, json),
        KeptCommand::Get { entry, json } => entries::get(cache, &entry, json),
        KeptCommand::Delete { entry: Some(entry), sure, .. } => entries::delete_one(cache, audit, &entry, sure.yes),
        KeptCommand::Delete { entry: None, selection, sure } => entries::delete(cache, audit, &selection, sure.yes),
        KeptCommand::Clear { sure } => entries::clear(cache, audit, sure.yes),
        KeptCommand::Export { file, selection } => transfer::export(cache, file.as_deref(), &selection),
        KeptCommand::Import { file } => transfer::import(cache, file.as_deref()),
        KeptCommand::Compact => transfer::compact(cache),
        KeptCommand::Feedback(args) => feedback(cache, &args),
    }
}

fn feedback(cache: &Connection, args: &FeedbackArgs) -> anyhow::Result<()> {
    let verdict = if args.verdict.wrong { "wrong" } else { "right" };
    let mut body = serde_json::json!({ "entry": args.entry, "question": args.question, "verdict": verdict });
    if let Some(namespace) = &args.namespace {
        body["namespace"] = namespace.as_str().into();
    }
    let answer = cache.post("/api/v1/cache/feedback", body)?;
    line(match answer["outcome"].as_str() {
        Some("evicted") => "noted; there were several complaints, so the entry is removed",
        Some("again") => "that was noted before",
        _counted => "noted",
    })?;
    Ok(())
}
