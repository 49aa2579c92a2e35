//! The rules of the house that a program can check. Each test names every breach it finds.

mod rules;

use std::fs;
use std::path::{Path, PathBuf};

use rules::{HOMES, ONE_WAY};

const FUNCTION_MAX_LINES: usize = 60;
const FILE_MAX_LINES: usize = 400;

/// Files, or functions in them, that are one list each and may be as long as the list is.
const LISTS: [&str; 2] =
    ["host/src/chat/eligibility/context/tests.rs", "plugins/default-policy/src/lexicon/phrases.rs"];

#[test]
fn each_dependency_has_one_home() {
    let mut breaches = Vec::new();
    for file in rust_files(&root().join("host/src")) {
        let name = relative(&file, "host/src");
        for (word, homes) in HOMES {
            let at_home = homes.iter().any(|home| name == *home || (home.ends_with('/') && name.starts_with(home)));
            if !at_home && code(&file).lines().any(|line| names_crate(line, word)) {
                breaches.push(format!("{name} names {word}, whose home is {}", homes.join(", ")));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn imports_point_one_way() {
    let mut breaches = Vec::new();
    for file in rust_files(&root().join("host/src")) {
        let name = relative(&file, "host/src");
        for (module, forbidden) in ONE_WAY {
            let inside = name == format!("{module}.rs") || name.starts_with(&format!("{module}/"));
            for other in forbidden {
                if inside && code(&file).contains(&format!("crate::{other}::")) {
                    breaches.push(format!("{name} uses crate::{other}"));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn the_host_names_no_plugin() {
    let plugins = folders(&root().join("plugins"));
    assert!(!plugins.is_empty(), "there are plugins to look for");
    let mut breaches = Vec::new();
    for file in rust_files(&root().join("host")) {
        for plugin in &plugins {
            if code(&file).contains(&format!("\"{plugin}\"")) {
                breaches.push(format!("{} names the plugin {plugin}", relative(&file, "host")));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn plugins_know_only_the_sdk_and_the_host_never_does() {
    let sdk = "isartor-plugin";
    for plugin in folders(&root().join("plugins")) {
        let manifest = read(&root().join("plugins").join(&plugin).join("Cargo.toml"));
        assert!(manifest.contains(sdk), "{plugin} is made with the SDK");
        for line in manifest.lines().filter(|line| line.contains("path =")) {
            assert!(line.contains("/sdk"), "{plugin} depends on more of ours than the SDK: {line}");
        }
    }
    assert!(!read(&root().join("host/Cargo.toml")).contains(sdk), "the host never depends on the SDK");
    assert!(!read(&root().join("sdk/Cargo.toml")).contains("path ="), "the SDK depends on nothing of ours");
}

#[test]
fn files_and_functions_are_short() {
    let mut breaches = Vec::new();
    for file in all_rust_files() {
        let name = relative(&file, "");
        let text = read(&file);
        let lines = text.lines().count();
        if lines > FILE_MAX_LINES && !LISTS.contains(&name.as_str()) {
            breaches.push(format!("{name} has {lines} lines"));
        }
        for (function, lines) in functions(&text) {
            let place = format!("{name}: {function}");
            if lines > FUNCTION_MAX_LINES && !LISTS.contains(&place.as_str()) {
                breaches.push(format!("{place} has {lines} lines"));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn each_file_says_what_it_owns() {
    let mut breaches = Vec::new();
    for file in all_rust_files() {
        let name = relative(&file, "");
        if !read(&file).starts_with("//!") {
            breaches.push(format!("{name} does not open with //!"));
        }
        if name.ends_with("mod.rs") {
            breaches.push(format!("{name}: foo.rs beside foo/, never mod.rs"));
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn the_readme_is_short() {
    let lines = read(&root().join("README.md")).lines().count();
    assert!(lines <= 150, "README.md has {lines} lines");
}

#[test]
fn every_case_folder_holds_a_case() {
    for plugin in folders(&root().join("plugins")) {
        let cases = root().join("plugins").join(&plugin).join("cases");
        for case in folders(&cases) {
            let files = fs::read_dir(cases.join(&case)).expect("it is a folder").count();
            assert!(files > 0, "plugins/{plugin}/cases/{case} is empty");
        }
    }
}

/// `use word`, `word::` or `#[word`, as a whole word.
fn names_crate(line: &str, word: &str) -> bool {
    let line = line.trim_start();
    let path = format!("{word}::");
    let used = line.match_indices(&path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|character| character.is_alphanumeric() || character == '_' || character == ':')
    });
    used || line.starts_with(&format!("use {word};")) || line.starts_with(&format!("use {word} "))
}

/// The functions of a formatted file and their lengths, from `fn` to the closing brace at the same indentation.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let words: Vec<&str> = line.trim_start().split([' ', '(', '<']).collect();
        let Some(at) = words.iter().position(|word| *word == "fn") else { continue };
        if words[..at].iter().any(|word| !matches!(*word, "pub" | "crate)" | "super)" | "async" | "const" | "unsafe")) {
            continue;
        }
        // What a trait only declares ends where another function would begin.
        if lines[start..].iter().find_map(|line| line.ends_with([';', '{']).then_some(line.ends_with(';')))
            == Some(true)
        {
            continue;
        }
        let end = format!("{}}}", " ".repeat(indent));
        if let Some(length) = lines[start..].iter().position(|line| *line == end) {
            found.push((words.get(at + 1).copied().unwrap_or_default().to_owned(), length + 1));
        }
    }
    found
}

/// A file without its unit tests and comments.
fn code(file: &Path) -> String {
    let text = read(file);
    let product = text.split("#[cfg(test)]").next().unwrap_or_default();
    product.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn all_rust_files() -> Vec<PathBuf> {
    ["host", "sdk", "plugins", "tests"].iter().flat_map(|folder| rust_files(&root().join(folder))).collect()
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() && !path.ends_with("target") {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn folders(dir: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let folders = entries.map(|entry| entry.expect("it can be read")).filter(|entry| entry.path().is_dir());
    folders.map(|entry| entry.file_name().into_string().expect("it is UTF-8")).collect()
}

fn relative(file: &Path, folder: &str) -> String {
    let inside = file.strip_prefix(root().join(folder)).expect("it is inside");
    inside.to_str().expect("it is UTF-8").to_owned()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace is there")
}
