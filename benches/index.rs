//! What a saved index is worth: opening one, beside reading the dump.
//!
//! - `index/SIZE/open`: from the files to the answer, with the index; the dump is not read.
//! - `index/SIZE/verify`: the same, and the dump is read to see that it is still the one.
//! - `index/SIZE/load`: from the dump alone to a store and the answer.
//! - `index/SIZE/count`: from the dump alone to the answer, without a store.
//! - `index/SIZE/write`: a load, and the index of it on disk.
//!
//! Over the fleets of `fleet/mod.rs`, as an indented `List` in a temporary folder.
//!
//! ```text
//! cargo bench --bench index
//! ```

mod fleet;

use std::fs;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use fleet::json::{self, Detail};
use fleet::{QUERIES, pods, sizes};
use selq::saved::Check;
use selq::{Dump, Input, Loader, Plan, SavedIndex};

/// Larger dumps take too much of a disk that others use too.
const MAX_SIZE: usize = 100_000;

fn index(c: &mut Criterion) {
    let query = QUERIES[1].selector();
    let count = |dump: Dump| Plan::new(dump.store(), &query).count();
    for &size in sizes().iter().filter(|&&size| size <= MAX_SIZE) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("pods.json");
        let bytes = json::list(&pods(size), Detail::Full);
        fs::write(&path, &bytes).expect("room for the dump");
        let (loader, saved) = (Loader::new(), SavedIndex::beside(&path));
        let open = |check| saved.open(&loader, check).map(count).expect("the index is that of the dump");
        let load = || loader.load([Input::Path(path.clone())]).map(count).expect("the fleet is valid JSON");
        let scan = || {
            let scan = loader.scan([Input::Path(path.clone())], &mut (), |object| {
                query.matches_by(|key| object.label(key))
            });
            scan.expect("the fleet is valid JSON").answer().map(|answer| answer.n_selected())
        };
        let n_matches = saved.write(&loader).map(count).expect("room for the index");
        assert_eq!((open(Check::Samples), open(Check::Everything)), (n_matches, n_matches));
        assert_eq!((load(), scan()), (n_matches, Some(n_matches)));

        let mut group = c.benchmark_group(format!("index/{size}"));
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function("open", |b| b.iter(|| open(Check::Samples)));
        group.bench_function("verify", |b| b.iter(|| open(Check::Everything)));
        group.bench_function("load", |b| b.iter(load));
        group.bench_function("count", |b| b.iter(scan));
        group.bench_function("write", |b| {
            b.iter(|| saved.write(&loader).map(count).expect("room for the index"));
        });
        group.finish();
    }
}

criterion_group!(benches, index);
criterion_main!(benches);
