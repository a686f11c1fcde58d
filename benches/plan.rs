//! What it costs to make a plan, and what its passes are worth.
//!
//! - `plan/new`: a selector becomes a plan: looks keys and values up, runs the passes.
//! - `plan/count`: the plan counts its matches.
//!
//! Each for the plan that all passes give (`optimised`) beside the one that says literally what the
//! selector says (`literal`), over the fleets of `fleet/mod.rs`. The name of a benchmark ends with the
//! query and how many pods match.
//!
//! ```text
//! cargo bench --bench plan
//! cargo bench --bench plan -- 'count/1000000/.*env'
//! ```

mod fleet;

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, criterion_group, criterion_main};
use fleet::{QUERIES, brief_group, pods, sizes, store};
use selq::plan::Pass;
use selq::{Plan, Scope, Selector, Store};

/// The plans that are compared, each by its passes.
const PLANS: [(&str, &[Pass]); 2] = [("optimised", &Pass::ALL), ("literal", &[])];

fn plan(c: &mut Criterion) {
    for &size in sizes() {
        let store = store(&pods(size));
        new(&mut brief_group(c, format!("plan/new/{size}")), &store);
        count(&mut brief_group(c, format!("plan/count/{size}")), &store);
    }
}

fn new(group: &mut BenchmarkGroup<'_, WallTime>, store: &Store) {
    for_each_plan(store, |id, selector, passes| {
        group.bench_function(id, |b| b.iter(|| plan_with(store, black_box(selector), passes)));
    });
}

fn count(group: &mut BenchmarkGroup<'_, WallTime>, store: &Store) {
    for_each_plan(store, |id, selector, passes| {
        let plan = plan_with(store, selector, passes);
        group.bench_function(id, |b| b.iter(|| black_box(&plan).count()));
    });
}

/// Calls `bench` with every query and every kind of plan, after checking that these agree.
fn for_each_plan(store: &Store, mut bench: impl FnMut(BenchmarkId, &Selector, &[Pass])) {
    for query in &QUERIES {
        let selector = query.selector();
        let [n_matches, literally] = PLANS.map(|(_, passes)| plan_with(store, &selector, passes).count());
        assert_eq!(n_matches, literally, "{}", query.text);
        for (kind, passes) in PLANS {
            bench(BenchmarkId::new(kind, format!("{}:{n_matches}", query.name)), &selector, passes);
        }
    }
}

fn plan_with<'s>(store: &'s Store, selector: &Selector, passes: &[Pass]) -> Plan<'s> {
    Plan::with_passes(store, selector, &Scope::all(), passes)
}

criterion_group!(benches, plan);
criterion_main!(benches);
