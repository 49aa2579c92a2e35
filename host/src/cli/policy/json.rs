//! An evaluation as one JSON object, with every mistake in it.

use serde_json::{Value, json};

use super::report::{Mistake, Report};
use crate::evaluate::{CurvePoint, KindCount, MissCount, Share};

pub(super) fn report(report: &Report<'_>) -> Value {
    let summary = &report.summary;
    let settings: serde_json::Map<String, Value> =
        report.settings.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    json!({
        "files": report.files,
        "policy": {
            "name": report.policy,
            "version": report.policy_version,
            "digest": report.policy_digest,
            "settings": settings,
        },
        "embedder": report.embedder,
        "pairs": report.pairs(),
        "precision": share(summary.precision),
        "recall": share(summary.recall),
        "false_hit_rate": share(summary.false_hits),
        "kinds": summary.kinds.iter().map(kind).collect::<Vec<_>>(),
        "misses": summary.misses.iter().map(miss).collect::<Vec<_>>(),
        "curve": summary.curve.iter().map(point).collect::<Vec<_>>(),
        "false_hits": report.false_hits().iter().map(mistake).collect::<Vec<_>>(),
        "lost_hits": report.lost_hits().iter().map(mistake).collect::<Vec<_>>(),
    })
}

/// The value is null where there is nothing to have a share of.
fn share(share: Share) -> Value {
    let (low, high) = share.interval().unzip();
    json!({ "value": share.value(), "low": low, "high": high, "count": share.count, "of": share.of })
}

fn kind(kind: &KindCount) -> Value {
    json!({ "kind": kind.kind, "recall": share(kind.recall), "false_hit_rate": share(kind.false_hits) })
}

fn miss(miss: &MissCount) -> Value {
    json!({ "reason": miss.reason, "right": miss.right, "lost": miss.lost })
}

fn point(point: &CurvePoint) -> Value {
    json!({
        "threshold": digits(point.threshold),
        "precision": share(point.precision),
        "recall": share(point.recall),
        "false_hit_rate": share(point.false_hits),
    })
}

fn mistake(mistake: &Mistake<'_>) -> Value {
    let pair = mistake.pair;
    json!({
        "file": pair.place.file,
        "line": pair.place.line,
        "a": pair.a,
        "b": pair.b,
        "kind": pair.kind,
        "cosine": mistake.cosine.map(digits),
        "reason": mistake.reason(),
    })
}

/// In the digits of an f32, as a person writes it.
fn digits(number: f32) -> f64 {
    number.to_string().parse().unwrap_or(f64::from(number))
}
