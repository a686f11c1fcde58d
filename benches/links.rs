//! Who selects whom, in a cluster of 100,000 pods with 5,000 Services, 3,000 budgets, 2,000 network policies, 4,000
//! Deployments with their ReplicaSets, 2,000 autoscalers and 500 monitors in 400 namespaces (`fleet/cluster.rs`).
//!
//! - `links/selects/selq`: all `selects` links of the loaded cluster, from its JSON; `links/selects/naive` tries each
//!   selector, read before, on each pod of its namespace.
//! - `links/one`: the links of one object, to it and from it, once a relation is there.
//! - `links/others`: the other relations, each from the JSON.
//! - `links/query`: plans that ask other objects.
//!
//! Before anything is measured both ways have to find the same pairs.
//!
//! ```text
//! cargo bench --bench links
//! ```

mod fleet;

use std::collections::HashMap;
use std::hint::black_box;

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use fleet::cluster::{ClusterSize, ndjson};
use fleet::{brief_group, is_test};
use selq::kubernetes::{Links, Relation};
use selq::query::{Columns, Context};
use selq::{Dump, Input, LabelSelector, Loader, ObjectId, Plan, Query, Scope, Selector};
use serde_json::Value;

fn links(c: &mut Criterion) {
    let size = if is_test() { ClusterSize::SMALL } else { ClusterSize::LARGE };
    let bytes = ndjson(&size);
    let dump = Loader::new().load([Input::Bytes { name: "cluster".to_owned(), bytes }]).expect("it is sound");
    selects(c, &dump);
    one(c, &dump);
    others(c, &dump);
    queries(c, &dump);
}

fn selects(c: &mut Criterion, dump: &Dump) {
    let naive = Naive::new(dump);
    let links = Links::new(dump);
    let found = |links: &Links<'_>| {
        let pods = |tie: &selq::kubernetes::links::Tie<'_>| kind(dump, tie.from()) != "ServiceMonitor";
        links.ties(Relation::Selects).filter(pods).map(|tie| tie.n_targets()).sum::<u64>()
    };
    assert_eq!(found(&links), naive.count());
    let mut group = brief_group(c, "links/selects");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.bench_function("selq", |b| b.iter(|| black_box(Links::new(dump).ties(Relation::Selects).len())));
    group.bench_function("naive", |b| b.iter(|| black_box(naive.count())));
    group.finish();
}

fn kind(dump: &Dump, id: ObjectId) -> &str {
    dump.store().get(id).map_or("", |object| object.kind())
}

/// Every selector, to be tried on every pod of its namespace.
struct Naive<'d> {
    selectors: Vec<(&'d str, Selector)>,
    pods: HashMap<&'d str, Vec<Vec<(&'d str, &'d str)>>>,
}

impl<'d> Naive<'d> {
    fn new(dump: &'d Dump) -> Naive<'d> {
        let mut naive = Naive { selectors: Vec::new(), pods: HashMap::new() };
        for object in dump.store().objects() {
            match object.kind() {
                "Pod" => naive.pods.entry(object.namespace()).or_default().push(object.labels().collect()),
                "Service" | "Deployment" | "ReplicaSet" | "PodDisruptionBudget" | "NetworkPolicy" => {
                    let json: Value = serde_json::from_str(&dump.json(object.id())).expect("it is sound");
                    naive.selectors.push((object.namespace(), selector(object.kind(), &json["spec"])));
                }
                _ => {}
            }
        }
        naive
    }

    fn count(&self) -> u64 {
        let of = |(namespace, selector): &(&str, Selector)| {
            let pods = self.pods.get(namespace).map_or(&[][..], Vec::as_slice);
            pods.iter().filter(|labels| selector.matches(*labels)).count() as u64
        };
        self.selectors.iter().map(of).sum()
    }
}

fn selector(kind: &str, spec: &Value) -> Selector {
    let json = match kind {
        "Service" => serde_json::json!({"matchLabels": spec["selector"]}),
        "NetworkPolicy" => spec["podSelector"].clone(),
        _ => spec["selector"].clone(),
    };
    let object: LabelSelector = serde_json::from_value(json).expect("it is one");
    Selector::try_from(object).expect("it is sound")
}

/// The links of one object of some kinds, once the relations are there.
fn one(c: &mut Criterion, dump: &Dump) {
    let links = Links::new(dump);
    let mut group = brief_group(c, "links/one");
    for wanted in ["Pod", "Service", "NetworkPolicy"] {
        let object =
            dump.store().objects().filter(|object| object.kind() == wanted).nth(7).expect("there are some");
        let count = || {
            let each = |&relation: &Relation| {
                let to = links.ties_to(relation, object.id()).len();
                to + links.ties_of(relation, object.id()).map(|tie| tie.targets().count()).sum::<usize>()
            };
            [Relation::Selects, Relation::Mentions].iter().map(each).sum::<usize>()
        };
        assert!(count() > 0, "{wanted}");
        group.bench_function(wanted, |b| b.iter(|| black_box(count())));
    }
    let pod = dump.store().objects().find(|object| object.kind() == "Pod").expect("there are some");
    group.bench_function("template", |b| {
        b.iter(|| black_box(links.ties_for(Relation::Selects, pod.identity(), pod.labels()).len()));
    });
    group.finish();
}

fn others(c: &mut Criterion, dump: &Dump) {
    let mut group = brief_group(c, "links/others");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    for relation in [Relation::Mentions, Relation::Owns, Relation::Runs, Relation::Uses, Relation::Holds] {
        group.bench_function(relation.as_str(), |b| {
            b.iter(|| black_box(Links::new(dump).ties(relation).len()));
        });
    }
    group.finish();
}

fn queries(c: &mut Criterion, dump: &Dump) {
    let context = Context::new();
    let mut group = brief_group(c, "links/query");
    for text in [
        "kind(svc),!selects(kind(pod))",
        "selected-by(kind(svc))",
        "kind(pod),count(selected-by(kind(pdb)))>1",
        "runs-on(name(node-7))",
        "selected-by(selects(runs-on(name(node-7))))",
        "workload(Deployment/app-7)",
    ] {
        let query: Query = text.parse().expect("it is a query");
        let mut columns = Columns::new();
        columns.read(dump, query.subjects(), &context);
        let count = || {
            let plan = Plan::query(dump.store(), &columns, &query, &Scope::all(), &context);
            plan.expect("all was read").count()
        };
        count();
        group.bench_function(text, |b| b.iter(|| black_box(count())));
    }
    group.finish();
}

criterion_group!(benches, links);
criterion_main!(benches);
