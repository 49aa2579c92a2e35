//! Linux, macOS and their kin.

mod files;
mod local;
mod processes;

pub(crate) use files::*;
pub use local::*;
pub use processes::Descriptor;
pub(crate) use processes::*;
