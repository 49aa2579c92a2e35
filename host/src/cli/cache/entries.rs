//! `isartor cache list|get|delete|clear`: entries one by one and many at once. Asks before it deletes.

use std::time::SystemTime;

use anyhow::Context;
use serde_json::{Value, json};

use super::connection::Connection;
use super::figures::{bytes, duration, number};
use super::selection::SelectionArgs;
use crate::audit::{AuditFile, CacheRemoval, Event};
use crate::cli::ask::settle;
use crate::cli::output::{Hinted, line};
use crate::plugin::printable;

/// How much of a question is shown in a row.
const SHOWN_CHARACTERS: usize = 70;

pub(super) fn list(
    cache: &Connection,
    selection: &SelectionArgs,
    after: Option<String>,
    limit: u64,
    as_json: bool,
) -> anyhow::Result<()> {
    let now_seconds = cache.now_seconds()?;
    let query = selection.as_query(now_seconds, after.as_deref(), limit);
    let listed = cache.get(&format!("/api/v1/cache/entries?{query}"))?;
    if as_json {
        return Ok(line(serde_json::to_string_pretty(&listed)?)?);
    }
    line(format!("{:>8} {:>12} {:>9} {:<16} QUESTION", "ENTRY", "AGE", "ANSWER", "CLIENT"))?;
    for entry in listed["entries"].as_array().into_iter().flatten() {
        line(row(entry, now_seconds))?;
    }
    if let Some(next) = listed["next"].as_str() {
        line(format!("there may be more: isartor cache list --after {next}"))?;
    }
    Ok(())
}

fn row(entry: &Value, now_seconds: u64) -> String {
    let age = duration(now_seconds.saturating_sub(number(&entry["created_seconds"])));
    let answer = bytes(number(&entry["response_bytes"]));
    let client = short(entry["client"].as_str().unwrap_or("-"), 16);
    let question = short(text(&entry["prompt"]), SHOWN_CHARACTERS);
    format!("{:>8} {age:>12} {answer:>9} {client:<16} {question}", text(&entry["entry"]))
}

pub(super) fn get(cache: &Connection, entry: &str, as_json: bool) -> anyhow::Result<()> {
    let entry = cache.get(&path(entry))?;
    if as_json {
        return Ok(line(serde_json::to_string_pretty(&entry)?)?);
    }
    for name in ["entry", "prompt", "model", "namespace", "client", "session", "key", "context"] {
        if let Some(value) = entry[name].as_str() {
            line(format!("{name:<11} {}", printable(value)))?;
        }
    }
    let now_seconds = cache.now_seconds()?;
    let age = now_seconds.saturating_sub(number(&entry["created_seconds"]));
    line(format!("{:<11} {} ago", "stored", duration(age)))?;
    if let Some(end) = entry["expires_seconds"].as_u64() {
        line(format!("{:<11} in {}", "ends", duration(end.saturating_sub(now_seconds))))?;
    }
    let reach = if entry["exact_only"] == json!(true) { "the same question only" } else { "similar questions, too" };
    line(format!("{:<11} {reach}", "answers"))?;
    line(format!("{:<11} {}", "complaints", number(&entry["complaints"])))?;
    line("")?;
    Ok(line(printable(text(&entry["response"])))?)
}

pub(super) fn delete_one(cache: &Connection, audit: &AuditFile, entry: &str, said_yes: bool) -> anyhow::Result<()> {
    let found = cache.get(&path(entry))?;
    let matter = format!("this deletes the answer to: {}", short(text(&found["prompt"]), SHOWN_CHARACTERS));
    settle(&matter, "Delete it?", said_yes)?;
    deleted(audit, CacheRemoval::Deleted, &cache.delete(&path(entry))?)
}

pub(super) fn delete(
    cache: &Connection,
    audit: &AuditFile,
    selection: &SelectionArgs,
    said_yes: bool,
) -> anyhow::Result<()> {
    let selected = selection.as_json(cache.now_seconds()?);
    if selected.is_empty() {
        let hint =
            "name an entry, or select some with --client, --older-than and the like; `isartor cache clear` deletes all";
        return Err(Hinted::new("it is not said what to delete", hint).into());
    }
    settle("this deletes every entry that is selected", "Delete them?", said_yes)?;
    deleted(audit, CacheRemoval::Deleted, &cache.post("/api/v1/cache/delete", Value::Object(selected))?)
}

pub(super) fn clear(cache: &Connection, audit: &AuditFile, said_yes: bool) -> anyhow::Result<()> {
    let held = number(&cache.get("/api/v1/cache/stats")?["entries"]);
    settle(&format!("this deletes every entry, {held} in all"), "Delete them?", said_yes)?;
    deleted(audit, CacheRemoval::Cleared, &cache.post("/api/v1/cache/clear", json!({}))?)
}

fn deleted(audit: &AuditFile, by: CacheRemoval, answer: &Value) -> anyhow::Result<()> {
    let count = number(&answer["deleted"]);
    let told = audit.append(SystemTime::now(), &Event::CacheRemoved { by, entries: count, key: None });
    told.context("it is done, but the audit log does not tell of it")?;
    let entries = if count == 1 { "entry" } else { "entries" };
    Ok(line(format!("deleted {count} {entries}"))?)
}

fn path(entry: &str) -> String {
    let entry: String = url::form_urlencoded::byte_serialize(entry.as_bytes()).collect();
    format!("/api/v1/cache/entries/{entry}")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// One line, without what a terminal would take for a command.
fn short(text: &str, characters: usize) -> String {
    let one_line = printable(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut short: String = one_line.chars().take(characters).collect();
    if short.len() < one_line.len() {
        short.pop();
        short.push('…');
    }
    short
}
