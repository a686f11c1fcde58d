//! Dumps that pass by: whole runs of `selq -c` over pipes and compressed files, beside what only moves the bytes.
//!
//! No criterion: a table of medians over a list as `kubectl` prints it, the same as NDJSON, and many small objects. Each
//! form is counted from a pipe, from gzip and from zstd; `cat | wc -c`, `pigz -dc` and `zstd -dc` read the same without a
//! look at it. The last column is the most memory that `selq` had, as GNU `time` tells it. What is not installed is left
//! out.
//!
//! ```text
//! cargo bench --bench passing
//! ```

mod fleet;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use fleet::json::{self, Detail};
use fleet::{is_test, pods};

const N_RUNS: usize = 5;
const N_FULL: usize = 100_000;
const N_SLIM: usize = 1_000_000;

/// How selq is given a dump, and what does nothing but give it.
struct Way {
    name: &'static str,
    /// Makes `$F.$EXT` of `$F`.
    prepare: &'static str,
    peer: &'static str,
    selq: &'static str,
}

const WAYS: [Way; 4] = [
    Way { name: "pipe", prepare: "true", peer: "cat $F | wc -c", selq: "cat $F | $SELQ" },
    Way { name: "pipe, fields", prepare: "true", peer: "cat $F | wc -c", selq: "cat $F | $FIELDS" },
    Way { name: "gzip", prepare: "pigz -kf $F", peer: "pigz -dc $F.gz", selq: "$SELQ $F.gz" },
    Way { name: "zstd", prepare: "zstd -qkf $F", peer: "zstd -qdc $F.zst", selq: "$SELQ $F.zst" },
];

#[allow(clippy::print_stdout, reason = "the table is what the bench is for")]
fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (full, slim) = if is_test() { (500, 500) } else { (N_FULL, N_SLIM) };
    let dumps = [
        ("list", json::list(&pods(full), Detail::Full)),
        ("ndjson", json::ndjson(&pods(full), Detail::Full)),
        ("slim", json::ndjson(&pods(slim), Detail::Slim)),
    ];
    println!(
        "{:>8} {:>14} {:>8} {:>8} {:>8} {:>6} {:>8}",
        "dump", "from", "MB", "moved s", "selq s", "ratio", "peak MB"
    );
    for (name, bytes) in dumps {
        let dump = folder.path().join(name);
        fs::write(&dump, &bytes).expect("room for the dump");
        for way in WAYS.iter().filter(|way| run(way.prepare, &dump, "").is_some()) {
            let (moved, counted) = medians(way, &dump);
            let (size, peak) = (bytes.len() as f64 / 1e6, peak(way, &dump));
            println!(
                "{name:>8} {:>14} {size:>8.0} {moved:>8.2} {counted:>8.2} {:>6.2} {peak:>8}",
                way.name,
                counted / moved
            );
        }
    }
}

/// Seconds of the peer and of selq, by turns, so that both have the same neighbours.
fn medians(way: &Way, dump: &Path) -> (f64, f64) {
    let n_runs = if is_test() { 1 } else { N_RUNS };
    let runs = (0..n_runs).map(|_| (seconds(way.peer, dump), seconds(way.selq, dump)));
    let (moved, counted): (Vec<f64>, Vec<f64>) = runs.unzip();
    (median(moved), median(counted))
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn seconds(script: &str, dump: &Path) -> f64 {
    let begin = Instant::now();
    run(script, dump, "").expect("it has run before");
    begin.elapsed().as_secs_f64()
}

/// The most memory that selq had, in MB.
fn peak(way: &Way, dump: &Path) -> String {
    let said = run(way.selq, dump, "/usr/bin/time -f %M ");
    let kilobytes = said.and_then(|said| said.trim().parse::<f64>().ok());
    kilobytes.map_or_else(|| "-".to_owned(), |kilobytes| format!("{:.0}", kilobytes * 1024.0 / 1e6))
}

/// Runs a script about a dump, selq behind this prefix, and gives what it says on standard error. `None` where it fails.
fn run(script: &str, dump: &Path, prefix: &str) -> Option<String> {
    let selq = format!("{prefix}{} -c", env!("CARGO_BIN_EXE_selq"));
    let script = script.replace("$SELQ", &format!("{selq} -l env=prod"));
    let script = script.replace("$FIELDS", &format!("{selq} -w '.metadata.name && env=prod'"));
    let output = Command::new("sh")
        .args(["-c", &script])
        .env("F", dump)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .expect("there is a shell");
    output.status.success().then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}
