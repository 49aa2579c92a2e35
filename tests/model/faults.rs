//! A model that is damaged, swapped or mad: the exact tier answers all the same, look-ups miss with a reason, and whoever
//! asks is told why.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{MODEL, Model, TOKENIZER};
use crate::support::{Gateway, Home, model_dir, text};

const GRAPH: &str = "model-int8.onnx";
const NUMBERS: &str = "model-int8.weights";

/// A sound model of its own that cannot be fetched or made again.
fn irreplaceable() -> Model {
    let model = Model::new();
    let home = model.home.and("ISARTOR__EMBEDDING__ENABLED", "true").and("ISARTOR__EMBEDDING__SOURCE", "hub");
    let model = Model { home, dir: model.dir };
    fs::create_dir_all(model.dir.join(MODEL)).expect("it can be made");
    for file in [
        "manifest.json".to_owned(),
        format!("{MODEL}/{GRAPH}"),
        format!("{MODEL}/{NUMBERS}"),
        format!("{MODEL}/{TOKENIZER}"),
    ] {
        fs::copy(model_dir().join(&file), model.dir.join(&file)).expect("it can be copied");
    }
    for entry in fs::read_dir(model_dir()).expect("it can be read") {
        let entry = entry.expect("it can be read");
        if entry.file_name().to_string_lossy().starts_with("onnxruntime") {
            symlink(entry.path(), model.dir.join(entry.file_name())).expect("it can be linked");
        }
    }
    model
}

/// Makes every number of the model none, and notes the digest of that.
fn spoil(model: &Model) {
    let numbers = model.file(NUMBERS);
    let length = fs::metadata(&numbers).expect("it is there").len();
    let mad = vec![0xff; usize::try_from(length).expect("it fits")];
    let digest: String = Sha256::digest(&mad).iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(&numbers, mad).expect("it can be written");
    let manifest = model.dir.join("manifest.json");
    let mut noted: Value = serde_json::from_slice(&fs::read(&manifest).expect("a manifest")).expect("JSON");
    noted["int8"]["numbers_sha256"] = json!(digest);
    fs::write(&manifest, noted.to_string()).expect("it can be written");
}

/// What is stored is found word for word, and something else is missed for this reason.
fn only_the_exact_tier_answers(gateway: &Gateway<'_>, reason: &str) {
    gateway.store("How do I boil an egg?", "Eight minutes.");
    assert_eq!(gateway.lookup("How do I boil an egg?")["layer"], json!("exact"));
    assert_eq!(gateway.lookup("How should I boil an egg?"), json!({ "hit": false, "reason": reason }));
}

/// `/health`, `isartor status` and `isartor doctor` say why.
fn everybody_is_told(home: &Home, gateway: &Gateway<'_>, why: &str) {
    let health = gateway.get("/health").1;
    let reason = health["layers"]["semantic_reason"].as_str().unwrap_or_else(|| panic!("no reason: {health}"));
    assert!(reason.contains(why), "{reason}");
    for command in ["status", "doctor"] {
        let output = home.run(&[command]);
        assert!(text(&output).contains(reason), "{command}: {}", text(&output));
    }
}

fn await_reason(gateway: &Gateway<'_>, state: &str) -> Value {
    gateway.await_semantic(state);
    gateway.get("/health").1["layers"]["semantic_reason"].clone()
}

/// Which file, and what happens to it.
type Damage<'a> = (&'a str, &'a dyn Fn(&Path));

#[test]
fn a_damaged_or_swapped_file_is_named_and_the_exact_tier_answers() {
    let damages: [Damage<'_>; 4] = [
        (NUMBERS, &|path| {
            fs::File::options()
                .write(true)
                .open(path)
                .and_then(|file| file.set_len(1_000_000))
                .expect("it can be truncated")
        }),
        (GRAPH, &|path| fs::copy(path.with_file_name(NUMBERS), path).map(drop).expect("it can be swapped")),
        (TOKENIZER, &|path| {
            fs::write(path, r#"{"version": "1.0", "model": {"type": "BPE"}}"#).expect("it can be swapped")
        }),
        (NUMBERS, &|path| fs::remove_file(path).expect("it can be removed")),
    ];
    for (file, damage) in damages {
        let model = irreplaceable();
        damage(&model.file(file));
        let gateway = model.home.up();
        await_reason(&gateway, "off");
        only_the_exact_tier_answers(&gateway, "semantic_off");
        everybody_is_told(&model.home, &gateway, file);
        everybody_is_told(&model.home, &gateway, "cannot get the embedding model: hub: ");
    }
}

#[test]
fn a_model_that_computes_nonsense_is_never_believed() {
    let model = irreplaceable();
    spoil(&model);
    let gateway = model.home.up();
    await_reason(&gateway, "active");
    only_the_exact_tier_answers(&gateway, "embedding_failed");
    let why = "the model fails: the model answered with something that is no vector";
    everybody_is_told(&model.home, &gateway, why);
    assert_eq!(
        gateway.get("/health").1["semantic_lag"],
        json!(1),
        "what could not be embedded waits for a better model"
    );
    let output = model.home.run(&["status"]);
    assert!(text(&output).contains("entries: 1, of which 1 are not in the semantic tier yet"), "{}", text(&output));
}

#[test]
fn a_running_gateway_outlives_the_files_of_its_model() {
    let model = irreplaceable();
    let gateway = model.home.up();
    await_reason(&gateway, "active");
    for file in [GRAPH, NUMBERS, TOKENIZER] {
        fs::File::options().write(true).open(model.file(file)).and_then(|file| file.set_len(0)).expect("it is emptied");
    }
    gateway.store("How do I boil an egg?", "Eight minutes.");
    assert_eq!(gateway.lookup("How do I boil an egg?")["layer"], json!("exact"));
    assert_eq!(gateway.lookup("how should i boil an egg")["layer"], json!("semantic"));
}

#[test]
fn another_policy_needs_no_model_for_what_is_embedded() {
    let model = irreplaceable();
    let gateway = model.home.up();
    await_reason(&gateway, "active");
    gateway.store("How do I boil an egg?", "Eight minutes.");
    drop(gateway);
    spoil(&model);
    model.home.write_settings("[policy]\nname = \"threshold-policy\"\n");
    let gateway = model.home.up();
    assert_eq!(await_reason(&gateway, "active"), Value::Null);
    assert_eq!(gateway.get("/health").1["semantic_lag"], json!(0), "it is described anew, and was not embedded again");
}
