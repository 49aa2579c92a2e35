//! The embedding model: whether its files are there and sound. Does not compute with it; `isartor model status` does.

use super::finding::Finding;
use crate::model::{self, FileState};
use crate::settings::Settings;

const NAME: &str = "model";

pub(super) fn examine(settings: &Settings) -> Finding {
    if !settings.embedding.enabled {
        return Finding::well(NAME, "switched off in the settings: prompts are answered by the exact tier only");
    }
    let status = match model::status(&settings.embedding) {
        Ok(status) => status,
        Err(error) => return Finding::ill(NAME, error.to_string()).hint("run 'isartor model status'"),
    };
    if status.is_usable() {
        return Finding::well(NAME, format!("{} in {}", status.embedder, status.directory.display()));
    }
    let hint = "run 'isartor model pull'; until then only the exact tier answers";
    match status.files.iter().all(|file| file.state == FileState::Missing) {
        true => Finding::odd(NAME, "it has not been fetched yet").hint(hint),
        false => Finding::ill(NAME, format!("what is in {} cannot be used", status.directory.display())).hint(hint),
    }
}
