//! `isartor cache export|import|compact`: every entry out, back in, and what is left of the file. Texts go to the file
//! or the pipe that was named, and nowhere else.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::connection::Connection;
use super::figures::{bytes, number};
use super::selection::SelectionArgs;
use crate::cli::output::{Hinted, line};
use crate::system::Private;

/// Entries in one request, and the bytes after which a request goes off.
const PAGE_ENTRIES: u64 = 200;
const BATCH_BYTES: usize = 4 << 20;

pub(super) fn export(cache: &Connection, file: Option<&Path>, selection: &SelectionArgs) -> anyhow::Result<()> {
    let Some(path) = file else {
        each(cache, selection, |entry| line(entry.to_string()))?;
        return Ok(());
    };
    let mut out = BufWriter::new(created(path)?);
    let written = each(cache, selection, |entry| writeln!(out, "{entry}"));
    let written = written.and_then(|count| Ok((count, out.flush()?, out.get_ref().sync_all()?)));
    let (count, (), ()) = written.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(line(format!("exported {count} entries to {}", path.display()))?)
}

/// Readable by its owner alone: there are answers in it.
fn created(path: &Path) -> anyhow::Result<File> {
    match OpenOptions::new().write(true).create_new(true).private().open(path) {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let message = format!("{} is already there", path.display());
            Err(Hinted::new(message, "name a new file; nothing was written").into())
        }
        Err(error) => Err(error).with_context(|| format!("cannot create {}", path.display())),
    }
}

fn each(
    cache: &Connection,
    selection: &SelectionArgs,
    mut write: impl FnMut(&Value) -> io::Result<()>,
) -> anyhow::Result<u64> {
    let now_seconds = cache.now_seconds()?;
    let (mut after, mut count): (Option<String>, u64) = (None, 0);
    loop {
        let query = selection.as_query(now_seconds, after.as_deref(), PAGE_ENTRIES);
        let page = cache.get(&format!("/api/v1/cache/export?{query}"))?;
        for entry in page["entries"].as_array().into_iter().flatten() {
            write(entry)?;
            count += 1;
        }
        match page["next"].as_str() {
            Some(next) => after = Some(next.to_owned()),
            None => return Ok(count),
        }
    }
}

pub(super) fn import(cache: &Connection, file: Option<&Path>) -> anyhow::Result<()> {
    let (source, name): (Box<dyn BufRead>, String) = match file {
        Some(path) => {
            let name = path.display().to_string();
            let opened = File::open(path).with_context(|| format!("cannot read {name}"))?;
            (Box::new(BufReader::new(opened)), name)
        }
        None => (Box::new(io::stdin().lock()), "standard input".to_owned()),
    };
    let mut import = Import { cache, name, batch: Vec::new(), batch_bytes: 0, imported: 0, refused: 0 };
    for (index, text) in source.lines().enumerate() {
        let text = text.with_context(|| format!("cannot read {}", import.name))?;
        import.add(index + 1, &text)?;
    }
    import.send()?;
    line(format!("imported {} entries", import.imported))?;
    if import.refused > 0 {
        line(format!("{} were refused, because they may not be stored", import.refused))?;
    }
    Ok(())
}

struct Import<'a> {
    cache: &'a Connection,
    name: String,
    /// Entries and the lines they are from.
    batch: Vec<(usize, Value)>,
    batch_bytes: usize,
    imported: u64,
    refused: usize,
}

impl Import<'_> {
    fn add(&mut self, number: usize, text: &str) -> anyhow::Result<()> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let entry: Value =
            serde_json::from_str(text).with_context(|| format!("line {number} of {} is not JSON", self.name))?;
        if !entry.is_object() {
            bail!("line {number} of {} is not an entry", self.name);
        }
        self.batch_bytes += text.len();
        self.batch.push((number, entry));
        if self.batch.len() as u64 >= PAGE_ENTRIES || self.batch_bytes >= BATCH_BYTES { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> anyhow::Result<()> {
        let batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        let (Some((first, _)), Some((last, _))) = (batch.first(), batch.last()) else { return Ok(()) };
        let lines = format!("lines {first} to {last} of {}", self.name);
        let numbers: Vec<usize> = batch.iter().map(|(number, _)| *number).collect();
        let entries: Vec<Value> = batch.into_iter().map(|(_, entry)| entry).collect();
        let answer = self.cache.post("/api/v1/cache/import", json!({ "entries": entries }));
        let answer = answer.with_context(|| format!("cannot import {lines}"))?;
        self.imported += number(&answer["imported"]);
        for refused in answer["refused"].as_array().into_iter().flatten() {
            let index = usize::try_from(number(&refused["index"])).unwrap_or(usize::MAX);
            let number = numbers.get(index).copied().unwrap_or_default();
            line(format!("line {number} is refused: {}", refused["message"].as_str().unwrap_or_default()))?;
            self.refused += 1;
        }
        Ok(())
    }
}

pub(super) fn compact(cache: &Connection) -> anyhow::Result<()> {
    let before = number(&cache.get("/api/v1/cache/stats")?["file_bytes"]);
    let answer = cache.post("/api/v1/cache/compact", json!({}))?;
    let after = number(&answer["file_bytes"]);
    Ok(line(format!("the database has {}, before it had {}", bytes(after), bytes(before)))?)
}
