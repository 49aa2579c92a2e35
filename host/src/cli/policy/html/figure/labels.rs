//! Names beside points, none upon another: what finds no room is left out, and the table has it. Pure.

use super::super::escaped;
use super::axes::{BOTTOM, LEFT, Place, RIGHT, TOP};

/// Of a character of a label, on average; the browser's font is not known.
const CHARACTER_WIDTH: f64 = 7.5;
const LINE_HEIGHT: f64 = 15.0;
/// A line is kept free in steps of this length.
const STRIDE: f64 = 5.0;

#[derive(Default)]
pub(super) struct Labels {
    written: Vec<Area>,
    kept_free: Vec<Area>,
    drawn: String,
}

/// A rectangle that belongs to a label or its point.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

/// Which side of its point a label is on.
#[derive(Debug, Clone, Copy)]
enum Side {
    AboveRight,
    Above,
    Below,
    Right,
    Left,
    AboveLeft,
}

impl Labels {
    /// Writes `text` beside `place`, `distance` away, where there is room.
    pub(super) fn add(&mut self, class: &str, text: &str, place: Place, distance: f64) {
        for side in [Side::AboveRight, Side::Above, Side::Right, Side::AboveLeft, Side::Left, Side::Below] {
            let area = Area::beside(place, side, distance, text);
            let mut taken = self.written.iter().chain(&self.kept_free);
            if area.is_in_the_picture() && !taken.any(|taken| taken.meets(&area)) {
                self.written.push(area);
                let (x, y) = (f64::midpoint(area.left, area.right), area.bottom - 4.0);
                let text = escaped(text);
                self.drawn += &format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>\n");
                return;
            }
        }
    }

    /// No label lies on the straight line between two places.
    pub(super) fn keep_free(&mut self, from: Place, to: Place) {
        let steps = (to.x - from.x).hypot(to.y - from.y) / STRIDE;
        let parts = std::iter::successors(Some(0.0), |step| Some(step + 1.0)).take_while(|step| *step <= steps);
        for part in parts.map(|step| step / steps.max(1.0)) {
            let place = Place { x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) };
            self.kept_free.push(Area::around(place, 2.0));
        }
    }

    pub(super) fn drawn(&self) -> String {
        format!("<g class=\"labels\" text-anchor=\"middle\">\n{}</g>\n", self.drawn)
    }
}

impl Area {
    fn around(place: Place, distance: f64) -> Self {
        let Place { x, y } = place;
        Self { left: x - distance, top: y - distance, right: x + distance, bottom: y + distance }
    }

    fn beside(place: Place, side: Side, distance: f64, text: &str) -> Self {
        let half = text.chars().map(|_| CHARACTER_WIDTH / 2.0).sum::<f64>();
        let (x, y) = match side {
            Side::AboveRight => (place.x + half + 2.0, place.y - distance / 2.0),
            Side::AboveLeft => (place.x - half - 2.0, place.y - distance / 2.0),
            Side::Above => (place.x, place.y - distance),
            Side::Below => (place.x, place.y + distance + LINE_HEIGHT),
            Side::Right => (place.x + distance + half, place.y + LINE_HEIGHT / 2.0),
            Side::Left => (place.x - distance - half, place.y + LINE_HEIGHT / 2.0),
        };
        Self { left: x - half, top: y - LINE_HEIGHT, right: x + half, bottom: y }
    }

    fn is_in_the_picture(&self) -> bool {
        self.left >= LEFT && self.right <= RIGHT && self.top >= TOP - LINE_HEIGHT && self.bottom <= BOTTOM
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_never_meet_and_stay_in_the_picture() {
        let mut labels = Labels::default();
        for step in 0..40 {
            let place = Place { x: LEFT + f64::from(step * 16), y: TOP + f64::from(step * step % 340) };
            labels.add("threshold", "0.85", place, 6.0);
        }
        let areas = labels.written;
        assert!(areas.len() > 20, "{}", areas.len());
        for (index, area) in areas.iter().enumerate() {
            assert!(area.is_in_the_picture(), "{area:?}");
            assert!(areas[index + 1..].iter().all(|other| !other.meets(area)), "{area:?}");
        }
    }
}
