//! `isartor cache replay`: a list of questions through a whole cache of its own, which is removed afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use crate::cache::Cache;
use crate::cache::embedding::Embedder;
use crate::chat::Chat;
use crate::cli::model;
use crate::cli::output::{Hinted, line};
use crate::cli::policy::{Chosen, PolicyChoice};
use crate::cli::progress::ProgressPrinter;
use crate::evaluate::Share;
use crate::evaluate::replay::{self, Latencies, Replay, ServedPair};
use crate::settings::{CacheSettings, Settings};

const PROMPT_FORMAT: &str = r#"each line is an object such as {"prompt": "What is a hash table?"}"#;

#[derive(Debug, Args)]
pub(in crate::cli) struct ReplayArgs {
    /// Questions in the order they are asked, an object a line: {"prompt": text}.
    file: PathBuf,
    #[command(flatten)]
    choice: PolicyChoice,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(settings: &Settings, args: &ReplayArgs) -> anyhow::Result<ExitCode> {
    let prompts = read(&args.file)?;
    let chosen = args.choice.load(settings)?;
    let policy = format!("{} {}", chosen.policy.manifest().id, chosen.policy.manifest().version);
    let printer = ProgressPrinter::beside_a_report();
    let embedder = model::embedder(settings, &printer)?;
    let embedded_by = embedder.id();
    let replayed = replayed(settings, chosen, embedder, &prompts, &printer)?;
    drop(printer);
    if args.json {
        let mut report = as_json(&replayed);
        report["file"] = json!(args.file);
        report["policy"] = json!(policy);
        report["embedder"] = json!(embedded_by);
        line(serde_json::to_string_pretty(&report)?)?;
    } else {
        line(format!("{}: {} questions", args.file.display(), prompts.len()))?;
        line(format!("{policy}; {embedded_by}\n"))?;
        print(&replayed)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// In a directory that is gone when this returns; nothing of the user's cache is read or written.
fn replayed(
    settings: &Settings,
    chosen: Chosen,
    embedder: Embedder,
    prompts: &[String],
    printer: &ProgressPrinter,
) -> anyhow::Result<Replay> {
    let dir = tempfile::Builder::new()
        .prefix("isartor-replay-")
        .tempdir()
        .context("cannot create a directory for the replay")?;
    // What is answered as a miss to learn from it would be counted as one.
    let cache_settings = CacheSettings { explore: 0.0, ..settings.cache.clone() };
    let database = dir.path().join("cache.redb");
    let cache = Cache::open(&database, &cache_settings, embedder.id(), chosen.policy.digest())?;
    let chat = Chat::new(Arc::new(cache), Some(chosen.policy), &cache_settings, Arc::new(SystemTime::now));
    let runtime = tokio::runtime::Runtime::new().context("cannot start the asynchronous runtime")?;
    let ended = runtime.block_on(async {
        chat.activate(embedder).await;
        let progress = |done, total| printer.count("asking", done, total);
        replay::replay(&chat, prompts, &progress).await
    });
    drop(chat);
    dir.close().context("cannot remove the directory of the replay")?;
    Ok(ended?)
}

fn read(file: &Path) -> anyhow::Result<Vec<String>> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file).map_err(|source| {
        anyhow::Error::new(source).context(Hinted::new(format!("cannot read {name}"), "name a file of questions"))
    })?;
    let prompts = replay::parse(&name, &text).map_err(|error| Hinted::new(error.to_string(), PROMPT_FORMAT))?;
    match prompts.is_empty() {
        true => Err(Hinted::new(format!("there is no question in {name}"), PROMPT_FORMAT).into()),
        false => Ok(prompts),
    }
}

fn print(replay: &Replay) -> anyhow::Result<()> {
    for (name, share) in [("exact", replay.exact), ("semantic", replay.semantic), ("asked before", replay.repeated)] {
        line(format!("{name:<16} {:>8}  {} of {} answered", percent(share), share.count, share.of))?;
    }
    for (reason, times) in &replay.misses {
        line(format!("missed: {reason:<16} {times}"))?;
    }
    for (reason, times) in &replay.refused {
        line(format!("not stored: {reason:<12} {times}"))?;
    }
    line(format!("\n{:<16} {:>8} {:>8} {:>8} {:>8} {:>8}", "microseconds", "count", "p50", "p90", "p99", "most"))?;
    for (name, taken) in latencies(replay) {
        let columns = [taken.median, taken.percentile_90, taken.percentile_99, taken.longest];
        let columns: String = columns.iter().map(|duration| format!(" {:>8}", duration.as_micros())).collect();
        line(format!("{name:<16} {:>8}{columns}", taken.count))?;
    }
    line(format!("\nserved for another question: {} pairs", replay.served.len()))?;
    for ServedPair { asked, served, cosine, times } in &replay.served {
        line(format!("  {cosine:.3} {times:>3}x  {asked:?}\n               {served:?}"))?;
    }
    Ok(())
}

fn as_json(replay: &Replay) -> Value {
    let counts = |counts: &[(&'static str, usize)]| {
        counts.iter().map(|(reason, count)| json!({ "reason": reason, "count": count })).collect::<Vec<_>>()
    };
    let served = replay.served.iter().map(|pair| {
        let ServedPair { asked, served, cosine, times } = pair;
        let cosine = (f64::from(*cosine) * 10_000.0).round() / 10_000.0;
        json!({ "asked": asked, "served": served, "cosine": cosine, "times": times })
    });
    let latencies: serde_json::Map<String, Value> =
        latencies(replay).into_iter().map(|(name, taken)| (name.to_owned(), latency_as_json(taken))).collect();
    let share = |share: Share| json!({ "count": share.count, "of": share.of, "share": share.value() });
    json!({
        "prompts": replay.exact.of,
        "exact": share(replay.exact),
        "semantic": share(replay.semantic),
        "asked_before": share(replay.repeated),
        "misses": counts(&replay.misses),
        "refused": counts(&replay.refused),
        "latency_microseconds": latencies,
        "served": served.collect::<Vec<_>>(),
    })
}

fn latencies(replay: &Replay) -> [(&'static str, Latencies); 4] {
    [
        ("exact", replay.exact_lookup),
        ("semantic", replay.semantic_lookup),
        ("miss", replay.missed_lookup),
        ("store", replay.store),
    ]
}

fn latency_as_json(taken: Latencies) -> Value {
    let Latencies { count, median, percentile_90, percentile_99, longest } = taken;
    let [p50, p90, p99, most] = [median, percentile_90, percentile_99, longest].map(|duration| duration.as_micros());
    json!({ "count": count, "p50": p50, "p90": p90, "p99": p99, "most": most })
}

fn percent(share: Share) -> String {
    share.value().map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", 100.0 * share))
}
