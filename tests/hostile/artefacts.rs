//! Packages that are not what they say: no components, damaged or forged ones, files that are none.

use std::fs;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::case::Case;
use super::package::{Package, Spoil, append_manifest, manifest};
use super::tools::well_behaved;

/// What the bytes of a component are replaced with.
const BYTES: [(&str, &[u8], &str); 6] = [
    ("empty-file", b"", "it is not a WebAssembly component"),
    ("shell-script", b"#!/bin/sh\nrm -rf ~\n", "it is not a WebAssembly component"),
    ("component-as-text", b"(component)", "it is not a WebAssembly component"),
    ("core-module", b"\0asm\x01\0\0\0", "it is a core WebAssembly module; make a component of it with"),
    ("compiled-code", b"\x7fELF\x02\x01\x01\0", "it is compiled code, which isartor takes from nobody but itself"),
    ("component-of-the-future", b"\0asm\xff\0\x01\0", "it is not a WebAssembly component"),
];

/// What is replaced in the text of a good manifest.
const MANIFESTS: [(&str, &str, &str, &str); 10] = [
    ("id-that-climbs", "id = \"id-that-climbs", "id = \"../id-that-climbs", "is not [a-z][a-z0-9-]*"),
    ("id-with-a-twin", "id = \"id-with-a-twin", "id = \"id-with-a-twin\u{430}", "is not [a-z][a-z0-9-]*"),
    ("id-with-upper-case", "id = \"id-", "id = \"Text-tools, id-", "is not [a-z][a-z0-9-]*"),
    ("id-without-end", "id = \"", "id = \"far-too-long-for-anybody-to-read-it-", "at most 32 characters"),
    ("version-of-the-future", "plugin@0.1.0", "plugin@0.2.0", "this isartor speaks isartor:plugin@0.1.0"),
    ("unknown-kind", "kind = \"tool\"", "kind = \"daemon\"", "unknown variant `daemon`"),
    ("another-kind", "kind = \"tool\"", "kind = \"policy\"", "does not fit the world of a policy"),
    ("key-that-is-unknown", "title", "run_as_root = true\ntitle", "unknown field `run_as_root`"),
    ("policy-that-asks", "kind = \"tool\"", "kind = \"policy\"", "a policy can be granted nothing"),
    ("manifest-that-is-no-toml", "title", "[[[title", "manifest"),
];

/// What is done to the folder of a good package.
const FOLDERS: [(&str, Spoil, &str); 7] = [
    ("component-is-a-pipe", pipe, "it is not a regular file"),
    ("component-is-a-folder", folder, "it is not a regular file"),
    ("component-is-a-link", link, "plugin.wasm"),
    ("component-is-a-device", device, "plugin.wasm"),
    ("component-is-huge", huge, "more than the 67108864 allowed"),
    ("component-is-gone", gone, "plugin.wasm"),
    ("manifest-is-huge", huge_manifest, "more than the 65536 allowed"),
];

pub(super) fn cases() -> Vec<Case> {
    let bytes = BYTES.iter().map(|&(name, bytes, says)| {
        refused(name, says, move |package| Package { component: bytes.to_vec(), ..package })
    });
    let manifests = MANIFESTS.iter().map(|&(name, from, to, says)| {
        let more = if name == "policy-that-asks" { "[[capability]]\nname = \"log\"\nreason = \"x\"\n" } else { "" };
        refused(name, says, move |package| {
            let manifest = format!("{}{more}", package.manifest.replacen(from, to, 1));
            Package { manifest, ..package }
        })
    });
    let folders = FOLDERS
        .iter()
        .map(|&(name, spoil, says)| refused(name, says, move |package| Package { spoil: Some(spoil), ..package }));
    bytes.chain(manifests).chain(folders).chain(spoilt()).collect()
}

/// Good components, spoilt.
fn spoilt() -> Vec<Case> {
    vec![
        refused("truncated", "it is damaged", |mut package| {
            package.component.truncate(package.component.len() - 7);
            package
        }),
        refused("half-of-it", "it is damaged", |mut package| {
            package.component.truncate(package.component.len() / 2);
            package
        }),
        refused("bits-flipped", "", |mut package| {
            let middle = package.component.len() / 2;
            package.component[middle..].iter_mut().for_each(|byte| *byte ^= 0x55);
            package
        }),
        refused("forged-manifest", "the manifest inside it differs from plugin.toml", |mut package| {
            let asking = format!("{}[[capability]]\nname = \"log\"\nreason = \"x\"\n", package.manifest);
            append_manifest(&mut package.component, asking.as_bytes());
            package
        }),
        refused("two-manifests", "it carries two manifests", |package| package.packed().packed()),
        Case::new("impostor", &["text-tools", "is there twice"], |stage, id| {
            // It calls itself what a bundled plugin is called.
            let package = Package { manifest: manifest("text-tools", "tool"), ..well_behaved(id) };
            vec![format!("{id}: {}", stage.install_refused(&package))]
        }),
        Case::new("publisher-without-signature", &["there is no .minisig file"], |stage, id| {
            let package = well_behaved(id);
            let key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
            let manifest = format!("{}publisher_key = \"{key}\"\n", package.manifest);
            vec![stage.install_refused(&Package { manifest, ..package })]
        }),
    ]
}

fn refused(name: &str, says: &str, spoil: impl Fn(Package) -> Package + Send + Sync + 'static) -> Case {
    Case::new(name, &[says], move |stage, id| {
        let package = spoil(well_behaved(id));
        let said = stage.install_refused(&package);
        // What a lock accepts was looked at before, so only its digest is; whatever is wrong shows later.
        let left_out = stage.left_out(&package);
        assert!(left_out.contains(id), "{left_out:?}");
        vec![said]
    })
}

fn pipe(folder: &Path) {
    gone(folder);
    mknodat(CWD, folder.join("plugin.wasm"), FileType::Fifo, Mode::RUSR, 0).expect("it can be made");
}

fn folder(folder: &Path) {
    gone(folder);
    fs::create_dir(folder.join("plugin.wasm")).expect("it can be made");
}

/// To a component that is good.
fn link(folder: &Path) {
    let (component, elsewhere) = (folder.join("plugin.wasm"), folder.join("elsewhere"));
    fs::rename(&component, &elsewhere).expect("it can be moved");
    std::os::unix::fs::symlink(&elsewhere, &component).expect("it can be made");
}

fn device(folder: &Path) {
    gone(folder);
    std::os::unix::fs::symlink("/dev/zero", folder.join("plugin.wasm")).expect("it can be made");
}

/// 65 MiB of nothing behind a good beginning.
fn huge(folder: &Path) {
    let file = fs::File::options().write(true).open(folder.join("plugin.wasm")).expect("it is there");
    file.set_len(65 << 20).expect("it can be longer");
}

fn huge_manifest(folder: &Path) {
    let path = folder.join("plugin.toml");
    let text = fs::read_to_string(&path).expect("it is there");
    let long = format!("For tests only.{}", " Really.".repeat(128 << 10));
    fs::write(path, text.replace("For tests only.", &long)).expect("it can be written");
}

fn gone(folder: &Path) {
    fs::remove_file(folder.join("plugin.wasm")).expect("it is there");
}
