//! A headless Chromium, which looks at a page as a reader does.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};

/// What the distributions call it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The page as the browser has it after its scripts ran.
pub(super) fn dom(page: &Path, more: &[&str]) -> String {
    let output = run(page, &[&["--dump-dom"], more].concat());
    String::from_utf8(output.stdout).expect("a page is UTF-8")
}

/// Writes a picture of the page.
pub(super) fn screenshot(page: &Path, picture: &Path) {
    run(page, &[&format!("--screenshot={}", picture.display()), "--hide-scrollbars"]);
}

fn run(page: &Path, more: &[&str]) -> Output {
    let profile = tempfile::tempdir().expect("a temporary directory");
    let profile = format!("--user-data-dir={}", profile.path().display());
    let quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
    let alone = ["--disable-component-update", "--disable-sync", "--window-size=1000,1400", profile.as_str()];
    for name in NAMES {
        let mut command = Command::new(name);
        command.args(quiet).args(alone).args(more).arg(format!("file://{}", page.display()));
        match command.output() {
            Ok(output) => {
                let error = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{name}: {}: {error}", output.status);
                return output;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => panic!("{name}: {error}"),
        }
    }
    panic!("this test looks at a page in Chromium, and there is none: install it, as with `apt-get install chromium`");
}
