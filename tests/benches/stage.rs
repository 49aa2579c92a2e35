//! What benches stand on: the installed model, and the bundled plugins in a home of their own.

use std::path::Path;

use isartor_host::cache::embedding::{ModelFiles, OnnxRuntime};
use isartor_host::plugin::{Lock, Places, Plugins};
use isartor_host::settings::Settings;

pub(crate) fn plugins(home: &Path) -> Plugins {
    let program = Path::new(env!("CARGO_BIN_EXE_isartor"));
    let places = Places { plugins_dir: &home.join("plugins"), state_dir: Some(home), program };
    Plugins::open(places, &Lock::default()).expect("the bundled plugins")
}

/// The installed model with its runtime library loaded, which a process can do only once.
pub(crate) fn model(settings: &Settings) -> ModelFiles {
    let files = isartor_host::model::installed(&settings.embedding).expect("the model directory can be read");
    let files = files.expect("there is a model; run 'isartor model pull' first");
    let runtime = Some(OnnxRuntime::load(&files.runtime_library).expect("the runtime library loads"));
    ModelFiles { runtime, ..files }
}
