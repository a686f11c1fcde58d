//! The fleet that the benches ask about: generated pods, always the same ones, and the queries.
//!
//! Modelled on what a large cluster holds: workloads of a few up to some sixty replicas, apps, namespaces
//! and replica numbers skewed so that a few are large and most are small, a tenth of the workloads
//! StatefulSets. At 1,000,000 pods there are 10 labels on each, 15 keys, some 176,000 distinct labels and
//! 526,000 distinct label sets; `pod-template-hash` alone has some 60,000 values, and many values belong to
//! one pod only.

// Every bench compiles this module for itself and uses its own part of it.
#![allow(dead_code, reason = "no bench needs all of the fleet")]

pub(crate) mod cluster;
pub(crate) mod json;

use std::collections::BTreeMap;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};
use fastrand::Rng;
use selq::{ObjectIdentity, Selector, Store};

/// A question to ask of the fleet.
pub(crate) struct Query {
    /// What stands for it in the name of a benchmark.
    pub(crate) name: &'static str,
    /// The selector.
    pub(crate) text: &'static str,
}

impl Query {
    const fn new(text: &'static str) -> Query {
        Query { name: text, text }
    }

    /// Its selector.
    pub(crate) fn selector(&self) -> Selector {
        self.text.parse().expect("the queries are selectors")
    }
}

/// From "nearly everything" to "a handful", with every operator that a label index answers.
pub(crate) const QUERIES: [Query; 9] = [
    Query::new("env=prod"),
    Query::new("env=prod,tier in (db,cache)"),
    Query::new("env!=prod"),
    Query::new("env notin (prod,dev),tier"),
    Query { name: "name=app-22,env=prod", text: "app.kubernetes.io/name=app-22,env=prod" },
    Query {
        name: "name=app-22,env=prod,team!=team-1,!legacy",
        text: "app.kubernetes.io/name=app-22,env=prod,team!=team-1,!legacy",
    },
    Query::new("release"),
    Query::new("!release"),
    Query::new("pod-template-hash"),
];

/// How many pods the fleets have. Run as a test, a bench makes do with the smallest.
pub(crate) fn sizes() -> &'static [usize] {
    const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];
    if is_test() { &SIZES[..1] } else { &SIZES }
}

/// Whether Cargo runs the bench as a test. Criterion decides alike: it measures only under `cargo bench`,
/// and not even there with `--test`.
pub(crate) fn is_test() -> bool {
    let given = |flag: &str| std::env::args().any(|argument| argument == flag);
    given("--test") || !given("--bench")
}

/// A group whose benchmarks take less than a second each: there are hundreds of them.
pub(crate) fn brief_group(c: &mut Criterion, name: impl Into<String>) -> BenchmarkGroup<'_, WallTime> {
    let mut group = c.benchmark_group(name);
    group.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(500));
    group
}

/// What label queries see of a pod. The labels are kept as `kube-core` takes them.
pub(crate) struct Pod {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
}

impl Pod {
    pub(crate) fn identity(&self) -> ObjectIdentity<'_> {
        ObjectIdentity { api_version: "v1", kind: "Pod", namespace: &self.namespace, name: &self.name }
    }

    /// Key and value of each label, by key.
    pub(crate) fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.labels.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// The first `n` pods: a larger fleet begins with the pods of a smaller one.
pub(crate) fn pods(n: usize) -> Vec<Pod> {
    let mut pods = Vec::with_capacity(n);
    for_each_pod(n, |pod| pods.push(pod));
    pods
}

/// Gives the first `n` pods, one after another.
pub(crate) fn for_each_pod(n: usize, mut each: impl FnMut(Pod)) {
    const SEED: u64 = 11;
    let mut rng = Rng::with_seed(SEED);
    let (mut left, mut serial) = (n, 1);
    while left > 0 {
        let workload = Workload::random(&mut rng, serial);
        let n_replicas = left.min(1 + skewed(&mut rng, 60));
        (0..n_replicas).for_each(|ordinal| each(workload.pod(&mut rng, ordinal)));
        left -= n_replicas;
        serial += 1;
    }
}

/// The pods in a store, built in bulk; their ids are their places in the list.
pub(crate) fn store(pods: &[Pod]) -> Store {
    let mut builder = Store::builder();
    for pod in pods {
        builder.push(pod.identity(), pod.labels());
    }
    builder.finish()
}

/// A Deployment or StatefulSet: what its pods have in common.
struct Workload {
    app: usize,
    namespace: String,
    hash: String,
    is_stateful: bool,
    labels: BTreeMap<String, String>,
}

impl Workload {
    fn random(rng: &mut Rng, serial: usize) -> Workload {
        const ENVS: [&str; 8] = ["prod", "prod", "prod", "staging", "staging", "dev", "qa", "canary"];
        let app = skewed(rng, 2000);
        let env = ENVS[rng.usize(..ENVS.len())];
        let version = format!("{}.{}.{}", rng.u8(..5), rng.u8(..20), rng.u8(..10));
        let hash = hash(rng, 10);
        let is_stateful = rng.u8(..10) == 0;
        let mut labels = app_labels(app);
        set(&mut labels, "app.kubernetes.io/instance", format!("app-{app}-{env}-{serial}"));
        set(&mut labels, "app.kubernetes.io/version", version);
        set(&mut labels, "env", env);
        match is_stateful {
            true => set(&mut labels, "controller-revision-hash", format!("app-{app}-{hash}")),
            false => set(&mut labels, "pod-template-hash", &hash),
        }
        Workload { app, namespace: format!("ns-{}", skewed(rng, 500)), hash, is_stateful, labels }
    }

    fn pod(&self, rng: &mut Rng, ordinal: usize) -> Pod {
        let app = self.app;
        let name = match self.is_stateful {
            true => format!("app-{app}-{ordinal}"),
            false => format!("app-{app}-{}-{}", self.hash, hash(rng, 5)),
        };
        let mut labels = self.labels.clone();
        let zone = ["a", "b", "c"][rng.usize(..3)];
        set(&mut labels, "topology.kubernetes.io/zone", format!("eu-west-{}{zone}", rng.u8(1..=3)));
        if app.is_multiple_of(7) {
            let release = if ordinal.is_multiple_of(10) { "canary" } else { "stable" };
            set(&mut labels, "release", release);
        }
        if app.is_multiple_of(11) {
            set(&mut labels, "priority", rng.u8(..100).to_string());
        }
        if self.is_stateful {
            set(&mut labels, "statefulset.kubernetes.io/pod-name", &name);
        }
        Pod { namespace: self.namespace.clone(), name, labels }
    }
}

/// The labels that all workloads of an app have.
fn app_labels(app: usize) -> BTreeMap<String, String> {
    const TIERS: [&str; 6] = ["frontend", "backend", "cache", "db", "queue", "batch"];
    let tier = TIERS[app % TIERS.len()];
    let manager = if app.is_multiple_of(3) { "Helm" } else { "argocd" };
    let mut labels = BTreeMap::new();
    set(&mut labels, "app.kubernetes.io/name", format!("app-{app}"));
    set(&mut labels, "app.kubernetes.io/component", tier);
    set(&mut labels, "app.kubernetes.io/managed-by", manager);
    set(&mut labels, "team", format!("team-{}", app % 50));
    if app.is_multiple_of(4) {
        set(&mut labels, "tier", tier);
    }
    if app.is_multiple_of(13) {
        set(&mut labels, "legacy", "");
    }
    labels
}

fn set(labels: &mut BTreeMap<String, String>, key: &str, value: impl Into<String>) {
    labels.insert(key.to_owned(), value.into());
}

/// A number below `n`, small ones far more often: the logarithm is evenly spread.
fn skewed(rng: &mut Rng, n: usize) -> usize {
    ((n as f64 + 1.0).powf(rng.f64()) as usize - 1).min(n - 1)
}

/// A text like those that Kubernetes appends to names: letters and digits that spell no word.
fn hash(rng: &mut Rng, len: usize) -> String {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    (0..len).map(|_| char::from(ALPHABET[rng.usize(..ALPHABET.len())])).collect()
}
