//! Which entries a command is about, as it is typed.

use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value};
use url::form_urlencoded;

/// Every part that is given must hold.
#[derive(Debug, Args)]
#[group(multiple = true)]
pub(in crate::cli) struct SelectionArgs {
    /// Stored for this question.
    #[arg(long)]
    prompt: Option<String>,
    /// In this namespace; "" is the default one.
    #[arg(long)]
    namespace: Option<String>,
    /// Stored by this client.
    #[arg(long)]
    client: Option<String>,
    /// Stored in this session.
    #[arg(long)]
    session: Option<String>,
    /// Stored with the key of this name.
    #[arg(long)]
    key: Option<String>,
    /// Stored within this time: 90s, 30m, 12h, 7d.
    #[arg(long, value_name = "AGE", value_parser = age)]
    newer_than: Option<Duration>,
    /// Stored before that.
    #[arg(long, value_name = "AGE", value_parser = age)]
    older_than: Option<Duration>,
}

impl SelectionArgs {
    /// As the HTTP API takes it. Ages end at `now_seconds`, by the clock of the cache.
    pub(super) fn as_json(&self, now_seconds: u64) -> Map<String, Value> {
        let texts = [
            ("prompt", &self.prompt),
            ("namespace", &self.namespace),
            ("client", &self.client),
            ("session", &self.session),
            ("key", &self.key),
        ];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name, Value::from(text.as_deref()?))));
        let times = [("since_seconds", self.newer_than), ("until_seconds", self.older_than)];
        let times = times
            .into_iter()
            .filter_map(|(name, age)| Some((name, Value::from(now_seconds.saturating_sub(age?.as_secs())))));
        texts.chain(times).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The same in a URL, for a page of at most `limit` entries.
    pub(super) fn as_query(&self, now_seconds: u64, after: Option<&str>, limit: u64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.as_json(now_seconds) {
            query.append_pair(&name, value.as_str().unwrap_or(&value.to_string()));
        }
        if let Some(after) = after {
            query.append_pair("after", after);
        }
        query.append_pair("limit", &limit.to_string()).finish()
    }
}

fn age(text: &str) -> Result<Duration, String> {
    const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)];
    let unit = UNITS.iter().find(|(unit, _)| text.ends_with(*unit));
    let seconds = unit.and_then(|(unit, seconds)| text.strip_suffix(*unit)?.parse::<u64>().ok()?.checked_mul(*seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| "an age is a number and a unit: 90s, 30m, 12h, 7d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_read() {
        for (text, seconds) in [("0s", 0), ("90s", 90), ("30m", 1_800), ("12h", 43_200), ("7d", 604_800)] {
            assert_eq!(age(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "s", "7", "7w", "-1d", "1.5h", "99999999999999999999d", "999999999999999999d"] {
            assert!(age(text).is_err(), "{text}");
        }
    }
}
