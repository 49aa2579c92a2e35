//! Measures a policy on labelled pairs of texts: how much of what it serves is right, and how much of what it could
//! serve it does. Reads no file, prints nothing and stores nothing.

mod curve;
mod gate;
mod judge;
pub mod pairs;
mod share;
mod summary;

pub use curve::CurvePoint;
pub use judge::{EvaluateError, Judge, Judged, Outcome};
pub use pairs::Pair;
pub use share::Share;
pub use summary::{KindCount, MissCount, Summary};
