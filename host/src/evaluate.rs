//! Measures what is served: a policy on labelled pairs of texts, or the whole cache on a list of questions. Reads no
//! file and prints nothing.

mod curve;
mod gate;
mod judge;
mod lines;
pub mod pairs;
pub mod replay;
mod share;
mod summary;

pub use curve::CurvePoint;
pub use judge::{EvaluateError, Judge, Judged, Outcome};
pub use lines::InvalidLine;
pub use pairs::Pair;
pub use share::Share;
pub use summary::{KindCount, MissCount, Summary};
