//! How long queries beyond selectors take over a store: OR, complements, patterns, and columns.
//!
//! - `language/count`: how many pods match, with a prepared plan. `union` is what an OR of two values costs in plain roaring:
//!   the length of the union of two bitmaps that are ready.
//! - `language/plan`: making a plan whose pattern is tried on the 60,000 values of a key, and counting with it.
//! - `language/columns`: reading a field and `status()` of every pod's JSON on all processors, and counting by the column
//!   afterwards. The dump is a List as `kubectl` prints it, of at most 100,000 pods.
//!
//! Over the fleets of `fleet/mod.rs`.
//!
//! ```text
//! cargo bench --bench language
//! cargo bench --bench language -- 'count/1000000'
//! ```

mod fleet;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use fleet::json::{self, Detail};
use fleet::{Pod, brief_group, pods, sizes, store};
use roaring::RoaringBitmap;
use selq::query::{Columns, Context};
use selq::{Dump, Input, Loader, Plan, Query, Scope, Store};

/// As many pods as columns are read of.
const MAX_READ: usize = 100_000;
/// Two values, and how few pods have both.
const EITHER: &str = "env=prod || app.kubernetes.io/name=app-22";

fn language(c: &mut Criterion) {
    for &size in sizes() {
        let pods = pods(size);
        let store = store(&pods);
        count(c, &pods, &store);
        plan(c, &store, size);
        if size <= MAX_READ {
            columns(c, &pods);
        }
    }
}

/// A query of labels, planned.
fn planned<'s>(store: &'s Store, columns: &'s Columns, text: &str) -> Plan<'s> {
    let query: Query = text.parse().expect("the queries are queries");
    Plan::query(store, columns, &query, &Scope::all(), &Context::new()).expect("all columns were read")
}

fn count(c: &mut Criterion, pods: &[Pod], store: &Store) {
    let none = Columns::new();
    let having = |key: &str, value: &str| -> RoaringBitmap {
        let has = |pod: &Pod| pod.labels.get(key).is_some_and(|it| it == value);
        (0..).zip(pods).filter(|(_, pod)| has(pod)).map(|(id, _)| id).collect()
    };
    let (prod, app) = (having("env", "prod"), having("app.kubernetes.io/name", "app-22"));
    let (either, neither) = (planned(store, &none, EITHER), planned(store, &none, &format!("!({EITHER})")));
    assert_eq!(either.count(), prod.union_len(&app), "figures for different questions are worth nothing");
    assert_eq!(neither.count(), pods.len() as u64 - either.count());
    let mut group = brief_group(c, format!("language/count/{}", pods.len()));
    group.bench_function("union", |b| b.iter(|| black_box(&prod).union_len(black_box(&app))));
    group.bench_function("or", |b| b.iter(|| black_box(&either).count()));
    group.bench_function("not or", |b| b.iter(|| black_box(&neither).count()));
    group.finish();
}

fn plan(c: &mut Criterion, store: &Store, size: usize) {
    let none = Columns::new();
    let mut group = brief_group(c, format!("language/plan/{size}"));
    for (name, text) in [
        ("glob", "pod-template-hash=*7*x*"),
        ("expression", "pod-template-hash=~'.*7.*x.*'"),
        ("prefix", "pod-template-hash=x*"),
    ] {
        let ready = planned(store, &none, text);
        group.bench_function(name, |b| b.iter(|| planned(black_box(store), &none, text).count()));
        group.bench_function(format!("{name}, planned"), |b| b.iter(|| black_box(&ready).count()));
    }
    group.finish();
}

fn columns(c: &mut Criterion, pods: &[Pod]) {
    let bytes = json::list(pods, Detail::Full);
    let dump = Loader::new().load([Input::Bytes { name: "fleet".to_owned(), bytes }]).expect("sound JSON");
    let mut group = brief_group(c, format!("language/columns/{}", pods.len()));
    group.sample_size(10);
    for text in [".spec.nodeName=node-17", "status()=Running", ".spec.nodeName=node-17,status()=Running"] {
        group.bench_function(format!("read {text}"), |b| b.iter(|| read(&dump, text)));
        let columns = read(&dump, text);
        let plan = planned(dump.store(), &columns, text);
        group.bench_function(format!("count {text}"), |b| b.iter(|| black_box(&plan).count()));
    }
    group.finish();
}

fn read(dump: &Dump, text: &str) -> Columns {
    let query: Query = text.parse().expect("the queries are queries");
    let mut columns = Columns::new();
    columns.read(dump, query.subjects(), &Context::new());
    columns
}

criterion_group!(benches, language);
criterion_main!(benches);
