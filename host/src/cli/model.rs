//! `isartor model pull|status`: progress and reports; and the model for the commands that measure with it.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};

use super::output::{Hinted, line};
use super::progress::ProgressPrinter;
use crate::cache::embedding::Embedder;
use crate::model::{self, FileState, Golden, ModelFile, Outcome, Part, Status};
use crate::settings::{ModelSource, Settings};

/// A name that is still being resolved when the hub was given up would otherwise be waited for.
const SHUTDOWN: Duration = Duration::from_millis(100);

pub(super) fn pull(settings: &Settings, source: Option<&str>) -> anyhow::Result<ExitCode> {
    let source = source.map_or_else(|| settings.embedding.source.clone(), ModelSource::from);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let printer = ProgressPrinter::new();
    let pulled = runtime.block_on(model::pull(&settings.embedding, &source, &|progress| printer.show(progress)));
    runtime.shutdown_timeout(SHUTDOWN);
    drop(printer);
    let files = pulled?;
    line(format!("the {} model is ready: {}", settings.embedding.precision.as_str(), files.model.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// The model, fetched if it is not there yet, for a command that measures what is served.
pub(super) fn embedder(settings: &Settings, printer: &ProgressPrinter) -> anyhow::Result<Embedder> {
    if !settings.embedding.enabled {
        let hint = "set `enabled = true` under [embedding] in isartor.toml, or unset ISARTOR__EMBEDDING__ENABLED";
        return Err(Hinted::new("a policy decides on embeddings, and they are switched off", hint).into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let opened = runtime.block_on(model::open(&settings.embedding, &|progress| printer.show(progress)));
    runtime.shutdown_timeout(SHUTDOWN);
    Ok(opened?)
}

/// Exits 1 when the model cannot be used.
pub(super) fn status(settings: &Settings, json: bool) -> anyhow::Result<ExitCode> {
    let status = model::status(&settings.embedding)?;
    if json {
        line(serde_json::to_string_pretty(&as_json(&status))?)?;
    } else {
        print(&status)?;
    }
    match &status.outcome {
        Outcome::Measured { .. } if status.is_usable() => Ok(ExitCode::SUCCESS),
        _ if json => Ok(ExitCode::FAILURE),
        Outcome::Measured { .. } | Outcome::Incomplete | Outcome::Failed(_) => Err(unusable(status)),
    }
}

fn unusable(status: Status) -> anyhow::Error {
    let message = match status.outcome {
        Outcome::Failed(error) => return model::ModelError::from(error).into(),
        Outcome::Measured { .. } => "the embedding model misses its golden vectors".to_owned(),
        Outcome::Incomplete => {
            let needed = status.files.iter().filter(|file| file.part != Part::Weights && !file.state.is_usable());
            let list: Vec<String> = needed.map(|file| format!("{} {}", part(file.part), state(file.state))).collect();
            format!("the embedding model cannot be used: {}", list.join(", "))
        }
    };
    Hinted::new(message, "run `isartor model pull`").into()
}

fn print(status: &Status) -> anyhow::Result<()> {
    line(format!("directory  {}", status.directory.display()))?;
    line(format!("embedder   {}", status.embedder))?;
    line(format!("source     {}", status.source.as_deref().unwrap_or("none yet")))?;
    for file in &status.files {
        line(format!("{:<10} {:<8} {}", part(file.part), state(file.state), file.path.display()))?;
    }
    if let Outcome::Measured { golden, runtime } = &status.outcome {
        line(format!("golden     {golden} (it takes {})", Golden::required(status.precision)))?;
        match pinned_version(status) {
            Some(version) => line(format!("runtime is ONNX Runtime {version}, pinned"))?,
            None => line(format!("runtime is your own, not pinned: {runtime}"))?,
        }
    }
    Ok(())
}

/// The runtime's version where a digest vouches for it.
fn pinned_version(status: &Status) -> Option<&'static str> {
    let runtime = status.files.iter().find(|file| file.part == Part::Runtime);
    runtime.filter(|file| file.state == FileState::Sound).map(|_| model::RUNTIME_VERSION)
}

fn as_json(status: &Status) -> Value {
    let files: Vec<Value> = status.files.iter().map(file_as_json).collect();
    let mut report = json!({
        "usable": status.is_usable(),
        "directory": status.directory,
        "precision": status.precision.as_str(),
        "embedder": status.embedder,
        "source": status.source,
        "files": files,
    });
    match &status.outcome {
        Outcome::Incomplete => {}
        Outcome::Failed(error) => report["error"] = json!(model::chain(error)),
        Outcome::Measured { golden, runtime } => {
            let Golden { minimum_cosine, mean_cosine } = golden;
            report["golden"] = json!({"minimum_cosine": minimum_cosine, "mean_cosine": mean_cosine});
            report["runtime"] = json!({"pinned_version": pinned_version(status), "description": runtime});
        }
    }
    report
}

fn file_as_json(file: &ModelFile) -> Value {
    json!({"part": part(file.part), "state": state(file.state), "path": file.path})
}

fn part(part: Part) -> &'static str {
    match part {
        Part::Weights => "weights",
        Part::Tokenizer => "tokenizer",
        Part::Graph => "graph",
        Part::Numbers => "numbers",
        Part::Runtime => "runtime",
    }
}

fn state(state: FileState) -> &'static str {
    match state {
        FileState::Sound => "sound",
        FileState::Unpinned => "unpinned",
        FileState::Missing => "missing",
        FileState::Altered => "altered",
    }
}
