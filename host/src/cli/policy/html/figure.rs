//! The curve as a picture: recall to the right, precision upwards, a point for each threshold, and the policy's own.

mod axes;
mod labels;

use super::super::report::{Report, percent};
use super::escaped;
use crate::evaluate::CurvePoint;
use axes::{Axes, HEIGHT, Place, WIDTH};
use labels::Labels;

/// Every fifth threshold and the usual one are named; not all of them have room.
const NAMED: [f32; 8] = [0.92, 0.85, 0.70, 0.99, 0.80, 0.95, 0.75, 0.90];
/// Half the width of the policy's mark.
const MARK: f64 = 7.0;

pub(super) fn svg(report: &Report<'_>) -> String {
    let axes = Axes::from(lowest_precision(report));
    let mut labels = Labels::default();
    // The policy's name comes first, so that it has the better place.
    let policy = policy(report, &axes, &mut labels);
    let curve = curve(report, &axes, &mut labels);
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"curve-title curve-description\">\n\
         <title id=\"curve-title\">Precision and recall of {}, and of plain cosine at each threshold</title>\n\
         <desc id=\"curve-description\">{}</desc>\n{}{curve}{policy}{}</svg>\n",
        escaped(&report.policy),
        description(report),
        axes.drawn(),
        labels.drawn()
    )
}

/// What the picture shows, for those who do not see it.
fn description(report: &Report<'_>) -> String {
    let summary = &report.summary;
    let named = summary.curve.iter().filter(|point| is_named(point) && point.precision.of > 0);
    let plain: Vec<String> = named
        .map(|point| format!("{:.2}: {} at {}", point.threshold, percent(point.precision), percent(point.recall)))
        .collect();
    let (precision, recall) = (percent(summary.precision), percent(summary.recall));
    let policy = escaped(&report.policy);
    format!("{policy} has a precision of {precision} at a recall of {recall}. Plain cosine has, {}.", plain.join("; "))
}

fn lowest_precision(report: &Report<'_>) -> f64 {
    let points = report.summary.curve.iter().filter_map(|point| point.precision.value());
    let own = report.summary.precision.interval().map(|(low, _)| low);
    points.chain(own).fold(1.0, f64::min)
}

fn curve(report: &Report<'_>, axes: &Axes, labels: &mut Labels) -> String {
    let placed: Vec<(&CurvePoint, Place)> =
        report.summary.curve.iter().filter_map(|point| Some((point, placed(point, axes)?))).collect();
    let line: Vec<String> = placed.iter().map(|(_, place)| format!("{:.1},{:.1}", place.x, place.y)).collect();
    let dots: String = placed.iter().map(|(point, place)| dot(point, *place)).collect();
    for two in placed.windows(2) {
        labels.keep_free(two[0].1, two[1].1);
    }
    for threshold in NAMED {
        if let Some((_, place)) = placed.iter().find(|(point, _)| is_at(point, threshold)) {
            labels.add("threshold", &format!("{threshold:.2}"), *place, 6.0);
        }
    }
    format!("<polyline class=\"curve\" points=\"{}\"/>\n<g class=\"points\">\n{dots}</g>\n", line.join(" "))
}

/// Nowhere when nothing would be served.
fn placed(point: &CurvePoint, axes: &Axes) -> Option<Place> {
    Some(axes.place(point.recall.value()?, point.precision.value()?))
}

/// A dot that says its figures under the pointer.
fn dot(point: &CurvePoint, place: Place) -> String {
    let radius = if is_named(point) { 4.0 } else { 2.5 };
    format!(
        "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius}\"><title>{:.2}: precision {}, recall {}</title></circle>\n",
        place.x,
        place.y,
        point.threshold,
        percent(point.precision),
        percent(point.recall)
    )
}

fn is_named(point: &CurvePoint) -> bool {
    NAMED.iter().any(|threshold| is_at(point, *threshold))
}

fn is_at(point: &CurvePoint, threshold: f32) -> bool {
    (point.threshold - threshold).abs() < 0.001
}

/// A diamond with its 95 % intervals.
fn policy(report: &Report<'_>, axes: &Axes, labels: &mut Labels) -> String {
    let (precision, recall) = (report.summary.precision, report.summary.recall);
    let (Some(up), Some(right)) = (precision.value(), recall.value()) else { return String::new() };
    let (Some((lower, upper)), Some((left, far))) = (precision.interval(), recall.interval()) else {
        return String::new();
    };
    let place = axes.place(right, up);
    let bars = [[axes.place(left, up), axes.place(far, up)], [axes.place(right, lower), axes.place(right, upper)]];
    for [from, to] in bars {
        labels.keep_free(from, to);
    }
    labels.add("policy", &report.policy, place, MARK + 2.0);
    let Place { x, y } = place;
    format!(
        "<g class=\"policy\">\n{}<path d=\"M{:.1} {y:.1}L{x:.1} {:.1}L{:.1} {y:.1}L{x:.1} {:.1}Z\">\
         <title>{}: precision {}, recall {}</title></path>\n</g>\n",
        bars.map(bar).concat(),
        x - MARK,
        y - MARK,
        x + MARK,
        y + MARK,
        escaped(&report.policy),
        percent(precision),
        percent(recall)
    )
}

fn bar([from, to]: [Place; 2]) -> String {
    format!("<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>\n", from.x, from.y, to.x, to.y)
}
