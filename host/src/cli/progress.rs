//! Shows how far a long task is: a bar on a terminal, otherwise a line a step, or nothing.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::output::line;
use crate::model::Progress;

const SPINNER: &str = "{spinner} {msg}";
const BAR: &str = "{spinner} {msg} [{bar:30}] {bytes}/{total_bytes} ({bytes_per_sec}, {eta})";
const COUNTER: &str = "{spinner} {msg} {bytes} ({bytes_per_sec})";
const COUNT: &str = "{spinner} {msg} [{bar:30}] {pos}/{len}";

/// Takes the progress of one task; its bar disappears when it is dropped.
pub(super) struct ProgressPrinter {
    bar: Option<ProgressBar>,
    prints_steps: bool,
}

impl ProgressPrinter {
    /// With a bar when standard error, where bars are drawn, is a terminal.
    pub(super) fn new() -> Self {
        let bar = io::stderr().is_terminal().then(ProgressBar::new_spinner);
        if let Some(bar) = &bar {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self { bar, prints_steps: true }
    }

    /// For a command whose standard output is a report: without a terminal it says nothing.
    pub(super) fn beside_a_report() -> Self {
        let mut printer = Self::new();
        printer.prints_steps = false;
        printer
    }

    /// So many of so many are done.
    pub(super) fn count(&self, what: &'static str, done: usize, total: usize) {
        let Some(bar) = &self.bar else { return };
        if done <= 1 {
            bar.set_style(style(COUNT));
            bar.set_message(what);
        }
        bar.set_length(u64::try_from(total).unwrap_or(u64::MAX));
        bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
    }

    pub(super) fn show(&self, progress: Progress) {
        match (&self.bar, progress) {
            (Some(bar), Progress::Step(step)) => {
                bar.reset();
                bar.set_style(style(SPINNER));
                bar.set_message(step);
            }
            (Some(bar), Progress::Bytes { done, total }) => {
                bar.set_style(style(if total.is_some() { BAR } else { COUNTER }));
                bar.set_length(total.unwrap_or(done));
                bar.set_position(done);
            }
            (None, Progress::Step(step)) if self.prints_steps => match line(step) {
                // Nobody reads the lines any more; the task goes on.
                Ok(()) | Err(_) => {}
            },
            (None, Progress::Step(_) | Progress::Bytes { .. }) => {}
        }
    }
}

impl Drop for ProgressPrinter {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates are constants")
}
