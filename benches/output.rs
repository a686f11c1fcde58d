//! How fast rows leave the program: whole runs of `selq`, from the dump to the last byte of output.
//!
//! - `output/SIZE/FORMAT`: all pods in production in that format, written to a file. The throughput is that of the
//!   output; reading the dump takes its part of the time.
//! - `output/SIZE/count`: the same without rows.
//! - `output/SIZE/indexed/FORMAT`: the same rows from a saved index, which leaves little but the output.
//! - `output/SIZE/cp`: the bytes that `jsonl` writes, copied from a file by `cp`.
//!
//! Over the fleets of `fleet/mod.rs` as NDJSON with little but labels, in a temporary folder.
//!
//! ```text
//! cargo bench --bench output
//! ```

mod fleet;

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use fleet::json::{self, Detail};
use fleet::{pods, sizes};
use selq::{Loader, SavedIndex};

const FORMATS: [&str; 6] = ["name", "table", "wide", "csv", "json", "jsonl"];

fn output(c: &mut Criterion) {
    for &size in sizes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (dump, rows) = (folder.path().join("pods.ndjson"), folder.path().join("rows"));
        fs::write(&dump, json::ndjson(&pods(size), Detail::Slim)).expect("room for the dump");

        let mut group = c.benchmark_group(format!("output/{size}"));
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(3));
        group.bench_function("count", |b| b.iter(|| run(selq(&dump, &["-c"]), &rows)));
        for prefix in ["", "indexed/"] {
            if !prefix.is_empty() {
                SavedIndex::beside(&dump).write(&Loader::new()).expect("room for the index");
            }
            for format in FORMATS {
                let answer = || run(selq(&dump, &["-o", format]), &rows);
                answer();
                group.throughput(Throughput::Bytes(fs::metadata(&rows).expect("just written").len()));
                group.bench_function(format!("{prefix}{format}"), |b| b.iter(answer));
            }
        }
        let copy = folder.path().join("copy");
        group.bench_function("cp", |b| {
            b.iter(|| {
                let mut cp = Command::new("cp");
                cp.args([&rows, &copy]);
                run(cp, &folder.path().join("nothing"));
            });
        });
        group.finish();
    }
}

fn selq(dump: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_selq"));
    command.args(["-l", "env=prod"]).args(options).arg(dump);
    command
}

/// Runs a command with its output in a file.
fn run(mut command: Command, output: &Path) {
    let output = File::create(output).expect("a file in the temporary folder");
    let found = command.stdout(output).stderr(Stdio::null()).status().expect("the program runs");
    assert!(found.success(), "{command:?}");
}

criterion_group!(benches, output);
criterion_main!(benches);
