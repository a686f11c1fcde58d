//! How selq grows: load time, memory and three queries, from ten thousand to ten million objects.
//!
//! No criterion: a table of single runs, each size in a process of its own so that memory is that size's alone. The
//! last line is the power of the size with which load time and memory grow, from the second size to the last: 1 is linear. The objects are the fleet of `fleet/mod.rs`, some 400 bytes each as NDJSON in a temporary folder: the whole
//! takes 4 GB there, and as much memory for the mapped file.
//!
//! ```text
//! cargo bench --bench growth
//! ```

mod fleet;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use fleet::json::{self, Detail};
use fleet::{for_each_pod, is_test};
use selq::{Dump, Input, Loader, Plan, Selector};

const SIZES: [usize; 4] = [10_000, 100_000, 1_000_000, 10_000_000];
/// Run as a test, the bench makes do with little.
const TEST_SIZES: [usize; 2] = [1_000, 5_000];

/// Much, some and little of the fleet.
const QUERIES: [&str; 3] =
    ["env!=prod", "env=prod,tier in (db,cache)", "app.kubernetes.io/name=app-22,!legacy"];

/// Set in the processes that measure one size.
const DUMP: &str = "SELQ_GROWTH_DUMP";

fn main() {
    match std::env::var_os(DUMP) {
        Some(dump) => measure(Path::new(&dump)),
        None => table(if is_test() { &TEST_SIZES } else { &SIZES }),
    }
}

/// What was measured of one size: seconds to load, bytes of memory, microseconds for each query.
struct Row {
    size: usize,
    load: f64,
    memory: f64,
    queries: Vec<f64>,
}

/// Prints a row for each size.
#[allow(clippy::print_stdout, reason = "the table is what the bench is for")]
fn table(sizes: &[usize]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    println!(
        "{:>10} {:>9} {:>10} {:>9}   counted in µs: {}",
        "objects",
        "load s",
        "memory MB",
        "B/object",
        QUERIES.join(" · ")
    );
    let rows: Vec<Row> = sizes.iter().map(|&size| row(&folder.path().join("pods.ndjson"), size)).collect();
    for Row { size, load, memory, queries } in &rows {
        let queries: Vec<String> = queries.iter().map(|micros| format!("{micros:>9.2}")).collect();
        println!(
            "{size:>10} {load:>9.3} {:>10.1} {:>9.0}  {}",
            memory / 1e6,
            memory / *size as f64,
            queries.concat()
        );
    }
    if let [_, first, .., last] = rows.as_slice() {
        let exponent =
            |of: fn(&Row) -> f64| (of(last) / of(first)).ln() / (last.size as f64 / first.size as f64).ln();
        println!(
            "from {} to {}: load time grows with the power {:.2} of the size, memory with {:.2}",
            first.size,
            last.size,
            exponent(|row| row.load),
            exponent(|row| row.memory)
        );
    }
}

/// Measures one size in a process of its own.
fn row(dump: &Path, size: usize) -> Row {
    write(dump, size);
    let program = std::env::current_exe().expect("this program has a path");
    let measured = Command::new(program).env(DUMP, dump).output().expect("this program runs");
    assert!(measured.status.success(), "{}", String::from_utf8_lossy(&measured.stderr));
    let text = String::from_utf8_lossy(&measured.stdout);
    let figures: Vec<f64> = text.split_whitespace().map(|figure| figure.parse().expect("a figure")).collect();
    let [load, memory, queries @ ..] = figures.as_slice() else {
        panic!("the figures of a size, not {text}")
    };
    Row { size, load: *load, memory: *memory, queries: queries.to_vec() }
}

fn write(path: &Path, size: usize) {
    let mut file = BufWriter::new(File::create(path).expect("a file in the temporary folder"));
    for_each_pod(size, |pod| {
        file.write_all(&json::ndjson(std::slice::from_ref(&pod), Detail::Slim)).expect("room for the dump");
    });
    file.flush().expect("room for the dump");
}

/// Prints the figures of a row.
#[allow(clippy::print_stdout, reason = "the table is what the bench is for")]
fn measure(path: &Path) {
    // Once to have the file in memory, as a dump is that was just written.
    let _ = fs::read(path).expect("the dump was written").len();
    let begin = Instant::now();
    let dump = Loader::new().load([Input::Path(path.to_owned())]).expect("the fleet is valid JSON");
    let load = begin.elapsed().as_secs_f64();
    let memory = anonymous_memory().unwrap_or_default();
    println!("{load} {memory} {}", QUERIES.map(|text| micros(&dump, text).to_string()).join(" "));
}

/// What a count takes at best, of a few tries of many counts each.
fn micros(dump: &Dump, text: &str) -> f64 {
    const COUNTS: u32 = 100;
    let selector: Selector = text.parse().expect("the queries are selectors");
    let plan = Plan::new(dump.store(), &selector);
    let once = || {
        let begin = Instant::now();
        (0..COUNTS).for_each(|_| {
            std::hint::black_box(plan.count());
        });
        begin.elapsed() / COUNTS
    };
    let best = (0..5).map(|_| once()).min().unwrap_or(Duration::ZERO);
    best.as_secs_f64() * 1e6
}

/// The memory of this process that is no file's, in bytes; Linux says so.
fn anonymous_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
