//! Where pods may run, in a cluster of 5,000 nodes in three zones with 20,000 pods in 50 namespaces on them.
//!
//! - `schedule/pod`: one pod of a new shape over all nodes, by what it asks: `nodeSelector`; affinity over zones in namespaces
//!   that are selected by their labels; a hard spread over zones; anti-affinity over hosts.
//! - `schedule/all`: all pods over all nodes, as `selq schedule --summary` answers them.
//! - `schedule/ready`: what is read of the nodes and pods before the first question.
//!
//! The plugins of the scheduler itself need 2.7, 6.4, 7.5 and 8.1 ms of one processor for the four pods, and about 86 s for all.
//!
//! ```text
//! cargo bench --bench schedule
//! ```

mod fleet;

use std::hint::black_box;

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use fleet::{brief_group, is_test};
use selq::kubernetes::Scheduler;
use selq::kubernetes::scheduling::SchedulingPod;
use selq::{Dump, Input, Loader, ObjectId};
use serde_json::{Value, json};

/// How many workloads the pods are of.
const WORKLOADS: usize = 400;
const NAMESPACES: usize = 50;
const ZONES: [&str; 3] = ["eu-1a", "eu-1b", "eu-1c"];
/// What pods ask, one workload after another; the last asks nothing.
const SHAPES: [&str; 5] = ["nodeSelector", "zone affinity", "hard spread", "host anti-affinity", "nothing"];

fn schedule(c: &mut Criterion) {
    let (n_nodes, n_pods) = if is_test() { (60, 240) } else { (5_000, 20_000) };
    let dump = cluster(n_nodes, n_pods);
    let scheduler = Scheduler::new(&dump);
    let waiting: Vec<ObjectId> = scheduler.waiting().collect();
    assert_eq!(waiting.len(), SHAPES.len() - 1);
    let mut group = brief_group(c, "schedule/pod");
    for (shape, id) in SHAPES.iter().zip(&waiting) {
        let pod = SchedulingPod::of(&dump, *id).expect("it is a pod");
        assert!(scheduler.judge(&pod).n_fitting() > 0, "{shape}");
        group.bench_function(*shape, |b| b.iter(|| black_box(&scheduler).judge(&pod).n_fitting()));
    }
    group.finish();
    let mut group = brief_group(c, "schedule");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.bench_function("all", |b| b.iter(|| scheduler.summary(scheduler.pods()).len()));
    group.bench_function("ready", |b| b.iter(|| Scheduler::new(black_box(&dump)).node_ids().len()));
    group.finish();
}

fn cluster(n_nodes: usize, n_pods: usize) -> Dump {
    let mut lines: Vec<String> = (0..NAMESPACES).map(|n| namespace(n).to_string()).collect();
    lines.extend((0..n_nodes).map(|n| node(n).to_string()));
    lines.extend((0..n_pods).map(|n| pod(n, n_nodes).to_string()));
    lines.extend((0..SHAPES.len() - 1).map(|shape| waiting(shape).to_string()));
    let bytes = lines.join("\n").into_bytes();
    Loader::new().load([Input::Bytes { name: "cluster".to_owned(), bytes }]).expect("it is sound")
}

fn namespace(n: usize) -> Value {
    let labels = json!({"team": format!("team-{}", n % 10)});
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": format!("ns-{n}"), "labels": labels}})
}

fn node(n: usize) -> Value {
    let name = format!("node-{n}");
    let disk = if (n / 3).is_multiple_of(2) { "ssd" } else { "hdd" };
    let taints =
        if n.is_multiple_of(20) { json!([{"key": "gpu", "effect": "NoSchedule"}]) } else { json!([]) };
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {
            "kubernetes.io/hostname": name,
            "topology.kubernetes.io/zone": ZONES[n % ZONES.len()],
            "disk": disk,
        }},
        "spec": {"taints": taints},
    })
}

fn pod(n: usize, n_nodes: usize) -> Value {
    let workload = n % WORKLOADS;
    let app = format!("app-{workload}");
    let mut spec = asked(workload % SHAPES.len(), &app);
    spec["nodeName"] = json!(format!("node-{}", n * 7919 % n_nodes));
    let tier = if (n / WORKLOADS).is_multiple_of(2) { "web" } else { "db" };
    let owner =
        json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": app, "uid": app, "controller": true});
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": format!("{app}-{n}"),
            "namespace": format!("ns-{}", workload % NAMESPACES),
            "labels": {"app": app, "tier": tier},
            "ownerReferences": [owner],
        },
        "spec": spec,
        "status": {"phase": "Running"},
    })
}

/// A pod that asks for the company of pods that are there.
fn waiting(shape: usize) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": format!("new-{shape}"), "namespace": "ns-1", "labels": {"app": "app-51"}},
        "spec": asked(shape, "app-51"),
        "status": {"phase": "Pending"},
    })
}

fn asked(shape: usize, app: &str) -> Value {
    let selector = json!({"matchLabels": {"app": app}});
    let required = |term: Value| json!({"requiredDuringSchedulingIgnoredDuringExecution": [term]});
    match SHAPES[shape] {
        "nodeSelector" => json!({"nodeSelector": {"disk": "ssd"}}),
        "zone affinity" => json!({"affinity": {"podAffinity": required(json!({
            "labelSelector": selector,
            "namespaceSelector": {"matchLabels": {"team": "team-1"}},
            "topologyKey": "topology.kubernetes.io/zone",
        }))}}),
        "hard spread" => json!({"topologySpreadConstraints": [{
            "maxSkew": 5,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": selector,
        }]}),
        "host anti-affinity" => json!({"affinity": {"podAntiAffinity": required(json!({
            "labelSelector": selector,
            "topologyKey": "kubernetes.io/hostname",
        }))}}),
        _ => json!({}),
    }
}

criterion_group!(benches, schedule);
criterion_main!(benches);
