//! An evaluation as tables for a terminal.

use std::io;

use super::report::{Mistake, Report, interval, percent};
use crate::cli::output::line;
use crate::evaluate::Share;

/// The page and the JSON have all.
const MISTAKES_SHOWN: usize = 20;
/// Which points of the curve are printed, in hundredths.
const THRESHOLDS_SHOWN: [f32; 8] = [0.70, 0.75, 0.80, 0.85, 0.90, 0.92, 0.95, 0.99];

pub(super) fn report(report: &Report<'_>) -> io::Result<()> {
    let summary = &report.summary;
    let (files, pairs) = (report.files_in_words(), report.pairs());
    line(format!("{files}: {pairs} pairs, {} to serve, {} to miss", summary.recall.of, summary.false_hits.of))?;
    line(format!("{}; {}\n", report.policy_in_words(), report.embedder))?;
    figures(report)?;
    curve(report)?;
    kinds(report)?;
    misses(report)?;
    mistakes("false hits", &report.false_hits())?;
    mistakes("lost hits", &report.lost_hits())
}

fn figures(report: &Report<'_>) -> io::Result<()> {
    let summary = &report.summary;
    line(format!("{:<12} {:>8}  {:>16}  {:>14}", "", "share", "95 % interval", "pairs"))?;
    let row = |name: &str, share: Share, of: &str| {
        let counts = format!("{} of {}", share.count, share.of);
        line(format!("{name:<12} {:>8}  {:>16}  {counts:>14}  {of}", percent(share), interval(share)))
    };
    row("precision", summary.precision, "served ones are right")?;
    row("recall", summary.recall, "right ones are served")?;
    row("false hits", summary.false_hits, "wrong ones are served")
}

fn curve(report: &Report<'_>) -> io::Result<()> {
    line(format!("\n{:<12} {:>10} {:>8} {:>11}", "plain cosine", "precision", "recall", "false hits"))?;
    let shown = |threshold: f32| THRESHOLDS_SHOWN.iter().any(|shown| (shown - threshold).abs() < 0.001);
    for point in report.summary.curve.iter().filter(|point| shown(point.threshold)) {
        let (precision, recall) = (percent(point.precision), percent(point.recall));
        line(format!("{:<12.2} {precision:>10} {recall:>8} {:>11}", point.threshold, percent(point.false_hits)))?;
    }
    Ok(())
}

fn kinds(report: &Report<'_>) -> io::Result<()> {
    let kinds = &report.summary.kinds;
    if kinds.is_empty() {
        return Ok(());
    }
    let width = kinds.iter().map(|kind| kind.kind.chars().count()).max().unwrap_or_default().max(12);
    line(format!("\n{:<width$} {:>14} {:>14}", "by kind", "served, right", "false hits"))?;
    let counts = |share: Share| if share.of == 0 { "-".to_owned() } else { format!("{} of {}", share.count, share.of) };
    for kind in kinds {
        line(format!("{:<width$} {:>14} {:>14}", kind.kind, counts(kind.recall), counts(kind.false_hits)))?;
    }
    Ok(())
}

fn misses(report: &Report<'_>) -> io::Result<()> {
    let misses = &report.summary.misses;
    if misses.is_empty() {
        return Ok(());
    }
    line(format!("\n{:<16} {:>10} {:>14}", "misses by reason", "rightly", "a hit was lost"))?;
    for miss in misses {
        line(format!("{:<16} {:>10} {:>14}", miss.reason, miss.right, miss.lost))?;
    }
    Ok(())
}

fn mistakes(title: &str, mistakes: &[Mistake<'_>]) -> io::Result<()> {
    if mistakes.is_empty() {
        return Ok(());
    }
    line(format!("\n{title}: {}", mistakes.len()))?;
    for mistake in mistakes.iter().take(MISTAKES_SHOWN) {
        let cosine = mistake.cosine.map_or_else(|| "-".to_owned(), |cosine| format!("{cosine:.3}"));
        let kind = mistake.pair.kind.as_deref().unwrap_or_default();
        // On one line each, whatever the texts hold.
        line(format!("  {cosine:>5}  {:<16} {:?}", mistake.reason(), mistake.pair.a))?;
        line(format!("  {:>5}  {kind:<16} {:?}", "", mistake.pair.b))?;
    }
    match mistakes.len().saturating_sub(MISTAKES_SHOWN) {
        0 => Ok(()),
        more => line(format!("  ... and {more} more, all of which --json and --html show")),
    }
}
