//! `isartor cache stats`: the figures as a table, with the last day and the last month as spark lines.

use serde_json::{Map, Value};

use super::connection::Connection;
use crate::cli::output::line;
use crate::plugin::printable;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Clients that are shown, the busiest first.
const CLIENTS_SHOWN: usize = 10;

pub(super) fn stats(cache: &Connection, as_json: bool) -> anyhow::Result<()> {
    let stats = cache.get("/api/v1/cache/stats")?;
    if as_json {
        return Ok(line(serde_json::to_string_pretty(&stats)?)?);
    }
    for (label, value) in rows(&stats) {
        line(format!("{label:<12} {value}"))?;
    }
    for client in clients(&stats) {
        line(client)?;
    }
    for (label, buckets) in [("24 hours", &stats["hours"]), ("30 days", &stats["days"])] {
        line(format!("{label:<12} {} hits", spark(buckets, "hits")))?;
        line(format!("{:<12} {} misses", "", spark(buckets, "misses")))?;
    }
    Ok(())
}

fn rows(stats: &Value) -> Vec<(&'static str, String)> {
    let (exact, semantic) = (number(&stats["hits"]["exact"]), number(&stats["hits"]["semantic"]));
    let misses = total(&stats["misses"]);
    let asked = exact + semantic + misses;
    let age = number(&stats["now_seconds"]).saturating_sub(number(&stats["since_seconds"]));
    let (text, file) = (bytes(number(&stats["text_bytes"])), bytes(number(&stats["file_bytes"])));
    let feedback = &stats["feedback"];
    let mut rows = vec![
        ("entries", format!("{} ({text} of text, {file} on disk)", grouped(number(&stats["entries"])))),
        ("semantic", stats["semantic"].as_str().unwrap_or_default().to_owned()),
        ("counted for", duration(age)),
        ("look-ups", format!("{}, {} answered", grouped(asked), share(exact + semantic, asked))),
        ("hits", format!("{} exact, {} semantic", grouped(exact), grouped(semantic))),
        ("misses", with_reasons(misses, &stats["misses"])),
        ("near misses", with_reasons(total(&stats["near_misses"]), &stats["near_misses"])),
        ("stored", grouped(number(&stats["stored"]))),
        ("refused", with_reasons(total(&stats["refused"]), &stats["refused"])),
        ("feedback", format!("{} right, {} wrong", number(&feedback["right"]), number(&feedback["wrong"]))),
        ("left", format!("{} ended, {} made room", number(&stats["expired"]), number(&stats["evicted"]))),
        ("saved", saved(&stats["saved"])),
    ];
    let explored = &stats["explored"];
    if number(&explored["asked"]) > 0 {
        let (agreed, differed) = (number(&explored["agreed"]), number(&explored["differed"]));
        let compared = format!("{agreed} agreed, {differed} differed: {} wrong", share(differed, agreed + differed));
        rows.push(("explored", format!("{}, of which {compared}", number(&explored["asked"]))));
    }
    if total(&stats["shadow"]) > 0 {
        rows.push(("shadow", with_reasons(total(&stats["shadow"]), &stats["shadow"])));
    }
    rows.extend(stats["trouble"].as_str().map(|trouble| ("trouble", format!("nothing can be stored: {trouble}"))));
    rows
}

fn saved(saved: &Value) -> String {
    format!("about {} tokens, {}", grouped(number(&saved["tokens"])), duration(number(&saved["seconds"])))
}

/// `12: not_found 8, negation 4`, the most frequent first.
fn with_reasons(total: u64, reasons: &Value) -> String {
    let mut reasons: Vec<(&str, u64)> =
        reasons.as_object().into_iter().flatten().map(|(name, count)| (name.as_str(), number(count))).collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let shown: Vec<String> = reasons.iter().map(|(name, count)| format!("{name} {}", grouped(*count))).collect();
    if shown.is_empty() { grouped(total) } else { format!("{}: {}", grouped(total), shown.join(", ")) }
}

fn clients(stats: &Value) -> Vec<String> {
    let empty = Map::new();
    let mut clients: Vec<(&String, &Value)> = stats["clients"].as_object().unwrap_or(&empty).iter().collect();
    clients.sort_by_key(|(_, client)| std::cmp::Reverse(number(&client["hits"]) + number(&client["misses"])));
    let row = |index: usize, name: &str, client: &Value| {
        let label = if index == 0 { "clients" } else { "" };
        let (hits, misses, stored) = (&client["hits"], &client["misses"], &client["stored"]);
        let name: String = printable(name).chars().take(24).collect();
        format!("{label:<12} {name:<24} {hits} hits, {misses} misses, {stored} stored")
    };
    clients.iter().take(CLIENTS_SHOWN).enumerate().map(|(index, (name, client))| row(index, name, client)).collect()
}

/// A bar for each bucket, as high as its share of the highest; nothing is a blank.
fn spark(buckets: &Value, field: &str) -> String {
    let counts: Vec<u64> = buckets.as_array().into_iter().flatten().map(|bucket| number(&bucket[field])).collect();
    let highest = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |count: u64| {
        let step = (count * BARS.len() as u64).div_ceil(highest).saturating_sub(1);
        if count == 0 { '·' } else { BARS[usize::try_from(step).map_or(0, |step| step.min(BARS.len() - 1))] }
    };
    counts.into_iter().map(bar).collect()
}

pub(super) fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

fn total(counts: &Value) -> u64 {
    counts.as_object().into_iter().flatten().map(|(_, count)| number(count)).sum()
}

fn share(part: u64, whole: u64) -> String {
    format!("{} %", (part * 1_000).checked_div(whole).map_or(0, |permille| (permille + 5) / 10))
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

pub(super) fn bytes(count: u64) -> String {
    match count {
        0..1_024 => format!("{count} B"),
        1_024..1_048_576 => format!("{} KiB", count >> 10),
        1_048_576..1_073_741_824 => format!("{} MiB", count >> 20),
        _ => format!("{} GiB", count >> 30),
    }
}

pub(super) fn duration(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, ..) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_spark_line_shows_shares() {
        let buckets = json!([{ "hits": 0 }, { "hits": 1 }, { "hits": 4 }, { "hits": 8 }]);
        assert_eq!(spark(&buckets, "hits"), "·▁▄█");
        assert_eq!(spark(&json!([{ "hits": 0 }, {}]), "hits"), "··");
        assert_eq!(spark(&json!([{ "hits": 1 }, { "hits": 1_000_000 }]), "hits"), "▁█");
    }

    #[test]
    fn figures_are_read_at_a_glance() {
        assert_eq!((grouped(7).as_str(), grouped(1_234_567).as_str()), ("7", "1,234,567"));
        assert_eq!((share(1, 3).as_str(), share(0, 0).as_str(), share(2, 2).as_str()), ("33 %", "0 %", "100 %"));
        assert_eq!((bytes(12).as_str(), bytes(2_048).as_str(), bytes(5 << 30).as_str()), ("12 B", "2 KiB", "5 GiB"));
        assert_eq!((duration(59).as_str(), duration(90_000).as_str()), ("59 s", "1 d 1 h"));
        let reasons = json!({ "negation": 4, "not_found": 8 });
        assert_eq!(with_reasons(12, &reasons), "12: not_found 8, negation 4");
    }
}
