//! `isartor bench`: measures the cache in a temporary directory, and prints one table or one JSON.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use super::output::line;
use super::plugin;
use super::progress::ProgressPrinter;
use crate::bench::{self, Bench, Measure, Times};
use crate::cache::embedding::Embedder;
use crate::model;
use crate::plugin::Policy;
use crate::settings::Settings;

/// Of fewer there are not enough to ask for.
const LEAST_ENTRIES: i64 = 1_000;

/// Ten times as many vectors are searched in memory.
const MOST_ENTRIES: i64 = 100_000;

#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    /// How many entries the cache is filled with; 10,000 take about a minute.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(LEAST_ENTRIES..=MOST_ENTRIES))]
    entries: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(settings: &Settings, args: &BenchArgs) -> anyhow::Result<ExitCode> {
    let semantic = semantic(settings)?;
    let embedder = semantic.as_ref().map(|(_, embedder)| embedder.id());
    let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
    let entries = args.entries as usize;
    let mut cache = settings.cache.clone();
    (cache.max_entries, cache.max_bytes) = (cache.max_entries.max(2 * entries), u64::MAX);
    let bench = Bench { directory: directory.path(), settings: cache, entries, semantic };
    let printer = ProgressPrinter::beside_a_report();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let measures = runtime.block_on(bench::run(bench, &|what, done, total| printer.count(what, done, total)));
    drop(printer);
    let measures = measures?;
    if args.json {
        line(serde_json::to_string_pretty(&as_json(entries, embedder, &measures))?)?;
    } else {
        print(entries, embedder, &measures)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The policy and the model that a gateway would use, if the model is there: it is not fetched for this.
fn semantic(settings: &Settings) -> anyhow::Result<Option<(Policy, Embedder)>> {
    if !settings.embedding.enabled {
        return Ok(None);
    }
    let Some(files) = model::installed(&settings.embedding)? else { return Ok(None) };
    let policy = plugin::open_here(settings)?.policy(settings.policy.name.as_deref(), &settings.policy.settings);
    let embedder = Embedder::load(&files, settings.embedding.sessions).context("cannot load the embedding model")?;
    Ok(Some((policy.map_err(plugin::hinted)?, embedder)))
}

fn print(entries: usize, embedder: Option<&str>, measures: &[Measure]) -> anyhow::Result<()> {
    line(format!(
        "{entries} entries, {}",
        embedder.unwrap_or("without the embedding model: run `isartor model pull`")
    ))?;
    line(format!("{:<40} {:>10} {:>10} {:>12}  beside", "", "p50", "p99", "per second"))?;
    for Measure { what, times, beside, note } in measures {
        let Times { p50, p99, per_second, .. } = times;
        let beside = beside.as_ref().map(|beside| format!("{} {}", shown(beside.took), beside.what));
        let rest: Vec<String> = beside.into_iter().chain(note.clone()).collect();
        let (p50, p99) = (shown(*p50), shown(*p99));
        line(format!("{what:<40} {p50:>10} {p99:>10} {per_second:>12.0}  {}", rest.join("; ")).trim_end())?;
    }
    Ok(())
}

fn shown(duration: Duration) -> String {
    match duration.as_secs_f64() * 1e6 {
        micros if micros < 1_000.0 => format!("{micros:.1} us"),
        micros => format!("{:.2} ms", micros / 1_000.0),
    }
}

fn as_json(entries: usize, embedder: Option<&str>, measures: &[Measure]) -> Value {
    let measure = |measure: &Measure| {
        let Measure { what, times, beside, note } = measure;
        json!({
            "what": what,
            "rounds": times.rounds,
            "p50_microseconds": micros(times.p50),
            "p99_microseconds": micros(times.p99),
            "per_second": times.per_second,
            "beside": beside.as_ref().map(|beside| json!({
                "what": beside.what,
                "p50_microseconds": micros(beside.took),
            })),
            "note": note,
        })
    };
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "entries": entries,
        "embedder": embedder,
        "measures": measures.iter().map(measure).collect::<Vec<_>>(),
    })
}

fn micros(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e8).round() / 100.0
}
