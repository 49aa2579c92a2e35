//! How the cache grows: the ways to search beside each other, and a gateway's store opened anew, at 1,000 to 1,000,000
//! entries. `cargo bench --bench cache` runs all of it (a quarter of an hour, 4 GB on disk); numbers after `--` are the
//! sizes to run, `hora` adds that index above 10,000. What a user feels is measured by `isartor bench`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its report")]

use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use isartor_host::bench::{Figures, Trial, compared};
use isartor_host::cache::{Asked, Cache, NewEntry, Reach, Scope, Semantics};
use isartor_host::settings::{CacheSettings, NearestKind};

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
const SEARCHES: usize = 1_000;

/// Building it takes 14 s at 10,000 rows and a minute at 100,000; nobody has waited for a million.
const HORA_MAX_ROWS: usize = 10_000;

/// Makes this program open a store that another run of it filled.
const REOPEN: &str = "reopen";

const EMBEDDER: &str = "bench";
const POLICY: &str = "bench";
const WRITERS: usize = 256;
const LOOKUPS: usize = 500;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [REOPEN, path, entries] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        reopen(path.as_ref(), entries.parse().expect("a number"));
        return ExitCode::SUCCESS;
    }
    let has_hora = arguments.iter().any(|argument| argument == "hora");
    let asked: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if asked.is_empty() { SIZES.to_vec() } else { asked };
    search(&sizes, has_hora);
    for entries in sizes {
        restart(entries);
    }
    ExitCode::SUCCESS
}

fn search(sizes: &[usize], has_hora: bool) {
    println!(
        "{:>9}  {:<24} {:>9} {:>9} {:>9}  {:>11} {:>9}  ",
        "rows", "", "p50 us", "p99 us", "insert us", "nearest", "bytes/row"
    );
    for rows in sizes {
        for with_removals in [false, true] {
            let trial = Trial { rows: *rows, kind: NearestKind::Scan, searches: SEARCHES, with_removals };
            let exact = trial.run().expect("the vectors are sound");
            show(&trial, &exact, &exact);
            for kind in [NearestKind::Auto, NearestKind::Hora] {
                let is_hora = kind == NearestKind::Hora;
                if is_hora && (with_removals || *rows > HORA_MAX_ROWS && !has_hora) {
                    continue;
                }
                let trial = Trial { kind, ..trial };
                show(&trial, &trial.run().expect("the vectors are sound"), &exact);
            }
        }
    }
}

fn show(trial: &Trial, figures: &Figures, exact: &Figures) {
    let name = match trial.kind {
        NearestKind::Scan => "exact scan",
        NearestKind::Auto => "auto",
        NearestKind::Hora => "hora",
    };
    let name = if trial.with_removals { format!("{name}, 20 % removed") } else { name.to_owned() };
    let (p50, p99) = (micros(figures.search.p50), micros(figures.search.p99));
    let nearest = format!("{}/{}", compared(figures, exact), figures.search.rounds);
    let bytes = figures.bytes_per_row;
    let build = match &figures.build {
        None => String::new(),
        Some(Ok(took)) => format!("built in {took:.1?}"),
        Some(Err(why)) => format!("not used: {why}"),
    };
    let insert = micros(figures.insert);
    println!("{:>9}  {name:<24} {p50:>9.1} {p99:>9.1} {insert:>9.2}  {nearest:>11} {bytes:>9}  {build}", trial.rows);
}

/// Fills a store, and has a process of its own open it.
fn restart(entries: usize) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("cache.redb");
    let filling = fill(&path, entries);
    let per_second = entries as f64 / filling.as_secs_f64();
    println!("\n{entries} entries stored in {filling:.1?}, {per_second:.0} a second, {WRITERS} at a time");
    let program = std::env::current_exe().expect("this program");
    let reopened = Command::new(program).args([REOPEN, path.to_str().expect("UTF-8"), &entries.to_string()]).status();
    assert!(reopened.expect("this program runs").success());
}

fn settings() -> CacheSettings {
    CacheSettings { max_entries: usize::MAX, max_bytes: u64::MAX, ..CacheSettings::default() }
}

fn scope() -> Scope {
    Scope { principal: "local".into(), namespace: None, context: None }
}

fn prompt(number: usize) -> String {
    format!("how do I repair the printer number {number} in the office of the company")
}

fn vector(number: usize) -> Vec<f32> {
    let mut random = fastrand::Rng::with_seed(number as u64);
    let numbers: Vec<f32> = (0..384).map(|_| (0..4).map(|_| random.f32()).sum::<f32>() - 2.0).collect();
    let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
    numbers.into_iter().map(|number| number / length).collect()
}

fn fill(path: &Path, entries: usize) -> Duration {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let cache = Arc::new(Cache::open(path, &settings(), EMBEDDER, POLICY).expect("a new cache"));
    let begun = Instant::now();
    runtime.block_on(async {
        for first in (0..entries).step_by(WRITERS) {
            let stores = (first..entries.min(first + WRITERS)).map(|number| {
                let cache = Arc::clone(&cache);
                async move { cache.store(new_entry(number), SystemTime::now()).await.expect("it is stored") }
            });
            futures_util::future::join_all(stores).await;
        }
    });
    begun.elapsed()
}

fn new_entry(number: usize) -> NewEntry {
    NewEntry {
        scope: scope(),
        prompt: prompt(number),
        response: "An answer of some length. ".repeat(16),
        model: None,
        ttl: Some(Duration::from_hours(720)),
        reach: Reach::Similar,
        client: None,
        session: None,
        key: None,
        semantics: Some(Semantics { vector: vector(number), features: vec![7; 120] }),
    }
}

/// From the start of the process, with the file in the system's cache.
fn reopen(path: &Path, entries: usize) {
    let begun = Instant::now();
    let cache = Cache::open(path, &settings(), EMBEDDER, POLICY).expect("it opens");
    let (now, scope) = (SystemTime::now(), scope());
    let (text, vector_asked) = (prompt(entries / 2), vector(entries / 2));
    let asked = Asked::new(&scope, &text, None);
    assert!(cache.exact(&asked, now).expect("it is read").is_some());
    let exact = begun.elapsed();
    let near = cache.nearest(&asked, &vector_asked, 5, now).expect("it is read");
    assert!(near[0].cosine > 0.999, "it finds itself");
    println!("restart: first exact hit after {exact:.1?}, first semantic one after {:.1?}", begun.elapsed());
    let exact = percentiles(LOOKUPS * 20, |number| {
        let text = prompt(number * 7_919 % entries);
        let begun = Instant::now();
        assert!(cache.exact(&Asked::new(&scope, &text, None), now).expect("it is read").is_some());
        begun.elapsed()
    });
    let nearest = percentiles(LOOKUPS, |number| {
        let vector = vector(number * 7_919 % entries);
        let begun = Instant::now();
        cache.nearest(&asked, &vector, 5, now).expect("it is read");
        begun.elapsed()
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("unknown").trim();
    println!("exact {exact}, nearest five with their features {nearest}; {resident} resident");
}

fn percentiles(rounds: usize, round: impl FnMut(usize) -> Duration) -> String {
    let mut rounds: Vec<Duration> = (0..rounds).map(round).collect();
    rounds.sort_unstable();
    let at = |hundredths: usize| micros(rounds[(rounds.len() - 1) * hundredths / 100]);
    format!("p50 {:.1} us, p99 {:.1} us", at(50), at(99))
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
