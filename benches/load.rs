//! How long a dump takes to become a store.
//!
//! - `load/slim`: the fleets of `fleet/mod.rs` as NDJSON with little but labels, some 400 bytes a pod.
//! - `load/list`: pods as `kubectl get pods -A -o json` prints them, one indented `List`, some 9 kB a pod,
//!   labels 5 % of the bytes.
//! - `load/ndjson`: the same pods, one object a line, some 3 kB.
//! - `load/store`: no JSON at all, only the `StoreBuilder` over labels in memory.
//!
//! `selq` reads bytes in memory on as many threads as it likes, and `count` does so to answer one question without
//! a store. `serde_json::Value` parses the same bytes, on one thread, into values without any index; `labels` has
//! serde_json read only the labels, borrowed, and check and pass over everything else: the floor for one thread.
//!
//! ```text
//! cargo bench --bench load
//! cargo bench --bench load -- 'list/100000'
//! ```

mod fleet;

use std::collections::BTreeMap;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group,
    criterion_main,
};
use fleet::json::{self, Detail};
use fleet::{Pod, QUERIES, pods, sizes, store};
use selq::load::ReadObject;
use selq::{Dump, Input, Loader, Plan, Store};
use serde::Deserialize;
use serde_json::Value;

/// The largest fleet that is also loaded in full: 900 MB, and several GB as values.
const MAX_FULL: usize = 100_000;

fn load(c: &mut Criterion) {
    for &size in sizes() {
        let pods = pods(size);
        builder(c, &pods);
        dump(c, "load/slim", &pods, json::ndjson(&pods, Detail::Slim));
        if size <= MAX_FULL {
            dump(c, "load/list", &pods, json::list(&pods, Detail::Full));
            dump(c, "load/ndjson", &pods, json::ndjson(&pods, Detail::Full));
        }
    }
}

fn builder(c: &mut Criterion, pods: &[Pod]) {
    let mut group = group(c, "load/store");
    group.throughput(Throughput::Elements(pods.len() as u64));
    group.bench_function(BenchmarkId::new("selq", pods.len()), |b| {
        b.iter_batched(|| pods, store, BatchSize::PerIteration);
    });
    group.finish();
}

fn dump(c: &mut Criterion, name: &str, pods: &[Pod], bytes: Vec<u8>) {
    assert_eq!(answers(load_bytes(bytes.clone()).store()), answers(&store(pods)));
    assert_eq!(count_values(&bytes), pods.len());
    assert_eq!(count_bytes(bytes.clone()), Some(n_selected(&bytes)));
    let mut group = group(c, name);
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function(BenchmarkId::new("selq", pods.len()), |b| {
        b.iter_batched(|| bytes.clone(), load_bytes, BatchSize::PerIteration);
    });
    group.bench_function(BenchmarkId::new("count", pods.len()), |b| {
        b.iter_batched(|| bytes.clone(), count_bytes, BatchSize::PerIteration);
    });
    group.bench_function(BenchmarkId::new("labels", pods.len()), |b| {
        b.iter_batched(|| &bytes, |bytes| n_selected(bytes), BatchSize::PerIteration);
    });
    group.bench_function(BenchmarkId::new("serde_json::Value", pods.len()), |b| {
        b.iter_batched(|| &bytes, |bytes| values(bytes), BatchSize::PerIteration);
    });
    group.finish();
}

/// How many pods each query finds.
fn answers(store: &Store) -> [u64; QUERIES.len()] {
    QUERIES.each_ref().map(|query| Plan::new(store, &query.selector()).count())
}

fn load_bytes(bytes: Vec<u8>) -> Dump {
    let input = Input::Bytes { name: "fleet".to_owned(), bytes };
    Loader::new().load([input]).expect("the fleet is valid JSON")
}

/// How many pods a scan finds in production.
fn count_bytes(bytes: Vec<u8>) -> Option<u64> {
    let input = Input::Bytes { name: "fleet".to_owned(), bytes };
    let is_wanted = |object: ReadObject<'_>| object.label("env") == Some("prod");
    Loader::new()
        .scan([input], &mut (), is_wanted)
        .expect("the fleet is valid JSON")
        .answer()
        .map(|answer| answer.n_selected())
}

/// A pod, or a list of some, with nothing but labels.
#[derive(Deserialize)]
struct Labelled<'a> {
    #[serde(borrow, default)]
    items: Vec<Labelled<'a>>,
    #[serde(borrow, default)]
    metadata: Metadata<'a>,
}

#[derive(Deserialize, Default)]
struct Metadata<'a> {
    #[serde(borrow, default)]
    labels: BTreeMap<&'a str, &'a str>,
}

impl Labelled<'_> {
    fn n_selected(&self) -> u64 {
        let own = u64::from(self.metadata.labels.get("env") == Some(&"prod"));
        own + self.items.iter().map(Labelled::n_selected).sum::<u64>()
    }
}

/// How many pods serde_json finds in production.
fn n_selected(bytes: &[u8]) -> u64 {
    let values = serde_json::Deserializer::from_slice(bytes).into_iter::<Labelled<'_>>();
    values.map(|value| value.expect("the fleet is valid JSON").n_selected()).sum()
}

/// The top-level values: one for a list, one a line for NDJSON.
fn values(bytes: &[u8]) -> Vec<Value> {
    let values = serde_json::Deserializer::from_slice(bytes).into_iter();
    values.collect::<Result<_, _>>().expect("the fleet is valid JSON")
}

/// How many objects there are, in a list or by themselves.
fn count_values(bytes: &[u8]) -> usize {
    let n_items = |value: &Value| value["items"].as_array().map_or(1, Vec::len);
    values(bytes).iter().map(n_items).sum()
}

/// Few samples: one iteration may take seconds.
fn group<'c>(c: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = c.benchmark_group(name);
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    group
}

criterion_group!(benches, load);
criterion_main!(benches);
