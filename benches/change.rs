//! What single changes of a store cost, which is not to depend on how many objects there are, beside what it
//! costs to build the store afresh.
//!
//! - `change/relabel`: a pod gets the labels of another one.
//! - `change/insert+remove`: a pod is put in and another is taken away, so that the store keeps its size.
//! - `change/build`: the whole store built in bulk, once.
//!
//! Pods are chosen at random with a fixed seed, over the fleets of `fleet/mod.rs`.
//!
//! ```text
//! cargo bench --bench change
//! ```

mod fleet;

use criterion::{Criterion, criterion_group, criterion_main};
use fastrand::Rng;
use fleet::{Pod, brief_group, pods, sizes, store};
use selq::{Object, ObjectId};

fn change(c: &mut Criterion) {
    for &size in sizes() {
        let pods = pods(size);
        let mut group = brief_group(c, format!("change/{size}"));
        group.sample_size(10);
        group.bench_function("build", |b| b.iter(|| store(&pods)));
        let mut store = store(&pods);
        let mut ids: Vec<ObjectId> = store.objects().map(|object| object.id()).collect();
        let mut rng = Rng::with_seed(19);
        group.bench_function("relabel", |b| {
            b.iter(|| store.relabel(ids[rng.usize(..size)], pods[rng.usize(..size)].labels()));
        });
        group.bench_function("insert+remove", |b| {
            b.iter(|| {
                let at = rng.usize(..size);
                let removed = std::mem::replace(&mut ids[at], store.insert(object(&pods[rng.usize(..size)])));
                store.remove(removed)
            });
        });
        assert_eq!(store.len(), size);
        group.finish();
    }
}

fn object(pod: &Pod) -> Object {
    Object::new("Pod", pod.namespace.as_str(), pod.name.as_str())
        .with_api_version("v1")
        .with_labels(pod.labels())
}

criterion_group!(benches, change);
criterion_main!(benches);
