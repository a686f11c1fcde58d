//! What it takes to read a value of Kubernetes' objects from their JSON, which one pass over a dump does for a query.
//!
//! - `functions/ndjson`: the pods of `fleet/mod.rs`, some 4 kB each, on a line.
//! - `functions/list`: the same pods, indented as `kubectl` prints them, some 11 kB each.
//!
//! `status` reads what the function says it reads; `all` what several read together; `status of the whole` takes the whole
//! object apart first; `serde_json::Value` does so into values, without asking for anything. All on one thread.
//!
//! ```text
//! cargo bench --bench functions
//! ```

mod fleet;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fleet::json::{self, Detail};
use fleet::{brief_group, pods, sizes};
use selq::kubernetes::{ObjectJson, Reads, owner, ready, resources, restarts, status};
use serde_json::{Value, json};

/// As many pods as say how fast it goes.
const MAX: usize = 10_000;

fn functions(c: &mut Criterion) {
    let size = sizes().iter().copied().filter(|size| *size <= MAX).max().unwrap_or(MAX);
    let pods = with_statuses(&json::ndjson(&pods(size), Detail::Full));
    let lines: Vec<String> = pods.iter().map(Value::to_string).collect();
    let indented: Vec<String> = pods.iter().map(|pod| format!("{pod:#}")).collect();
    bench(c, "functions/ndjson", &lines);
    bench(c, "functions/list", &indented);
}

/// The pods of the fleet, with the statuses of their containers.
fn with_statuses(ndjson: &[u8]) -> Vec<Value> {
    let values = serde_json::Deserializer::from_slice(ndjson).into_iter::<Value>();
    let container = |name| {
        json!({
            "containerID": "containerd://4f0e4f6b9b6e1c3a5c1d0a9f7e2b8c6d4f0e4f6b9b6e1c3a5c1d0a9f7e2b8c6d",
            "image": "registry.example.com/shop/main:1.0",
            "lastState": {},
            "name": name,
            "ready": true,
            "restartCount": 1,
            "started": true,
            "state": { "running": { "startedAt": "2026-03-01T10:00:00Z" } },
        })
    };
    let with_statuses = values.map(|pod| {
        let mut pod = pod.expect("the fleet is valid JSON");
        pod["status"]["containerStatuses"] = json!([container("main"), container("proxy")]);
        pod
    });
    with_statuses.collect()
}

fn bench(c: &mut Criterion, name: &str, pods: &[String]) {
    let mut group = brief_group(c, format!("{name}/{}", pods.len()));
    group.sample_size(10);
    group.throughput(Throughput::Bytes(pods.iter().map(|pod| pod.len() as u64).sum()));
    let status_only = Reads::of([status::READS]);
    let several = Reads::of([status::READS, ready::READS, restarts::READS, resources::READS, owner::READS]);
    assert!(pods.iter().all(|pod| running(&ObjectJson::reading(pod, &status_only))));
    group.bench_function("status", |b| {
        b.iter(|| pods.iter().filter(|pod| running(&ObjectJson::reading(pod, &status_only))).count());
    });
    group.bench_function("all", |b| {
        b.iter(|| pods.iter().for_each(|pod| several_values(&ObjectJson::reading(pod, &several))));
    });
    group.bench_function("status of the whole", |b| {
        b.iter(|| pods.iter().filter(|pod| running(&ObjectJson::whole(pod))).count());
    });
    group.bench_function("serde_json::Value", |b| {
        b.iter(|| pods.iter().map(|pod| serde_json::from_str::<Value>(pod)).filter(Result::is_ok).count());
    });
    group.finish();
}

fn running(pod: &ObjectJson<'_>) -> bool {
    status::of(pod).is_some_and(|status| status == "Running")
}

fn several_values(pod: &ObjectJson<'_>) {
    black_box((status::of(pod), ready::of(pod), restarts::of(pod), owner::of(pod)));
    black_box((resources::requests(pod, "cpu"), resources::limits(pod, "memory")));
}

criterion_group!(benches, functions);
criterion_main!(benches);
