//! An evaluation as one page that needs nothing else: no script, no font, no address.

mod figure;

use super::report::{Mistake, Report, interval, percent};
use crate::evaluate::{CurvePoint, KindCount, MissCount, Share};
use Column::{Number, Words};

/// What stands below a heading, which stands above it in the same way.
enum Column {
    Words(&'static str),
    Number(&'static str),
}

const STYLE: &str = include_str!("html/style.css");

pub(super) fn page(report: &Report<'_>) -> String {
    let title = escaped(&format!("{} on {}", report.policy, report.files_in_words()));
    let sections = [head(report), curve(report), kinds(report), misses(report), false_hits(report), lost_hits(report)];
    let policy = "default-src 'none'; style-src 'unsafe-inline'";
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n",
        sections.concat()
    )
}

fn head(report: &Report<'_>) -> String {
    let summary = &report.summary;
    let files = escaped(&report.files_in_words());
    let counts = format!("{} pairs, {} to serve, {} to miss", report.pairs(), summary.recall.of, summary.false_hits.of);
    let figures = [
        figure("precision", summary.precision, "of what was served is right"),
        figure("recall", summary.recall, "of the right pairs were served"),
        figure("false hits", summary.false_hits, "of the wrong pairs were served"),
    ];
    format!(
        "<header>\n<h1>{}</h1>\n<p>{files}: {counts}; embedded by {}</p>\n<dl class=\"figures\">\n{}</dl>\n</header>\n",
        escaped(&report.policy_in_words()),
        escaped(report.embedder),
        figures.concat()
    )
}

fn figure(name: &str, share: Share, meaning: &str) -> String {
    format!(
        "<div><dt>{name}</dt><dd><strong>{}</strong> {meaning}<small>{} of {}</small><small>95 % interval {}</small></dd></div>\n",
        percent(share),
        share.count,
        share.of,
        interval(share)
    )
}

fn curve(report: &Report<'_>) -> String {
    let rows: String = report.summary.curve.iter().map(point).collect();
    format!(
        "<section>\n<h2>Beside a plain threshold</h2>\n<figure>\n{}<figcaption>{}</figcaption>\n</figure>\n\
         <details>\n<summary>The figures of the curve</summary>\n{}</details>\n</section>\n",
        figure::svg(report),
        rival(report),
        table(
            "What plain cosine would do at each threshold, with 95 % intervals",
            &[
                Words("threshold"),
                Number("precision"),
                Number("interval"),
                Number("recall"),
                Number("interval"),
                Number("false hits"),
                Number("interval"),
            ],
            &rows
        )
    )
}

/// The policy against the threshold that keeps as much.
fn rival(report: &Report<'_>) -> String {
    let points = "Each point is what plain cosine would do at that threshold; the bars are 95 % intervals.";
    let Some(plain) = report.plain_rival() else { return points.to_owned() };
    format!(
        "{points} To serve as many of the right pairs as {} does, a threshold has to be {:.2}: \
         {} of what it serves is then right, and it serves {} of the wrong pairs.",
        escaped(&report.policy),
        plain.threshold,
        percent(plain.precision),
        percent(plain.false_hits)
    )
}

fn point(point: &CurvePoint) -> String {
    let shares = [point.precision, point.recall, point.false_hits];
    let cells: String = shares.map(|share| number(&percent(share)) + &number(&interval(share))).concat();
    row(&format!("{:.2}", point.threshold), &cells)
}

fn kinds(report: &Report<'_>) -> String {
    let kinds = &report.summary.kinds;
    if kinds.is_empty() {
        return String::new();
    }
    let kind = |kind: &KindCount| {
        let shares = [kind.recall, kind.false_hits];
        let cells: String = shares.map(|share| number(&counted(share)) + &number(&percent(share))).concat();
        row(&kind.kind, &cells)
    };
    let rows: String = kinds.iter().map(kind).collect();
    let columns = [Words("kind"), Number("right pairs served"), Number("share"), Number("false hits"), Number("share")];
    format!("<section>\n<h2>By kind</h2>\n{}</section>\n", table("Pairs by their kind", &columns, &rows))
}

fn misses(report: &Report<'_>) -> String {
    let miss =
        |miss: &MissCount| row(miss.reason, &(number(&miss.right.to_string()) + &number(&miss.lost.to_string())));
    let rows: String = report.summary.misses.iter().map(miss).collect();
    if rows.is_empty() {
        return String::new();
    }
    let columns = [Words("reason"), Number("rightly missed"), Number("hits lost")];
    format!("<section>\n<h2>Misses</h2>\n{}</section>\n", table("Misses by the reason given", &columns, &rows))
}

fn false_hits(report: &Report<'_>) -> String {
    let mistakes = report.false_hits();
    let shown = match mistakes.is_empty() {
        true => "<p>There are none.</p>\n".to_owned(),
        false => listed("Pairs that were served and should not have been", &mistakes),
    };
    format!("<section>\n<h2>False hits</h2>\n{shown}</section>\n")
}

fn lost_hits(report: &Report<'_>) -> String {
    let mistakes = report.lost_hits();
    let shown = match mistakes.len() {
        0 => "<p>There are none.</p>\n".to_owned(),
        count => format!(
            "<details>\n<summary>{count} pairs</summary>\n{}</details>\n",
            listed("Pairs that were missed and could have been served", &mistakes)
        ),
    };
    format!("<section>\n<h2>Lost hits</h2>\n{shown}</section>\n")
}

fn listed(caption: &str, mistakes: &[Mistake<'_>]) -> String {
    let rows: String = mistakes.iter().map(mistake).collect();
    table(
        caption,
        &[Words("cosine"), Words("kind"), Words("reason"), Words("stored"), Words("asked"), Words("where")],
        &rows,
    )
}

fn mistake(mistake: &Mistake<'_>) -> String {
    let pair = mistake.pair;
    let cosine = mistake.cosine.map_or_else(|| "-".to_owned(), |cosine| format!("{cosine:.3}"));
    let texts: String =
        [&pair.a, &pair.b].map(|text| format!("<td class=\"text\" dir=\"auto\">{}</td>", escaped(text))).concat();
    let words: String = [pair.kind.as_deref().unwrap_or("-"), mistake.reason()]
        .map(|word| format!("<td>{}</td>", escaped(word)))
        .concat();
    row(&cosine, &format!("{words}{texts}<td>{}</td>", escaped(&mistake.place())))
}

fn table(caption: &str, columns: &[Column], rows: &str) -> String {
    let columns: String = columns.iter().map(Column::heading).collect();
    format!(
        "<div class=\"wide\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\">\n<table>\n<caption>{caption}</caption>\n<thead><tr>{columns}</tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    )
}

impl Column {
    fn heading(&self) -> String {
        match self {
            Words(name) => format!("<th scope=\"col\">{name}</th>"),
            Number(name) => format!("<th scope=\"col\" class=\"number\">{name}</th>"),
        }
    }
}

fn row(header: &str, cells: &str) -> String {
    format!("<tr><th scope=\"row\">{}</th>{cells}</tr>\n", escaped(header))
}

fn number(text: &str) -> String {
    format!("<td class=\"number\">{text}</td>")
}

fn counted(share: Share) -> String {
    if share.of == 0 { "-".to_owned() } else { format!("{} of {}", share.count, share.of) }
}

/// Text that is only text to a browser. Control characters, which HTML does not allow, are shown as such.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(character),
            control if control.is_control() => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts() {
        let cases = [
            ("<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"),
            ("a & \"b\"\n\tc", "a &amp; &quot;b&quot;\n\tc"),
            ("bell \u{7} and escape \u{1b}[0m", "bell \u{fffd} and escape \u{fffd}[0m"),
            ("\u{443}\u{436}\u{435}", "\u{443}\u{436}\u{435}"),
        ];
        for (text, html) in cases {
            assert_eq!(escaped(text), html);
        }
    }
}
