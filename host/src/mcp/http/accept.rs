//! Reads Accept (RFC 9110, 12.5.1): would the client take this type? The most specific range that fits decides.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

pub(in crate::mcp) const JSON: MediaType = MediaType { kind: "application", subtype: "json" };
pub(in crate::mcp) const EVENT_STREAM: MediaType = MediaType { kind: "text", subtype: "event-stream" };

#[derive(Clone, Copy)]
pub(in crate::mcp) struct MediaType {
    kind: &'static str,
    subtype: &'static str,
}

/// Who says nothing takes anything.
pub(in crate::mcp) fn accepts(headers: &HeaderMap, wanted: MediaType) -> bool {
    let mut values = headers.get_all(ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return true;
    }
    let ranges = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let fitting = ranges.filter_map(|range| fit(range, wanted));
    fitting.max_by_key(|fit| fit.specificity).is_some_and(|fit| fit.is_wanted)
}

struct Fit {
    specificity: u8,
    is_wanted: bool,
}

fn fit(range: &str, wanted: MediaType) -> Option<Fit> {
    let mut parts = range.split(';').map(str::trim);
    let (kind, subtype) = parts.next()?.split_once('/')?;
    let specificity = if kind == "*" && subtype == "*" {
        0
    } else if !kind.eq_ignore_ascii_case(wanted.kind) {
        return None;
    } else if subtype == "*" {
        1
    } else if subtype.eq_ignore_ascii_case(wanted.subtype) {
        2
    } else {
        return None;
    };
    Some(Fit { specificity, is_wanted: parts.all(is_no_refusal) })
}

/// Only a weight of nothing refuses; what is no weight at all counts as one that refuses, too.
fn is_no_refusal(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return true };
    !name.trim().eq_ignore_ascii_case("q") || value.trim().parse().is_ok_and(|weight: f32| weight > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_range_decides() {
        for (accepted, json, stream) in [
            (&[][..], true, true),
            (&["*/*"], true, true),
            (&["application/json, text/event-stream"], true, true),
            (&["application/json", "text/event-stream"], true, true),
            (&["Application/JSON;charset=utf-8 ,TEXT/Event-Stream;q=0.1"], true, true),
            (&["application/json"], true, false),
            (&["text/event-stream"], false, true),
            (&["application/*"], true, false),
            (&["text/*;q=0.5"], false, true),
            (&["*/*, application/json;q=0"], false, true),
            (&["*/*;q=0, application/json"], true, false),
            (&["text/*;q=0, text/event-stream"], false, true),
            (&["*/*;q=0.000"], false, false),
            (&["*/*;q=none"], false, false),
            (&["application/json-seq, text/event-streams"], false, false),
            (&["text/html, xapplication/json"], false, false),
            (&["text/plain; application/json; text/event-stream"], false, false),
            (&[""], false, false),
        ] {
            let mut headers = HeaderMap::new();
            for value in accepted {
                headers.append(ACCEPT, value.parse().expect("a header"));
            }
            assert_eq!((accepts(&headers, JSON), accepts(&headers, EVENT_STREAM)), (json, stream), "{accepted:?}");
        }
    }
}
