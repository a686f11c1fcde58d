//! What it costs to change a store that threads read: updates of a `SharedStore`, beside copying the store.
//!
//! - `shared/snapshot`: taking what is published.
//! - `shared/update`: pods relabelled and published together; nobody keeps a snapshot. The name ends with how many.
//! - `shared/copy`: what an update costs besides if a reader keeps the spare, and what it would cost always
//!   without one.
//!
//! Over the fleets of `fleet/mod.rs`.
//!
//! ```text
//! cargo bench --bench shared
//! ```

mod fleet;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use fastrand::Rng;
use fleet::{Pod, brief_group, pods, sizes, store};
use selq::store::StoreEdit;
use selq::{ObjectId, SharedStore};

fn shared(c: &mut Criterion) {
    for &size in sizes() {
        let pods = pods(size);
        let store = store(&pods);
        let mut group = brief_group(c, format!("shared/{size}"));
        group.sample_size(10);
        group.bench_function("copy", |b| b.iter(|| black_box(&store).clone()));
        let shared = SharedStore::new(store);
        let ids: Vec<ObjectId> = shared.snapshot().objects().map(|object| object.id()).collect();
        group.bench_function("snapshot", |b| b.iter(|| black_box(&shared).snapshot()));
        let mut rng = Rng::with_seed(13);
        for n_changes in [1, 1_000] {
            let mut relabel = || {
                shared.update(|edit| (0..n_changes).for_each(|_| swap_env(edit, &pods, &ids, &mut rng)));
            };
            // The first update copies the store.
            relabel();
            group.bench_function(BenchmarkId::new("update", n_changes), |b| b.iter(&mut relabel));
        }
        assert_eq!(shared.snapshot().len(), size);
        group.finish();
    }
}

/// Gives a pod its own labels with another `env`.
fn swap_env(edit: &mut StoreEdit, pods: &[Pod], ids: &[ObjectId], rng: &mut Rng) {
    let at = rng.usize(..pods.len());
    let env = ["prod", "staging", "dev"][rng.usize(..3)];
    let labels = pods[at].labels().map(|(key, value)| (key, if key == "env" { env } else { value }));
    assert!(edit.relabel(ids[at], labels));
}

criterion_group!(benches, shared);
criterion_main!(benches);
