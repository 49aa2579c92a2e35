//! The default policy against pairs that look alike and are not, and pairs that look different and ask the same: a file
//! for each class in tests/traps, and lists over all classes in tests/unseen; written without a look at the policy.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Home, text};

const LEAST_PAIRS: usize = 40;
/// Of the pairs that must be missed.
const FALSE_HITS_MAX: f64 = 0.01;
/// Of the pairs that must be served.
const RECALL_MIN: f64 = 0.70;

#[test]
fn every_class_has_pairs_of_both_sorts() {
    let files = files();
    assert!(files.len() >= 24, "{} classes", files.len());
    for file in files {
        let class = file.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let pairs = pairs(&file);
        assert!(pairs.len() >= LEAST_PAIRS, "{class} has {} pairs", pairs.len());
        let hits = pairs.iter().filter(|pair| pair["hit"] == true).count();
        assert_eq!(2 * hits, pairs.len(), "half of {class} must be served");
        assert!(pairs.iter().all(|pair| pair["kind"] == *class), "every pair of {class} says so");
        let distinct: HashSet<String> = pairs.iter().map(|pair| format!("{} | {}", pair["a"], pair["b"])).collect();
        assert_eq!(distinct.len(), pairs.len(), "{class} says nothing twice");
    }
}

#[test]
fn what_only_looks_alike_is_missed_and_what_asks_the_same_is_served() {
    let report = report(&[files(), lists()].concat());
    let value = |share: &str| report[share]["value"].as_f64().expect("a share");
    let (false_hits, recall) = (value("false_hit_rate"), value("recall"));
    let figures = format!("{false_hits:.4} of the wrong, {recall:.3} of the right are served");
    assert!(recall >= RECALL_MIN, "{figures}: {:#}", report["kinds"]);
    assert!(false_hits <= FALSE_HITS_MAX, "{figures}: {:#}", report["false_hits"]);
}

/// What was measured when the policy had learnt from a list, or before it had; nothing of it may be lost.
#[test]
fn no_list_is_judged_worse_than_before() {
    const RECORDED: [(&str, u64, u64); 6] = [
        // The list, how many of the wrong and how many of the right were served.
        ("everyday", 2, 50),
        ("held_back", 1, 105),
        ("learnt_from", 0, 114),
        ("minimal", 5, 29),
        ("other_words", 4, 94),
        ("templated", 0, 61),
    ];
    let lists = lists();
    assert_eq!(lists.len(), RECORDED.len());
    for (list, (name, wrong, right)) in lists.iter().zip(RECORDED) {
        assert!(list.ends_with(format!("{name}.jsonl")), "{}", list.display());
        let report = report(std::slice::from_ref(list));
        let count = |share: &str| report[share]["count"].as_u64().expect("a count");
        let served = (count("false_hit_rate"), count("recall"));
        assert!(served.0 <= wrong, "{name}: {served:?}: {:#}", report["false_hits"]);
        assert!(served.1 >= right, "{name}: {served:?}: {:#}", report["lost_hits"]);
    }
}

#[test]
fn questions_of_many_people_are_judged_better_than_by_any_threshold() {
    let pairs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/qqp_dev.jsonl");
    // The pairs are not ours to pass on; where they lie beside the project, they are judged.
    if !pairs.is_file() {
        return;
    }
    let report = report(&[pairs]);
    let value = |point: &Value, share: &str| point[share]["value"].as_f64().expect("a share");
    let (precision, recall) = (value(&report, "precision"), value(&report, "recall"));
    assert!(precision >= 0.83 && recall >= 0.33, "precision {precision:.3}, recall {recall:.3}");
    let curve = report["curve"].as_array().expect("a list");
    let plain = curve.iter().find(|point| point["threshold"] == 0.92).expect("a point of the curve");
    let (plain_precision, plain_recall) = (value(plain, "precision"), value(plain, "recall"));
    assert!(
        precision > plain_precision && recall > plain_recall,
        "precision {precision:.3}, recall {recall:.3}: {plain}"
    );
}

fn report(files: &[PathBuf]) -> Value {
    let home = Home::with_model();
    let names = files.iter().map(|file| file.to_str().expect("UTF-8"));
    let output = home.run(&["policy", "eval", "--json"].into_iter().chain(names).collect::<Vec<_>>());
    assert!(output.status.success(), "{}", text(&output));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output)))
}

/// A file for each class, half of it to be served.
fn files() -> Vec<PathBuf> {
    files_in("traps")
}

/// Pairs of all classes, each list of its own kind: minimal edits, everyday questions, templates, what rules were learnt
/// from and what was held back meanwhile, and those of another author, who looked for what is served wrongly.
fn lists() -> Vec<PathBuf> {
    files_in("unseen")
}

fn files_in(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests").join(folder);
    let entries = fs::read_dir(folder).expect("there are classes");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    files.sort();
    files
}

fn pairs(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).expect("it can be read");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}
