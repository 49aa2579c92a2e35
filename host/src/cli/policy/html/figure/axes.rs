//! The axes of the picture: where a share lies in it. Pure.

pub(super) const WIDTH: f64 = 720.0;
pub(super) const HEIGHT: f64 = 440.0;
pub(super) const LEFT: f64 = 60.0;
pub(super) const RIGHT: f64 = 696.0;
pub(super) const TOP: f64 = 36.0;
pub(super) const BOTTOM: f64 = 380.0;

/// A place in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// Recall from nothing to all; precision from where there is something to see.
pub(super) struct Axes {
    /// In tenths.
    least_precision: u8,
}

impl Axes {
    pub(super) fn from(lowest_precision: f64) -> Self {
        let below = (0..9).rev().find(|tenths| f64::from(*tenths) / 10.0 <= lowest_precision - 0.02);
        Self { least_precision: below.unwrap_or(0) }
    }

    pub(super) fn place(&self, recall: f64, precision: f64) -> Place {
        let least = f64::from(self.least_precision) / 10.0;
        let up = (precision - least) / (1.0 - least);
        Place { x: LEFT + recall * (RIGHT - LEFT), y: BOTTOM - up * (BOTTOM - TOP) }
    }

    /// Grid, ticks and names.
    pub(super) fn drawn(&self) -> String {
        let step = if self.least_precision < 5 { 2 } else { 1 };
        let upwards = (0..=10_u8).rev().step_by(step).filter(|tenths| *tenths >= self.least_precision).map(|tenths| {
            let y = self.place(0.0, f64::from(tenths) / 10.0).y;
            gridline([LEFT, y, RIGHT, y]) + &tick(tenths, LEFT - 8.0, y + 4.0, "end")
        });
        let sideways = (0..=10_u8).step_by(2).map(|tenths| {
            let x = self.place(f64::from(tenths) / 10.0, 1.0).x;
            gridline([x, TOP, x, BOTTOM]) + &tick(tenths, x, BOTTOM + 20.0, "middle")
        });
        let grid: String = upwards.chain(sideways).collect();
        let names = [
            name("precision: how much of what is served is right", LEFT - 44.0, TOP - 18.0, "start"),
            name("recall: how many of the right pairs are served", RIGHT, BOTTOM + 44.0, "end"),
        ];
        format!("<g class=\"axes\">\n{grid}{}</g>\n", names.concat())
    }
}

fn gridline([x1, y1, x2, y2]: [f64; 4]) -> String {
    format!("<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>\n")
}

fn tick(tenths: u8, x: f64, y: f64, anchor: &str) -> String {
    let percent = u16::from(tenths) * 10;
    format!("<text class=\"tick\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{percent} %</text>\n")
}

fn name(text: &str, x: f64, y: f64, anchor: &str) -> String {
    format!("<text class=\"name\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_share_lies_within_the_picture() {
        for lowest in [0.0, 0.005, 0.31, 0.5, 0.52, 0.899, 0.97, 1.0] {
            let axes = Axes::from(lowest);
            for (recall, precision) in [(0.0, lowest), (1.0, 1.0), (0.5, lowest)] {
                let place = axes.place(recall, precision);
                assert!((LEFT..=RIGHT).contains(&place.x), "{lowest}: {place:?}");
                assert!((TOP..=BOTTOM).contains(&place.y), "{lowest}: {place:?}");
            }
        }
    }
}
